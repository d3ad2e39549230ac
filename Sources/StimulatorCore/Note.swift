/// Up to 200 bytes of text. UTF-8 by intent, but not checked: a reader treats it as bytes.
public struct Note: BitwiseCopyable, Hashable, Sendable {
    /// The longest note, bytes: a shell line and its citation.
    @inlinable public static var capacity: Int { 200 }
    /// How many bytes there are.
    public private(set) var count = 0
    private var bytes = Fixed<200, UInt8>(repeating: 0)

    public init() {}

    /// Nil when there are more than `capacity` bytes.
    public init?(_ text: some Sequence<UInt8>) {
        for byte in text where !append(byte) { return nil }
    }

    /// Appends a byte; false when there is no room.
    public mutating func append(_ byte: UInt8) -> Bool {
        guard count < Note.capacity else { return false }
        bytes[count] = byte
        count += 1
        return true
    }

    /// The byte at `index`, 0 ..< count.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return bytes[index]
    }
}

/// What the console has put on record, beside the events of the safety side.
public enum JournalEntry: BitwiseCopyable, Hashable, Sendable {
    /// A remark of no consequence: synced with the others.
    case note(Note)
    /// A person overrode a guideline: synced at once.
    case override(Note)
    /// A setting, a role or who holds control was changed: synced at once.
    case configuration(Note)
    /// About a subject: synced at once.
    case subject(SubjectEntry)
    /// Somebody set the clock to this moment, nanoseconds since 1970: synced at once.
    case clock(Int64)
}
