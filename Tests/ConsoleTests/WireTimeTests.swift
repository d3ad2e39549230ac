import StimulatorCore
import Testing

@testable import Console

@Suite("the wire emulation: fire, trains and time") struct WireTimeTests {
    @Test("fire gives one pulse at the power that is shown, only when the board stands ready at it") func single() {
        let bench = WireBench(remote: true)
        for state in 0..<UInt8(StimulatorState.count) where state != StimulatorState.ready.rawValue {
            bench.show { ($0.state, $0.intensity) = (StimulatorState(rawValue: state) ?? .safe, PerMille(300)) }
            #expect(bench.ask("EH") == no("E", "S"), "state \(state)")
        }
        bench.arm(31)
        #expect(bench.ask("EH") == no("E", "S"), "another power than the one that is shown")
        #expect(bench.commands.isEmpty)
        bench.arm(30)
        #expect(bench.ask("EH") == packet([0x45, 0x8C]))
        #expect(bench.commands == [.start(.single(intensity: PerMille(300)))])
    }

    @Test(
        "single pulses come at 1 Hz at most, however often fire is sent; a client with a period of 1 s is not refused")
    func refire() {
        let bench = WireBench(remote: true)
        bench.arm(30)
        var fired: [Int64] = []
        for _ in 0..<1_000 {
            let before = bench.commands.count
            _ = bench.ask("Q@")
            _ = bench.ask("EH")
            if bench.commands.count > before { fired.append(bench.now.raw / 1_000_000) }
            bench.pass(10)
        }
        // Only the second pulse comes before its second is over: from then on what came early is not forgotten.
        #expect(fired == [0] + (1...10).map { $0 * 1_000 - 10 })
        for step in 0..<20 {
            // The clocks of client and board see the same period a little differently.
            for _ in 0..<2 {
                bench.now += .milliseconds(step % 2 == 0 ? 498 : 502)
                bench.show { _ in }
                _ = bench.ask("Q@")
            }
            let before = bench.commands.count
            #expect(bench.ask("EH") == packet([0x45, 0x8C]))
            #expect(bench.commands.count == before + 1, "period \(step)")
        }
    }

    @Test("train mode: fire gives the pulses at the frequency that are shown, once, through admission") func train() {
        let bench = WireBench(remote: true)
        for command in ["[0010", "B0200", "D00030", "[0015"] { #expect(bench.ask(command).count == 4) }
        bench.arm(30)
        #expect(bench.ask("EH") == packet([0x45, 0x8C]))
        #expect(bench.commands == [.start(.train(intensity: PerMille(300), rate: .hertz(20), pulses: 30))])
        bench.show { $0.trainTotal = 30 }
        for command in ["@040", "B0100", "D00010", "[0010"] { #expect(bench.ask(command) == no(command, "S")) }
    }

    @Test("H-30 train mode ends with remote control: the next client's fire gives a single pulse") func modeEnds() {
        let ends: [(WireBench) -> Void] = [
            { _ = $0.ask("R@") }, { $0.session.hangUp(at: $0.now) }, { $0.pass(10_100) },
            { $0.session.receive(ControlNotice.takenOver(by: ChannelName(.line, number: 0), role: .engineer)) },
        ]
        for end in ends {
            let bench = WireBench(remote: true)
            for command in ["[0010", "B0100", "D00020"] { #expect(bench.ask(command).count == 4) }
            end(bench)
            _ = bench.ask("Q@")
            #expect(bench.ask("x@")[2] & 8 != 0)
            bench.arm(30)
            bench.commands = []
            #expect(bench.ask("EH").count == 3)
            #expect(bench.commands == [.start(.single(intensity: PerMille(300)))])
        }
    }

    @Test("H-11 a train that admission refuses is never sent: too fast, too much energy, too hot, in a cool-down")
    func admission() {
        let bench = WireBench(remote: true)
        _ = bench.ask("[0010")
        #expect(bench.ask("B0501") == no("B", "S"), "faster than the board at any power")
        #expect(bench.ask("B0500").count == 4)
        _ = bench.ask("@060")
        _ = bench.ask("D00010")
        bench.arm(60)
        #expect(bench.ask("EH") == no("E", "S"))
        #expect(bench.lastRefusal == .recharge || bench.lastRefusal == .rateForPower)
        _ = bench.ask("B0100")
        _ = bench.ask("D06000")
        #expect(bench.ask("EH") == no("E", "S"))
        _ = bench.ask("D00010")
        bench.show { $0.energyBacklog = .joules(10) }
        #expect(bench.ask("EH") == no("E", "S"))
        #expect(bench.lastRefusal == .cooldown)
        #expect(bench.commands.isEmpty)
    }

    @Test(
        "H-30 a subject's dose and the guidelines hold here too; what an operator may override nobody can override here"
    )
    func subject() {
        let bench = WireBench(remote: true)
        var subject = SubjectContext()
        subject.code = FixedText("S01".utf8) ?? subject.code
        subject.resting = MotorThreshold(PerMille(300), method: .relativeFrequency)
        subject.sessionLimit = Dose(pulses: 100, energy: .joules(1_000_000))
        subject.dayLimit = subject.sessionLimit
        bench.session.subject = subject
        for command in ["[0010", "@033", "B0200", "D00040"] { #expect(bench.ask(command).count > 2) }
        bench.arm(33)
        // 2 s at 20 Hz and 110 % of the threshold: the table has 1.6 s.
        #expect(bench.ask("EH") == no("E", "S"))
        #expect(bench.lastRefusal == .guideline)
        _ = bench.ask("B0010")
        _ = bench.ask("D00101")
        #expect(bench.ask("EH") == no("E", "S"))
        #expect(bench.lastRefusal == .dose)
        _ = bench.ask("D00100")
        #expect(bench.ask("EH") == packet([0x45, 0x8C]))
        #expect(bench.commands == [.start(.train(intensity: PerMille(330), rate: .hertz(1), pulses: 100))])
    }

    @Test("a train's parameters stay as they are for 500 ms after it; the mode while the board is armed") func lock() {
        let bench = WireBench(remote: true)
        _ = bench.ask("[0010")
        bench.arm(30)
        #expect(bench.ask("[0000") == no("[", "S"), "armed")
        bench.show { $0.trainTotal = 10 }
        bench.tell(Event(.trainFinished, index: 10, at: bench.now))
        bench.show { $0.trainTotal = 0 }
        bench.pass(490)
        for command in ["@040", "B0100", "D00010", "[0030"] {
            #expect(bench.ask(command) == no(command, "S"), "\(command)")
        }
        #expect(bench.ask("x@")[2] & 4 != 0, "waits")
        bench.pass(10)
        for command in ["B0100", "D00010", "[0030"] { #expect(bench.ask(command).count == 4, "\(command)") }
        #expect(bench.ask("x@")[2] & 4 == 0)
        // The event of the end was lost: the snapshots show it.
        bench.show { $0.trainTotal = 10 }
        bench.show { $0.trainTotal = 0 }
        #expect(bench.ask("B0200") == no("B", "S"))
    }

    @Test("H-30 a client that asks nothing for a second while armed, or ten while not, is disarmed and loses control")
    func starved() {
        for (armed, limit) in [(true, 1_000), (false, 10_000)] as [(Bool, Int64)] {
            let bench = WireBench(remote: true)
            if armed { bench.arm(30) }
            bench.pass(limit - 10)
            #expect(bench.isRemote && bench.commands.isEmpty)
            bench.pass(10)
            #expect(bench.commands == [.disarm])
            #expect(!bench.isRemote && !bench.holdsControl)
            bench.renewals = 0
            bench.pass(2_000)
            #expect(bench.renewals == 0)
            #expect(bench.ask("J@")[1] & 0x86 == 0)
        }
    }

    @Test("what asks for a status keeps the client alive; the version, an error and a refusal do not") func alive() {
        for (command, lives) in [
            ("Q@", true), ("x@", true), ("J@", true), ("F@", true), ("\\@", true), ("D00005", true), ("ND", false),
            ("b@", false), ("@101", false), ("EB", false),
        ] as [(String, Bool)] {
            let bench = WireBench(remote: true)
            bench.arm(30)
            for _ in 0..<5 {
                bench.pass(500)
                _ = bench.ask(command)
            }
            #expect(bench.isRemote == lives, "\(command)")
            #expect(bench.commands.isEmpty == lives, "\(command)")
        }
    }

    @Test(
        "the board's lease is renewed four times a second while the client holds control and is alive, and by nobody else"
    )
    func lease() {
        let bench = WireBench()
        bench.pass(2_000)
        #expect(bench.renewals == 0)
        _ = bench.ask("Q@")
        bench.pass(1_000)
        #expect(bench.renewals >= 4 && bench.renewals <= 6)
        #expect(bench.isActive)
        _ = bench.ask("R@")
        bench.renewals = 0
        bench.pass(1_000)
        #expect(bench.renewals == 0 && !bench.isActive)
    }

    @Test(
        "H-22 an armed board that is not fired is disarmed 60 s after arming or the last pulse, however alive the client is"
    )
    func idle() {
        let bench = WireBench(remote: true)
        _ = bench.ask("EB")
        bench.arm(30)
        bench.commands = []
        func poll(_ seconds: Int) {
            for _ in 0..<seconds * 2 {
                bench.pass(500)
                _ = bench.ask("Q@")
            }
        }
        poll(50)
        bench.tell(Event(.pulse, at: bench.now))
        poll(59)
        #expect(bench.commands.isEmpty)
        poll(1)
        #expect(bench.commands == [.disarm])
        #expect(bench.isRemote, "the client keeps control")
        // A running train is not idle.
        let train = WireBench(remote: true)
        train.arm(30)
        train.show { $0.trainTotal = 6_000 }
        for _ in 0..<140 {
            train.pass(500)
            _ = train.ask("Q@")
        }
        #expect(train.commands.isEmpty)
    }
}
