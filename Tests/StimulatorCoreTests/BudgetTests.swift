import StimulatorCore
import Testing

@Suite("energy budget and pulse window") struct BudgetTests {
    private let board = BoardDescription()

    @Test("the published example: 73 %, 25 Hz, 250 pulses want a wait of 21.97 s and 18.77 s on-time a minute")
    func published() {
        // The published energy table: 0.0252 J per cent squared.
        let pulse = Millijoules(Int64(0.0252 * 73 * 73 * 1000))
        let interval = Nanoseconds.milliseconds(40)
        var budget = EnergyBudget(sustained: board.sustainedPower)
        var now = Instant(0)
        for _ in 0..<250 {
            budget.add(pulse, at: now)
            now += interval
        }
        // The rule counts a train as n intervals long: the wait begins one interval after the last pulse, where `now` is.
        #expect(abs(budget.wait(at: now).raw - 21_970_000_000) < 10_000_000)
        #expect(budget.wait(at: now + budget.wait(at: now)) < .milliseconds(2))
        let affordable = board.energyPerMinute.raw / pulse.raw
        #expect(abs(affordable * interval.raw - 18_770_000_000) < 40_000_000)
    }

    @Test("the sum of a minute never leaves out a pulse of the last 60 s and never keeps one older than 61 s")
    func lastMinute() {
        for seed in UInt64(0)..<60 {
            var random = Seeded(seed)
            var budget = EnergyBudget(sustained: board.sustainedPower)
            var pulses: [(at: Int64, energy: Int64)] = []
            var now = Int64.random(in: 0...90_000_000_000, using: &random)
            for _ in 0..<400 {
                let mean = [1_000_000, 100_000_000, 3_000_000_000, 40_000_000_000][Int(random.next() % 4)]
                now += Int64.random(in: 0...Int64(mean), using: &random)
                let energy = Int64.random(in: 0...252_000, using: &random)
                budget.add(Millijoules(energy), at: Instant(now))
                pulses.append((now, energy))
                let sum = budget.lastMinute(at: Instant(now)).raw
                let least = pulses.filter { now - $0.at < 60_000_000_000 }.reduce(0) { $0 + $1.energy }
                let most = pulses.filter { now - $0.at < 61_000_000_000 }.reduce(0) { $0 + $1.energy }
                #expect(sum >= least && sum <= most, "seed \(seed)")
            }
        }
    }

    @Test("the backlog drains at the sustained power, to nothing and no further") func backlog() {
        var budget = EnergyBudget(sustained: .watts(1050))
        budget.add(.joules(2100), at: Instant(0))
        #expect(budget.backlog(at: Instant(0)) == .joules(2100))
        #expect(budget.backlog(at: Instant(0) + .milliseconds(500)) == .joules(1575))
        #expect(budget.wait(at: Instant(0) + .milliseconds(500)) == .milliseconds(1500))
        #expect(budget.backlog(at: Instant(0) + .seconds(2)) == .zero)
        #expect(budget.wait(at: .distantFuture) == .zero)
    }

    @Test("H-12 no moment and no amount makes the budget trap or go below nothing") func hostile() {
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            let drain = Milliwatts(max(1, min(1_000_000_000, random.hostile())))
            var budget = EnergyBudget(sustained: drain)
            for _ in 0..<30 {
                let now = Instant(random.hostile())
                budget.add(Millijoules(Int64(random.next() % 1_000_000)), at: now)
                let sum = budget.lastMinute(at: now)
                #expect(sum.raw >= 0, "seed \(seed)")
                #expect(budget.backlog(at: Instant(random.hostile())).raw >= 0, "seed \(seed)")
                #expect(budget.wait(at: Instant(random.hostile())) >= .zero, "seed \(seed)")
            }
            _ = EnergyBudget.wait(for: Millijoules(random.hostile()), sustained: Milliwatts(random.hostile()))
        }
    }

    /// The rule of the window, over a list of every pulse.
    private func naiveRule(_ times: [Int64], _ next: Int64, _ limit: Int, _ interval: Int64) -> RefusalRule? {
        if let last = times.last, next - last < 1_800_000 { return .interval }
        if times.filter({ $0 > next - 1_000_000_000 }).count >= limit { return .pulsesPerSecond }
        if times.count >= 4, next - times[times.count - 4] < 4 * max(interval, 10_000_000) - 4 { return .rateForPower }
        return nil
    }

    @Test("H-11 the window says what a list of every pulse says") func window() {
        var found = Set<RefusalRule?>()
        for seed in UInt64(0)..<300 {
            var random = Seeded(seed)
            var window = PulseWindow()
            var times: [Int64] = []
            var now: Int64 = 0
            let limit = UInt32.random(in: 1...100, using: &random)
            let rate = Millihertz(Int64.random(in: 1_000...120_000, using: &random))
            for _ in 0..<400 {
                let most = [3_000_000, 15_000_000, 60_000_000, 900_000_000][Int(random.next() % 4)]
                now += Int64.random(in: 500_000...Int64(most), using: &random)
                let rule = window.broken(by: Instant(now), perSecond: limit, rate: rate)
                #expect(rule == naiveRule(times, now, Int(limit), rate.interval.raw), "seed \(seed)")
                found.insert(rule)
                if rule == nil {
                    window.add(Instant(now))
                    times.append(now)
                }
            }
        }
        #expect(found == [nil, .interval, .pulsesPerSecond, .rateForPower])
    }

    @Test("H-11 groups of up to four may be closer than the rate; a fifth pulse may not") func groups() {
        var window = PulseWindow()
        for number in 0..<4 {
            let at = Instant(0) + Nanoseconds.milliseconds(5) * Int64(number)
            #expect(window.broken(by: at, perSecond: 50, rate: .hertz(20)) == nil)
            window.add(at)
        }
        #expect(window.broken(by: Instant(20_000_000), perSecond: 50, rate: .hertz(20)) == .rateForPower)
        #expect(window.broken(by: Instant(199_999_995), perSecond: 50, rate: .hertz(20)) == .rateForPower)
        #expect(window.broken(by: Instant(200_000_000), perSecond: 50, rate: .hertz(20)) == nil)
        #expect(window.averageInterval(at: Instant(200_000_000)) == .milliseconds(50))
    }

    @Test("H-11 a limit of no pulses a second admits none, and no moment traps") func edges() {
        #expect(PulseWindow().broken(by: Instant(0), perSecond: 0, rate: .hertz(50)) == .pulsesPerSecond)
        var random = Seeded(6)
        var window = PulseWindow()
        for _ in 0..<5_000 {
            let time = Instant(random.hostile())
            let limit = UInt32(truncatingIfNeeded: random.hostile())
            _ = window.broken(by: time, perSecond: limit, rate: Millihertz(random.hostile()))
            _ = window.averageInterval(at: time)
            window.add(time)
        }
    }
}
