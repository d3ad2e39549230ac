import BoardInterface
import StimulatorCore
import Testing

@testable import ControlLoop

@Suite("the guardian") struct GuardianTests {
    @Test("H-15 a tick that stalls: ARM, BLEED and the heartbeat are gone 9 ms after the last good tick") func stall() {
        for state in [StimulatorState.charging, .ready] {
            var bench = LoopBench.ready()
            if state == .charging {
                bench.say(.intensity(PerMille(1000)))
                bench.run(for: .milliseconds(50)) { $0.board.levels.contains(.charge | .arm) }
            }
            bench.run(for: .milliseconds(20))
            let last = bench.now
            bench.safetyRuns = false
            bench.run(for: .milliseconds(9))
            #expect((bench.board.levels & .guardian) == .none)
            #expect(bench.guardianReport?.permits == false && bench.guardianReport?.stalls == 1)
            let lowered = bench.board.writes.last { $0.mask == .guardian && $0.levels != .none }
            #expect((lowered?.at ?? last) - last < .milliseconds(9))
            bench.run(for: .milliseconds(60))
            #expect(bench.board.writes.allSatisfy { $0.mask == .guardian || $0.mask == .safetyTask })
        }
    }

    @Test("H-15 once withheld, permission comes back only after the safety task let go of the heartbeat")
    func withheld() {
        let bench = LoopBench.ready()
        let page = bench.page
        var (task, board) = (bench.guardian, bench.board)
        var report = SafetyReport()
        report.wantsHeartbeat = true
        report.wantsArm = true
        report.wantsBleedOpen = true
        var now = bench.now
        func guardian(_ wants: Bool, ticking: Bool) -> (permits: Bool, levels: OutputLines) {
            now += .milliseconds(2)
            report.wantsHeartbeat = wants
            if ticking {
                report.ticks += 2
                report.tickAt = now
            }
            page.safety.publish(report.block)
            var sampler = page.sampler.read().map(SamplerReport.init) ?? SamplerReport()
            sampler.voltage.takenAt = now
            sampler.coilA.takenAt = now
            sampler.coilB.takenAt = now
            page.sampler.publish(sampler.block(runs: 1))
            _ = task.run(at: now, board: &board)
            return (page.guardian.read().map(GuardianReport.init)?.permits ?? false, board.levels & .guardian)
        }
        #expect(guardian(true, ticking: true).permits)
        for _ in 0..<4 { _ = guardian(true, ticking: false) }
        #expect(!guardian(true, ticking: false).permits)
        for _ in 0..<50 {
            let found = guardian(true, ticking: true)
            #expect(!found.permits && found.levels == .none)
        }
        #expect(guardian(false, ticking: true).permits)
        let again = guardian(true, ticking: true)
        #expect(again.permits && again.levels.contains(.arm | .bleedHold))
    }

    @Test("the heartbeat changes at every run while it is wanted and permitted, and is low otherwise") func heartbeat()
    {
        var bench = LoopBench.ready()
        let start = bench.board.writes.count
        bench.run(for: .milliseconds(100))
        let beats = bench.board.writes[start...].filter { $0.mask == .guardian }.map { $0.levels.contains(.heartbeat) }
        #expect(beats.count == 50 && zip(beats, beats.dropFirst()).allSatisfy { $0 != $1 })
        bench.say(.disarm)
        bench.run(for: .milliseconds(5))
        let after = bench.board.writes.count
        bench.run(for: .milliseconds(100))
        #expect(bench.board.writes[after...].allSatisfy { $0.levels == .none })
    }

    @Test("H-04 H-07 H-09 H-10 its own limits: voltage, its age, the coil's temperature and age take everything away")
    func limits() {
        let bad: [(inout SamplerReport, Instant) -> Void] = [
            { report, _ in report.voltage.value = Millivolts(1_732_501) },
            { report, now in report.voltage.takenAt = now - .milliseconds(51) },
            { report, _ in report.voltage.quality = .implausible },
            { report, _ in report.coilA.value = Millicelsius(40_001) },
            { report, _ in report.coilB.value = Millicelsius(40_001) },
            { report, now in report.coilA.takenAt = now - .milliseconds(1_001) },
            { report, _ in report.coilB = SamplerReport().coilB },
        ]
        for change in [{ _, _ in }] + bad {
            var bench = LoopBench.ready()
            bench.run(for: .milliseconds(10))
            var report = bench.page.sampler.read().map(SamplerReport.init) ?? SamplerReport()
            let now = bench.now + .milliseconds(1)
            let before = report
            change(&report, now)
            bench.page.sampler.publish(report.block(runs: 9))
            _ = bench.guardian.run(at: now, board: &bench.board)
            #expect(bench.guardianReport?.permits == (report == before))
            #expect(((bench.board.levels & .guardian) == .none) == (report != before))
        }
    }

    @Test("before the first tick nothing is permitted") func start() {
        let memory = PageMemory(bytes: TaskPage.byteCount)
        var guardian = Guardian(board: BoardDescription(), page: TaskPage(memory.words))
        var board = FakeBoard()
        let next = guardian.run(at: Instant(5), board: &board)
        #expect(next == Instant(5) + .milliseconds(2) && board.levels == .none)
        #expect(TaskPage(memory.words).guardian.read().map(GuardianReport.init)?.permits == false)
    }

    @Test("H-15 H-16 the watchdog is petted on evidence alone: ticks in the right number, and a sampler that runs")
    func watchdog() {
        var bench = LoopBench.ready()
        bench.run(for: .seconds(3))
        let pets = bench.board.pets
        #expect(pets.count > 12)
        #expect(zip(pets, pets.dropFirst()).allSatisfy { $1 - $0 <= .milliseconds(502) })
        func petsAfter(_ change: (inout LoopBench) -> Void) -> Int {
            var bench = LoopBench.ready()
            change(&bench)
            bench.run(for: .milliseconds(600))
            let before = bench.board.pets.count
            bench.run(for: .seconds(3))
            return bench.board.pets.count - before
        }
        #expect(petsAfter { $0.samplerRuns = false } == 0)
        #expect(petsAfter { $0.safetyRuns = false } == 0)
        #expect(petsAfter { $0.guardianRuns = false } == 0)
    }

    @Test("H-23 a watchdog that cannot be petted, and guardian lines that cannot be written, are reported and trip")
    func failures() {
        var bench = LoopBench.ready()
        bench.board.failsPets = true
        #expect(bench.run(for: .seconds(1)) { $0.safety.kernel.firstTrip == .watchdogFailed })
        var lines = LoopBench.ready()
        lines.board.failsWrites = .arm
        #expect(lines.run(for: .milliseconds(5)) { $0.safety.kernel.firstTrip == .outputFailed })
        #expect(lines.guardianReport?.armIsUp == false)
    }
}
