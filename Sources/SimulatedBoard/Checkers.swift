import StimulatorCore

/// What must never happen, whatever fails.
public enum ViolationKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Coil current that matches no accepted entry within 200 us, matches one a second time, or comes after a stop. Value: mV.
    case unwantedPulse = 0
    /// True voltage above 110 % of the board's maximum. Value: mV.
    case voltageCeiling = 1
    /// True voltage of 60 V or more when the board's discharge time after a trip was over. Value: mV.
    case notDischargedInTime = 2
    /// The coil's case above 41 C. Value: millidegrees.
    case coilTooHot = 3
    /// A pulse at an accepted entry's time whose true voltage is more than 3 % and 2 V off that entry's intensity. Value: mV.
    case wrongStrength = 4
    /// ENABLE is up although the safety task has not run for 75 ms. Value: ms.
    case unguarded = 5

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 6 }

    public var name: StaticString {
        switch self {
        case .unwantedPulse: "unwantedPulse"
        case .voltageCeiling: "voltageCeiling"
        case .notDischargedInTime: "notDischargedInTime"
        case .coilTooHot: "coilTooHot"
        case .wrongStrength: "wrongStrength"
        case .unguarded: "unguarded"
        }
    }
}

/// A violation: what, when, and the value that was too much.
public struct Violation: BitwiseCopyable, Hashable, Sendable {
    public var kind: ViolationKind
    public var at: Instant
    /// In the unit that the kind states.
    public var value: Int64
}

/// Watches the true world. It shares no code with the kernel that it checks: the numbers below are its own copies.
///
/// The scheduler calls `observe` at least every 20 ms of the world's time (sixteen pulses are kept) and before it tells of a new
/// pattern, a stop or a trip.
public struct Checkers: BitwiseCopyable, Sendable {
    /// The first violation; nil when all is well.
    public private(set) var first: Violation?
    /// Which kinds there were, one bit a kind.
    public private(set) var kinds: UInt8 = 0
    /// Pulses that matched an accepted entry.
    public private(set) var wantedPulses: UInt64 = 0
    /// Pulses that matched none.
    public private(set) var unwantedPulses: UInt64 = 0
    /// Pulses that matched none while a fault was active that is a pulse by itself: no violation.
    public private(set) var excusedPulses: UInt64 = 0
    /// Highest true voltage, millivolts.
    public private(set) var highestMillivolts: Int64 = 0
    /// Hottest case, millidegrees Celsius.
    public private(set) var hottestMillicelsius: Int64 = -273_150
    /// The longest time from a trip to below 60 V, but for a dead bleed.
    public private(set) var longestDischarge = Nanoseconds.zero

    private let maximumMillivolts: Int64
    private let ceilingMillivolts: Int64
    private let dischargeTime: Nanoseconds
    private var walk = PatternWalk()
    private var stoppedAt = Instant.distantPast
    private var trippedAt: Instant?
    private var isDischargeExcused = false
    private var enableExcusedAt = Instant.distantPast
    private var seenPulses: UInt64 = 0
    private var nextCaseAt = Instant.distantPast

    /// 110 % of the board's maximum (1815 V at 1650 V), and the board's time to below 60 V.
    public init(board: BoardDescription) {
        maximumMillivolts = Int64(board.maximumVoltage.raw)
        ceilingMillivolts = maximumMillivolts * 11 / 10
        dischargeTime = board.dischargeTime
    }

    /// The kernel accepted a pattern and told when its first pulse is due.
    public mutating func patternAccepted(_ pattern: PulsePattern, firstPulseAt: Instant) {
        walk = PatternWalk(pattern, firstAt: firstPulseAt)
        stoppedAt = .distantFuture
    }

    /// A pattern was ended, by whomever: no pulse may follow.
    public mutating func stopped(at now: Instant) { stoppedAt = min(stoppedAt, now) }

    /// A trip or a disarm: no pulse may follow, and the capacitor has to be below 60 V in the board's time. A second trip on the way
    /// down does not extend it.
    public mutating func tripped(at now: Instant) {
        stopped(at: now)
        if trippedAt == nil {
            trippedAt = now
            isDischargeExcused = false
        }
    }

    /// The safety task ran last at `ranAt`. The guardian has to notice 9 ms later that it does not run any more, or to be dead too:
    /// ENABLE is gone 50 ms after the last edge of the heartbeat.
    public mutating func safetyTaskRan(at ranAt: Instant, _ world: inout World, at now: Instant) {
        // Two faults keep ENABLE up by themselves. Where it was down, the guardian's last edge, downwards, may bring it back once.
        let isHeld =
            world.isActive(.software, .frozenAtWorst, at: now) || world.isActive(.chargePump, .stuckOn, at: now)
        if isHeld || !world.isEnabled { enableExcusedAt = now }
        let elapsed = now - max(ranAt, enableExcusedAt)
        if elapsed > .milliseconds(75) { record(.unguarded, elapsed.raw / 1_000_000, at: now) }
    }

    /// Looks at the world at `now`. (The world goes by reference: it is large, and a copy would cost more than the look.)
    public mutating func observe(_ world: inout World, at now: Instant) {
        world.advance(to: now)
        checkPulses(&world)
        // While the charger rests the voltage cannot rise, and the world keeps its own maximum of every segment.
        if world.isCharging || trippedAt != nil { checkVoltage(&world) }
        let peak = milli(world.peakVolts)
        if peak > highestMillivolts { raise(peak, at: world.now) }
        if world.now >= nextCaseAt { checkCase(world.now, world.caseTemperature) }
    }

    private mutating func checkPulses(_ world: inout World) {
        if world.pulses.count == seenPulses { return }
        let pulses = world.pulses
        for number in max(seenPulses, pulses.oldest)..<pulses.count {
            let pulse = pulses[number]
            // 200 us: the lateness beyond which a pulse has to be omitted.
            if pulse.at <= stoppedAt, let number = walk.take(at: pulse.at, tolerance: 200_000) {
                wantedPulses += 1
                checkStrength(of: pulse, number: number, world.faults)
            } else if isExcused(pulse.at, world.faults) {
                excusedPulses += 1
            } else {
                unwantedPulses += 1
                record(.unwantedPulse, Int64(pulse.before.raw), at: pulse.at)
            }
        }
        seenPulses = pulses.count
    }

    /// The tolerances of the charger's and the converter's dividers, and 1.5 % that the board may be off, add up to 2.1 %.
    private mutating func checkStrength(of pulse: TruePulse, number: UInt32, _ faults: FaultTable) {
        let meant = walk.millivolts(of: number, at: maximumMillivolts)
        var perCent: Int64 = 3
        for index in 0..<Int(faults.count) {
            let fault = faults[index]
            guard fault.isActive(at: pulse.at) else { continue }
            // A sample may be 10 ms old: what broke since then cannot be known.
            if pulse.at - fault.from < .milliseconds(10) { return }
            // With one converter nobody can know these 8 %: a set-point output above its read-back, which the charger follows between
            // the last sample and the pulse, and a divider that reads low while the bleed lowers the voltage.
            let isHidden = fault.component == .setPointDAC || fault.component == .voltageDivider
            if isHidden, fault.mode == .wrong { perCent = 10 }
        }
        if abs(Int64(pulse.before.raw) - meant) > meant * perCent / 100 + 2_000 {
            record(.wrongStrength, Int64(pulse.before.raw), at: pulse.at)
        }
    }

    private func isExcused(_ at: Instant, _ faults: FaultTable) -> Bool {
        for index in 0..<Int(faults.count) {
            let fault = faults[index]
            if fault.isPulseByItself, fault.isActive(at: at) { return true }
        }
        return false
    }

    private mutating func checkVoltage(_ world: inout World) {
        let millivolts = milli(world.volts)
        if millivolts > highestMillivolts { raise(millivolts, at: world.now) }
        guard var trippedAt else { return }
        for index in 0..<Int(world.faults.count) {
            let fault = world.faults[index]
            if fault.isDeadBleed, fault.isActive(at: world.now) { isDischargeExcused = true }
            // Only the chain stops such a board: the time begins when the fault ends or somebody opens the chain.
            if fault.isStoppedByChainAlone, fault.isActive(at: world.now), world.isChainClosed {
                trippedAt = world.now
            }
        }
        self.trippedAt = trippedAt
        let elapsed = world.now - trippedAt
        if millivolts < 60_000 {
            self.trippedAt = nil
            if !isDischargeExcused { longestDischarge = max(longestDischarge, elapsed) }
        } else if elapsed > dischargeTime, !isDischargeExcused {
            record(.notDischargedInTime, millivolts, at: world.now)
        }
    }

    private mutating func raise(_ millivolts: Int64, at now: Instant) {
        highestMillivolts = millivolts
        if millivolts > ceilingMillivolts { record(.voltageCeiling, millivolts, at: now) }
    }

    /// The case follows the winding in tens of seconds: ten looks a second are plenty.
    private mutating func checkCase(_ now: Instant, _ celsius: Double) {
        nextCaseAt = now + .milliseconds(100)
        let millidegrees = milli(celsius)
        hottestMillicelsius = max(hottestMillicelsius, millidegrees)
        if millidegrees > 41_000 { record(.coilTooHot, millidegrees, at: now) }
    }

    private mutating func record(_ kind: ViolationKind, _ value: Int64, at now: Instant) {
        kinds |= 1 << kind.rawValue
        if first == nil { first = Violation(kind: kind, at: now, value: value) }
    }

    private func milli(_ value: Double) -> Int64 { Int64(value * 1000) }
}
