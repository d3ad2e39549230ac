import StimulatorCore

/// The bytes of a compiled board file.
///
/// Integers lie in it little-endian, whatever the machine.
public struct BoardBytes: BitwiseCopyable, Sendable {
    /// How long a compiled board file of this version is.
    @inlinable public static var count: Int { 1_480 }
    /// Where the hash lies: at the end, over everything before it.
    static var hashOffset: Int { count - 32 }
    private var storage = InlineArray<1_480, UInt8>(repeating: 0)

    public init() {}

    /// The byte at `index`, 0 ..< count; anything else is a programmer's error.
    public subscript(index: Int) -> UInt8 {
        get { storage[index] }
        set { storage[index] = newValue }
    }

    /// All bytes, for a system call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe Swift.withUnsafeBytes(of: storage) { unsafe body($0) }
    }

    /// All bytes, for a system call that fills them.
    public mutating func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        unsafe Swift.withUnsafeMutableBytes(of: &storage) { unsafe body($0) }
    }

    /// BLAKE2b-256 of everything before the place of the hash.
    public var hash: Fixed<32, UInt8> {
        unsafe withUnsafeBytes { all in
            unsafe SealedFile.hash(UnsafeRawBufferPointer(rebasing: all[..<BoardBytes.hashOffset]))
        }
    }

    /// The hash that lies in the bytes.
    var storedHash: Fixed<32, UInt8> {
        var hash = Fixed<32, UInt8>(repeating: 0)
        for index in 0..<32 { hash[index] = storage[BoardBytes.hashOffset + index] }
        return hash
    }

    /// Puts the hash of the bytes where it belongs.
    mutating func seal() {
        let hash = hash
        for index in 0..<32 { storage[BoardBytes.hashOffset + index] = hash[index] }
    }

    /// Writes the lowest `size` bytes of a number at `offset`, and moves it behind them.
    mutating func put(_ value: Int64, size: Int, at offset: inout Int) {
        for number in 0..<size { storage[offset + number] = UInt8(truncatingIfNeeded: value >> Int64(8 * number)) }
        offset += size
    }

    /// The number in `size` bytes at `offset`, without a sign; moves the offset behind them.
    func number(size: Int, at offset: inout Int) -> UInt64 {
        var value: UInt64 = 0
        for number in 0..<size { value |= UInt64(storage[offset + number]) << UInt64(8 * number) }
        offset += size
        return value
    }

    /// Writes a text with zeros behind it at `offset`, and moves it behind them.
    mutating func put<let capacity: Int>(_ text: FixedText<capacity>, at offset: inout Int) {
        for index in 0..<capacity { storage[offset + index] = text[index] }
        offset += capacity
    }

    /// The text at `offset`; moves the offset behind it.
    /// - Throws: `BoardFault.form` for bytes that are no text.
    func text<let capacity: Int>(at offset: inout Int) throws(BoardFault) -> FixedText<capacity> {
        var text = FixedText<capacity>()
        for index in 0..<capacity {
            let byte = storage[offset + index]
            if byte == 0 { break }
            guard text.append(byte) else { throw .form }
        }
        offset += capacity
        return text
    }
}
