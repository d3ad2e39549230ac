/// A file that keeps one word through crashes and power cuts: two slots of 32 bytes, little-endian, both with the same content when at
/// rest.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0      | 8    | magic, the file's own |
/// | 8      | 8    | sequence, from 1 |
/// | 16     | 8    | the word |
/// | 24     | 8    | check: `HistoryHash` over the three words before |
///
/// An update is written to slot 0, synced, written to slot 1, synced. So at any moment one slot is whole, and no damage to one slot
/// loses an update that was finished. The check finds every change within one word, and any other but one in 2^64.
public struct TwoSlotFile: BitwiseCopyable, Sendable {
    /// Bytes of a slot.
    public static var slotSize: Int { 32 }
    /// Bytes of the file: what a reader asks for.
    public static var size: Int { 64 }
    private let magic: UInt64

    /// - Parameter magic: the first eight bytes of either slot, little-endian.
    public init(magic: UInt64) { self.magic = magic }

    /// How much of the file could be believed, from nothing to say to nothing to trust.
    public enum Source: UInt8, BitwiseCopyable, Hashable, Sendable {
        /// The file is empty: a new board.
        case neverWritten = 0
        /// Both slots say the same.
        case whole = 1
        /// The slots differ or one is damaged: the newest whole one counts. The owner writes both again.
        case oneSlot = 2
        /// Neither slot is whole, or they contradict each other.
        case unreadable = 3
    }

    /// What the file says.
    public struct Content: BitwiseCopyable, Hashable, Sendable {
        /// The word; 0 where none could be believed.
        public var word: UInt64
        /// Counts the updates of the file; 0 where there is none.
        public var sequence: UInt64
        public var source: Source

        public init(word: UInt64 = 0, sequence: UInt64 = 0, source: Source = .neverWritten) {
            self.word = word
            self.sequence = sequence
            self.source = source
        }

        /// The content to store next.
        public func updated(to word: UInt64) -> Content {
            Content(word: word, sequence: sequence &+ 1, source: .whole)
        }
    }

    /// What the first `count` bytes of the file say. Only an empty file is a new one; a longer or shorter one than `size` is
    /// damaged.
    /// - Parameters:
    ///   - count: the length of the file, 0 ...; only the first `size` bytes are looked at.
    ///   - isValid: false for words that no writer of the file writes.
    public func decode(_ bytes: Fixed<64, UInt8>, count: Int, isValid: (UInt64) -> Bool) -> Content {
        if count == 0 { return Content() }
        let first = count >= Self.slotSize ? slot(0, of: bytes, isValid) : nil
        let second = count >= Self.size ? slot(1, of: bytes, isValid) : nil
        switch (first, second) {
        case (let first?, let second?) where first.sequence == second.sequence:
            return first == second ? first : Content(sequence: first.sequence, source: .unreadable)
        case (let first?, let second?): return partly(first.sequence > second.sequence ? first : second)
        case (let only?, nil), (nil, let only?): return partly(only)
        case (nil, nil): return Content(source: .unreadable)
        }
    }

    /// The bytes of either slot.
    public func encode(_ content: Content) -> Fixed<32, UInt8> {
        var bytes = Fixed<32, UInt8>(repeating: 0)
        put(magic, into: &bytes, at: 0)
        put(content.sequence, into: &bytes, at: 8)
        put(content.word, into: &bytes, at: 16)
        put(check(content.sequence, content.word), into: &bytes, at: 24)
        return bytes
    }

    private func check(_ sequence: UInt64, _ word: UInt64) -> UInt64 {
        var hash = HistoryHash()
        hash.add(magic)
        hash.add(sequence)
        hash.add(word)
        return hash.value
    }

    private func slot(_ index: Int, of bytes: Fixed<64, UInt8>, _ isValid: (UInt64) -> Bool) -> Content? {
        let at = index * Self.slotSize
        let sequence = number(in: bytes, at: at + 8)
        let word = number(in: bytes, at: at + 16)
        guard number(in: bytes, at: at) == magic, number(in: bytes, at: at + 24) == check(sequence, word),
            sequence > 0, isValid(word)
        else { return nil }
        return Content(word: word, sequence: sequence, source: .whole)
    }

    private func partly(_ content: Content) -> Content {
        Content(word: content.word, sequence: content.sequence, source: .oneSlot)
    }

    private func number(in bytes: Fixed<64, UInt8>, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return word
    }

    private func put(_ word: UInt64, into bytes: inout Fixed<32, UInt8>, at offset: Int) {
        for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
}
