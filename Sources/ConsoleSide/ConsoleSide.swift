import Console
import ControlLoop
import FirmwareUpdate
import Journal
import StimulatorCore

/// The two tasks of the unprivileged side on one line: the console, which parses what people type, and the journal.
///
///     line ⇄ session ─ commands ─▶ ring        ring ─ events ─▶ session and backlog ─▶ journal
///
/// It shares the controller page with the safety side and nothing else. If it dies, its lease runs out.
public struct ConsoleSide<Store: Storage & ~Copyable, Simulation: SimulationVocabulary>: ~Copyable {
    /// Events are looked for this often when nothing else wakes the console.
    public static var pollPeriod: Nanoseconds { .milliseconds(10) }

    /// The line's session. Bytes go in and come out here.
    public var session: ShellSession<Simulation>
    public private(set) var journal: Journal<Store>
    private var commands: FrameProducer
    private var events: FrameConsumer
    private let snapshots: PublishedBlock<24>
    private var backlog = EventBacklog()
    private var heard = EventBacklog()
    private var refusalsHeard: UInt64 = 0
    private var starts = SentStarts()
    /// A stop that found the ring full: it is sent again until it fits.
    private var unsentStop: TokenedCommand?
    private var entries = EntryQueue()
    private var updates = UpdateStaging<Store>()
    /// The last request that the console cannot answer by itself: hands and faults of a simulated board.
    private var bench: ConsoleRequest?

    /// Opens the journal in `store`. A journal that cannot be opened is unhealthy: arming is blocked until it can be written.
    public init(
        board: BoardDescription, page: ControllerPage, store: consuming Store, at now: Instant, wall: WallTime
    ) {
        session = ShellSession(board: board)
        journal = Journal(in: store, board: board)
        commands = FrameProducer(page.commands)
        events = FrameConsumer(page.events)
        snapshots = page.snapshot
        openJournal(at: now, wall: wall)
    }

    private mutating func openJournal(at now: Instant, wall: WallTime) {
        do throws(JournalFault) {
            _ = try journal.open(at: now, wall: wall)
            do throws(StorageFault) {
                try journal.appendStart(boardHash: session.boardHash, at: now, wall: wall)
            } catch {
                // Unhealthy from here on, and the session says so with every renewal.
            }
        } catch {
            // As above: `isHealthy` stays false.
        }
    }

    /// Says where updates may be put.
    public mutating func receiveUpdates(in staging: consuming UpdateStaging<Store>) {
        updates = staging
    }

    /// The console's run: events and the page in, bytes and commands out.
    /// - Returns: when to run again at the latest.
    public mutating func runConsole(at now: Instant) -> Instant {
        session.journalHealth(journal.isHealthy && !backlog.isOverdue(at: now))
        session.journalHead = journal.end.tag.short
        if let words = snapshots.read(), let snapshot = Snapshot(words: words) { session.update(snapshot) }
        while let frame = events.take() {
            guard let event = Event(frame: frame) else { continue }
            backlog.append(event, at: now)
            if event.kind != .refused { heard.append(event, at: now) }
            session.receive(event)
        }
        let next = session.run(at: now)
        attendRequests()
        if let stop = unsentStop { send(stop) }
        while let command = session.takeCommand() { send(command) }
        hearRefusals(at: now)
        return min(next, now + Self.pollPeriod)
    }

    /// The pattern that was sent to be started under `token`: what the operator meant. Nil when none was lately.
    public func start(sentAs token: UInt32) -> PulsePattern? { starts.pattern(token: token) }

    /// The next thing that the console heard: every event, and every refusal whoever it came from. For scripts.
    public mutating func takeHeard() -> Event? { heard.take() }

    private mutating func send(_ command: TokenedCommand) {
        if case .start(let pattern) = command.command { starts.add(pattern, token: command.token) }
        let isSent = commands.send(command.frame)
        switch command.command {
        // What finds the ring full is not asked for later, when nobody expects it any more; a stop is.
        case .stop, .disarm: unsentStop = isSent ? nil : command
        default: break
        }
    }

    private mutating func hearRefusals(at now: Instant) {
        guard session.refusalCount != refusalsHeard, let rule = session.lastRefusal else { return }
        refusalsHeard = session.refusalCount
        heard.append(.refused(Refusal(rule), token: 0, at: now), at: now)
    }

    /// The journal's run: writes what happened, syncs what is due.
    /// - Returns: when to run again at the latest.
    public mutating func runJournal(at now: Instant, wall: WallTime) -> Instant {
        while let event = backlog.take() {
            do throws(StorageFault) {
                try journal.append(event, at: now, wall: wall)
            } catch {
                // The journal is unhealthy until it has synced again; the gap shows by sequence.
                break
            }
        }
        let (written, refused) = writeEntries(at: now, wall: wall)
        journal.syncIfDue(at: now, wall: wall)
        for _ in 0..<written { session.recorded(journal.isHealthy) }
        for _ in 0..<refused { session.recorded(false) }
        return min(max(journal.syncDue, now + .milliseconds(1)), now + .milliseconds(100))
    }

    /// Writes what the session has put on record. Once an entry cannot be written, the later ones cannot either.
    /// - Returns: how many of those that are awaited were written, and how many were not.
    private mutating func writeEntries(at now: Instant, wall: WallTime) -> (written: Int, refused: Int) {
        var written = 0
        var refused = 0
        while let (entry, isAwaited) = entries.take() {
            do throws(StorageFault) {
                try journal.append(entry, isAwaited: isAwaited, at: now, wall: wall)
                if isAwaited { written += 1 }
            } catch {
                if isAwaited { refused += 1 }
            }
        }
        return (written, refused)
    }

    /// Answers what the session asks of its surroundings; hands and faults wait for `takeBenchRequest`.
    public mutating func attendRequests() {
        while let request = session.takeRequest() { attend(request) }
    }

    /// The next request to hands and faults of a simulated board; nil when there is none.
    public mutating func takeBenchRequest() -> ConsoleRequest? {
        let request = bench
        bench = nil
        return request
    }

    /// A new process in the place of this one: a new session, the journal recovered from the storage.
    public mutating func restart(board: BoardDescription, page: ControllerPage, at now: Instant, wall: WallTime) {
        let store = journal.close()
        // What was sent before is still on its way.
        let sent = starts
        let staging = updates.handOver()
        self = ConsoleSide(board: board, page: page, store: store, at: now, wall: wall)
        starts = sent
        updates = staging
    }

    /// The journal's storage, for the faults of a simulated disk.
    public mutating func withStore(_ body: (inout Store) -> Void) { body(&journal.store) }

    private mutating func attend(_ request: ConsoleRequest) {
        switch request {
        case .journal(let count): showJournal(count)
        case .record(let entry, let isAwaited):
            // A full queue is one that the journal's task does not empty.
            if !entries.add(entry, isAwaited: isAwaited), isAwaited { session.recorded(false) }
        case .update(let request): attend(request)
        case .operate, .inject: bench = request
        }
    }

    private mutating func attend(_ request: UpdateRequest) {
        let answer = updates.attend(request)
        if case .staged(let version) = answer { _ = entries.add(.configuration(.received(version)), isAwaited: false) }
        session.updateAnswered(answer)
    }

    private mutating func showJournal(_ count: Int) {
        var shown = 0
        var back = min(count, Journal<Store>.recentCount)
        while back > 0 {
            back -= 1
            if show(back) { shown += 1 }
        }
        session.journalShown(count: shown)
    }

    private mutating func show(_ back: Int) -> Bool {
        do throws(StorageFault) {
            guard let record = try journal.recent(back) else { return false }
            switch record.content {
            case .event(let event): session.show(sequence: record.sequence, at: event.at, event: event)
            case .gap(let expected, let received):
                session.show(sequence: record.sequence, at: record.at, lostEvents: received &- expected)
            case .note(let note), .override(let note), .configuration(let note):
                session.show(
                    sequence: record.sequence, at: record.at, kind: record.content.kind.name, note: note)
            default:
                let name = record.content.kind.name
                let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
                unsafe session.show(sequence: record.sequence, at: record.at, text: bytes.span)
            }
            return true
        } catch {
            return false
        }
    }
}

/// The patterns that were sent last: as many as the ring of commands holds.
private struct SentStarts {
    private var tokens = Fixed<32, UInt32>(repeating: 0)
    private var patterns = Fixed<32, PulsePattern>(repeating: .single(intensity: PerMille(1)))
    private var count = 0

    mutating func add(_ pattern: PulsePattern, token: UInt32) {
        tokens[count % 32] = token
        patterns[count % 32] = pattern
        count &+= 1
    }

    /// The newest under `token`.
    func pattern(token: UInt32) -> PulsePattern? {
        for back in 1...32 where back <= count && tokens[(count - back) % 32] == token {
            return patterns[(count - back) % 32]
        }
        return nil
    }
}

/// Events that the journal has not written yet. A full backlog forgets the oldest: the journal then shows the gap.
struct EventBacklog {
    private var events = Fixed<64, Event>(repeating: Event(.state, at: Instant(0)))
    private var taken: UInt64 = 0
    private var added: UInt64 = 0
    /// Since when the oldest event waits.
    private var waitingSince = Instant.distantFuture

    /// A journal task that does not write for half a second does not run: what happens is not recorded any more.
    func isOverdue(at now: Instant) -> Bool { now > waitingSince && now - waitingSince > .milliseconds(500) }

    mutating func append(_ event: Event, at now: Instant) {
        waitingSince = min(waitingSince, now)
        if added - taken == 64 { taken += 1 }
        events[Int(added % 64)] = event
        added += 1
    }

    mutating func take() -> Event? {
        if taken == added {
            waitingSince = .distantFuture
            return nil
        }
        taken += 1
        return events[Int((taken - 1) % 64)]
    }
}

extension Note {
    /// For the journal: a bundle has come whole.
    fileprivate static func received(_ version: UInt32) -> Note {
        var note = Note()
        Spelling.text("update: version ") { _ = note.append($0) }
        Spelling.number(Int64(version)) { _ = note.append($0) }
        Spelling.text(" received, for the next start") { _ = note.append($0) }
        return note
    }
}
