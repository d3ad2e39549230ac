import StimulatorCore

/// What a bundle may contain. Raw values are the order in the bundle.
public enum BundlePart: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// A compiled board file.
    case board = 0
    /// The firmware.
    case firmware = 1

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 2 }

    /// The name of the file that it becomes.
    public var name: StaticString { self == .board ? "board.bin" : "stimd" }

    /// The most bytes that it may have: four times what a firmware has today, and room for a board file of a later version.
    public var limit: Int64 { self == .board ? 65_536 : 4 << 20 }

    /// What stands behind `BundlePart.raw` in an array; a number that is none is a programmer's error.
    init(index: Int) {
        precondition(index >= 0 && index < BundlePart.count)
        self = index == 0 ? .board : .firmware
    }
}

/// How long a part is, and the hash of its bytes.
public struct PartSeal: BitwiseCopyable, Hashable, Sendable {
    /// Bytes; 0 for a part that is not there.
    public var length: Int64 = 0
    /// BLAKE2b-256 of the bytes; zeros for a part that is not there.
    public var hash = Fixed<32, UInt8>(repeating: 0)

    public init() {}

    public init(length: Int64, hash: Fixed<32, UInt8>) {
        self.length = length
        self.hash = hash
    }
}
