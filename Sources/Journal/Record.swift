import StimulatorCore

/// What a record is about. Raw values are part of the format: they never change meaning.
public enum RecordKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    case opened = 1
    case start = 2
    case event = 3
    case gap = 4
    case note = 5
    case override = 6
    case configuration = 7
    case recovered = 8
    case resumed = 9
    case sessionBegan = 10
    case sessionEnded = 11
    case threshold = 12
    case pain = 13
    case sideEffect = 14
    case protocolStarted = 15
    case clock = 16

    /// How many kinds there are, with raw values 1 ... count.
    public static var count: Int { 16 }

    public var name: StaticString {
        switch self {
        case .opened: "opened"
        case .start: "start"
        case .event: "event"
        case .gap: "gap"
        case .note: "note"
        case .override: "override"
        case .configuration: "configuration"
        case .recovered: "recovered"
        case .resumed: "resumed"
        case .sessionBegan: "session began"
        case .sessionEnded: "session ended"
        case .threshold: "threshold"
        case .pain: "pain"
        case .sideEffect: "side effect"
        case .protocolStarted: "protocol started"
        case .clock: "clock set"
        }
    }
}

/// What a record says.
public enum RecordContent: BitwiseCopyable, Hashable, Sendable {
    /// The journal was made, in this version of the format. Always the first record, and only the first.
    case opened(version: UInt32)
    /// The controller started: first eight bytes of the board's hash, and the how-many-th start in this journal.
    case start(boardHash: UInt64, number: UInt64)
    /// Something happened on the safety side.
    case event(Event)
    /// The safety side's events are not without a gap: `expected` was to come, `received` came. Higher: events were lost. Lower:
    /// the safety side began anew.
    case gap(expected: UInt64, received: UInt64)
    case note(Note)
    /// A person overrode a guideline.
    case override(Note)
    /// A setting was changed.
    case configuration(Note)
    /// The end of the journal was damaged, and was cut off.
    case recovered(reason: DamageReason, bytesDropped: Int64)
    /// The journal can be written again: error number and moment of the first failure, failed calls, and records that had been
    /// written but were no longer there.
    case resumed(code: Int32, failures: UInt32, recordsLost: UInt64, since: Instant)
    /// About a subject.
    case subject(SubjectEntry)
    /// Somebody set the clock to this moment, nanoseconds since 1970; the record's own time is the new one.
    case clock(Int64)
    /// A whole record of a later version: kept, passed over, never appended.
    case unknown(kind: UInt8)

    /// What kind of record it is: the number that stands in its frame; nil for one of a later version.
    public var kind: RecordKind? {
        switch self {
        case .opened: .opened
        case .start: .start
        case .event: .event
        case .gap: .gap
        case .note: .note
        case .override: .override
        case .configuration: .configuration
        case .recovered: .recovered
        case .resumed: .resumed
        case .subject(let entry): entry.kind
        case .clock: .clock
        case .unknown: nil
        }
    }

    /// The name of its kind.
    public var name: StaticString { kind?.name ?? "unknown kind" }

    /// True for what is synced at once: arm, trip, end of train, override, configuration, start, what is about a subject or the clock, and
    /// the journal's own troubles.
    public var isUrgent: Bool {
        switch self {
        case .note, .gap, .unknown: false
        case .opened, .start, .override, .configuration, .recovered, .resumed, .subject, .clock: true
        case .event(let event):
            switch event.kind {
            case .trip, .trainFinished: true
            case .state: event.detail == StimulatorState.arming.rawValue
            default: false
            }
        }
    }
}

/// One record of a journal.
public struct Record: BitwiseCopyable, Hashable, Sendable {
    /// Counts the records of this journal from 0, without a gap.
    public var sequence: UInt64
    /// When it was written, on the monotonic clock of its start.
    public var at: Instant
    public var wall: WallTime
    public var content: RecordContent

    public init(sequence: UInt64, at: Instant, wall: WallTime, content: RecordContent) {
        self.sequence = sequence
        self.at = at
        self.wall = wall
        self.content = content
    }
}
