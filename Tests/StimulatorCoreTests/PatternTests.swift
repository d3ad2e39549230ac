import StimulatorCore
import Testing

@Suite("pulse patterns") struct PatternTests {
    /// The times by four nested loops, innermost level in the innermost loop.
    private func naiveTimes(_ pattern: PulsePattern) -> [Int64] {
        let levels = (0..<4).map { pattern.levels[$0] }
        let times = { (index: Int) in
            (0..<Int64(levels[index].count)).map { $0 * (levels[index].count == 1 ? 0 : levels[index].interval.raw) }
        }
        var all: [Int64] = []
        for fourth in times(3) {
            for third in times(2) {
                for second in times(1) { for first in times(0) { all.append(first + second + third + fourth) } }
            }
        }
        return all
    }

    @Test("a theta burst's times are the nested sums") func thetaBurst() {
        let pattern = PulsePattern.thetaBurst(intensity: PerMille(400), bursts: 10, trains: 20)
        #expect(pattern.pulseCount == 600)
        #expect(pattern.time(of: 0) == .zero)
        #expect(pattern.time(of: 2) == .milliseconds(40))
        #expect(pattern.time(of: 3) == .milliseconds(200))
        #expect(pattern.time(of: 30) == .seconds(10))
    }

    @Test("the closed form gives what nested loops give, in order, for random patterns") func closedForm() throws {
        for seed in UInt64(0)..<300 {
            var random = Seeded(seed)
            let pattern = try PulsePattern.random(&random).validated()
            let times = naiveTimes(pattern)
            #expect(Int(pattern.pulseCount) == times.count, "seed \(seed)")
            #expect(times.indices.allSatisfy { pattern.time(of: UInt32($0)).raw == times[$0] }, "seed \(seed)")
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 1_800_000 }, "seed \(seed)")
            #expect(pattern.duration.raw == times.last, "seed \(seed)")
        }
    }

    @Test("the library's patterns are the published ones") func library() throws {
        let train = PulsePattern.train(
            intensity: PerMille(800), rate: .hertz(10), pulses: 40, repeats: 75, every: .seconds(30))
        #expect(train.pulseCount == 3000)
        #expect(train.time(of: 39) == .milliseconds(3_900))
        #expect(train.time(of: 40) == .seconds(30))
        let quadripulse = PulsePattern.quadripulse(intensity: PerMille(500), interval: .milliseconds(5), bursts: 1440)
        #expect(quadripulse.pulseCount == 5760)
        #expect(quadripulse.time(of: 3) == .milliseconds(15))
        #expect(quadripulse.time(of: 4) == .seconds(5))
        let paired = PulsePattern.paired(intensity: PerMille(500), interval: .milliseconds(3))
        #expect(paired.duration == .milliseconds(3))
        #expect(PulsePattern.single(intensity: PerMille(1)).pulseCount == 1)
        for pattern in [train, quadripulse, paired, .single(intensity: PerMille(1))] { _ = try pattern.validated() }
    }

    @Test("a ramp rises from its first intensity, evenly, and stays at the last") func ramp() throws {
        var pattern = PulsePattern.train(intensity: PerMille(1000), rate: .hertz(5), pulses: 100)
        pattern.rampPulses = 10
        pattern.rampFrom = PerMille(500)
        _ = try pattern.validated()
        let intensities = (UInt32(0)..<100).map { pattern.intensity(of: $0).raw }
        #expect(Array(intensities[0...10]) == [500, 550, 600, 650, 700, 750, 800, 850, 900, 950, 1000])
        #expect(intensities[10...].allSatisfy { $0 == 1000 })
    }

    @Test("a ramp never falls and never leaves its ends, whatever its numbers") func randomRamps() {
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            let pattern = PulsePattern.random(&random)
            var before: Int32 = 0
            for number in 0..<50 {
                let now = pattern.intensity(of: UInt32(number)).raw
                #expect(now >= before && now <= pattern.intensity.raw, "seed \(seed)")
                before = now
            }
        }
    }

    /// The rule that `validated` refuses by, and the limit it names.
    private func refusal(_ change: (inout PulsePattern) -> Void) -> Refusal? {
        var pattern = PulsePattern.train(
            intensity: PerMille(500), rate: .hertz(10), pulses: 10, repeats: 2, every: .seconds(5))
        change(&pattern)
        do throws(Refusal) { _ = try pattern.validated() } catch { return error }
        return nil
    }

    @Test("H-18 a pattern outside its ranges is refused by name, with the limit that it breaks") func hostile() {
        #expect(refusal { _ in } == nil)
        for intensity in [0, -1, 1001, Int32.min, .max] {
            #expect(refusal { $0.intensity = PerMille(intensity) }?.rule == .badValue)
        }
        for count in [0, 6001, 65_537, UInt32.max] {
            #expect(refusal { $0.levels[0].count = count }?.rule == .trainLength)
            #expect(refusal { $0.levels[3].count = count }?.rule == .trainLength)
        }
        #expect(refusal { $0.levels[1].count = 601 }?.actual == 6010)
        #expect(refusal { $0.levels[1].count = 600 } == nil)
        let shortest = refusal { $0.levels[0].interval = .microseconds(1_799) }
        #expect(shortest?.rule == .interval && shortest?.limit == 1_800 && shortest?.actual == 1_799)
        #expect(refusal { $0.levels[0].interval = .microseconds(1_800) } == nil)
        let overlapping = refusal { $0.levels[1].interval = .microseconds(901_799) }
        #expect(overlapping?.rule == .interval && overlapping?.limit == 901_800)
        #expect(refusal { $0.levels[1].interval = .microseconds(901_800) } == nil)
        let longest = refusal { $0.levels[1].interval = .seconds(3_601) }
        #expect(longest?.rule == .interval && longest?.limit == 3_600_000_000 && longest?.wouldAdmit == 3_600_000_000)
        for interval in [Int64.min, -1, 0, .max] {
            #expect(refusal { $0.levels[0].interval = Nanoseconds(interval) }?.rule == .interval)
        }
        for (pulses, from) in [(UInt32(5), Int32(0)), (5, 501), (5, -3), (5, .max)] {
            let found = refusal {
                $0.rampPulses = pulses
                $0.rampFrom = PerMille(from)
            }
            #expect(found?.rule == .badValue)
        }
        let longRamp = refusal {
            $0.rampPulses = 65_541
            $0.rampFrom = PerMille(100)
        }
        #expect(longRamp?.rule == .trainLength)
    }

    @Test("H-18 no numbers whatever make a pattern trap, and what validation passes is inside every range")
    func anyNumbers() {
        for seed in UInt64(0)..<50_000 {
            var random = Seeded(seed)
            var pattern = PulsePattern(intensity: PerMille(Int32(truncatingIfNeeded: random.hostile())))
            for index in 0..<4 {
                pattern.levels[index] = PatternLevel(
                    count: UInt32(truncatingIfNeeded: random.hostile()), interval: Nanoseconds(random.hostile()))
            }
            pattern.rampPulses = UInt32(truncatingIfNeeded: random.hostile())
            pattern.rampFrom = PerMille(Int32(truncatingIfNeeded: random.hostile()))
            let number = UInt32(truncatingIfNeeded: random.next())
            _ = (pattern.time(of: number), pattern.intensity(of: number), pattern.duration)
            do throws(Refusal) {
                let valid = try pattern.validated()
                #expect((1...6000).contains(valid.pulseCount) && valid.duration.raw >= 0, "seed \(seed)")
                #expect((1...1000).contains(valid.intensity.raw), "seed \(seed)")
            } catch {
                #expect([.badValue, .trainLength, .interval].contains(error.rule), "seed \(seed)")
            }
        }
    }
}
