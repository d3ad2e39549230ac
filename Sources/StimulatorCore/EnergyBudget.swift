/// The energy rule: how much stored energy may be given in a minute, and how long to wait after a train.
///
/// Source: a rapid-rate stimulator's published rule, dissipation <= 1050 W: on-time per minute 63,000 / (f E) s, and a wait after
/// a train of n pulses of n (f E - 1050) / (1050 f) s. The first is a sum over the last 60 s, kept in slots of one second (a pulse
/// counts until its slot is 60 s old, so up to a second longer than it must); the second is a backlog that drains at 1050 W.
public struct EnergyBudget: BitwiseCopyable, Hashable, Sendable {
    private var slots = Fixed<61, Int64>(repeating: 0)
    /// Number of the newest slot: whole seconds.
    private var newest: Int64 = 0
    /// The first moment after it.
    private var newestEndsAt = Instant(1_000_000_000)
    private var total: Int64 = 0
    private var owed: Int64 = 0
    private var owedAt = Instant(0)
    private let drain: Milliwatts

    /// After a day of rest nothing is owed: a bound for the arithmetic, far above any train.
    private static var rest: Nanoseconds { .seconds(86_400) }

    /// A budget of which nothing is used, or what another showed at `now`: then all of it counts as given just now.
    /// - Parameters:
    ///   - sustained: what drains the backlog, 1 mW ... 1 MW.
    ///   - lastMinute: stored energy of the last minute's pulses; outside 0 ... 10^12 mJ the nearer end.
    ///   - backlog: energy not yet given off; outside 0 ... 10^12 mJ the nearer end.
    public init(
        sustained: Milliwatts, lastMinute: Millijoules = .zero, backlog: Millijoules = .zero,
        at now: Instant = Instant(0)
    ) {
        drain = sustained
        if lastMinute > .zero { add(min(lastMinute, EnergyBudget.most), at: now) }
        owed = max(0, min(backlog, EnergyBudget.most).raw)
        owedAt = now
    }

    /// A gigajoule: far above any session.
    private static var most: Millijoules { Millijoules(1_000_000_000_000) }

    /// Stored energy of the pulses of the last minute.
    @inline(__always) public mutating func lastMinute(at now: Instant) -> Millijoules {
        if now >= newestEndsAt { roll(to: now) }
        return Millijoules(total)
    }

    /// Energy not yet given off at the sustained power.
    @inline(__always) public func backlog(at now: Instant) -> Millijoules {
        if owed == 0 { return .zero }
        let elapsed = now - owedAt
        if elapsed >= EnergyBudget.rest { return .zero }
        let drained = Double(max(0, elapsed.raw)) * Double(drain.raw) / 1e9
        return Millijoules(max(0, owed - Int64(drained)))
    }

    /// Time until the backlog is gone.
    public func wait(at now: Instant) -> Nanoseconds {
        EnergyBudget.wait(for: backlog(at: now), sustained: drain)
    }

    /// How long a backlog takes to drain; saturates at a day.
    public static func wait(for backlog: Millijoules, sustained: Milliwatts) -> Nanoseconds {
        // A day at 1 MW is 8.64 * 10^13 mJ: what is above would overflow below.
        let owed = max(0, min(backlog.raw, 86_400_000_000_000))
        let milliseconds = Double(owed) * 1_000 / Double(max(1, sustained.raw))
        return min(rest, Nanoseconds(Int64(min(milliseconds, 86_400_000) * 1_000_000)))
    }

    /// Books one pulse.
    public mutating func add(_ energy: Millijoules, at now: Instant) {
        roll(to: now)
        owed = backlog(at: now).raw + energy.raw
        owedAt = now
        slots[Int(newest % 61)] += energy.raw
        total += energy.raw
    }

    private mutating func roll(to now: Instant) {
        let second = now.raw / 1_000_000_000
        var steps = 0
        while newest < second, steps < 61 {
            newest += 1
            steps += 1
            total -= slots[Int(newest % 61)]
            slots[Int(newest % 61)] = 0
        }
        newest = max(newest, second)
        newestEndsAt = Instant(newest * 1_000_000_000) + .seconds(1)
    }
}
