/// A 64-bit hash of a run's history, over named fields in a fixed order: our own, so that it is the same on every machine and
/// in every build. Not cryptographic (the journal's chain is).
public struct HistoryHash: BitwiseCopyable, Hashable, Sendable {
    /// The hash so far.
    public private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    public init() {}

    /// Mixes one word in (a round of SplitMix64's finaliser over the running value).
    @inlinable public mutating func add(_ word: UInt64) {
        var mixed = (value ^ word) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 29
        mixed = mixed &* 0x94D0_49BB_1331_11EB
        set(mixed ^ mixed >> 32)
    }

    @usableFromInline mutating func set(_ new: UInt64) { value = new }
}
