import StimulatorCore

/// What the session has to do after a byte.
enum EditorAction: BitwiseCopyable, Hashable {
    case nothing
    /// The byte was put at the end of the line.
    case echo(UInt8)
    /// The line or the cursor changed somewhere else.
    case redraw
    /// The line is complete: read `line`, then `reset`.
    case submit
    /// The end of a line longer than the limit, with its length in bytes.
    case tooLong(Int64)
    case complete
    case interrupt
    case clearScreen
}

/// Collects bytes into lines. CR, LF and CR LF each end one line.
///
/// Plain: bytes are taken as they are. Editing, for terminals: backspace, Ctrl-A E U W K, Ctrl-L, arrows, Home, End, Delete,
/// history and completion; other control bytes and bytes beyond ASCII are passed over, because no command has any. Ctrl-X
/// never comes here: the session acts on it first.
struct LineEditor: ~Copyable {
    private(set) var line = LineBuffer()
    /// 0 ... line.count.
    private(set) var cursor = 0
    private var history = History()
    private var escape = EscapeState.none
    private var afterCarriageReturn = false
    /// Bytes of a line that has become too long; 0 while it is not.
    private var swallowed: Int64 = 0

    private enum EscapeState: BitwiseCopyable { case none, escape, sequence(UInt8) }

    /// Takes one byte.
    mutating func receive(_ byte: UInt8, editing: Bool) -> EditorAction {
        let endsTwice = afterCarriageReturn && byte == 0x0A
        afterCarriageReturn = byte == 0x0D
        if endsTwice { return .nothing }
        if byte == 0x0D || byte == 0x0A { return end() }
        if byte == 0x03 {
            reset()
            return .interrupt
        }
        if swallowed > 0 {
            swallowed = min(swallowed + 1, .max - 1)
            return .nothing
        }
        guard editing else {
            add(byte)
            return .nothing
        }
        if let action = continueEscape(byte) { return action }
        return byte < 0x20 || byte == 0x7F ? control(byte) : byte < 0x7F ? insert(byte) : .nothing
    }

    /// Empties the line.
    mutating func reset() {
        line.clear()
        cursor = 0
        escape = .none
        swallowed = 0
    }

    /// Empties the line, and overwrites what stood in it.
    mutating func wipe() {
        reset()
        line = LineBuffer()
    }

    /// Forgets that a carriage return came, too: the line went down. The history is the line's, for whoever comes next.
    mutating func forget() {
        wipe()
        afterCarriageReturn = false
    }

    /// Keeps the line for the arrow keys.
    mutating func remember() { history.add(line) }

    /// Puts a byte at the cursor; too long a line is swallowed from here on.
    mutating func add(_ byte: UInt8) {
        guard !line.isFull else {
            swallowed = Int64(LineBuffer.limit) + 1
            return
        }
        line.insert(byte, at: cursor)
        cursor += 1
    }

    private mutating func end() -> EditorAction {
        escape = .none
        guard swallowed > 0 else { return .submit }
        let length = swallowed
        reset()
        return .tooLong(length)
    }

    private mutating func insert(_ byte: UInt8) -> EditorAction {
        let atEnd = cursor == line.count
        add(byte)
        return swallowed > 0 ? .nothing : atEnd ? .echo(byte) : .redraw
    }

    private mutating func control(_ byte: UInt8) -> EditorAction {
        switch byte {
        case 0x01: cursor = 0
        case 0x02: cursor = max(cursor - 1, 0)
        case 0x05: cursor = line.count
        case 0x06: cursor = min(cursor + 1, line.count)
        case 0x08, 0x7F: remove(from: max(cursor - 1, 0), to: cursor)
        case 0x09: return .complete
        case 0x0B: remove(from: cursor, to: line.count)
        case 0x0C: return .clearScreen
        case 0x0E: recall(history.newer())
        case 0x10: recall(history.older(than: line))
        case 0x15: remove(from: 0, to: cursor)
        case 0x17: remove(from: startOfWord(), to: cursor)
        case 0x1B:
            escape = .escape
            return .nothing
        default: return .nothing
        }
        return .redraw
    }

    /// The rest of an escape sequence; nil when the byte is not part of one. A control byte ends it and is taken for itself.
    private mutating func continueEscape(_ byte: UInt8) -> EditorAction? {
        switch escape {
        case .none: return nil
        case _ where byte < 0x20:
            escape = .none
            return nil
        case .escape:
            escape = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") ? .sequence(0) : .none
            return .nothing
        case .sequence(let parameter):
            guard byte >= 0x40 else {
                // Of the parameters only the first digit means anything here (Home, Delete, End).
                escape = .sequence(parameter == 0 ? byte : parameter)
                return .nothing
            }
            escape = .none
            return key(byte, parameter: parameter)
        }
    }

    private mutating func key(_ final: UInt8, parameter: UInt8) -> EditorAction {
        switch (final, parameter) {
        case (UInt8(ascii: "A"), _): recall(history.older(than: line))
        case (UInt8(ascii: "B"), _): recall(history.newer())
        case (UInt8(ascii: "C"), _): cursor = min(cursor + 1, line.count)
        case (UInt8(ascii: "D"), _): cursor = max(cursor - 1, 0)
        case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), UInt8(ascii: "1")): cursor = 0
        case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), UInt8(ascii: "4")): cursor = line.count
        case (UInt8(ascii: "~"), UInt8(ascii: "3")): remove(from: cursor, to: min(cursor + 1, line.count))
        default: return .nothing
        }
        return .redraw
    }

    private mutating func recall(_ recalled: LineBuffer?) {
        guard let recalled else { return }
        line = recalled
        cursor = line.count
    }

    private mutating func remove(from start: Int, to end: Int) {
        line.remove(from: start, to: end)
        cursor = start
    }

    private func startOfWord() -> Int {
        var start = cursor
        while start > 0, isBlank(line.bytes[start - 1]) { start -= 1 }
        while start > 0, !isBlank(line.bytes[start - 1]) { start -= 1 }
        return start
    }
}
