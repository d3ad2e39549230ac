import StimulatorCore

/// What is wrong with a journal's bytes. Raw values are part of the format.
public enum DamageReason: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The storage ends inside the record: a write that a power cut or a full disk broke off.
    case torn = 1
    /// The length is none that a record has.
    case length = 2
    /// Not the record that was to come: one or more are missing.
    case sequence = 3
    /// The tag does not fit the bytes and the tag before.
    case tag = 4
    /// The tag fits, but no writer of this version writes such a record.
    case content = 5
    /// The bytes do not begin like a journal of this version.
    case foreign = 6

    public var name: StaticString {
        switch self {
        case .torn: "torn"
        case .length: "length"
        case .sequence: "sequence"
        case .tag: "tag"
        case .content: "content"
        case .foreign: "foreign"
        }
    }
}

/// Where a journal stops being whole.
public struct Damage: BitwiseCopyable, Hashable, Sendable {
    public var reason: DamageReason
    /// The record that is not whole, counted from 0.
    public var record: UInt64
    /// Where it begins.
    public var offset: Int64
    /// Bytes from there to the end of the storage.
    public var bytes: Int64
}

/// Walks through the records of a journal from the first, and checks every one.
///
/// It stands between two records and holds no storage: hand it the same one each time.
public struct JournalReader: BitwiseCopyable, Hashable, Sendable {
    /// The number of the record that comes next: how many are whole so far.
    public internal(set) var record: UInt64 = 0
    /// Where that record begins.
    public internal(set) var offset: Int64 = 0
    /// The tag of the record before it.
    public internal(set) var tag = Tag()

    /// Before the first record.
    public init() {}

    /// What the next step found.
    public enum Step: BitwiseCopyable, Sendable {
        /// A whole record, linked to the one before.
        case record(Record)
        /// The storage ends here, after a whole record.
        case end
        /// What comes here is not a whole record. The reader stays before it.
        case damaged(Damage)
    }

    /// Reads and checks the next record.
    /// - Throws: `StorageFault` when the storage cannot be read.
    public mutating func next<Store: Storage & ~Copyable>(from store: borrowing Store) throws(StorageFault) -> Step {
        let left = store.length - offset
        guard left > 0 else { return .end }
        var bytes = RecordBytes()
        try store.read(into: &bytes, count: Int(min(left, Int64(RecordBytes.capacity))), at: offset)
        if let reason = frame(&bytes) { return damaged(reason, left) }
        let body = bytes.count - Tag.size
        let found = Tag(after: tag, over: bytes, count: body)
        guard found == Tag(in: bytes, at: body) else { return damaged(.tag, left) }
        guard let content = RecordFormat.decode(bytes) else { return damaged(.content, left) }
        record += 1
        offset += Int64(bytes.count)
        tag = found
        return .record(content)
    }

    /// Narrows `bytes` to the record at their begin; the reason when there is none that could come here.
    private func frame(_ bytes: inout RecordBytes) -> DamageReason? {
        if record == 0 && !RecordFormat.beginsJournal(bytes) { return .foreign }
        guard bytes.count >= 4 else { return .torn }
        let length = bytes.number(at: 0, size: 4)
        guard length >= UInt64(RecordFormat.shortest) && length <= UInt64(RecordBytes.capacity) else { return .length }
        guard length <= UInt64(bytes.count) else { return .torn }
        bytes.resize(to: Int(length))
        return bytes.number(at: 8, size: 8) == record ? nil : .sequence
    }

    private func damaged(_ reason: DamageReason, _ left: Int64) -> Step {
        .damaged(Damage(reason: reason, record: record, offset: offset, bytes: left))
    }
}

/// What a walk through a whole journal found.
public struct Verification: BitwiseCopyable, Hashable, Sendable {
    /// Whole records from the begin.
    public var records: UInt64
    /// Their bytes.
    public var bytes: Int64
    /// The tag of the last of them. A journal cut at a record's end is whole: only this tag, kept elsewhere, shows the cut.
    public var head: Tag
    /// Nil when the journal is intact; reason `torn` for a torn tail.
    public var damage: Damage?

    public init(records: UInt64, bytes: Int64, head: Tag, damage: Damage?) {
        self.records = records
        self.bytes = bytes
        self.head = head
        self.damage = damage
    }
}

extension JournalReader {
    /// Walks through a whole journal.
    /// - Throws: `StorageFault` when the storage cannot be read.
    public static func verify<Store: Storage & ~Copyable>(_ store: borrowing Store) throws(StorageFault) -> Verification
    {
        var reader = JournalReader()
        var damage: Damage?
        walk: while true {
            switch try reader.next(from: store) {
            case .record: continue
            case .end: break walk
            case .damaged(let found):
                damage = found
                break walk
            }
        }
        return Verification(records: reader.record, bytes: reader.offset, head: reader.tag, damage: damage)
    }
}
