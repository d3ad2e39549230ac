/// A short text in place: printable ASCII without quotes and backslashes, and at least one zero byte behind it.
public struct FixedText<let capacity: Int>: BitwiseCopyable, Hashable, Sendable {
    private var bytes = Fixed<capacity, UInt8>(repeating: 0)

    /// The empty text.
    public init() {}

    /// Nil when the text does not fit, or has a byte that it may not have.
    public init?(_ text: some Sequence<UInt8>) {
        for byte in text where !append(byte) { return nil }
    }

    /// Appends a byte; false when it does not fit, or no text may have it.
    public mutating func append(_ byte: UInt8) -> Bool {
        let isPlain = byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        let end = count
        guard isPlain, end < capacity - 1 else { return false }
        bytes[end] = byte
        return true
    }

    /// How many bytes there are before the zero.
    public var count: Int {
        var count = 0
        while bytes[count] != 0 { count += 1 }
        return count
    }

    /// True for a text of no byte.
    public var isEmpty: Bool { bytes[0] == 0 }

    /// The byte at `index`, 0 ..< capacity: zeros behind the text.
    public subscript(index: Int) -> UInt8 { bytes[index] }

    /// The text with its zero byte, for a system call.
    public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe withUnsafeBytes(of: bytes) { all in
            guard let base = all.baseAddress else { preconditionFailure("a text has at least its zero byte") }
            return unsafe body(base.assumingMemoryBound(to: CChar.self))
        }
    }
}
