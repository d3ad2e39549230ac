import StimulatorCore

/// A pulse that really went through the coil.
public struct TruePulse: BitwiseCopyable, Hashable, Sendable {
    /// When the thyristor began to conduct.
    public var at: Instant
    /// True voltage before and after.
    public var before: Millivolts
    public var after: Millivolts
}

/// The last sixteen true pulses. They are at least 346 us apart, and 1.8 ms unless a fault makes them.
public struct PulseRing: BitwiseCopyable, Hashable, Sendable {
    private var pulses = Fixed<16, TruePulse>(
        repeating: TruePulse(at: .distantPast, before: .zero, after: .zero))
    /// Pulses since the start.
    public private(set) var count: UInt64 = 0

    init() {}

    /// The oldest pulse number that is still kept.
    public var oldest: UInt64 { count > 16 ? count - 16 : 0 }

    /// Pulse `number`, oldest ..< count.
    public subscript(number: UInt64) -> TruePulse { pulses[Int(truncatingIfNeeded: number & 15)] }

    mutating func add(_ pulse: TruePulse) {
        pulses[Int(truncatingIfNeeded: count & 15)] = pulse
        count += 1
    }
}
