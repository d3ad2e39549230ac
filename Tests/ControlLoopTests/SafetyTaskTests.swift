import BoardInterface
import StimulatorCore
import Testing

@testable import ControlLoop

@Suite("the safety task") struct SafetyTaskTests {
    @Test("a train through the tasks and their pages: ten pulses at exactly 100 ms, each on its edge") func train() {
        var bench = LoopBench.ready()
        bench.say(.start(.train(intensity: PerMille(500), rate: Millihertz(9_700), pulses: 10)))
        bench.run(for: .seconds(3)) { $0.heard.contains { $0.kind == .trainFinished } }
        let fires = bench.board.fires
        let interval = Millihertz(9_700).interval
        #expect(fires.count == 10)
        #expect(zip(fires, fires.dropFirst()).allSatisfy { $1 - $0 == interval })
        let report = bench.heard.first { $0.kind == .trainFinished }
        #expect(report?.index == 10 && report?.values[0] == 0)
        let sequence = bench.heard.map(\.sequence)
        #expect(sequence == Array(0..<UInt64(sequence.count)))
    }

    @Test("a tick that is due less than 200 us before an edge comes with it, and none is lost")
    func tickNearEdge() {
        var bench = LoopBench.ready()
        let (begin, ticks) = (bench.now, bench.page.safety.read().map { SafetyReport($0).ticks } ?? 0)
        bench.say(.start(.train(intensity: PerMille(500), rate: Millihertz(9_700), pulses: 30)))
        bench.run(for: .seconds(6)) { $0.heard.contains { $0.kind == .trainFinished } }
        let runs = bench.board.writes.filter { $0.mask == .safetyTask }.map(\.at)
        let waits = bench.board.fires.map { fire in (runs.last { $0 < fire }).map { fire - $0 } ?? .zero }
        #expect(waits.count == 30 && waits.allSatisfy { $0 >= .microseconds(200) && $0 < .microseconds(1_200) })
        // Some came together: otherwise this proves nothing.
        #expect(waits.contains { $0 > .milliseconds(1) })
        let counted = (bench.page.safety.read().map { SafetyReport($0).ticks } ?? 0) - ticks
        #expect(abs(Int64(counted) - (bench.now - begin).raw / 1_000_000) <= 1)
    }

    @Test("H-27 a pulse whose inputs took more than 200 us to read is left out: it would come late")
    func slowReading() {
        for (microseconds, fires) in [(Int64(200), 3), (201, 0)] {
            var bench = LoopBench.ready()
            bench.say(.start(.train(intensity: PerMille(500), rate: .hertz(10), pulses: 3)))
            bench.run(for: .seconds(1)) { $0.heard.contains { $0.kind == .trainStarted } }
            bench.board.readTakes = .microseconds(microseconds)
            bench.run(for: .seconds(3)) { $0.heard.contains { $0.kind == .trainFinished } }
            let omitted = bench.heard.filter { $0.kind == .omitted }
            #expect(bench.board.fires.count == fires && omitted.count == 3 - fires, "\(microseconds) us")
            #expect(omitted.allSatisfy { $0.detail == OmissionCause.late.rawValue })
        }
    }

    @Test("a tick comes every millisecond; missed ticks are counted as one and not made up for") func ticks() {
        var bench = LoopBench()
        var next = Instant(0)
        for _ in 0..<10 { next = bench.safety.run(at: next, board: &bench.board) }
        #expect(next == Instant(10_000_000))
        let late = next + .microseconds(4_300)
        next = bench.safety.run(at: late, board: &bench.board)
        #expect(next == late + .milliseconds(1))
        #expect(bench.page.safety.read().map { SafetyReport($0).ticks } == 11)
        #expect(bench.safety.lateness.worst == .microseconds(4_300))
        let shown = ControllerPage(bench.shared.words).snapshot.read().flatMap(Snapshot.init)
        #expect(shown?.worstLateness == .microseconds(4_300) && shown?.now == late)
    }

    @Test("H-15 a tick that is more than 5 ms late while armed stops the board; 5 ms do not") func tickLate() {
        for (microseconds, trips) in [(Int64(5_000), false), (5_001, true)] {
            var bench = LoopBench.ready()
            bench.safetyRuns = false
            bench.guardianRuns = false
            let planned = bench.safety.lateness
            bench.runSafety(at: bench.now + .milliseconds(1))
            let due = bench.now + .milliseconds(1)
            bench.runSafety(at: due + .microseconds(microseconds))
            #expect((bench.safety.kernel.firstTrip == .tickLate) == trips)
            #expect((bench.board.levels & StopOrder.first) == .none || !trips)
            #expect(bench.safety.lateness != planned)
        }
    }

    @Test("H-15 after a stall the board is stopped, whatever the guardian and the tick say of each other") func stall()
    {
        var bench = LoopBench.ready()
        bench.safetyRuns = false
        bench.run(for: .milliseconds(12))
        bench.safetyRuns = true
        bench.run(for: .milliseconds(4))
        #expect(!bench.state.isArmed && bench.safety.kernel.trips.contains(.tickStalled))
        #expect((bench.board.levels & (StopOrder.first | StopOrder.second)) == .none)
    }

    @Test("H-19 a write that fails is an output failure at the next run; the lines are asked low again")
    func writeFails() {
        var bench = LoopBench.ready()
        bench.board.failsWrites = .charge
        #expect(bench.run(for: .milliseconds(3)) { $0.safety.kernel.firstTrip == .outputFailed })
        let count = bench.board.writes.count
        bench.board.failsWrites = .none
        bench.run(for: .milliseconds(2))
        #expect(bench.board.writes[count...].contains { $0.mask == .safetyTask && $0.levels == .none })
        #expect(bench.board.levels == .none)
    }

    @Test("H-19 lines that cannot be read are an output failure in the same run") func readFails() {
        var bench = LoopBench.ready()
        bench.board.failsReads = true
        bench.run(for: .milliseconds(1))
        #expect(bench.safety.kernel.firstTrip == .outputFailed && !bench.state.isArmed)
        #expect((bench.board.levels & StopOrder.first) == .none)
    }

    @Test("H-18 frames that are no commands are counted and change nothing; a poisoned console loses its lease")
    func nonsense() {
        var bench = LoopBench.ready()
        var random = Seeded(5)
        for _ in 0..<300 {
            var frame = Frame.empty
            for word in 0..<8 { frame[word] = random.next() | 0x80 }
            _ = bench.sendRaw(frame)
            bench.run(for: .milliseconds(2))
        }
        #expect(bench.safety.nonsense == 300 && bench.state == .ready)
        let heard = bench.heard.count
        ControllerPage(bench.shared.words).commands.head.store(.max, 0)
        bench.run(for: .milliseconds(1_100))
        #expect(bench.safety.kernel.firstTrip == .leaseExpired && bench.heard.count > heard)
    }

    @Test("H-25 a stop is obeyed within 32 ms, however many commands stand before it") func flood() {
        var bench = LoopBench.ready()
        for _ in 0..<31 { bench.say(.intensity(PerMille(500))) }
        bench.say(.stop)
        #expect(bench.run(for: .milliseconds(33)) { !$0.state.isArmed })
        // One change a tick is no change of the voltage: all but the first are refused, and all are answered.
        let answers = bench.heard.filter { [.accepted, .refused].contains($0.kind) && $0.index == 7 }
        #expect(answers.count >= 32)
    }

    @Test("an event ring that nobody empties drops events, never the tick; the gap shows by sequence") func fullEvents()
    {
        var bench = LoopBench()
        for number in 0..<Int64(200) {
            if number % 4 == 0 { bench.say(.abort) }
            _ = bench.safety.run(at: Instant(number * 1_000_000), board: &bench.board)
        }
        var events = FrameConsumer(ControllerPage(bench.shared.words).events)
        var sequences: [UInt64] = []
        while let frame = events.take() { sequences.append(Event(frame: frame)?.sequence ?? .max) }
        #expect(sequences == Array(0..<16))
        bench.say(.abort)
        _ = bench.safety.run(at: Instant(200_000_000), board: &bench.board)
        #expect((events.take().flatMap(Event.init)?.sequence ?? 0) >= 50)
        #expect(bench.page.safety.read().map { SafetyReport($0).ticks } == 201)
    }

    @Test("H-24 a stop and its outcome are still told when nobody has emptied the ring since long before")
    func stopIsTold() {
        var bench = LoopBench.ready()
        var events = FrameConsumer(ControllerPage(bench.shared.words).events)
        events.skip()
        for number in 0..<Int64(40) {
            bench.say(.abort)
            _ = bench.safety.run(at: bench.now + .microseconds(number * 100), board: &bench.board)
        }
        // Without its sampler and its guardian the board stops.
        for number in 4...30 { _ = bench.safety.run(at: bench.now + .milliseconds(Int64(number)), board: &bench.board) }
        var told: [Event] = []
        while let event = events.take().flatMap(Event.init(frame:)) { told.append(event) }
        let stop = told.dropFirst(16)
        #expect(told.count > 17 && stop.contains { $0.kind == .trip && $0.detail == Trip.voltageStale.rawValue })
        #expect(stop.contains { $0.kind == .state && $0.detail == StimulatorState.discharging.rawValue })
        #expect(stop.allSatisfy(\.isVital) && !told.prefix(16).contains(where: \.isVital))
    }

    @Test("the stop order names every line that can energise, and lowering says when the board refused")
    func stopOrder() {
        #expect((StopOrder.first | StopOrder.second) == (.fire | .charge | .arm | .bleedHold | .heartbeat))
        #expect((StopOrder.first & .guardian) == .none && (StopOrder.second & .safetyTask) == .none)
        #expect((OutputLines.safetyTask & .guardian) == .none)
        #expect((OutputLines.safetyTask | .guardian).rawValue == (1 << UInt32(OutputLines.count)) - 1)
        var bench = LoopBench.ready()
        let lowered = StopOrder.lower(StopOrder.second, on: &bench.board, at: bench.now)
        #expect(lowered && (bench.board.levels & StopOrder.second) == .none)
        bench.board.failsWrites = .fire
        let refused = StopOrder.lower(StopOrder.first, on: &bench.board, at: bench.now)
        #expect(!refused)
    }

    @Test("H-14 a stop takes things away in order: FIRE and CHARGE in its own step, the rest within 2 ms") func order()
    {
        var bench = LoopBench.ready()
        bench.say(.intensity(PerMille(1000)))
        bench.run(for: .milliseconds(60)) { $0.board.levels.contains(.charge | .arm) }
        bench.run(for: .milliseconds(6))
        bench.board.hands = bench.board.hands - .interlock
        #expect(bench.run(for: .milliseconds(2)) { $0.safety.kernel.firstTrip == .interlockOpen })
        let tripped = bench.now
        #expect((bench.board.levels & StopOrder.first) == .none)
        bench.run(for: .milliseconds(2))
        #expect((bench.board.levels & StopOrder.second) == .none && bench.now - tripped == .milliseconds(2))
    }
}
