/// One level of a pattern's nesting: `count` items, `interval` from the start of one to the start of the next.
public struct PatternLevel: BitwiseCopyable, Hashable, Sendable {
    /// 1 ... 6000.
    public var count: UInt32
    /// Start to start. Zero where `count` is 1.
    public var interval: Nanoseconds

    @inlinable public init(count: UInt32, interval: Nanoseconds) {
        self.count = count
        self.interval = interval
    }
    /// A level that repeats nothing.
    @inlinable public static var once: PatternLevel { PatternLevel(count: 1, interval: .zero) }
}

/// When pulses are given and how strong: up to four nested `(count, interval)` levels, innermost first.
///
/// A pulse's time is a closed form of its number (mixed radix), so a pattern of 6000 pulses costs no memory and any pulse can be
/// asked for. Vocabulary: pulse, train, repeat, interval (the nesting of NIBS-BIDS).
public struct PulsePattern: BitwiseCopyable, Hashable, Sendable {
    /// Innermost first; unused levels are `.once`.
    public var levels: Fixed<4, PatternLevel>
    /// Intensity of every pulse after the ramp, 1 ... 1000 per mille of maximum output.
    public var intensity: PerMille
    /// Number of pulses over which the intensity rises linearly from `rampFrom`; 0 is no ramp.
    public var rampPulses: UInt32
    /// Intensity of the first pulse of a ramp.
    public var rampFrom: PerMille

    @inlinable public init(
        intensity: PerMille, _ first: PatternLevel = .once, _ second: PatternLevel = .once,
        _ third: PatternLevel = .once, _ fourth: PatternLevel = .once
    ) {
        levels = Fixed([first, second, third, fourth])
        self.intensity = intensity
        rampPulses = 0
        rampFrom = .zero
    }

    /// One pulse.
    public static func single(intensity: PerMille) -> PulsePattern { PulsePattern(intensity: intensity) }

    /// A train of `pulses` at `rate`, given `repeats` times, `every` from train start to train start.
    public static func train(
        intensity: PerMille, rate: Millihertz, pulses: UInt32, repeats: UInt32 = 1, every: Nanoseconds = .zero
    ) -> PulsePattern {
        PulsePattern(
            intensity: intensity, PatternLevel(count: pulses, interval: rate.interval),
            PatternLevel(count: repeats, interval: every))
    }

    /// Theta burst: 3 pulses at 20 ms, bursts at 200 ms. Intermittent: 10 bursts every 10 s (Huang 2005).
    public static func thetaBurst(intensity: PerMille, bursts: UInt32, trains: UInt32 = 1) -> PulsePattern {
        PulsePattern(
            intensity: intensity, PatternLevel(count: 3, interval: .milliseconds(20)),
            PatternLevel(count: bursts, interval: .milliseconds(200)),
            PatternLevel(count: trains, interval: .seconds(10)))
    }

    /// Quadripulse: 4 pulses `interval` apart, every 5 s.
    public static func quadripulse(intensity: PerMille, interval: Nanoseconds, bursts: UInt32) -> PulsePattern {
        PulsePattern(
            intensity: intensity, PatternLevel(count: 4, interval: interval),
            PatternLevel(count: bursts, interval: .seconds(5)))
    }

    /// Two pulses, `interval` apart, repeated.
    public static func paired(
        intensity: PerMille, interval: Nanoseconds, repeats: UInt32 = 1, every: Nanoseconds = .zero
    ) -> PulsePattern {
        PulsePattern(
            intensity: intensity, PatternLevel(count: 2, interval: interval),
            PatternLevel(count: repeats, interval: every))
    }

    /// How many pulses the pattern has; saturates at UInt32.max, far above any ceiling.
    @inlinable public var pulseCount: UInt32 {
        var product: UInt64 = 1
        for index in 0..<4 { product = min(product * UInt64(levels[index].count), UInt64(UInt32.max)) }
        return UInt32(product)
    }

    /// The time of pulse `number` (0 ..< pulseCount) after the first one: mixed radix, wrapping only for patterns that
    /// `validated` refuses.
    @inlinable public func time(of number: UInt32) -> Nanoseconds {
        var rest = number
        var time: Int64 = 0
        for index in 0..<4 {
            let level = levels[index]
            if level.count > 1 {
                time &+= Int64(rest % level.count) &* level.interval.raw
                rest /= level.count
            }
        }
        return Nanoseconds(time)
    }

    /// The time of the last pulse after the first one.
    @inlinable public var duration: Nanoseconds { pulseCount == 0 ? .zero : time(of: pulseCount - 1) }

    /// The intensity of pulse `number`; wrapping and saturating only for patterns that `validated` refuses.
    @inlinable public func intensity(of number: UInt32) -> PerMille {
        if number >= rampPulses { return intensity }
        let rise = (Int64(intensity.raw) - Int64(rampFrom.raw)) &* Int64(number) / Int64(rampPulses)
        return PerMille(saturating: Int64(rampFrom.raw) &+ rise)
    }

    /// The pattern when it is one: every count 1 ... 6000, at most 6000 pulses, each level's items in order and not
    /// overlapping, intensities 1 ... 1000, an interval of at most an hour, a ramp that rises.
    /// - Throws: `Refusal` with rule `badValue`, `trainLength` or `interval`.
    public func validated() throws(Refusal) -> PulsePattern {
        guard intensity.raw >= 1, intensity.raw <= 1000 else {
            throw Refusal(.badValue, unit: .perMille, limit: 1000, actual: Int64(intensity.raw), wouldAdmit: 1000)
        }
        try validateRamp()
        try validateLevels()
        guard pulseCount <= Ceiling.pulsesPerPattern else { throw tooLong(Int64(pulseCount)) }
        return self
    }

    private func validateRamp() throws(Refusal) {
        if rampPulses == 0 { return }
        guard rampPulses <= Ceiling.pulsesPerPattern else { throw tooLong(Int64(rampPulses)) }
        guard rampFrom.raw >= 1, rampFrom <= intensity else {
            throw Refusal(.badValue, unit: .perMille, limit: Int64(intensity.raw), actual: Int64(rampFrom.raw))
        }
    }

    private func validateLevels() throws(Refusal) {
        var inner: Int64 = 0
        for index in 0..<4 {
            let level = levels[index]
            guard level.count >= 1, level.count <= Ceiling.pulsesPerPattern else { throw tooLong(Int64(level.count)) }
            if level.count == 1 { continue }
            let least = inner + Ceiling.leastInterval.raw
            guard level.interval.raw >= least else { throw interval(level, limit: (least + 999) / 1000) }
            guard level.interval <= Ceiling.longestInterval else {
                throw interval(level, limit: Ceiling.longestInterval.raw / 1000)
            }
            inner += Int64(level.count - 1) * level.interval.raw
        }
    }

    private func tooLong(_ actual: Int64) -> Refusal {
        let most = Int64(Ceiling.pulsesPerPattern)
        return Refusal(.trainLength, unit: .pulses, limit: most, actual: actual, wouldAdmit: most)
    }

    private func interval(_ level: PatternLevel, limit: Int64) -> Refusal {
        Refusal(.interval, unit: .microseconds, limit: limit, actual: level.interval.raw / 1000, wouldAdmit: limit)
    }
}
