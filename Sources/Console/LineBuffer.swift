import StimulatorCore

/// One line as it was received, without its end: at most 256 bytes.
struct LineBuffer: BitwiseCopyable {
    /// The longest line that is read.
    static var limit: Int { 256 }

    private(set) var bytes = Fixed<256, UInt8>(repeating: 0)
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == LineBuffer.limit }

    /// Puts a byte at `index`, 0 ... count; the buffer may not be full.
    mutating func insert(_ byte: UInt8, at index: Int) {
        precondition(!isFull && index >= 0 && index <= count)
        var position = count
        while position > index {
            bytes[position] = bytes[position - 1]
            position -= 1
        }
        bytes[index] = byte
        count += 1
    }

    /// Removes the bytes `start` ..< `end`, within 0 ... count.
    mutating func remove(from start: Int, to end: Int) {
        precondition(start >= 0 && start <= end && end <= count)
        for index in end..<count { bytes[start + index - end] = bytes[index] }
        count -= end - start
    }

    mutating func clear() { count = 0 }

    /// True when both lines have the same bytes.
    func equals(_ other: LineBuffer) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where bytes[index] != other.bytes[index] { return false }
        return true
    }
}

/// Where a word stands in a line.
struct WordRange: BitwiseCopyable, Hashable {
    var start: Int
    /// One after the last byte.
    var end: Int
    var count: Int { end - start }
    /// Where the line ended and no word was.
    static var missing: WordRange { WordRange(start: 0, end: 0) }
}

/// The words of a line: what stands between blanks and tabs.
struct WordList: BitwiseCopyable {
    private var ranges = Fixed<16, WordRange>(repeating: .missing)
    private(set) var count = 0

    /// No command has more words than this; what follows belongs to the last one, which then fits nothing.
    private static var limit: Int { 16 }

    init(_ line: LineBuffer, upTo end: Int) {
        var index = 0
        while index < end {
            while index < end, isBlank(line.bytes[index]) { index += 1 }
            let start = index
            while index < end, !isBlank(line.bytes[index]) { index += 1 }
            if index == start { break }
            if count == WordList.limit {
                ranges[count - 1].end = index
            } else {
                ranges[count] = WordRange(start: start, end: index)
                count += 1
            }
        }
    }

    /// Word `index`; `.missing` after the last one.
    subscript(index: Int) -> WordRange { index < count ? ranges[index] : .missing }
}

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// Small letters for capital ones, ASCII only.
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 0x20 : byte
}

extension LineBuffer {
    /// True when the word is `text`, whatever the case of its letters.
    func matches(_ word: WordRange, _ text: StaticString) -> Bool {
        word.count == text.byteCount && isPrefix(word, of: text)
    }

    /// True when `text` begins with the word, whatever the case of its letters.
    func isPrefix(_ word: WordRange, of text: StaticString) -> Bool {
        isPrefix(word, length: text.byteCount) { text.byte(at: $0) }
    }

    /// The same, of a text that is no constant.
    func isPrefix<let capacity: Int>(_ word: WordRange, of text: FixedText<capacity>) -> Bool {
        isPrefix(word, length: text.count) { text[$0] }
    }

    private func isPrefix(_ word: WordRange, length: Int, _ letter: (Int) -> UInt8) -> Bool {
        guard word.count <= length else { return false }
        for index in 0..<word.count where lowercased(bytes[word.start + index]) != lowercased(letter(index)) {
            return false
        }
        return true
    }

    /// True when the word begins with `text` of three letters or more, whatever the case of its letters.
    func begins(_ word: WordRange, with text: StaticString) -> Bool {
        text.byteCount >= 3 && word.count >= text.byteCount
            && isPrefix(WordRange(start: word.start, end: word.start + text.byteCount), of: text)
    }

    /// How many single letters must be changed, left out or put in to make `text` of the word (Levenshtein); nil for words too
    /// long to be a slip of the hand.
    func distance(_ word: WordRange, to text: StaticString) -> Int? {
        let width = text.byteCount
        guard word.count <= 32, width <= 32 else { return nil }
        var row = Fixed<33, Int>(repeating: 0)
        for column in 0...width { row[column] = column }
        for line in 0..<word.count {
            var diagonal = row[0]
            row[0] = line + 1
            for column in 0..<width {
                let same = lowercased(bytes[word.start + line]) == lowercased(text.byte(at: column))
                let changed = diagonal + (same ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, min(row[column], diagonal) + 1)
            }
        }
        return row[width]
    }
}
