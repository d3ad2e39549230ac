import StimulatorCore

/// What a journal proves about one subject: dose, thresholds, protocols, and the powered-on time.
///
/// It is fed with the journal's records from the first to the last, and then with every new one, so that what it says is a count and
/// never a memory.
///
///     session began S1 ... pulses ... (power cut) start ... pulses ... session ended
///     └─────────────── all of these pulses are S1's: a start does not end a session ┘
///
/// A session that was broken off (no end, and a start since) goes on when its subject's next one is begun, unless trusted time has
/// shown it to be more than a day old.
public struct SubjectLedger: BitwiseCopyable, Hashable, Sendable {
    /// How far back a day's dose reaches.
    public static var day: Nanoseconds { .seconds(86_400) }

    /// The subject.
    public let code: SubjectCode
    /// What admission needs to know, as of the last record.
    public private(set) var context = SubjectContext()
    /// Pulses and energy of the day, and of the last session.
    public private(set) var today = Tally()
    public private(set) var session = Tally()
    /// The last session has begun and not ended.
    public private(set) var isOpen = false
    /// What the last session is for; nil when there was none.
    public private(set) var profile: SessionProfile?

    private let board: BoardDescription
    /// Before this wall time, nanoseconds since 1970, lies another day; nil where no time can be trusted.
    private let dayBegins: Int64?
    /// The pulses that come now are this subject's.
    private var isCurrent = false
    /// A trusted time since the last session's last pulse is another day's.
    private var isOld = false
    private var runningProtocol = ProtocolName()
    private var lastAt: Instant?

    /// A ledger before the journal's first record.
    /// - Parameter now: where it is not trusted, the last trusted moment in the journal stands for it.
    public init(of code: SubjectCode, board: BoardDescription, now: WallTime, lastTrusted: WallTime?) {
        self.code = code
        self.board = board
        let reference = now.isTrusted ? now : lastTrusted
        let begin = reference.map { $0.nanoseconds.subtractingReportingOverflow(SubjectLedger.day.raw) }
        dayBegins = begin.flatMap { $0.overflow ? nil : $0.partialValue }
        context.code = code
        context.isWallTimeTrusted = now.isTrusted
    }

    /// The subject's next session is the last one, which something broke off.
    public var nextContinues: Bool { isOpen && !isOld }

    /// What admission needs to know at `now`: the time since the last record was powered-on time.
    public func context(at now: Instant) -> SubjectContext {
        var context = context
        if let lastAt { context.poweredOn += max(.zero, now - lastAt) }
        return context
    }

    /// Takes the next record.
    public mutating func count(_ record: Record) {
        countTime(record)
        // A trusted time of another day: everything up to it is another day's too. Without one, what came before counts as today's.
        let isPast = record.wall.isTrusted && dayBegins.map { record.wall.nanoseconds < $0 } == true
        if isPast { today = Tally() }
        isOld = isOld || isPast
        switch record.content {
        case .subject(let entry): take(entry, at: record.wall, isPast: isPast)
        case .event(let event) where isCurrent:
            session.count(record, board: board)
            if !isPast { today.count(record, board: board) }
            isOld = isPast
            countProtocol(event)
        default: break
        }
        context.today = today.dose
        context.session = session.dose
    }

    /// From one record to the next of the same start the board was on. Between two starts nobody knows.
    private mutating func countTime(_ record: Record) {
        switch record.content {
        case .opened, .recovered, .start: break
        default: if let lastAt { context.poweredOn += max(.zero, record.at - lastAt) }
        }
        lastAt = record.at
    }

    private mutating func take(_ entry: SubjectEntry, at wall: WallTime, isPast: Bool) {
        switch entry {
        case .sessionBegan(let began, let kind, let continues):
            isCurrent = began == code
            guard isCurrent else { return }
            isOld = isPast
            begin(kind, continues: continues)
        case .sessionEnded:
            if isCurrent { isOpen = false }
            isCurrent = false
        case .threshold(let kind, let method, let estimate):
            guard isCurrent else { return }
            let date = wall.isTrusted ? wall.nanoseconds : 0
            let threshold = MotorThreshold(estimate.threshold, method: method, date: date)
            if kind == .resting { context.resting = threshold } else { context.active = threshold }
        case .protocolStarted(let name): if isCurrent { runningProtocol = name }
        case .pain, .sideEffect: break
        }
    }

    private mutating func begin(_ kind: SessionProfile, continues: Bool) {
        isOpen = true
        profile = kind
        if !continues { session = Tally() }
        context.sessionLimit = kind.sessionLimit
        context.dayLimit = kind.dayLimit
        runningProtocol = ProtocolName()
    }

    /// A protocol was given when one pulse of it came; its end is the last.
    private mutating func countProtocol(_ event: Event) {
        guard !runningProtocol.isEmpty, event.kind == .pulse || event.kind == .trainFinished else { return }
        if event.kind == .pulse || event.index > 0 {
            context.note(ProtocolUse(runningProtocol, end: context.poweredOn))
        }
        if event.kind == .trainFinished { runningProtocol = ProtocolName() }
    }
}

extension Tally {
    /// As admission counts it.
    public var dose: Dose { Dose(pulses: UInt32(clamping: pulses), energy: energy) }
}

extension Journal where Store: ~Copyable {
    /// What the journal proves about a subject, from its first record to its last.
    ///
    /// It reads the whole journal, which takes a second for some 10 MB: not while the board is armed.
    /// - Throws: `StorageFault` when the storage cannot be read.
    public func ledger(of code: SubjectCode, now: WallTime) throws(StorageFault) -> SubjectLedger {
        var ledger = SubjectLedger(of: code, board: board, now: now, lastTrusted: lastTrustedWall)
        var reader = JournalReader()
        while reader.record < end.record, case .record(let record) = try reader.next(from: store) {
            ledger.count(record)
        }
        return ledger
    }
}
