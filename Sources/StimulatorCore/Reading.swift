/// How far a reading may be believed.
public enum Quality: UInt8, BitwiseCopyable, Sendable {
    /// Nothing has been read yet.
    case none = 0
    /// A conversion proven new, inside the part's range.
    case good = 1
    /// The part answered, with a number it cannot have measured: at the end of its range, or its reference is off.
    case implausible = 2
    /// The part did not answer, or had no new conversion.
    case failed = 3
}

/// A value, when it was true, and how far to believe it.
public struct Reading<Value: BitwiseCopyable & Sendable & Hashable>: BitwiseCopyable, Hashable, Sendable {
    public var value: Value
    /// When the conversion was made, not when it was fetched.
    public var takenAt: Instant
    public var quality: Quality

    @inlinable public init(_ value: Value, takenAt: Instant, quality: Quality) {
        self.value = value
        self.takenAt = takenAt
        self.quality = quality
    }

    /// True when the reading is good and not older than `limit` at `now`. A reading from the future is not trusted.
    @inline(__always) @inlinable public func isTrusted(at now: Instant, within limit: Nanoseconds) -> Bool {
        quality == .good && now.isAtMost(limit, after: takenAt)
    }
}
