import Console
import Journal
import StimulatorCore

/// Who the pulses are for, and what time it is: as the journal proves it, and as somebody has said.
struct Subjects {
    /// Of the subject whose session runs in this process; nil when none does.
    var ledger: SubjectLedger?
    /// Wall time minus the monotonic clock; nil until somebody has set the clock. A new process knows nothing of it.
    var clockOffset: Int64?
    /// What the sessions have been told is no longer all.
    var isNews = true

    /// The time: what somebody has set, or what the machine says.
    func wall(at now: Instant, otherwise machine: WallTime) -> WallTime {
        guard let clockOffset else { return machine }
        let (sum, overflow) = now.raw.addingReportingOverflow(clockOffset)
        return overflow ? machine : WallTime(nanoseconds: sum, isTrusted: true)
    }

    /// Takes an event as it comes: the dose must not wait until the journal's task has written it.
    mutating func count(_ event: Event, at now: Instant) {
        guard ledger != nil else { return }
        let wall = wall(at: now, otherwise: WallTime(nanoseconds: 0, isTrusted: false))
        ledger?.count(Record(sequence: 0, at: now, wall: wall, content: .event(event)))
        isNews = true
    }
}

extension ConsoleSide where Store: ~Copyable {
    /// Says to every session who the pulses are for, when that is news.
    mutating func tellSubjects(at now: Instant) {
        guard subjects.isNews else { return }
        subjects.isNews = false
        var news = SubjectNews(subjects.ledger?.context(at: now) ?? SubjectContext())
        news.context.isWallTimeTrusted = subjects.clockOffset != nil
        news.profile = subjects.ledger?.profile
        if subjects.ledger == nil, let code = journal.openSession { news.interrupted = code }
        news.clockOffset = subjects.clockOffset
        channels.update(news, at: now)
    }

    /// Writes an entry. What is about subjects or the clock takes effect when it is written, and not otherwise.
    /// - Throws: `StorageFault`; the entry is not in the journal then.
    mutating func write(
        _ entry: JournalEntry, isAwaited: Bool, at now: Instant, wall machine: WallTime
    ) throws(StorageFault) {
        let wall = subjects.wall(at: now, otherwise: machine)
        switch entry {
        case .subject(.sessionBegan(let code, let profile, _)):
            var ledger = try journal.ledger(of: code, now: wall)
            let began = SubjectEntry.sessionBegan(code, profile, continues: ledger.nextContinues)
            try journal.append(.subject(began), isAwaited: isAwaited, at: now, wall: wall)
            ledger.count(Record(sequence: 0, at: now, wall: wall, content: .subject(began)))
            subjects.ledger = ledger
        case .subject(let entry):
            try journal.append(.subject(entry), isAwaited: isAwaited, at: now, wall: wall)
            subjects.ledger?.count(Record(sequence: 0, at: now, wall: wall, content: .subject(entry)))
            if entry == .sessionEnded { subjects.ledger = nil }
        case .clock(let moment):
            let set = WallTime(nanoseconds: moment, isTrusted: true)
            try journal.append(entry, isAwaited: isAwaited, at: now, wall: set)
            subjects.clockOffset = moment.subtractingReportingOverflow(now.raw).partialValue
            // Another time begins another day. What cannot be read again stays as it was: the day's dose is then too high, not too low.
            if let code = subjects.ledger?.code { subjects.ledger = try journal.ledger(of: code, now: set) }
        default:
            try journal.append(entry, isAwaited: isAwaited, at: now, wall: wall)
            return
        }
        subjects.isNews = true
    }

    // MARK: A muscle with an instrument on it

    /// True while a session asks whether the muscle answered its last pulse.
    public var awaitsResponse: Bool { channels.awaitsResponse }

    /// The muscle's answer comes from an instrument.
    /// - Parameter nanovolts: of the potential, from peak to peak.
    public mutating func hearResponse(_ response: Bool, nanovolts: Int64) {
        channels.hearResponse(response, nanovolts: nanovolts)
    }
}
