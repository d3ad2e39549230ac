import StimulatorCore

/// The first bytes of a bundle, as they are.
public typealias HeaderBytes = Fixed<256, UInt8>

/// What an update bundle says of itself, signed. Version 1 of the format; all integers are little-endian, texts end in zeros.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0      | 8    | "PKUPDATE" |
/// | 8      | 4    | version of the format, 1 |
/// | 12     | 4    | length of the header with its signature, 256 |
/// | 16     | 4    | version of the update, 1 ... 2^31 - 1: only a higher one than the installed one is taken |
/// | 20     | 4    | architecture (`MachineArchitecture`), three zero bytes |
/// | 24     | 16   | name of the board that it is for |
/// | 40     | 8    | hash of the board file that must be in use, as `status` shows it, low byte first; 0 for any |
/// | 48     | 8    | the signing key: first eight bytes of the BLAKE2b-256 of the public key, the first one lowest |
/// | 56     | 40   | board.bin: length (8), BLAKE2b-256 (32); zeros when there is none |
/// | 96     | 40   | stimd: the same |
/// | 136    | 56   | zeros |
/// | 192    | 64   | Ed25519 signature of the bytes 0 ..< 192 |
///
/// Then board.bin, then stimd, and nothing behind them. As the signed header has the hash of every part, a part is checked while it
/// streams, and a stored header proves a stored part for ever.
public struct BundleHeader: BitwiseCopyable, Hashable, Sendable {
    /// Bytes of the header with its signature.
    public static var size: Int { 256 }
    /// How many of them are signed.
    public static var signedSize: Int { 192 }
    /// The version of the format that is read and made here.
    public static var formatVersion: UInt32 { 1 }
    /// The highest version of an update: the state file keeps 31 bits.
    public static var highestVersion: UInt32 { UInt32(Int32.max) }

    /// The update's version.
    public var version: UInt32
    public var architecture: MachineArchitecture
    /// The name of the board that it is for.
    public var boardName: FixedText<16>
    /// The hash of the board file that must be in use; 0 for any of that name.
    public var boardHash: UInt64
    /// Which key has signed it: `UpdateKey.identity`.
    public var key: UInt64
    private var parts = Fixed<2, PartSeal>(repeating: PartSeal())

    public init(
        version: UInt32, architecture: MachineArchitecture, boardName: FixedText<16>, boardHash: UInt64 = 0, key: UInt64
    ) {
        self.version = version
        self.architecture = architecture
        self.boardName = boardName
        self.boardHash = boardHash
        self.key = key
    }

    /// A part's length and hash.
    public subscript(part: BundlePart) -> PartSeal { parts[Int(part.rawValue)] }

    /// Says a part's length and hash. (No setter of the subscript: its coroutine would take its frame from the heap.)
    public mutating func set(_ seal: PartSeal, of part: BundlePart) { parts[Int(part.rawValue)] = seal }

    /// True when the part is in the bundle.
    public func contains(_ part: BundlePart) -> Bool { self[part].length > 0 }

    /// Bytes of the whole bundle.
    public var bundleSize: Int64 { Int64(BundleHeader.size) + self[.board].length + self[.firmware].length }

    /// The most bytes that a bundle may have.
    public static var largestBundle: Int64 { Int64(size) + BundlePart.board.limit + BundlePart.firmware.limit }

    /// The header's bytes; zeros in the place of the signature.
    public var bytes: HeaderBytes {
        var bytes = HeaderBytes(repeating: 0)
        bytes.put(BundleHeader.magic, size: 8, at: 0)
        bytes.put(UInt64(BundleHeader.formatVersion), size: 4, at: 8)
        bytes.put(UInt64(BundleHeader.size), size: 4, at: 12)
        bytes.put(UInt64(version), size: 4, at: 16)
        bytes.put(UInt64(architecture.rawValue), size: 4, at: 20)
        for index in 0..<16 { bytes[24 + index] = boardName[index] }
        bytes.put(boardHash, size: 8, at: 40)
        bytes.put(key, size: 8, at: 48)
        for number in 0..<BundlePart.count {
            let seal = parts[number]
            bytes.put(UInt64(bitPattern: seal.length), size: 8, at: 56 + 40 * number)
            for index in 0..<32 { bytes[64 + 40 * number + index] = seal.hash[index] }
        }
        return bytes
    }

    /// Reads a header that one of the keys has signed: nothing else of it is looked at before the signature has been verified.
    /// - Throws: `UpdateRefusal`, the first that is found: form, key, signature, contents.
    public init(_ bytes: HeaderBytes, signedBy keys: UpdateKeys) throws(UpdateRefusal) {
        guard bytes.number(size: 8, at: 0) == BundleHeader.magic else { throw .notBundle }
        let format = UInt32(truncatingIfNeeded: bytes.number(size: 4, at: 8))
        guard format == BundleHeader.formatVersion else { throw .format(format) }
        try keys.verify(bytes, key: bytes.number(size: 8, at: 48))
        try self.init(unverified: bytes)
    }

    /// Reads a header that may be anybody's: for showing it, and nothing else.
    /// - Throws: `UpdateRefusal`, but for what concerns the signature.
    public init(unverified bytes: HeaderBytes) throws(UpdateRefusal) {
        guard bytes.number(size: 8, at: 0) == BundleHeader.magic else { throw .notBundle }
        let format = UInt32(truncatingIfNeeded: bytes.number(size: 4, at: 8))
        guard format == BundleHeader.formatVersion else { throw .format(format) }
        guard let architecture = MachineArchitecture(rawValue: UInt8(truncatingIfNeeded: bytes.number(size: 1, at: 20)))
        else { throw .form }
        var name = FixedText<16>()
        for index in 0..<16 where bytes[24 + index] != 0 {
            guard name.append(bytes[24 + index]) else { throw .form }
        }
        self.init(
            version: UInt32(truncatingIfNeeded: bytes.number(size: 4, at: 16)), architecture: architecture,
            boardName: name, boardHash: bytes.number(size: 8, at: 40), key: bytes.number(size: 8, at: 48))
        for number in 0..<BundlePart.count {
            let length = Int64(bitPattern: bytes.number(size: 8, at: 56 + 40 * number))
            for index in 0..<32 { parts[number].hash[index] = bytes[64 + 40 * number + index] }
            let part = BundlePart(index: number)
            guard length >= 0, length <= part.limit else { throw .tooLarge(length, limit: part.limit) }
            parts[number].length = length
        }
        guard isSound, hasSameSignedBytes(as: bytes) else { throw .form }
    }

    /// What a maker of bundles keeps to, beyond the form.
    private var isSound: Bool {
        (1...BundleHeader.highestVersion).contains(version) && !boardName.isEmpty
            && (contains(.board) || contains(.firmware)) && contains(.firmware) == (architecture != .any)
    }

    /// What was read must give the same bytes again: nothing lies between the fields, or behind a text.
    private func hasSameSignedBytes(as other: HeaderBytes) -> Bool {
        let own = bytes
        for index in 0..<BundleHeader.signedSize where own[index] != other[index] { return false }
        return true
    }

    /// "PKUPDATE" as a little-endian word.
    static var magic: UInt64 { 0x4554_4144_5055_4B50 }
}

extension Fixed where Element == UInt8 {
    /// Writes the lowest `size` bytes of a number at `offset`, the lowest first.
    mutating func put(_ value: UInt64, size: Int, at offset: Int) {
        for index in 0..<size { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    /// The number in `size` bytes at `offset`, the lowest first.
    func number(size: Int, at offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<size { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
        return value
    }
}
