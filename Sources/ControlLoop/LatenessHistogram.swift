import StimulatorCore

/// How late a task ran, in classes of powers of two from 1 us: small enough to carry always, exact enough to see trouble.
public struct LatenessHistogram: BitwiseCopyable, Hashable, Sendable {
    /// Class n counts lateness below 2^n us; the last class counts everything above.
    public private(set) var counts = Fixed<16, UInt64>(repeating: 0)
    public private(set) var worst = Nanoseconds.zero

    public init() {}

    /// Counts one run.
    @inline(__always) public mutating func add(_ lateness: Nanoseconds) {
        worst = max(worst, lateness)
        let microseconds = UInt64(max(0, lateness.raw)) / 1000
        counts[min(15, 64 - microseconds.leadingZeroBitCount)] &+= 1
    }
}
