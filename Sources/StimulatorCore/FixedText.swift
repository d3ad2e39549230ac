/// A short text in place: printable ASCII without quotes and backslashes, and at least one zero byte behind it.
public struct FixedText<let capacity: Int>: BitwiseCopyable, Hashable, Sendable {
    private var bytes = Fixed<capacity, UInt8>(repeating: 0)

    /// The empty text.
    public init() {}

    /// Nil when the text does not fit, or has a byte that it may not have. A zero byte ends the text.
    public init?(_ text: some Sequence<UInt8>) {
        var count = 0
        for byte in text {
            if byte == 0 { break }
            let isPlain = byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            guard isPlain, count < capacity - 1 else { return nil }
            bytes[count] = byte
            count += 1
        }
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
            // The buffer is never empty: a text has at least its zero byte.
            unsafe body(all.baseAddress!.assumingMemoryBound(to: CChar.self))
        }
    }
}
