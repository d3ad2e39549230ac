import StimulatorCore

/// What a text means to the eye: the colours that every terminal with colours has; one without passes over them.
enum TextColour: UInt8, BitwiseCopyable {
    case plain = 0
    /// A trip, a lockout, silence of the safety side.
    case alarm = 31
    /// A refusal, a warning, an energised capacitor.
    case caution = 33
}

/// Bytes on their way to the line.
///
///     write ... endLine ──▶ committed, may be taken
///     no room for the whole line ──▶ the line is dropped and counted
///
/// Never blocks and never lets half a line out: a slow reader loses whole lines, and is told how many.
///
/// What takes a byte or a text is never inlined: a thousand callers, and each would carry the ring with it.
struct LineOutput: ~Copyable {
    /// Where bytes go.
    enum Sink: BitwiseCopyable {
        case line
        /// Nowhere: a line that is asked by a program says nothing of its own accord.
        case nothing
        /// Into a text that is kept for later, cut where it is full.
        case capture
    }

    private static var capacity: UInt64 { 16_384 }

    private var bytes = InlineArray<16_384, UInt8>(repeating: 0)
    // Counts since the start; the ring's index is the count modulo the capacity. taken <= committed <= written.
    private var taken: UInt64 = 0
    private var committed: UInt64 = 0
    private var written: UInt64 = 0
    private var overflowed = false
    private var last: UInt8 = 0
    /// Lines dropped and not yet told to the reader.
    private(set) var droppedLines: UInt64 = 0
    var sink = Sink.line
    /// The request that replies in JSON answer.
    var replyID = RequestID()
    private var captured = SCPIText()
    /// True between the quotes of a JSON string: `put` escapes.
    private var insideString = false
    /// A person's terminal in raw mode: it wants CR LF, and has colours; a program wants LF.
    var isTerminal = false
    /// Lines are written over old ones: each erases what is left of the one below.
    var erasesLineEnds = false

    // MARK: Taking

    /// The next byte for the line; nil when there is none.
    mutating func take() -> UInt8? {
        guard taken < committed else { return nil }
        let byte = bytes[Int(taken % Self.capacity)]
        taken += 1
        return byte
    }

    /// How many bytes may be taken.
    var available: Int { Int(committed - taken) }

    /// Forgets everything: the line is gone.
    mutating func discard() {
        taken = written
        committed = written
        overflowed = false
        insideString = false
        droppedLines = 0
    }

    /// How many bytes have ever been written, for `retract`.
    var mark: UInt64 { written }

    /// Takes back what was written since `mark` and nobody has taken yet.
    mutating func retract(to mark: UInt64) {
        written = max(taken, min(mark, written))
        committed = min(committed, written)
    }

    /// What was written into the text, which is then empty.
    mutating func takeCaptured() -> SCPIText {
        let text = captured
        captured = SCPIText()
        return text
    }

    /// The number of lines dropped so far, once a notice about them has room.
    mutating func takeDroppedLines() -> UInt64? {
        guard droppedLines > 0, Self.capacity - (written - taken) >= Self.capacity / 4 else { return nil }
        let dropped = droppedLines
        droppedLines = 0
        return dropped
    }

    // MARK: Writing

    /// How many bytes of the present line have been written.
    var lineLength: Int { Int(written - committed) }

    /// Blanks up to `column`, counted from where the line had `start` bytes; at least one.
    mutating func pad(to column: Int, from start: Int) {
        repeat { put(UInt8(ascii: " ")) } while lineLength - start < column && !overflowed
    }

    /// Writes a byte, escaped inside a JSON string.
    @inline(never) mutating func put(_ byte: UInt8) {
        guard insideString else { return raw(byte) }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            raw(UInt8(ascii: "\\"))
            raw(byte)
        case 0x20...0x7E: raw(byte)
        default:
            // Bytes that are not ASCII are shown as the code points 0080 ... 00FF: what people sent need not be UTF-8.
            raw(UInt8(ascii: "\\"))
            raw(UInt8(ascii: "u"))
            raw(UInt8(ascii: "0"))
            raw(UInt8(ascii: "0"))
            hexadecimal(byte)
        }
    }

    @inline(never) mutating func put(_ text: StaticString) {
        for index in 0..<text.byteCount { put(text.byte(at: index)) }
    }

    /// Writes a byte that came from outside so that it can be seen: control bytes and bytes beyond ASCII as \xHH.
    mutating func putVisible(_ byte: UInt8) {
        if byte >= 0x20, byte <= 0x7E { return put(byte) }
        put("\\x")
        hexadecimal(byte)
    }

    /// Writes two hexadecimal digits.
    mutating func hexadecimal(_ byte: UInt8) {
        hexadecimalDigit(byte >> 4)
        hexadecimalDigit(byte & 15)
    }

    private mutating func hexadecimalDigit(_ digit: UInt8) {
        raw(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// Colours what follows, on a terminal: the one who colours ends it with `plain` in the same line.
    mutating func colour(_ colour: TextColour) {
        guard isTerminal else { return }
        put("\u{1B}[")
        put(Int64(colour.rawValue))
        put(UInt8(ascii: "m"))
    }

    /// Writes a text in a colour.
    mutating func put(_ text: StaticString, in colour: TextColour) {
        if colour == .plain { return put(text) }
        self.colour(colour)
        put(text)
        self.colour(.plain)
    }

    /// Ends the line and lets it out; without room for all of it, drops it.
    mutating func endLine() {
        if erasesLineEnds { put("\u{1B}[K") }
        if isTerminal { raw(0x0D) }
        raw(0x0A)
        commit()
    }

    /// Lets out what was written without ending the line (prompt, echo).
    mutating func commit() {
        if overflowed {
            written = committed
            overflowed = false
            insideString = false
            droppedLines += 1
        } else {
            committed = written
        }
    }

    // MARK: JSON

    /// Opens or closes a JSON string.
    mutating func quote() {
        insideString = false
        raw(UInt8(ascii: "\""))
    }

    mutating func openString() {
        quote()
        insideString = true
    }

    /// Writes a comma unless a list or an object has just been opened.
    mutating func separate() {
        if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { raw(UInt8(ascii: ",")) }
    }

    @inline(never) private mutating func raw(_ byte: UInt8) {
        switch sink {
        case .line: break
        case .nothing: return
        case .capture: return captured.append(byte)
        }
        guard written - taken < Self.capacity else {
            overflowed = true
            return
        }
        bytes[Int(written % Self.capacity)] = byte
        written += 1
        last = byte
    }
}

extension StaticString {
    /// How many bytes of UTF-8 the text has.
    var byteCount: Int { utf8CodeUnitCount }

    /// A byte of the text; `index` is 0 ..< `byteCount`.
    func byte(at index: Int) -> UInt8 {
        precondition(index >= 0 && index < utf8CodeUnitCount)
        return unsafe utf8Start[index]
    }
}
