import StimulatorCore

/// The last sixteen lines that were entered, for the arrow keys.
struct History: ~Copyable {
    private static var capacity: Int { 16 }
    private var lines = InlineArray<16, LineBuffer>(repeating: LineBuffer())
    private var newest = 0
    private var count = 0
    /// How far back the user looks; 0 is the line being written.
    private var back = 0
    private var draft = LineBuffer()

    /// Keeps a line unless it is empty, the same as the last one, or has bytes that no person types (a program's): it would be shown as
    /// it is, and a terminal obeys what it is shown.
    mutating func add(_ line: LineBuffer) {
        back = 0
        guard !line.isEmpty, isTyped(line), count == 0 || !line.equals(lines[newest]) else { return }
        newest = (newest + 1) % History.capacity
        lines[newest] = line
        count = min(count + 1, History.capacity)
    }

    private func isTyped(_ line: LineBuffer) -> Bool {
        for index in 0..<line.count where line.bytes[index] < 0x20 || line.bytes[index] >= 0x7F { return false }
        return true
    }

    /// One line back; nil at the oldest.
    mutating func older(than line: LineBuffer) -> LineBuffer? {
        guard back < count else { return nil }
        if back == 0 { draft = line }
        back += 1
        return lines[(newest + History.capacity - (back - 1)) % History.capacity]
    }

    /// One line forth, at last the line that was being written; nil there.
    mutating func newer() -> LineBuffer? {
        guard back > 0 else { return nil }
        back -= 1
        return back == 0 ? draft : lines[(newest + History.capacity - (back - 1)) % History.capacity]
    }
}
