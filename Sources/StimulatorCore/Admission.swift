/// What a pattern would do, computed before its first pulse.
public struct Forecast: BitwiseCopyable, Hashable, Sendable {
    public var pulses: UInt32
    /// First to last pulse.
    public var duration: Nanoseconds
    /// Stored energy of all pulses.
    public var energy: Millijoules
    /// Highest predicted temperature of the coil's case.
    public var hottestCoil: Millicelsius
    /// Wait after the last pulse before the next pattern may start.
    public var waitAfter: Nanoseconds
    /// What the guidelines say; `notApplied` until they were asked.
    public var guideline = GuidelineFinding.notApplied
}

/// Decides before the first pulse whether a pattern may be given.
///
/// The whole pattern runs through the models that the kernel's limits come from, with the worst case of every tolerance: what is
/// admitted here, the kernel does not stop on a board without a fault. The kernel checks again at every pulse all the same.
public enum Admission {
    /// The coil sensors read this much above the case at most (one sits nearer to the winding), and the model is this good.
    @inlinable public static var coilMargin: Millicelsius { .celsius(1) }

    /// Runs the whole pattern through the capacitor, rate, energy, temperature and dose models.
    /// - Returns: the forecast when the pattern is admitted.
    /// - Throws: the first rule that it breaks, with limit, actual and the nearest value that would be admitted.
    public static func forecast(
        _ pattern: PulsePattern, board: BoardDescription, snapshot: Snapshot
    ) throws(Refusal) -> Forecast {
        try forecast(PulsePlan(pattern), board: board, snapshot: snapshot) { _ in }
    }

    /// As for a pattern; the pauses between steps count as if each were the shortest.
    /// - Parameter observe: called after every pulse with the models as they are then.
    static func forecast(
        _ plan: PulsePlan, board asBuilt: BoardDescription, snapshot: Snapshot, observe: (borrowing Run) -> Void
    ) throws(Refusal) -> Forecast {
        let board = asBuilt.withinCeilings
        try plan.validated()
        try checkCounts(plan, board: board, snapshot: snapshot)
        try checkWait(board: board, snapshot: snapshot)
        var run = Run(plan, board: board, snapshot: snapshot)
        for number in 0..<plan.pulseCount {
            try run.pulse(number)
            observe(run)
        }
        return Forecast(
            pulses: plan.pulseCount, duration: plan.duration, energy: run.given, hottestCoil: run.hottest,
            waitAfter: max(run.backlog.wait(at: run.last), board.leastWait))
    }

    /// The lowest intensity that the charger regulates.
    public static func leastIntensity(board: BoardDescription) -> PerMille {
        let maximum = Int64(max(1, board.maximumVoltage.raw))
        return PerMille(saturating: (Int64(board.minimumVoltage.raw) * 1000 + maximum - 1) / maximum)
    }

    private static func checkCounts(
        _ plan: PulsePlan, board: BoardDescription, snapshot: Snapshot
    ) throws(Refusal) {
        let total = Int64(plan.pulseCount)
        let most = Int64(board.pulsesPerPattern)
        guard total <= most else {
            throw Refusal(.trainLength, unit: .pulses, limit: most, actual: total, wouldAdmit: most)
        }
        let left = max(0, Int64(board.pulsesPerSession) - Int64(snapshot.sessionPulses))
        guard total <= left else { throw Refusal(.dose, unit: .pulses, limit: left, actual: total, wouldAdmit: left) }
        let least = Int64(leastIntensity(board: board).raw)
        let lowest = Int64(plan.weakest.raw)
        guard lowest >= least else {
            throw Refusal(.badValue, unit: .perMille, limit: least, actual: lowest, wouldAdmit: least)
        }
    }

    private static func checkWait(board: BoardDescription, snapshot: Snapshot) throws(Refusal) {
        let wait = EnergyBudget.wait(for: snapshot.energyBacklog, sustained: board.sustainedPower)
        guard wait <= .zero else {
            throw Refusal(.cooldown, unit: .microseconds, limit: micro(wait) + 1, wouldAdmit: micro(wait) + 1)
        }
    }
}
