import Console
import ControlLoop
import FirmwareUpdate
import Journal
import StimulatorCore

/// The two tasks of the unprivileged side: the console, which parses what people type on its channels, and the journal.
///
///     line     ⇄ session ┐
///     socket 1 ⇄ session ┼ commands, if it holds control ─▶ ring     ring ─ events ─▶ every session, and backlog ─▶ journal
///     ...                ┘                                                answers ─▶ the session that asked
///
/// It shares the controller page with the safety side and nothing else. If it dies, its lease runs out.
public struct ConsoleSide<Store: Storage & ~Copyable, Simulation: SimulationVocabulary>: ~Copyable {
    /// Events are looked for this often when nothing else wakes the console.
    public static var pollPeriod: Nanoseconds { .milliseconds(10) }

    public internal(set) var journal: Journal<Store>
    var channels: ChannelRow<Simulation>
    /// The channel that holds control; nil when nobody does.
    var holder: Int?
    var roles = Roles()
    var sender: CommandSender
    private var events: FrameConsumer
    private let snapshots: PublishedBlock<24>
    private var backlog = EventBacklog()
    private var heard = EventBacklog()
    private var refusalsHeard = Fixed<5, UInt64>(repeating: 0)
    /// The newest snapshot of the safety side.
    var snapshot = Snapshot()
    private let boardHash: UInt64
    private let protocols: ProtocolLibrary
    var entries = EntryQueue()
    var subjects = Subjects()
    private var updates = UpdateStaging<Store>()
    /// Requests that the console cannot answer by itself: hands and faults of a simulated board.
    private var bench = RequestQueue()

    /// Opens the journal in `store`. A journal that cannot be opened is unhealthy: arming is blocked until it can be written.
    public init(
        board: BoardDescription, protocols: ProtocolLibrary = .builtIn, page: ControllerPage, store: consuming Store,
        at now: Instant, wall: WallTime
    ) {
        channels = ChannelRow(board: board, protocols: protocols)
        self.protocols = protocols
        boardHash = board.identity.hash
        journal = Journal(in: store, board: board)
        sender = CommandSender(page.commands)
        events = FrameConsumer(page.events)
        snapshots = page.snapshot
        grantAuthority(at: now)
        openJournal(at: now, wall: wall)
    }

    private mutating func openJournal(at now: Instant, wall: WallTime) {
        do throws(JournalFault) {
            _ = try journal.open(at: now, wall: wall)
            do throws(StorageFault) {
                try journal.appendStart(boardHash: boardHash, at: now, wall: wall)
            } catch {
                // Unhealthy from here on, and the sessions say so with every renewal.
            }
        } catch {
            // As above: `isHealthy` stays false.
        }
    }

    // MARK: Channels

    /// The channel, open since the start, that stands for the main line.
    public var lineIsTerminal: Bool {
        get { channels.isTerminal(ChannelNumber.line) }
        set { channels.setTerminal(newValue, on: ChannelNumber.line) }
    }

    /// Says whether nothing shows that the main line's other end has gone.
    public mutating func setThreeWire(_ isThreeWire: Bool) {
        channels.withShell(of: ChannelNumber.line) { $0.isThreeWire = isThreeWire }
    }

    /// Somebody came through a socket.
    /// - Returns: the channel, with a new session; nil when all are taken.
    public mutating func connect(_ kind: ChannelName.Kind, at now: Instant) -> Int? {
        guard let channel = channels.open(kind) else { return nil }
        // What it asks for may come before the next run: its first renewal must not say that the journal cannot be written.
        updateSessions(snapshot, at: now)
        forgetRole(of: channel)
        subjects.isNews = true
        grantAuthority(at: now)
        return channel
    }

    /// The wire emulation has a line of its own from now on: whoever opens it has looked whether the board's file allows it.
    public mutating func openWire(at now: Instant) {
        channels.openWire()
        grantAuthority(at: now)
    }

    /// One byte came on a channel.
    public mutating func receive(_ byte: UInt8, on channel: Int, at now: Instant) {
        channels.receive(byte, on: channel, at: now)
    }

    /// The next byte for a channel; nil when there is none.
    public mutating func takeOutput(of channel: Int) -> UInt8? { channels.takeOutput(of: channel) }

    /// A channel went down. That of the holder of control disarms the board, with the next run; any other's does nothing.
    public mutating func hangUp(_ channel: Int, at now: Instant) {
        endInput(of: channel, at: now)
        channels.hangUp(channel, at: now)
        // What the session asks for at its end has been said for it.
        while let command = channels.takeCommand(of: channel) { keepStop(command, of: channel) }
        entries.forget(channel)
        forgetRole(of: channel)
        grantAuthority(at: now)
        channels.closeSocket(channel)
    }

    /// Says where updates may be put.
    public mutating func receiveUpdates(in staging: consuming UpdateStaging<Store>) {
        updates = staging
    }

    // MARK: The console's run

    /// The console's run: events and the page in, bytes and commands out.
    /// - Returns: when to run again at the latest.
    public mutating func runConsole(at now: Instant) -> Instant {
        sender.sendWaiting()
        let words = snapshots.read()
        let newest = words.flatMap { Snapshot(words: $0) }
        if let newest { snapshot = newest }
        updateSessions(newest, at: now)
        while let frame = events.take() {
            guard let event = Event(frame: frame) else { continue }
            backlog.append(event, at: now)
            if event.kind != .refused { heard.append(event, at: now) }
            subjects.count(event, at: now)
            channels.receive(event)
        }
        tellSubjects(at: now)
        grantAuthority(at: now)
        var next = now + Self.pollPeriod
        for channel in 0..<ChannelNumber.count where channels.isOpen(channel) {
            next = min(next, channels.run(channel, at: now))
        }
        attendRequests(at: now, isRunning: true)
        if let again = lookAtPin(at: now) { next = again }
        forwardCommands(at: now)
        hearRefusals(at: now)
        return next
    }

    /// Shows the sessions the safety side, where it has news, and the journal.
    private mutating func updateSessions(_ news: Snapshot?, at now: Instant) {
        channels.update(news, journalIsHealthy: isJournalHealthy(at: now), journalHead: journal.end.tag.short)
    }

    func isJournalHealthy(at now: Instant) -> Bool { journal.isHealthy && !backlog.isOverdue(at: now) }

    /// The pattern that was sent to be started under `token`: what the operator meant. Nil when none was lately.
    public func start(sentAs token: UInt32) -> PulsePattern? { sender.start(sentAs: token) }

    /// The next thing that the console heard: every event, and every refusal whoever it came from. For scripts.
    public mutating func takeHeard() -> Event? { heard.take() }

    private mutating func hearRefusals(at now: Instant) {
        for channel in 0..<ChannelNumber.count where channels.isOpen(channel) {
            let (count, last) = channels.refusals(of: channel)
            guard count != refusalsHeard[channel] else { continue }
            refusalsHeard[channel] = count
            if let last { heard.append(.refused(Refusal(last), token: 0, at: now), at: now) }
        }
    }

    /// Something was put on record: the journal's task is wanted now, because somebody may wait for it.
    public var wantsJournal: Bool { !entries.isEmpty }

    /// The journal's run: writes what happened, syncs what is due.
    /// - Returns: when to run again at the latest.
    /// - Parameter machine: what the machine says the time is; a clock that somebody has set counts instead.
    public mutating func runJournal(at now: Instant, wall machine: WallTime) -> Instant {
        let wall = subjects.wall(at: now, otherwise: machine)
        while let event = backlog.take() {
            do throws(StorageFault) {
                try journal.append(event, at: now, wall: wall)
            } catch {
                // The journal is unhealthy until it has synced again; the gap shows by sequence.
                break
            }
        }
        var (written, refused) = (Fixed<5, Int>(repeating: 0), Fixed<5, Int>(repeating: 0))
        writeEntries(written: &written, refused: &refused, at: now, wall: wall)
        journal.syncIfDue(at: now, wall: wall)
        tellSubjects(at: now)
        for channel in 0..<ChannelNumber.count {
            for _ in 0..<written[channel] { channels.answerRecord(journal.isHealthy, of: channel) }
            for _ in 0..<refused[channel] { channels.answerRecord(false, of: channel) }
        }
        return min(max(journal.syncDue, now + .milliseconds(1)), now + .milliseconds(100))
    }

    /// Writes what was put on record, and counts for each channel the entries that it awaits. Once an entry cannot be written, the later
    /// ones cannot either.
    private mutating func writeEntries(
        written: inout Fixed<5, Int>, refused: inout Fixed<5, Int>, at now: Instant, wall: WallTime
    ) {
        while let (entry, channel) = entries.take() {
            do throws(StorageFault) {
                try write(entry, isAwaited: channel != nil, at: now, wall: wall)
                if let channel { written[channel] += 1 }
            } catch {
                if let channel { refused[channel] += 1 }
            }
        }
    }

    // MARK: Requests

    /// Answers what the sessions ask of their surroundings; hands and faults wait for `takeBenchRequest`.
    /// - Parameter isRunning: false for a console that does not run: what only it could grant is lost.
    public mutating func attendRequests(at now: Instant, isRunning: Bool) {
        for channel in 0..<ChannelNumber.count where channels.isOpen(channel) {
            while !bench.isFull, let request = channels.takeRequest(of: channel) {
                if !isRunning, request.isForConsole { continue }
                attend(request, of: channel, at: now)
            }
        }
    }

    /// The next request to hands and faults of a simulated board; nil when there is none.
    public mutating func takeBenchRequest() -> ConsoleRequest? { bench.take() }

    private mutating func attend(_ request: ConsoleRequest, of channel: Int, at now: Instant) {
        switch request {
        case .journal(let count): showJournal(count, to: channel)
        case .record(let entry, let isAwaited):
            // A full queue is one that the journal's task does not empty.
            if !entries.add(entry, awaitedBy: isAwaited ? channel : nil), isAwaited {
                channels.answerRecord(false, of: channel)
            }
        case .control(let wish): attend(wish, of: channel, at: now)
        case .role(let role, let pin): attend(role, pin, of: channel, at: now)
        case .update(let request): attend(request, of: channel)
        case .operate, .inject, .virtualSubject: bench.add(request)
        }
    }

    /// A new process in the place of this one: new sessions, the journal recovered from the storage.
    public mutating func restart(board: BoardDescription, page: ControllerPage, at now: Instant, wall: WallTime) {
        let store = journal.close()
        let sent = sender
        let (hasWire, before) = (channels.isOpen(ChannelNumber.wire), roles)
        let staging = updates.handOver()
        self = ConsoleSide(board: board, protocols: protocols, page: page, store: store, at: now, wall: wall)
        sender.follow(sent)
        updates = staging
        setPins(before.pins, restarts: before.restarts + 1, at: now)
        if hasWire { openWire(at: now) }
    }

    /// The journal's storage, for the faults of a simulated disk.
    public mutating func withStore(_ body: (inout Store) -> Void) { body(&journal.store) }

    private mutating func attend(_ request: UpdateRequest, of channel: Int) {
        let answer = updates.attend(request)
        if case .staged(let version) = answer { _ = entries.add(.configuration(.received(version)), awaitedBy: nil) }
        channels.withShell(of: channel) { $0.updateAnswered(answer) }
    }

    private mutating func showJournal(_ count: Int, to channel: Int) {
        var shown = 0
        var back = min(count, Journal<Store>.recentCount)
        while back > 0 {
            back -= 1
            if show(back, to: channel) { shown += 1 }
        }
        channels.withShell(of: channel) { $0.journalShown(count: shown) }
    }

    private mutating func show(_ back: Int, to channel: Int) -> Bool {
        do throws(StorageFault) {
            guard let record = try journal.recent(back) else { return false }
            channels.withShell(of: channel) { $0.show(record) }
            return true
        } catch {
            return false
        }
    }
}
