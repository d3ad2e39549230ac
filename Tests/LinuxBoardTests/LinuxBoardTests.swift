import CFakeDevices
import CLinuxBoard
import LinuxBoard
import LinuxRig
import StimulatorCore
import Testing

extension FakedDevices {
    @Suite("the board's lines and bus") struct LinuxBoardTests {
        @Test("all outputs are requested, low in the request itself") func requested() throws {
            _ = try LinuxRig()
            #expect(cfake_requested() == 0xFF && cfake_requested_levels() == 0)
        }

        @Test("a line that no chip has, that two have, or that is on another chip than its group is refused by name")
        func places() {
            for (place, code) in [
                (-1, CLINUXBOARD_NO_SUCH_LINE), (2, CLINUXBOARD_LINE_TWICE), (1, CLINUXBOARD_TWO_CHIPS),
            ] {
                #expect(throws: ClaimFault(line: LineName("fire"), code: Int32(code))) {
                    _ = try LinuxRig(placing: 1, where: Int32(place))
                }
            }
        }

        @Test("a whole group on another chip is found there") func otherChip() throws {
            #expect(throws: Never.self) { _ = try LinuxRig(placing: 5, where: 1, alsoPlacing: [6, 7]) }
        }

        @Test("a train runs through lines, bus and edges of the faked kernel") func train() throws {
            let rig = try LinuxRig()
            guard case .train = rig.verdict(whole: true) else {
                Issue.record("no train: \(rig.shown)")
                return
            }
            #expect(rig.train.delivered == 3 && rig.train.omitted == 0 && rig.checkers.wantedPulses == 3)
            #expect(rig.world.watchdogResets == 0)
        }

        @Test(
            "H-27 a call on the lines of an armed board that fails once is outputFailed; one on the bus alone is none")
        func outputFailed() throws {
            let rig = try LinuxRig()
            while rig.shown.state != .ready { rig.step() }
            let ready = rig.checkpoint()
            var failed = 0
            for number in ready.calls..<ready.calls + 40 {
                rig.restore(ready)
                cfake_set_plan(Wrong.all[0].plan(at: number))
                rig.run(until: rig.now + .milliseconds(12))
                let first = rig.shown.firstTrip
                #expect(first == nil || first == .outputFailed, "call \(number)")
                if first == .outputFailed { failed += 1 }
            }
            #expect(failed >= 25)
        }

        @Test("an interrupted call is tried again") func interrupted() throws {
            let rig = try LinuxRig()
            while rig.shown.state != .ready { rig.step() }
            let ready = rig.checkpoint()
            for number in ready.calls..<ready.calls + 40 {
                rig.restore(ready)
                cfake_set_plan(Wrong.all[2].plan(at: number))
                rig.run(until: rig.now + .milliseconds(12))
                #expect(rig.shown.firstTrip == nil, "call \(number)")
            }
        }

        @Test("H-27 a slow look at the lines costs the pulse; FIRE's own call, when it is slow, is seen and locks out")
        func slow() throws {
            let rig = try LinuxRig()
            var before = rig.checkpoint()
            while rig.firedBy < 0 {
                before = rig.checkpoint()
                rig.step()
            }
            let (fire, end) = (rig.firedBy, rig.checkpoint().calls)
            let slow = try #require(Wrong.all.first { $0.name == "blocks 300 us" })
            for number in before.calls..<end {
                rig.restore(before)
                cfake_set_plan(slow.plan(at: number))
                switch rig.verdict(whole: false, slow: number) {
                case .lateFire: #expect(number == fire)
                case .train:
                    #expect(number != fire)
                    #expect(rig.train.omitted == (number < fire ? 1 : 0), "call \(number), FIRE is \(fire)")
                case .stop, .broken: Issue.record("call \(number): \(rig.shown)")
                }
            }
        }

        @Test("H-26 a board that lacks a guarantee is tested, shown, and not armed") func posture() throws {
            var posture = Posture()
            posture.isReal = true
            posture.miss(.watchdog)
            let rig = try LinuxRig(posture: posture)
            rig.run(until: Instant(9_000_000_000))
            #expect(rig.shown.state == .safe && rig.shown.selfTestPassed && rig.shown.posture == posture)
            #expect(rig.world.highestVolts < 1)
        }
    }
}
