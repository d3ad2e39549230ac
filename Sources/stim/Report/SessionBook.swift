import Journal
import StimulatorCore

/// A pattern that was given, whole or in part.
struct GivenTrain {
    /// Of its first pulse, seconds since the session began, on the monotonic clock; nil after a start, which begins another clock.
    var onset: Double?
    var duration: Double
    var intensity: PerMille
    var asked: Int
    var delivered: Int
    var omitted: Int
    var protocolName: String?
    /// The resting threshold that was known when it began.
    var threshold: PerMille?
}

/// One session of a subject, as a journal tells it: also across a start in its middle.
struct SessionRecord {
    let code: String
    /// Counts the sessions of this subject in this journal from 1.
    let number: Int
    let profile: SessionProfile
    private(set) var began: WallTime
    var ended: WallTime?
    /// How often it went on after it had been broken off.
    var resumed = 0
    var dose = Tally()
    var trains: [GivenTrain] = []
    /// Everything else, in its order, as lines of text.
    var remarks: [String] = []
    var resting: PerMille?
    var restingMethod: ThresholdMethod?
    var pains: [UInt8] = []
    var sideEffects: [String] = []

    /// On the monotonic clock; nil after a start.
    fileprivate var beganAt: Int64?
    fileprivate var runningProtocol: String?
    fileprivate var train: GivenTrain?
}

/// All sessions of a journal, and what was given in none.
struct SessionBook {
    private(set) var sessions: [SessionRecord] = []
    /// Pulses that belong to nobody: no session was open.
    private(set) var unassigned = Tally()
    private(set) var records: UInt64 = 0
    private let board: BoardDescription
    /// The place of the open session.
    private var open: Int?

    init(board: BoardDescription) { self.board = board }

    mutating func add(_ record: Record) {
        records += 1
        switch record.content {
        case .subject(.sessionBegan(let code, let profile, let continues)):
            begin(RecordText.string(code), profile, continues: continues, record)
        case .subject(.sessionEnded):
            change { $0.ended = record.wall }
            open = nil
        case .subject(let entry): change { $0.add(entry, record) }
        case .note(let note): change { $0.remarks.append("remark: \(RecordText.string(note))") }
        case .override(let note): change { $0.remarks.append("override: \(RecordText.string(note))") }
        case .event(let event): add(event, record)
        case .clock(let moment): change { $0.date(moment, at: record.at.raw) }
        case .start: change { $0.beganAt = nil }
        default: break
        }
    }

    private mutating func begin(_ code: String, _ profile: SessionProfile, continues: Bool, _ record: Record) {
        if continues, let last = sessions.lastIndex(where: { $0.code == code && $0.ended == nil }) {
            sessions[last].resumed += 1
            open = last
            return
        }
        let number = sessions.count { $0.code == code } + 1
        let last = sessions.last { $0.code == code }
        var session = SessionRecord(
            code: code, number: number, profile: profile, began: record.wall, beganAt: record.at.raw)
        session.resting = last?.resting
        session.restingMethod = last?.restingMethod
        sessions.append(session)
        open = sessions.count - 1
    }

    private mutating func add(_ event: Event, _ record: Record) {
        guard let open else { return unassigned.count(record, board: board) }
        sessions[open].dose.count(record, board: board)
        sessions[open].add(event)
    }

    private mutating func change(_ body: (inout SessionRecord) -> Void) {
        if let open { body(&sessions[open]) }
    }
}

extension SessionRecord {
    /// Somebody set the clock: a session of the same start that began without one has a date now.
    fileprivate mutating func date(_ moment: Int64, at now: Int64) {
        guard !began.isTrusted, let beganAt else { return }
        began = WallTime(nanoseconds: moment &- (now &- beganAt), isTrusted: true)
    }

    /// From the begin to a moment of the same start, seconds.
    private func onset(_ moment: Int64) -> Double? { beganAt.map { Double(moment &- $0) / 1e9 } }

    fileprivate mutating func add(_ entry: SubjectEntry, _ record: Record) {
        switch entry {
        case .threshold(.resting, let method, let found):
            resting = found.threshold
            restingMethod = method
        case .pain(let rating): pains.append(rating)
        case .sideEffect(let note): sideEffects.append(RecordText.string(note))
        case .protocolStarted(let name): runningProtocol = RecordText.string(name)
        default: break
        }
        let line = RecordText.subject(entry)
        // A procedure's single pulses would fill the page.
        if remarks.last != line { remarks.append(line) }
    }

    fileprivate mutating func add(_ event: Event) {
        switch event.kind {
        case .trainStarted:
            train = GivenTrain(
                onset: onset(event.values[0]), duration: 0,
                intensity: PerMille(saturating: event.values[1]), asked: Int(event.index), delivered: 0, omitted: 0,
                protocolName: nil, threshold: resting)
        case .trainFinished:
            var finished =
                train
                ?? GivenTrain(
                    onset: onset(event.at.raw), duration: 0, intensity: .zero, asked: 0, delivered: 0, omitted: 0,
                    protocolName: nil, threshold: resting)
            // The console records a protocol's start when it hears that it was taken: before or after the pattern's first event.
            finished.protocolName = runningProtocol
            finished.delivered = Int(event.index)
            finished.omitted = Int(clamping: event.values[0])
            finished.duration = Double(event.values[3]) / 1e9
            trains.append(finished)
            train = nil
            runningProtocol = nil
        default: break
        }
    }
}
