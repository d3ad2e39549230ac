import StimulatorCore

/// How a session writes.
public enum OutputMode: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Text for people.
    case human = 0
    /// One JSON object a line, for programs.
    case json = 1
    /// Program messages and their responses, and nothing else.
    case scpi = 2
}

/// One line's session with the board: bytes in, commands out; events and snapshots in, bytes out.
///
///     line ── receive(byte) ──▶ editor ─▶ grammar ─▶ admission ─▶ takeCommand ──▶ safety side
///     line ◀── takeOutput ───── text or JSON ◀────── receive(event), update(snapshot) ◀──┘
///
/// Reads no clock and does no I/O. Nothing that comes from the line makes it fail: what fits no command is refused with the
/// reason, and byte 0x18 stops the board from any state of the parser. Not copyable: it holds 30 KB of buffers.
public struct ShellSession<Simulation: SimulationVocabulary>: ChannelSession, ~Copyable {
    /// The intensity of a new session: low enough for any protocol of the library, high enough to be seen.
    static var firstIntensity: PerMille { PerMille(300) }
    /// An unanswered command is refused as `busy` after this.
    static var answerTime: Nanoseconds { .seconds(1) }

    /// A safety side that has not reported for so long is silent: a hundred ticks, ten runs of the console.
    static var silence: Nanoseconds { .milliseconds(100) }

    let board: BoardDescription
    var output = LineOutput()
    var editor = LineEditor()
    var lease: Lease
    var outbox = Outbox()
    var pending = PendingReplies()
    var requests = RequestQueue()
    var scpi = SCPIState()
    var waitingLines = WaitingLines()
    var snapshot = Snapshot()
    var report = TrainReport()
    /// The intensity of the next pattern and of the next arming.
    var intensity = firstIntensity
    var isIntensityChosen = false
    /// The pattern that `start` gives.
    var pattern: PulsePattern?
    /// The protocol that it is, where it was loaded by name.
    var loaded: LoadedProtocol?
    /// The steps that are being given.
    var steps: StepRun?
    var overrideState = OverrideState.none
    var starting: ProtocolStart?
    /// The protocol whose pattern runs: its pulses count as a use.
    var running: ProtocolName?
    /// The protocols that can be loaded.
    let library: ProtocolLibrary
    /// Who the pulses are for, as far as admission wants to know. The session keeps powered-on time going and notes the protocols that it
    /// gives; all else is said by the surroundings.
    public var subject = SubjectContext()
    /// What the session's subject has been said to be for, whose session was broken off, and the clock.
    var subjectNews = SubjectNews(SubjectContext())
    var thresholdRun: ThresholdRun?
    var now = Instant(0)
    var lastToken: UInt32 = 0
    /// The sequence number that the next event has; nil before the first.
    var nextSequence: UInt64?
    var isJournalWritable = false
    var isSafetySilent = false
    /// The role whose PIN the next line is.
    var pinRole: Role?
    var isInputShown = false
    /// Where the echo of the line began in the output; nil when something else was written since.
    var echoMark: UInt64?
    var isWatching = false
    var nextWatch = Instant.distantFuture
    var nextProgress = Instant.distantFuture
    /// The state that people were last told.
    var shownState = StimulatorState.selfTest
    var shownOmissions: UInt32 = 0
    /// Pulses given or omitted that the last line of progress told of.
    var shownProgress: UInt32 = 0

    /// What this session may do: all of an operator's, unless the console side says otherwise.
    public var authority = Authority.alone
    /// The hash of the board's file, first eight bytes: in `status`, and in the journal's record of a start.
    public var boardHash: UInt64 { board.identity.hash }
    /// The journal's head tag, first eight bytes, as `status` shows it.
    public var journalHead: UInt64 = 0
    /// Lines refused since the start, for scripts.
    public private(set) var refusalCount: UInt64 = 0
    /// The rule of the last refusal; nil when the last command was not refused.
    public private(set) var lastRefusal: RefusalRule?
    /// Text for people, JSON, or SCPI.
    public var mode = OutputMode.human { didSet { modeChanged() } }
    /// True when a person sits at a terminal: echo, editing, prompt, redrawn lines. False: plain lines.
    public var isTerminal = false { didSet { modeChanged() } }
    /// True on a line that does not show that its other end has gone: there a pattern alone is no sign of life.
    public var isThreeWire = false

    /// A session on a line that is still down; the first byte brings it up.
    public init(board: BoardDescription, protocols: ProtocolLibrary = .builtIn) {
        self.board = board
        library = protocols
        lease = Lease(idle: board.idle)
    }

    // MARK: From the surroundings

    /// Takes the newest snapshot of the safety side.
    public mutating func update(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        // The event that ends a pattern may have been lost.
        if report.isRunning, snapshot.trainTotal == 0, snapshot.now - report.lastEventAt > .seconds(1) {
            report.abandon()
        }
    }

    /// Says whether the journal can be written; it goes with every renewal. False until it is said.
    public mutating func journalHealth(_ ok: Bool) { isJournalWritable = ok }

    /// What is given next is a new session's again: whoever comes next does not know what the one before had set.
    mutating func forgetSettings() {
        intensity = Self.firstIntensity
        isIntensityChosen = false
        pattern = nil
        loaded = nil
    }

    /// The line is down: disarm at once, renew nothing until bytes come again, and forget what was set and what was written for it.
    public mutating func hangUp(at now: Instant) {
        self.now = now
        lease.hangUp()
        forgetSettings()
        steps = nil
        starting = nil
        overrideState = .none
        thresholdRun = nil
        outbox.disarmAlone()
        pending.clear()
        requests.clear()
        pinRole = nil
        scpi = SCPIState()
        waitingLines.clear()
        editor.forget()
        output.discard()
        isWatching = false
        nextWatch = .distantFuture
        isInputShown = false
        mode = .human
    }

    /// Does what time asks for: renewals, unanswered commands, progress, watch.
    /// - Returns: when to be called again at the latest; a byte or an event may come first.
    public mutating func run(at now: Instant) -> Instant {
        subject.poweredOn += max(.zero, now - self.now)
        self.now = now
        renewIfDue()
        disarmIfIdle()
        noteSilence()
        while let entry = pending.takeFirst(where: { $0.deadline <= now }) { refuse(.noAnswer, entry: entry) }
        tellDroppedLines()
        runSteps()
        showProgress()
        showWatch()
        attendMessages()
        refreshInput()
        let renewal = lease.nextWake(after: now, patternHolds: patternHolds)
        return min(min(min(renewal, pending.nextDeadline), min(nextWatch, nextProgress)), nextStep)
    }

    // MARK: To the surroundings

    /// The next command for the safety side; nil when there is none. A stop comes first.
    public mutating func takeCommand() -> TokenedCommand? { outbox.take() }

    /// The next request to the surroundings; nil when there is none.
    public mutating func takeRequest() -> ConsoleRequest? { requests.take() }

    /// The next byte for the line; nil when there is none.
    public mutating func takeOutput() -> UInt8? { output.take() }

    /// How many bytes wait for the line.
    public var outputCount: Int { output.available }

    /// Moves as many bytes as there are and fit into `buffer`.
    /// - Returns: how many.
    public mutating func takeOutput<let size: Int>(into buffer: inout InlineArray<size, UInt8>) -> Int {
        var count = 0
        while count < size, let byte = output.take() {
            buffer[count] = byte
            count += 1
        }
        return count
    }

    /// True while a command line waits for its answer.
    public var isAwaitingReply: Bool { !pending.isEmpty || scpi.isBusy }

    // MARK: Shared by the parts of the session

    /// A pattern runs, as the safety side says.
    var patternRuns: Bool { snapshot.trainTotal > 0 }

    /// A pattern runs, and whoever started it would be missed if they had gone.
    var patternHolds: Bool { isGiving && !isThreeWire }

    /// A person edits a line on a terminal.
    var isInteractive: Bool { isTerminal && mode == .human }

    mutating func renewIfDue() {
        if lease.isRenewalDue(at: now, patternHolds: patternHolds) { outbox.renew(journal: isJournalWritable) }
    }

    /// Nobody has touched a key for the board's idle time: the shell disarms, and says why, before its lease runs out.
    private mutating func disarmIfIdle() {
        guard lease.hasBecomeIdle(at: now, patternHolds: patternHolds), snapshot.state.isArmed, authority.holdsControl
        else { return }
        outbox.disarmAlone()
        tellIdle()
    }

    /// Says when the safety side falls silent, and when it is back: what it last showed must not be taken for the present.
    private mutating func noteSilence() {
        let isSilent = snapshot.ticks > 0 && now - snapshot.now > Self.silence
        guard isSilent != isSafetySilent else { return }
        isSafetySilent = isSilent
        tellSilence()
    }

    mutating func nextToken() -> UInt32 {
        // 0 marks commands whose answer nobody waits for.
        lastToken = lastToken == ChannelToken.most ? 1 : lastToken + 1
        return lastToken
    }

    mutating func count(_ refusal: RefusalRule?) {
        lastRefusal = refusal
        if refusal != nil { refusalCount += 1 }
    }

    private mutating func modeChanged() {
        output.isTerminal = isInteractive
        output.sink = mode == .scpi ? .nothing : .line
    }
}
