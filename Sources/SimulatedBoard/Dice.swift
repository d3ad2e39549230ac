/// A seeded source of numbers (SplitMix64): the same on every machine and in every build.
public struct Dice: BitwiseCopyable, Hashable, Sendable {
    private(set) var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    @inline(__always) public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Dice.mix(state)
    }

    /// A number from `low` up to, not including, `high`.
    public mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * (Double(next() >> 11) * 0x1p-53)
    }

    /// A whole number from 0 up to, not including, `count`, which is above 0 and small against 2^64.
    public mutating func below(_ count: UInt64) -> UInt64 { next() % count }

    /// The number that belongs to `index` under `seed`, whatever was drawn before: noise that does not depend on who looks.
    public static func at(_ index: UInt64, seed: UInt64) -> UInt64 { mix(mix(seed) &+ index &* 0x9E37_79B9_7F4A_7C15) }

    /// SplitMix64's finaliser (Steele, Lea, Flood 2014).
    @inline(always) private static func mix(_ word: UInt64) -> UInt64 {
        var mixed = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
