import CSodium
import StimulatorCore

/// The bytes of one record: the buffer between a journal and its storage.
///
/// Integers lie in it little-endian, whatever the machine.
public struct RecordBytes: BitwiseCopyable, Sendable {
    /// The longest record: 32 bytes before the payload, 200 of payload, 32 of tag.
    @inlinable public static var capacity: Int { 264 }
    /// How many bytes are in use, 0 ... capacity.
    public private(set) var count = 0
    private var storage = InlineArray<264, UInt8>(repeating: 0)

    public init() {}

    /// The byte at `index`, 0 ..< capacity; anything else is a programmer's error.
    public subscript(index: Int) -> UInt8 {
        get { storage[index] }
        set { storage[index] = newValue }
    }

    /// Says how many bytes are in use. A count outside 0 ... capacity is a programmer's error.
    public mutating func resize(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= RecordBytes.capacity)
        count = newCount
    }

    /// The bytes in use, for a system call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe Swift.withUnsafeBytes(of: storage) { all in unsafe body(UnsafeRawBufferPointer(rebasing: all[..<count]))
        }
    }

    /// The bytes in use, for a system call that fills them.
    public mutating func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        let used = count
        return unsafe Swift.withUnsafeMutableBytes(of: &storage) { all in
            unsafe body(UnsafeMutableRawBufferPointer(rebasing: all[..<used]))
        }
    }

    /// Appends the eight bytes of a number.
    mutating func append(_ value: UInt64) {
        precondition(count <= RecordBytes.capacity - 8)
        let offset = count
        unsafe Swift.withUnsafeMutableBytes(of: &storage) {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
        count += 8
    }

    /// Appends a tag.
    mutating func append(_ tag: Tag) {
        precondition(count <= RecordBytes.capacity - Tag.size)
        let offset = count
        unsafe Swift.withUnsafeMutableBytes(of: &storage) {
            unsafe $0.storeBytes(of: tag.bytes, toByteOffset: offset, as: Fixed<32, UInt8>.self)
        }
        count += Tag.size
    }

    /// Appends the lowest `size` bytes of a number, 1 ... 4.
    mutating func append(_ value: UInt64, size: Int) {
        for number in 0..<size { storage[count + number] = UInt8(truncatingIfNeeded: value >> UInt64(8 * number)) }
        count += size
    }

    /// The number in `size` bytes at `offset`.
    func number(at offset: Int, size: Int) -> UInt64 {
        var value: UInt64 = 0
        for number in 0..<size { value |= UInt64(storage[offset + number]) << UInt64(8 * number) }
        return value
    }
}

/// A record's BLAKE2b-256 tag, chained over the tag of the record before it.
public struct Tag: BitwiseCopyable, Hashable, Sendable {
    /// How long a tag is.
    @inlinable public static var size: Int { 32 }
    public var bytes: Fixed<32, UInt8>

    /// What stands before the first record: zeros.
    public init() { bytes = Fixed(repeating: 0) }

    /// The tag over `previous` and the bytes of a record that stand before its own tag.
    @inline(always) init(after previous: Tag, over record: RecordBytes, count: Int) {
        bytes = Fixed(repeating: 0)
        unsafe withUnsafeBytes(of: previous.bytes) { previous in
            unsafe record.withUnsafeBytes { data in
                unsafe withUnsafeMutableBytes(of: &bytes) { out in
                    unsafe csodium_chain(previous.baseAddress, data.baseAddress, count, out.baseAddress)
                }
            }
        }
    }

    /// The tag that lies in `record` at `offset`.
    init(in record: RecordBytes, at offset: Int) {
        bytes = Fixed(repeating: 0)
        for index in 0..<Tag.size { bytes[index] = record[offset + index] }
    }

    /// Makes the hash's library ready: it picks its fastest code for this processor. Tags are the same without.
    ///
    /// Once, when the program starts and before its threads do: it takes a lock.
    /// - Returns: false when the library cannot be used.
    public static func prepare() -> Bool { csodium_start() == 0 }

    /// The first eight bytes, the first one highest: what people compare.
    public var short: UInt64 {
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}
