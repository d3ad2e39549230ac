/// The scheduled times of the latest pulses: how many in one second, and how fast over any five.
public struct PulseWindow: BitwiseCopyable, Hashable, Sendable {
    private var times = Fixed<128, Int64>(repeating: Int64.min / 4)
    private var count: UInt32 = 0

    public init() {}

    /// The rule that a pulse at `time` would break, if any.
    ///
    /// - `pulsesPerSecond`: at most `limit` (<= 127) in (t - 1000 ms, t], counted on scheduled times.
    /// - `rateForPower`: four intervals of a regular train at `rate` fit between this pulse and the fourth before it: a group
    ///   of up to four may be closer, the average over any five pulses may not.
    /// - `interval`: the hardware's dead time.
    public func broken(by time: Instant, perSecond limit: UInt32, rate: Millihertz) -> RefusalRule? {
        if time.raw - nth(before: 1) < Ceiling.leastInterval.raw { return .interval }
        if time.raw - nth(before: limit) < 1_000_000_000 { return .pulsesPerSecond }
        let span = 4 * max(rate.interval.raw, Ceiling.leastSustainedInterval.raw)
        // A rate is a rounded number: a nanosecond an interval is not a faster train.
        if time.raw - nth(before: 4) < span - 4 { return .rateForPower }
        return nil
    }

    /// Books a pulse.
    public mutating func add(_ time: Instant) {
        times[Int(count & 127)] = time.raw
        count &+= 1
    }

    private func nth(before: UInt32) -> Int64 { times[Int((count &- before) & 127)] }
}
