/// How much of one rule a pattern uses up.
public struct RuleLoad: BitwiseCopyable, Hashable, Sendable {
    public var rule: RefusalRule
    /// Per mille of what the rule allows: 1000 is the limit itself.
    public var used: Int64
    /// The unit of both values.
    public var unit: ValueUnit
    /// The rule's limit, and the pattern's value nearest to it.
    public var limit: Int64
    public var actual: Int64
    /// Where it comes nearest, counted from 0.
    public var pulseIndex: UInt32
}

/// What a pattern asks of the board, rule by rule.
public struct RuleLoads: BitwiseCopyable, Hashable, Sendable {
    /// How many rules are measured.
    public static var count: Int { 5 }

    private var loads: Fixed<5, RuleLoad>

    /// Nothing asked yet.
    init(board: BoardDescription, coil: Millicelsius) {
        let none = RuleLoad(rule: .rateForPower, used: 0, unit: .millihertz, limit: 0, actual: 0, pulseIndex: 0)
        loads = Fixed(repeating: none)
        loads[1] = RuleLoad(rule: .recharge, used: 0, unit: .microseconds, limit: 0, actual: 0, pulseIndex: 0)
        loads[2] = RuleLoad(
            rule: .pulsesPerSecond, used: 0, unit: .pulses, limit: Int64(board.pulsesPerSecond), actual: 0,
            pulseIndex: 0)
        loads[3] = RuleLoad(
            rule: .energy, used: 0, unit: .millijoules, limit: board.energyPerMinute.raw, actual: 0, pulseIndex: 0)
        loads[4] = RuleLoad(
            rule: .temperatureForecast, used: 0, unit: .millicelsius,
            limit: Int64((board.coilTrip - Admission.coilMargin).raw), actual: Int64(coil.raw), pulseIndex: 0)
    }

    /// Load `index`, 0 ..< count: rate, recharge, pulses in a second, energy, temperature.
    public subscript(index: Int) -> RuleLoad { loads[index] }

    /// The rule that has least to spare; nil where the pattern comes near none.
    public var tightest: RuleLoad? {
        var tightest = loads[0]
        for index in 1..<RuleLoads.count where loads[index].used > tightest.used { tightest = loads[index] }
        return tightest.used > 0 ? tightest : nil
    }

    mutating func note(_ index: Int, _ used: Int64, limit: Int64, actual: Int64, _ pulse: UInt32) {
        guard used > loads[index].used else { return }
        loads[index].used = used
        loads[index].limit = limit
        loads[index].actual = actual
        loads[index].pulseIndex = pulse
    }
}

/// One pulse of a pattern, as the models see it.
public struct PulseSample: BitwiseCopyable, Hashable, Sendable {
    public var number: UInt32
    /// After the first pulse.
    public var time: Nanoseconds
    /// Of the capacitor, before the pulse and after it at worst.
    public var before: Millivolts
    public var after: Millivolts
    /// Right after the pulse.
    public var coil: CoilModel
}

extension Admission {
    /// Runs a plan through the models and measures what it asks of each rule.
    /// - Parameter sample: called for every pulse, also of a plan that is then refused.
    /// - Returns: the loads up to the end, or up to the pulse at which the plan is refused.
    public static func survey(
        _ plan: PulsePlan, board asBuilt: BoardDescription, snapshot: Snapshot, sample: (PulseSample) -> Void
    ) -> RuleLoads {
        let board = asBuilt.withinCeilings
        var start = Millicelsius.celsius(-256)
        var loads: RuleLoads?
        var number: UInt32 = 0
        do throws(Refusal) {
            _ = try forecast(plan, board: board, snapshot: snapshot) { run in
                if number == 0 { start = run.startTemperature }
                var measured = loads ?? RuleLoads(board: board, coil: start)
                run.measure(into: &measured, number, from: start)
                loads = measured
                let before = board.setPoint(for: run.previous)
                sample(
                    PulseSample(
                        number: number, time: run.last - Instant(0), before: before,
                        after: Millivolts(saturating: Int64(before.raw) * Int64(board.residualLeast.raw) / 1000),
                        coil: run.coil))
                number += 1
            }
        } catch {
            // The verdict says why.
        }
        return loads ?? RuleLoads(board: board, coil: start)
    }
}

extension Admission.Run {
    /// Notes what the latest pulse asked of each rule.
    borrowing func measure(into loads: inout RuleLoads, _ number: UInt32, from start: Millicelsius) {
        if number > 0 {
            let asked = max(1, interval.raw)
            loads.note(
                1, (leastInterval.raw * 1000 + asked - 1) / asked, limit: leastInterval.raw / 1000,
                actual: asked / 1000,
                number)
        }
        if number >= 4 {
            let allowed = board.rate(at: previous).raw
            let actual = Millihertz(every: window.latestAverageInterval).raw
            loads.note(0, actual * 1000 / max(1, allowed), limit: allowed, actual: actual, number)
        }
        let perSecond = Int64(board.pulsesPerSecond)
        let inSecond = Int64(window.countInLastSecond)
        loads.note(2, inSecond * 1000 / max(1, perSecond), limit: perSecond, actual: inSecond, number)
        let energy = board.energyPerMinute.raw
        loads.note(3, mostInMinute.raw * 1000 / max(1, energy), limit: energy, actual: mostInMinute.raw, number)
        let limit = Int64((board.coilTrip - Admission.coilMargin).raw)
        let room = max(1, limit - Int64(start.raw))
        let rise = Int64(hottest.raw) - Int64(start.raw)
        loads.note(4, rise * 1000 / room, limit: limit, actual: Int64(hottest.raw), number)
    }
}

/// How fast an intensity may be repeated for ever, by each of the three rules that bound it: the lowest wins.
public struct SustainedRates: BitwiseCopyable, Hashable, Sendable {
    /// What the power stage gives.
    public var byTable: Millihertz
    /// What the charger refills, in the worst case of the parts.
    public var byRecharge: Millihertz
    /// What may be given without a wait afterwards.
    public var byEnergy: Millihertz

    public init(at intensity: PerMille, board asBuilt: BoardDescription) {
        let board = asBuilt.withinCeilings
        byTable = SustainedRates.tenths(board.rate(at: intensity).raw)
        let least = CapacitorPlan.leastInterval(after: intensity, next: intensity, board: board)
        byRecharge = SustainedRates.tenths(1_000_000_000_000 / max(1, least.raw))
        let energy = max(1, board.energy(at: board.setPoint(for: intensity)).raw)
        byEnergy = SustainedRates.tenths(board.sustainedPower.raw * 1000 / energy)
    }

    /// Rounded down to 0.1 Hz: what a person types is then within it.
    private static func tenths(_ millihertz: Int64) -> Millihertz { Millihertz(millihertz / 100 * 100) }
}
