import SimulatedBoard
import StimulatorCore
import Testing

/// Histories of a board that does not stop although the true world says that it has to.
@Suite("what the checkers demand a stop for") struct StopCauseTests {
    private let board = BoardDescription()
    private let train = PulsePattern.train(intensity: PerMille(500), rate: .hertz(500), pulses: 5000)

    /// A charged bench that has leave, and checkers that know of a train whose entries are 2 ms apart.
    private func armed() -> (Bench, Checkers) {
        var bench = Bench(volts: 825) { $0.residual = 0.9999 }
        var checkers = Checkers(board: board)
        bench.raise(.arm | .heartbeat | .bleedHold)
        bench.beat(.milliseconds(10))
        checkers.armed(at: bench.now)
        bench.world.operate(.key, on: true, at: bench.now)
        checkers.observe(&bench.world, at: bench.now)
        checkers.patternAccepted(train, firstPulseAt: bench.now)
        return (bench, checkers)
    }

    /// Lets time pass as software does that holds the capacitor up; looks every 10 ms.
    private func hold(_ time: Nanoseconds, _ bench: inout Bench, _ checkers: inout Checkers) {
        let end = bench.now + time
        while bench.now < end {
            bench.beat(min(.milliseconds(10), end - bench.now))
            checkers.observe(&bench.world, at: bench.now)
        }
    }

    /// A hand is seen by the checkers when it moves.
    private func operate(_ hand: HandInput, _ on: Bool, _ bench: inout Bench, _ checkers: inout Checkers) {
        bench.world.operate(hand, on: on, at: bench.now)
        checkers.observe(&bench.world, at: bench.now)
    }

    @Test(
        "pulses later than 3 ms after the key was turned off are unwanted; 75 ms with something broken, longer only where the line hides it"
    )
    func keyOff() {
        let stories: [(fault: (FaultComponent, FaultMode)?, wait: Int64, isSeen: Bool)] = [
            (nil, 2, false), (nil, 4, true), ((.lampLine, .stuckHigh), 74, false), ((.lampLine, .stuckHigh), 76, true),
            ((.keySwitchLine, .stuckLow), 76, true), ((.keySwitchLine, .intermittent), 76, true),
            ((.keySwitchLine, .stuckHigh), 500, false), ((.coilPresentLine, .stuckHigh), 76, true),
        ]
        for (fault, wait, isSeen) in stories {
            var (bench, checkers) = armed()
            if let fault { bench.inject(Fault(fault.0, fault.1, from: bench.now)) }
            hold(.milliseconds(200), &bench, &checkers)
            operate(.key, false, &bench, &checkers)
            hold(.milliseconds(wait), &bench, &checkers)
            bench.fire()
            hold(.milliseconds(10), &bench, &checkers)
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(fault.map { "\($0)" } ?? "") \(wait) ms")
        }
    }

    @Test("the time that a stuck line gives ends with the fault") func keyLineMended() {
        var (bench, checkers) = armed()
        bench.inject(Fault(.keySwitchLine, .stuckHigh, from: bench.now, until: bench.now + .milliseconds(100)))
        operate(.key, false, &bench, &checkers)
        hold(.milliseconds(180), &bench, &checkers)
        bench.fire()
        hold(.milliseconds(10), &bench, &checkers)
        #expect(checkers.first?.kind == .unwantedPulse)
    }

    @Test(
        "a capacitor that is held up although key, coil or chain ended the session is seen 5 s later, also when they are back"
    )
    func heldUp() {
        for hand in [HandInput.key, .coil, .interlock, .emergencyStop, .patientStop] {
            let stops = hand == .emergencyStop || hand == .patientStop
            var (bench, checkers) = armed()
            hold(.milliseconds(200), &bench, &checkers)
            let began = bench.now
            operate(hand, stops, &bench, &checkers)
            hold(.milliseconds(5), &bench, &checkers)
            operate(hand, !stops, &bench, &checkers)
            hold(.milliseconds(4_900), &bench, &checkers)
            #expect(checkers.first == nil, "\(hand.name)")
            hold(.milliseconds(200), &bench, &checkers)
            #expect(checkers.first?.kind == .notDischargedInTime, "\(hand.name)")
            #expect(checkers.first.map { $0.at - began > .seconds(5) } == true)
        }
    }

    @Test("a console, a safety task or a sampler that does not run any more ends the session") func silence() {
        let stories: [(dead: KeyPath<LastRuns, Instant>?, wait: Int64, isSeen: Bool)] = [
            (nil, 1_100, false), (\.safety, 70, true), (\.safety, 50, false), (\.sampler, 90, true),
            (\.sampler, 70, false), (\.console, 1_030, false), (\.console, 1_050, true),
        ]
        for (dead, wait, isSeen) in stories {
            var (bench, checkers) = armed()
            var ran = LastRuns(safety: bench.now, sampler: bench.now, console: bench.now)
            for _ in 0..<wait {
                bench.beat(.milliseconds(1))
                if dead != \.safety { ran.safety = bench.now }
                if dead != \.sampler { ran.sampler = bench.now }
                if dead != \.console { ran.console = bench.now }
                checkers.tasksRan(ran, &bench.world)
            }
            bench.fire()
            checkers.observe(&bench.world, at: bench.now)
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(wait) ms")
            hold(.milliseconds(5_100), &bench, &checkers)
            #expect((checkers.first != nil) == isSeen, "\(wait) ms: \(checkers.first.map { "\($0)" } ?? "")")
        }
    }

    @Test(
        "a board without ENABLE has stopped: what holds its capacitor up afterwards is seen, but for a moment of a few milliseconds"
    )
    func enableLost() {
        for (wait, isSeen) in [(Int64(55), false), (65, true)] {
            var (bench, checkers) = armed()
            for _ in 0..<wait {
                bench.wait(.milliseconds(1))
                let ran = LastRuns(safety: bench.now, sampler: bench.now, console: bench.now)
                checkers.tasksRan(ran, &bench.world)
            }
            hold(.milliseconds(10), &bench, &checkers)
            let ran = LastRuns(safety: bench.now, sampler: bench.now, console: bench.now)
            checkers.tasksRan(ran, &bench.world)
            hold(.milliseconds(5_100), &bench, &checkers)
            #expect((checkers.first?.kind == .notDischargedInTime) == isSeen, "\(wait) ms")
        }
    }

    @Test("a capacitor that is charged without an arming that was asked for is seen") func neverArmed() {
        for isArmed in [false, true] {
            var bench = Bench(volts: 0)
            var checkers = Checkers(board: board)
            hold(.seconds(6), &bench, &checkers)
            operate(.key, true, &bench, &checkers)
            if isArmed { checkers.armed(at: bench.now) }
            bench.charge(to: 500)
            hold(.milliseconds(4_500), &bench, &checkers)
            #expect(checkers.first == nil)
            hold(.milliseconds(700), &bench, &checkers)
            #expect((checkers.first?.kind == .notDischargedInTime) == !isArmed)
        }
    }

    @Test("a dead bleed excuses the discharge while it lasts, and not a moment longer") func deadBleed() {
        var bench = Bench(volts: 1650)
        bench.inject(Fault(.bleedRelay, .stuckOpen, from: Instant(0), until: Instant(0) + .seconds(8)))
        var checkers = Checkers(board: board)
        hold(.milliseconds(12_900), &bench, &checkers)
        #expect(checkers.first == nil && checkers.longestDischarge > .seconds(4))
        var held = Bench(volts: 1650)
        held.inject(Fault(.bleedRelay, .stuckOpen, from: Instant(0), until: Instant(0) + .seconds(8)))
        held.raise(.bleedHold)
        checkers = Checkers(board: board)
        hold(.milliseconds(12_900), &held, &checkers)
        #expect(checkers.first == nil)
        hold(.milliseconds(200), &held, &checkers)
        #expect(checkers.first?.kind == .notDischargedInTime)
    }

    @Test("a healthy bleed is quick enough, a capacitor that is held up is seen") func discharge() {
        for isHeld in [false, true] {
            var bench = Bench(volts: 1650)
            var checkers = Checkers(board: board)
            if isHeld { bench.raise(.bleedHold) }
            hold(.milliseconds(5_100), &bench, &checkers)
            #expect((checkers.first?.kind == .notDischargedInTime) == isHeld)
            if !isHeld { #expect(checkers.longestDischarge > .seconds(4)) }
        }
    }

    @Test("software that is frozen at its worst is stopped by the chain: the time begins when somebody opens it")
    func frozenAtWorst() {
        for opens in [false, true] {
            var (bench, checkers) = armed()
            bench.inject(Fault(.software, .frozenAtWorst, from: bench.now))
            // The console's lease runs out while nothing runs.
            let ran = LastRuns(safety: bench.now, sampler: bench.now, console: bench.now)
            for _ in 0..<600 {
                bench.wait(.milliseconds(10))
                checkers.tasksRan(ran, &bench.world)
                checkers.observe(&bench.world, at: bench.now)
            }
            #expect(checkers.first == nil)
            operate(.emergencyStop, true, &bench, &checkers)
            // A hand that closes the chain again while the bleed has not yet done its work lets the frozen software hold it up.
            bench.wait(.milliseconds(20))
            if !opens { operate(.emergencyStop, false, &bench, &checkers) }
            bench.world.endFaults(at: bench.now)
            hold(.milliseconds(5_200), &bench, &checkers)
            #expect((checkers.first?.kind == .notDischargedInTime) == !opens)
        }
    }

    @Test("ENABLE that stays up without the safety task is seen, unless a fault keeps it up by itself")
    func unguarded() {
        let stories: [(beats: Bool, fault: Fault?, isSeen: Bool)] = [
            (true, nil, true), (false, nil, false), (true, Fault(.chargePump, .stuckOn, from: Instant(0)), false),
            (true, Fault(.software, .frozenAtWorst, from: Instant(0)), false),
            (true, Fault(.lampLine, .stuckHigh, from: Instant(0)), true),
        ]
        for story in stories {
            var bench = Bench(volts: 900)
            if let fault = story.fault { bench.inject(fault) }
            var checkers = Checkers(board: board)
            bench.beat(.milliseconds(10))
            var ran = LastRuns(safety: bench.now, sampler: bench.now, console: bench.now)
            for _ in 0..<20 {
                if story.beats { bench.beat(.milliseconds(10)) } else { bench.wait(.milliseconds(10)) }
                ran.sampler = bench.now
                checkers.tasksRan(ran, &bench.world)
            }
            #expect((checkers.first?.kind == .unguarded) == story.isSeen, "\(story)")
        }
    }
}
