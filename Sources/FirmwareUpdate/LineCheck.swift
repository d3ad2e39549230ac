import StimulatorCore

/// The bytes of one line of `update data`, and the check that came with them.
public struct UpdateLine: BitwiseCopyable, Hashable, Sendable {
    /// The most bytes: their base64, the offset and the check fit into a line of 256.
    public static var capacity: Int { 168 }
    public var bytes = Fixed<168, UInt8>(repeating: 0)
    /// How many there are, 0 ... capacity.
    public private(set) var count = 0
    /// What the sender says is the CRC-32 of the bytes.
    public var check: UInt32 = 0

    public init() {}

    /// Appends a byte; false when there is no room.
    public mutating func append(_ byte: UInt8) -> Bool {
        guard count < UpdateLine.capacity else { return false }
        bytes[count] = byte
        count += 1
        return true
    }

    /// The CRC-32 of the bytes: that of IEEE 802.3, as zlib and gzip have it (reflected, polynomial 0xEDB88320, ones before and after).
    ///
    /// A line that was damaged on its way is found at once, not when the whole bundle has come.
    public var ownCheck: UInt32 {
        var sum = UInt32.max
        for index in 0..<count {
            sum ^= UInt32(bytes[index])
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
