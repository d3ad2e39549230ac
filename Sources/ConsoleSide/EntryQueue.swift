import StimulatorCore

/// What the console has put on record and the journal has not written yet: oldest first.
struct EntryQueue {
    private static var capacity: Int { 32 }

    private var entries = Fixed<32, JournalEntry>(repeating: .note(Note()))
    /// The channel whose command line waits for it.
    private var channels = Fixed<32, Int?>(repeating: nil)
    private var first = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds an entry; false when there is no room.
    mutating func add(_ entry: JournalEntry, awaitedBy channel: Int?) -> Bool {
        guard count < EntryQueue.capacity else { return false }
        let index = (first + count) % EntryQueue.capacity
        entries[index] = entry
        channels[index] = channel
        count += 1
        return true
    }

    /// Nobody waits on that channel any more.
    mutating func forget(_ channel: Int) {
        for index in 0..<EntryQueue.capacity where channels[index] == channel { channels[index] = nil }
    }

    mutating func take() -> (entry: JournalEntry, channel: Int?)? {
        guard count > 0 else { return nil }
        let index = first
        first = (first + 1) % EntryQueue.capacity
        count -= 1
        return (entries[index], channels[index])
    }
}
