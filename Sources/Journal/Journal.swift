import StimulatorCore

/// A journal could not be opened.
public enum JournalFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// The storage failed. Opening may be tried again.
    case storage(StorageFault)
    /// Its first record is no record of this version, so that nothing behind it can be proven. Nothing was touched: a person has
    /// to move the file away.
    case unreadable(Damage)
}

/// What opening a journal found and did.
public struct RecoveryReport: BitwiseCopyable, Hashable, Sendable {
    /// Whole records that were kept.
    public var recordsKept: UInt64
    /// Bytes behind them that were cut off; 0 when the journal was intact.
    public var bytesDropped: Int64
    /// Why; nil when the journal was intact.
    public var reason: DamageReason?
}

/// The append-only, hash-chained record of what the controller did.
///
///     open ─▶ healthy ── append ... syncIfDue ──▶ on the medium
///               ▲  │ a call on the storage failed
///               │  ▼
///              failed: appends are refused; every `retryInterval` what may be lost is written again and synced
///
/// Urgent records (`RecordContent.isUrgent`) are due for a sync at once, the others after `syncInterval`. An append never syncs
/// by itself: whoever drains several events pays for one sync. So call `syncIfDue` after every drain.
///
/// An event that could not be written is not kept: the next one that is written shows the gap.
public struct Journal<Store: Storage & ~Copyable>: ~Copyable {
    /// Where the bytes lie. Public for what only the storage knows (a simulated disk's faults); writing to it breaks the chain.
    public var store: Store
    /// For the energy of a pulse.
    let board: BoardDescription

    /// After the last record.
    public internal(set) var end = JournalReader()
    /// After the last record that is known to be on the medium.
    var synced = JournalReader()
    /// Where the last records begin, by record number modulo their count.
    var offsets = Fixed<64, Int64>(repeating: 0)
    /// Pulses and energy of the whole journal.
    public internal(set) var tally = Tally()
    /// The latest trusted wall time in the journal; nil when it has none.
    public internal(set) var lastTrustedWall: WallTime?
    /// The subject whose session has begun and not ended; nil when no session is open.
    public internal(set) var openSession: SubjectCode?
    /// Starts recorded in the journal.
    public internal(set) var starts: UInt64 = 0

    var isOpen = false
    /// The first failure since the journal was last healthy.
    var failure: JournalFailure?
    /// When the oldest record was appended that has not been synced; nil when all are.
    var unsyncedSince: Instant?
    /// True when a record waits that is to be synced at once.
    var urgent = false
    /// The sequence that the next event should have.
    var nextEvent: UInt64 = 0
    /// What opening cut off and has not recorded yet.
    var unrecorded: Damage?

    /// A journal in `store`. Nothing is read yet: `open` it.
    public init(in store: consuming Store, board: BoardDescription) {
        self.store = store
        self.board = board
    }

    /// Gives the storage back.
    public consuming func close() -> Store { store }

    /// False until it is open, and from a failed call on the storage to the next synced write. Arming is blocked meanwhile.
    public var isHealthy: Bool { isOpen && failure == nil }
    /// The first failure since the journal was last healthy; nil when it is.
    public var fault: StorageFault? { failure?.fault }
    /// Records in the journal.
    public var records: UInt64 { end.record }

    /// How long an ordinary record may wait for its sync. One second: what a cut of the power may cost, and at 50 pulses a second
    /// (6.4 kB) still one flash write instead of fifty.
    public static var syncInterval: Nanoseconds { .seconds(1) }
    /// From one try to write again to the next: a person sees the journal healthy soon after making room.
    public static var retryInterval: Nanoseconds { .seconds(1) }
    /// How many of the last records `recent` reaches.
    public static var recentCount: Int { 64 }
}

/// A failure that has not been overcome.
struct JournalFailure: BitwiseCopyable, Hashable, Sendable {
    var fault: StorageFault
    var since: Instant
    var lastTry: Instant
    /// Failed calls.
    var count: UInt32 = 1
}

// MARK: - Writing

extension Journal where Store: ~Copyable {
    /// Records the controller's start and numbers it. `firstEvent` is the sequence of the first event that can come.
    /// - Throws: `StorageFault`; the start is not in the journal then.
    public mutating func appendStart(
        boardHash: UInt64, firstEvent: UInt64 = 0, at now: Instant, wall: WallTime
    ) throws(StorageFault) {
        nextEvent = firstEvent
        try put(.start(boardHash: boardHash, number: starts + 1), at: now, wall: wall)
    }

    /// Records an event of the safety side, and before it the gap when it is not the one that was to come.
    /// - Throws: `StorageFault`; the event is not in the journal then, and the next one shows the gap.
    public mutating func append(_ event: Event, at now: Instant, wall: WallTime) throws(StorageFault) {
        if event.sequence != nextEvent {
            try put(.gap(expected: nextEvent, received: event.sequence), at: now, wall: wall)
            nextEvent = event.sequence
        }
        try put(.event(event), at: now, wall: wall)
        nextEvent = event.sequence &+ 1
    }

    /// Records what the console has put on record. `isAwaited`: somebody waits for it to be on the medium: it is due for a sync at once.
    /// - Throws: `StorageFault`; the entry is not in the journal then.
    public mutating func append(
        _ entry: JournalEntry, isAwaited: Bool = false, at now: Instant, wall: WallTime
    ) throws(StorageFault) {
        switch entry {
        case .note(let note): try put(.note(note), at: now, wall: wall)
        case .override(let note): try put(.override(note), at: now, wall: wall)
        case .configuration(let note): try put(.configuration(note), at: now, wall: wall)
        case .subject(let entry): try put(.subject(entry), at: now, wall: wall)
        case .clock(let moment): try put(.clock(moment), at: now, wall: wall)
        }
        if isAwaited { urgent = true }
    }

    private mutating func put(_ content: RecordContent, at now: Instant, wall: WallTime) throws(StorageFault) {
        guard isOpen else { throw .device }
        if let failure { throw failure.fault }
        do {
            try write(content, at: now, wall: wall)
        } catch {
            fail(error, at: now)
            throw error
        }
    }

    /// Writes a record behind the last one and moves the end.
    mutating func write(_ content: RecordContent, at now: Instant, wall: WallTime) throws(StorageFault) {
        let record = Record(sequence: end.record, at: now, wall: wall, content: content)
        var bytes = RecordFormat.encode(record)
        let tag = RecordFormat.seal(&bytes, after: end.tag)
        try store.write(bytes, at: end.offset)
        count(record, at: end.offset)
        end.record += 1
        end.offset += Int64(bytes.count)
        end.tag = tag
        if unsyncedSince == nil { unsyncedSince = now }
        if content.isUrgent { urgent = true }
    }

    /// What every record, read or written, is counted for.
    mutating func count(_ record: Record, at offset: Int64) {
        offsets[Int(record.sequence % UInt64(Self.recentCount))] = offset
        tally.count(record, board: board)
        if record.wall.isTrusted { lastTrustedWall = record.wall }
        switch record.content {
        case .start: starts += 1
        case .subject(.sessionBegan(let code, _, _)): openSession = code
        case .subject(.sessionEnded): openSession = nil
        default: break
        }
    }
}

// MARK: - Reading back

extension Journal where Store: ~Copyable {
    /// One of the last records, checked against its tag: `back` = 0 for the last, 1 for the one before. Nil when `back` is beyond
    /// the first record or `recentCount`, or when the record is no longer whole.
    /// - Throws: `StorageFault` when the storage cannot be read.
    public func recent(_ back: Int) throws(StorageFault) -> Record? {
        guard back >= 0 && back < Self.recentCount && UInt64(back) < end.record else { return nil }
        var reader = JournalReader()
        reader.record = end.record - 1 - UInt64(back)
        reader.offset = offsets[Int(reader.record % UInt64(Self.recentCount))]
        if reader.record > 0 {
            var bytes = RecordBytes()
            try store.read(into: &bytes, count: Tag.size, at: reader.offset - Int64(Tag.size))
            reader.tag = Tag(in: bytes, at: 0)
        }
        guard case .record(let record) = try reader.next(from: store) else { return nil }
        return record
    }
}
