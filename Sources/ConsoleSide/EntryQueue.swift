import StimulatorCore

/// What the console has put on record and the journal has not written yet: oldest first.
struct EntryQueue {
    private static var capacity: Int { 8 }

    private var entries = Fixed<8, JournalEntry>(repeating: .note(Note()))
    private var awaited = Fixed<8, Bool>(repeating: false)
    private var first = 0
    private var count = 0

    /// Adds an entry; false when there is no room.
    mutating func add(_ entry: JournalEntry, isAwaited: Bool) -> Bool {
        guard count < EntryQueue.capacity else { return false }
        let index = (first + count) % EntryQueue.capacity
        entries[index] = entry
        awaited[index] = isAwaited
        count += 1
        return true
    }

    mutating func take() -> (entry: JournalEntry, isAwaited: Bool)? {
        guard count > 0 else { return nil }
        let index = first
        first = (first + 1) % EntryQueue.capacity
        count -= 1
        return (entries[index], awaited[index])
    }
}
