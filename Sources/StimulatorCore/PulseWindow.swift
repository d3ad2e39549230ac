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
        if since(1, time) < Ceiling.leastInterval { return .interval }
        if limit == 0 || since(min(limit, 127), time) < .seconds(1) { return .pulsesPerSecond }
        let span = 4 * max(rate.interval.raw, Ceiling.leastSustainedInterval.raw)
        // A rate is a rounded number: a nanosecond an interval is not a faster train.
        if since(4, time).raw < span - 4 { return .rateForPower }
        return nil
    }

    /// The average interval of the group that a pulse at `time` would close: itself and the four before it.
    public func averageInterval(at time: Instant) -> Nanoseconds { since(4, time) / 4 }

    /// The average interval of the latest five pulses.
    var latestAverageInterval: Nanoseconds {
        Nanoseconds((times[Int((count &- 1) & 127)] - times[Int((count &- 5) & 127)]) / 4)
    }

    /// Pulses in the second up to the latest one, with it; counts up to 127.
    var countInLastSecond: UInt32 {
        let latest = Instant(times[Int((count &- 1) & 127)])
        var pulses: UInt32 = 1
        while pulses < 127, latest - Instant(times[Int((count &- 1 &- pulses) & 127)]) < .seconds(1) { pulses += 1 }
        return pulses
    }

    /// Books a pulse.
    public mutating func add(_ time: Instant) {
        times[Int(count & 127)] = time.raw
        count &+= 1
    }

    /// From the pulse that is `places` before the next one to `time`.
    private func since(_ places: UInt32, _ time: Instant) -> Nanoseconds {
        time - Instant(times[Int((count &- places) & 127)])
    }
}
