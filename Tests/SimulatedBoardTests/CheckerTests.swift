import SimulatedBoard
import StimulatorCore
import Testing

@Suite("the checkers") struct CheckerTests {
    private let board = BoardDescription()

    /// A charged bench with its checkers, and pulses at the times that a test wants, relative to the pattern's first.
    private func run(
        _ pattern: PulsePattern?, pulses: [Int64], stopAt: Int64? = nil, fault: Fault? = nil
    ) -> Checkers {
        var bench = Bench(volts: 825) { $0.residual = 0.9999 }
        var checkers = Checkers(board: board)
        if let fault { bench.inject(fault) }
        bench.raise(.arm | .heartbeat | .bleedHold)
        bench.beat(.milliseconds(10))
        bench.world.operate(.key, on: true, at: bench.now)
        checkers.armed(at: bench.now)
        let first = bench.now
        if let pattern { checkers.patternAccepted(pattern, firstPulseAt: first + .milliseconds(10)) }
        for time in pulses {
            bench.beat(max(.zero, first + .milliseconds(10) + .microseconds(time) - bench.now))
            if let stopAt, stopAt < time { checkers.stopped(at: first + .milliseconds(10) + .microseconds(stopAt)) }
            bench.fire()
            checkers.observe(&bench.world, at: bench.now)
        }
        bench.beat(.milliseconds(1))
        checkers.observe(&bench.world, at: bench.now)
        return checkers
    }

    @Test("pulses at an accepted pattern's times are wanted, also late within 200 us and with entries omitted")
    func wanted() {
        let burst = PulsePattern.thetaBurst(intensity: PerMille(500), bursts: 2)
        let times: [Int64] = [0, 20_199, 200_000, 239_801]
        let checkers = run(burst, pulses: times)
        #expect(checkers.first == nil)
        #expect(checkers.wantedPulses == 4)
    }

    @Test("the walk of a pattern meets every time of the closed form, for 200 random patterns") func walk() {
        for seed in UInt64(1)...200 {
            var dice = Dice(seed: seed)
            var pattern = PulsePattern(intensity: PerMille(500))
            var span: Int64 = 0
            for level in 0..<4 {
                let count = UInt32(1 + dice.below(4))
                let interval = span + 2_000_000 + Int64(dice.below(20_000_000))
                pattern.levels[level] = PatternLevel(count: count, interval: Nanoseconds(interval))
                span += Int64(count - 1) * interval
            }
            var bench = Bench(volts: 1600) { $0.residual = 0.9999 }
            var checkers = Checkers(board: board)
            bench.raise(.arm | .heartbeat)
            bench.beat(.milliseconds(1))
            let first = bench.now + .milliseconds(1)
            bench.world.operate(.key, on: true, at: bench.now)
            checkers.armed(at: bench.now)
            checkers.patternAccepted(pattern, firstPulseAt: first)
            for number in 0..<pattern.pulseCount {
                bench.beat(first + pattern.time(of: number) - bench.now)
                bench.fire()
                checkers.observe(&bench.world, at: bench.now)
            }
            #expect(checkers.wantedPulses == UInt64(pattern.pulseCount), "seed \(seed)")
            #expect(checkers.unwantedPulses == 0, "seed \(seed)")
        }
    }

    @Test("a pulse without a pattern, off its time, twice for one entry, after the last or after a stop is unwanted")
    func unwanted() {
        let train = PulsePattern.train(intensity: PerMille(500), rate: .hertz(50), pulses: 3)
        let single = PulsePattern.single(intensity: PerMille(500))
        let stories: [(PulsePattern?, [Int64], Int64?)] = [
            (nil, [0], nil), (train, [0, 20_201], nil), (train, [0, 19_799], nil), (single, [0, 1_900], nil),
            (train, [0, 20_000, 40_000, 60_000], nil), (train, [0, 20_000], 19_000),
        ]
        for (pattern, pulses, stopAt) in stories {
            let checkers = run(pattern, pulses: pulses, stopAt: stopAt)
            #expect(checkers.first?.kind == .unwantedPulse, "\(pulses)")
            #expect(checkers.unwantedPulses == 1, "\(pulses)")
        }
    }

    @Test("a voltage above 110 % is seen, also between two looks") func ceiling() {
        var bench = Bench(volts: 0)
        bench.charge(to: 1650)
        var checkers = Checkers(board: board)
        checkers.observe(&bench.world, at: bench.now)
        #expect(checkers.first == nil)
        bench.inject(Fault(.overvoltageComparator, .off, from: bench.now))
        let runaway = Fault(.charger, .runaway, from: bench.now, until: bench.now + .milliseconds(70))
        bench.inject(runaway)
        bench.beat(.milliseconds(75))
        bench.lower(.bleedHold)
        bench.beat(.milliseconds(500))
        #expect(bench.world.volts < 1815)
        checkers.observe(&bench.world, at: bench.now)
        #expect(checkers.first?.kind == .voltageCeiling)
    }

    @Test("a case above 41 C is seen") func tooHot() {
        var hot = BoardDescription()
        hot.ambient = Millicelsius(41_001)
        var bench = Bench(board: hot)
        var checkers = Checkers(board: hot)
        checkers.observe(&bench.world, at: bench.now)
        #expect(checkers.first?.kind == .coilTooHot)
        #expect(checkers.first?.value == 41_001)
    }
}
