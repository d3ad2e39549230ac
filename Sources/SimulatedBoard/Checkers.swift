import StimulatorCore

/// Watches the true world. It shares no code with the kernel that it checks: the numbers below are its own copies.
///
/// A board has leave to be charged from an `armed` to the first reason to stop. The scheduler tells of what the console asked for and
/// of what the kernel says of itself; hands, faults, ENABLE and tasks that do not run are reasons that the checkers see in the world.
/// It calls `observe` at least every 20 ms of the world's time (sixteen pulses are kept), when a hand moves, before a fault is
/// planned, and before it tells of a new pattern, a stop or a trip.
public struct Checkers: BitwiseCopyable, Sendable {
    /// The first violation; nil when all is well.
    public private(set) var first: Violation?
    /// Which kinds there were, one bit a kind.
    public private(set) var kinds: UInt8 = 0
    /// Pulses that matched an accepted entry.
    public private(set) var wantedPulses: UInt64 = 0
    /// Pulses that matched none.
    public private(set) var unwantedPulses: UInt64 = 0
    /// Pulses that matched none and that a fault made by itself, where nothing can prevent it: no violation.
    public private(set) var excusedPulses: UInt64 = 0
    /// Highest true voltage, millivolts.
    public private(set) var highestMillivolts: Int64 = 0
    /// Hottest case, millidegrees Celsius.
    public private(set) var hottestMillicelsius: Int64 = -273_150
    /// The longest time from a stop to below 60 V, but for a dead bleed.
    public private(set) var longestDischarge = Nanoseconds.zero

    private let maximumMillivolts: Int64
    private let ceilingMillivolts: Int64
    private let dischargeTime: Nanoseconds
    private var walk = PatternWalk()
    private var patternEndedAt = Instant.distantPast
    private var causes: StopCauses
    private var armedAt = Instant.distantPast
    /// Since when nothing may be energised; nil while the board has leave.
    private var mustStopAt: Instant? = Instant(0)
    /// The capacitor of a board that had to stop was last seen at 60 V or more.
    private var isHigh = true
    /// When such a board was last seen below 60 V, or with a fault that alone keeps it up.
    private var notHeldAt = Instant.distantPast
    /// When the flow into the capacitor that was last seen began.
    private var flowSeenAt = Instant.distantPast
    private var enableExcusedAt = Instant.distantPast
    /// Since when a charged board has no ENABLE.
    private var enableLostAt: Instant?
    private var seenPulses: UInt64 = 0
    private var nextCaseAt = Instant.distantPast

    /// 110 % of the board's maximum (1815 V at 1650 V), the board's time to below 60 V, its lease.
    public init(board: BoardDescription) {
        maximumMillivolts = Int64(board.maximumVoltage.raw)
        ceilingMillivolts = maximumMillivolts * 11 / 10
        dischargeTime = board.dischargeTime
        causes = StopCauses(lease: board.lease)
    }

    // MARK: What it is told

    /// The console's arming was accepted: the capacitor may be charged.
    public mutating func armed(at now: Instant) {
        armedAt = now
        mustStopAt = nil
    }

    /// The kernel accepted a pattern and told when its first pulse is due.
    public mutating func patternAccepted(_ pattern: PulsePattern, firstPulseAt: Instant) {
        walk = PatternWalk(pattern, firstAt: firstPulseAt)
        patternEndedAt = .distantFuture
    }

    /// A pattern was ended, by whomever: no pulse may follow.
    public mutating func stopped(at now: Instant) { patternEndedAt = min(patternEndedAt, now) }

    /// A trip, a disarm, or a reason for one: no pulse may follow, and the capacitor has to be below 60 V in the board's time. A second
    /// reason on the way down does not extend it.
    public mutating func tripped(at now: Instant) {
        stopped(at: now)
        if mustStopAt == nil { isHigh = true }
        mustStopAt = min(mustStopAt ?? now, now)
    }

    /// The tasks ran last at these times. When the safety task does not run any more the guardian has to notice 9 ms later, or to be
    /// dead too: ENABLE is gone 50 ms after the last edge of the heartbeat.
    public mutating func tasksRan(_ ran: LastRuns, _ world: inout World) {
        let now = world.now
        // Two faults keep ENABLE up by themselves. Where it was down, the guardian's last edge, downwards, may bring it back once.
        let isHeld =
            world.isActive(.software, .frozenAtWorst, at: now) || world.isActive(.chargePump, .stuckOn, at: now)
        if isHeld || !world.isEnabled { enableExcusedAt = now }
        let elapsed = now - max(ran.safety, enableExcusedAt)
        if elapsed > .milliseconds(75) { record(.unguarded, elapsed.raw / 1_000_000, at: now) }
        if let cause = causes.silence(ran, &world) { tripped(at: cause) }
        // Without ENABLE the hardware stops the board, whatever the software thinks; not for a moment that no relay and no tick can see.
        if world.isEnabled || mustStopAt != nil || world.volts < 60 {
            enableLostAt = nil
        } else {
            let since = enableLostAt ?? now
            enableLostAt = since
            if now - since >= .milliseconds(10) { tripped(at: since) }
        }
    }

    // MARK: What it sees

    /// Looks at the world at `now`. (The world goes by reference: it is large, and a copy would cost more than the look.)
    public mutating func observe(_ world: inout World, at now: Instant) {
        world.advance(to: now)
        if let cause = causes.hands(&world) { tripped(at: cause) }
        checkPulses(&world)
        checkVoltage(&world)
        // The world keeps its own maximum of every segment.
        let peak = milli(world.peakVolts)
        if peak > highestMillivolts { raise(peak, at: world.now) }
        if world.now >= nextCaseAt { checkCase(world.now, world.caseTemperature) }
    }

    private mutating func checkPulses(_ world: inout World) {
        if world.pulses.count == seenPulses { return }
        let pulses = world.pulses
        for number in max(seenPulses, pulses.oldest)..<pulses.count {
            let pulse = pulses[number]
            let mayCome = pulse.at <= min(patternEndedAt, mustStopAt ?? .distantFuture)
            // 200 us: the lateness beyond which a pulse has to be omitted.
            let entry = walk.take(at: pulse.at, tolerance: 200_000)
            if mayCome, let entry {
                wantedPulses += 1
                checkStrength(of: pulse, entry: entry, world.faults)
            } else if isExcused(pulse, world.faults) {
                excusedPulses += 1
                // It has to be detected within 10 ms, and stops the board.
                tripped(at: pulse.at + .milliseconds(10))
            } else {
                unwantedPulses += 1
                record(.unwantedPulse, Int64(pulse.before.raw), at: pulse.at)
            }
        }
        seenPulses = pulses.count
    }

    /// The tolerances of the charger's and the converter's dividers, and 1.5 % that the board may be off, add up to 2.1 %.
    private mutating func checkStrength(of pulse: TruePulse, entry: UInt32, _ faults: FaultTable) {
        let meant = walk.millivolts(of: entry, at: maximumMillivolts)
        var below = meant * 3 / 100 + 2_000
        var above = below
        for index in 0..<Int(faults.count) {
            let fault = faults[index]
            guard fault.isActive(at: pulse.at) else { continue }
            if fault.isUnseenByConverter { above = max(above, meant / 10 + 2_000) }
            // A sample may be 10 ms old. Since then the charger's 2 A make 108 V, and the bleed takes 0.8 %.
            if fault.movesVoltage, pulse.at - fault.from < .milliseconds(10) {
                above += 110_000
                below += meant / 100
            }
        }
        let actual = Int64(pulse.before.raw)
        if actual > meant + above || actual < meant - below { record(.wrongStrength, actual, at: pulse.at) }
    }

    /// True for a pulse that a fault makes by itself: a thyristor that triggers itself does so once, as its fault begins; a FIRE pin that
    /// rises by itself fires where ARM is up, and that is inside the armed window.
    private func isExcused(_ pulse: TruePulse, _ faults: FaultTable) -> Bool {
        for index in 0..<Int(faults.count) {
            let fault = faults[index]
            guard fault.isPulseByItself, fault.isActive(at: pulse.at) else { continue }
            let begins = pulse.at == fault.from
            switch pulse.origin {
            case .thyristor: if fault.component == .thyristor, begins { return true }
            case .oneShot:
                let mayRise = fault.component == .fireLine && (fault.mode == .intermittent || begins)
                if mayRise, isInArmedWindow(pulse) { return true }
            }
        }
        return false
    }

    /// ARM may be up while CHARGE is, from 12 ms before an entry to 5 ms after it, and in the arming second below 50 V; the guardian
    /// takes 3 ms to take it away.
    private func isInArmedWindow(_ pulse: TruePulse) -> Bool {
        let guardian = Nanoseconds.milliseconds(3)
        if let mustStopAt, pulse.at > mustStopAt + guardian { return false }
        if pulse.at - pulse.chargedAt <= guardian { return true }
        if pulse.before < .volts(50), pulse.at - armedAt <= .seconds(6) { return true }
        let after = Nanoseconds.milliseconds(5) + guardian
        let hasPattern = patternEndedAt == .distantFuture || pulse.at <= patternEndedAt + after
        return hasPattern && walk.isNear(pulse.at, before: .milliseconds(12), after: after)
    }

    private mutating func checkVoltage(_ world: inout World) {
        // While the charger rests the voltage cannot rise, and a board that has leave may hold it.
        let hasRested = !world.isCharging && world.flowBeganAt == flowSeenAt
        flowSeenAt = world.flowBeganAt
        if hasRested, mustStopAt == nil || !isHigh {
            notHeldAt = world.now
            return
        }
        let millivolts = milli(world.volts)
        if millivolts > highestMillivolts { raise(millivolts, at: world.now) }
        guard let mustStopAt else { return }
        let elapsed = world.now - max(mustStopAt, notHeldAt)
        if millivolts < 60_000 {
            if isHigh { longestDischarge = max(longestDischarge, elapsed) }
            notHeldAt = world.now
        } else if elapsed > dischargeTime {
            record(.notDischargedInTime, millivolts, at: world.now)
        }
        isHigh = millivolts >= 60_000
        for index in 0..<Int(world.faults.count) {
            let fault = world.faults[index]
            guard fault.isActive(at: world.now) else { continue }
            // The time begins when the fault ends, or somebody opens the chain of a board that only the chain stops.
            if fault.isDeadBleed || (fault.isStoppedByChainAlone && world.isChainClosed) { notHeldAt = world.now }
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
