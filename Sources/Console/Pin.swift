import StimulatorCore

/// A PIN as somebody typed it. It is compared, and never written anywhere.
public struct Pin: BitwiseCopyable, Hashable, Sendable {
    /// The shortest and the longest, bytes.
    @inlinable public static var least: Int { 6 }
    @inlinable public static var most: Int { 32 }

    /// Zeros behind its end.
    public private(set) var bytes = Fixed<32, UInt8>(repeating: 0)
    public private(set) var count = 0

    /// What fits no role.
    public init() {}

    /// Nil when it is longer than `most`, or has a byte that is not printable ASCII. What is too short fits no role.
    public init?(_ text: some Sequence<UInt8>) {
        for byte in text where !append(byte) { return nil }
    }

    init?(_ line: LineBuffer) {
        for index in 0..<line.count where !append(line.bytes[index]) { return nil }
    }

    private mutating func append(_ byte: UInt8) -> Bool {
        guard count < Pin.most, byte >= 0x20, byte < 0x7F else { return false }
        bytes[count] = byte
        count += 1
        return true
    }
}
