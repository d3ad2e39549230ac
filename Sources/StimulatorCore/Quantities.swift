/// A physical quantity: an integer with a unit in its type, so that a volt cannot be added to a second.
///
/// Arithmetic traps on overflow: quantities inside the core are bounded by construction. What comes from a sensor or from a
/// shared page goes through a saturating initialiser first.
public protocol Quantity: BitwiseCopyable, Comparable, Hashable, Sendable {
    associatedtype Raw: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable
    /// The number, in the unit that the type's name states.
    var raw: Raw { get }
    init(_ raw: Raw)
}

extension Quantity {
    /// Nothing of this quantity.
    @inlinable public static var zero: Self { Self(0) }

    /// The nearest value the type can hold: for numbers that are not ours (sensors, shared pages, people).
    @inlinable public init<Other: BinaryInteger>(saturating value: Other) { self.init(Raw(clamping: value)) }

    @inlinable public static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
    @inlinable public static func + (left: Self, right: Self) -> Self { Self(left.raw + right.raw) }
    @inlinable public static func - (left: Self, right: Self) -> Self { Self(left.raw - right.raw) }
    @inlinable public static func * (left: Self, right: Raw) -> Self { Self(left.raw * right) }
    @inlinable public static func / (left: Self, right: Raw) -> Self { Self(left.raw / right) }
    @inlinable public static func += (left: inout Self, right: Self) { left = left + right }
    @inlinable public static func -= (left: inout Self, right: Self) { left = left - right }
}

/// A length of time in nanoseconds. Range: about 292 years either way.
public struct Nanoseconds: Quantity {
    public let raw: Int64
    @inlinable public init(_ raw: Int64) { self.raw = raw }
    @inlinable public static func microseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count * 1_000) }
    @inlinable public static func milliseconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count * 1_000_000) }
    @inlinable public static func seconds(_ count: Int64) -> Nanoseconds { Nanoseconds(count * 1_000_000_000) }
}

/// A moment: nanoseconds on the monotonic clock of this start. Nothing in the core reads a clock: moments are parameters.
/// Arithmetic saturates.
public struct Instant: BitwiseCopyable, Comparable, Hashable, Sendable {
    /// Nanoseconds since the clock's zero.
    public let raw: Int64
    @inlinable public init(_ raw: Int64) { self.raw = raw }
    /// Before everything: the age of what never happened is larger than any limit.
    @inlinable public static var distantPast: Instant { Instant(Int64.min / 4) }
    /// After everything: "not planned".
    @inlinable public static var distantFuture: Instant { Instant(Int64.max / 4) }
    @inlinable public static func < (left: Instant, right: Instant) -> Bool { left.raw < right.raw }
    @inlinable public static func + (left: Instant, right: Nanoseconds) -> Instant { Instant(sum(left.raw, right.raw)) }
    @inlinable public static func - (left: Instant, right: Nanoseconds) -> Instant {
        Instant(difference(left.raw, right.raw))
    }
    @inlinable public static func - (left: Instant, right: Instant) -> Nanoseconds {
        Nanoseconds(difference(left.raw, right.raw))
    }
    @inlinable public static func += (left: inout Instant, right: Nanoseconds) { left = left + right }

    /// True when `moment` is not after this one and at most `time`, which is not negative, before it. Exact for any two moments: what
    /// lies between them fits an unsigned number.
    @inlinable public func isAtMost(_ time: Nanoseconds, after moment: Instant) -> Bool {
        self >= moment && UInt64(bitPattern: raw &- moment.raw) <= UInt64(bitPattern: time.raw)
    }

    // Moments come from shared pages too, so they saturate: an old moment must never wrap round into a fresh one.
    @inlinable static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right < 0 ? .min : .max) : sum
    }

    @inlinable static func difference(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (left < 0 ? .min : .max) : difference
    }
}

/// A voltage in millivolts. Range -100 V ... 4 kV: sensors may read below zero and above the ceiling; a driver saturates, with
/// quality.
public struct Millivolts: Quantity {
    public let raw: Int32
    @inlinable public init(_ raw: Int32) { self.raw = raw }
    @inlinable public static func volts(_ count: Int32) -> Millivolts { Millivolts(count * 1_000) }
}

/// A temperature in thousandths of a degree Celsius. Range -256 C ... 256 C (what a TMP117 can say).
public struct Millicelsius: Quantity {
    public let raw: Int32
    @inlinable public init(_ raw: Int32) { self.raw = raw }
    @inlinable public static func celsius(_ count: Int32) -> Millicelsius { Millicelsius(count * 1_000) }
}

/// An energy in millijoules. Range 0 ... 10^12 (a gigajoule: far above any session).
public struct Millijoules: Quantity {
    public let raw: Int64
    @inlinable public init(_ raw: Int64) { self.raw = raw }
    @inlinable public static func joules(_ count: Int64) -> Millijoules { Millijoules(count * 1_000) }
}

/// A power in milliwatts.
public struct Milliwatts: Quantity {
    public let raw: Int64
    @inlinable public init(_ raw: Int64) { self.raw = raw }
    @inlinable public static func watts(_ count: Int64) -> Milliwatts { Milliwatts(count * 1_000) }
}

/// A stimulation intensity in thousandths of the board's maximum output. Range 0 ... 1000.
public struct PerMille: Quantity {
    public let raw: Int32
    @inlinable public init(_ raw: Int32) { self.raw = raw }
}

/// A rate in thousandths of a hertz. Range 0 ... 1 MHz.
public struct Millihertz: Quantity {
    public let raw: Int64
    @inlinable public init(_ raw: Int64) { self.raw = raw }
    @inlinable public static func hertz(_ count: Int64) -> Millihertz { Millihertz(count * 1_000) }
    /// The time from one pulse to the next at this rate; distant for a rate of zero.
    @inlinable public var interval: Nanoseconds {
        raw <= 0 ? Nanoseconds(Int64.max / 4) : Nanoseconds((1_000_000_000_000 + raw / 2) / raw)
    }
    /// The rate of pulses that follow each other after `interval`, to the nearest thousandth of a hertz.
    /// - Parameter interval: counts as 1 ns where it is less.
    @inlinable public init(every interval: Nanoseconds) {
        let period = max(1, interval.raw)
        self.init((1_000_000_000_000 + period / 2) / period)
    }
}
