import StimulatorCore

/// What let the current flow.
public enum PulseOrigin: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The one-shot, at a rising edge of FIRE.
    case oneShot = 0
    /// The thyristor by itself.
    case thyristor = 1
}

/// A pulse that really went through the coil.
public struct TruePulse: BitwiseCopyable, Hashable, Sendable {
    /// When the thyristor began to conduct.
    public var at: Instant
    /// True voltage before and after.
    public var before: Millivolts
    public var after: Millivolts
    public var origin: PulseOrigin
    /// When the CHARGE pin was last up: `at` if it was.
    public var chargedAt: Instant
}

/// The last sixteen true pulses. They are at least 346 us apart, and 1.8 ms unless a fault makes them.
public struct PulseRing: BitwiseCopyable, Hashable, Sendable {
    private var pulses = Fixed<16, TruePulse>(
        repeating: TruePulse(
            at: .distantPast, before: .zero, after: .zero, origin: .oneShot, chargedAt: .distantPast))
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
