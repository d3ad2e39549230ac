import StimulatorCore

/// A second serial protocol: what experiment software speaks that was written for common rapid-rate stimulators. Off unless the board's
/// file allows it.
///
///     line ── receive(byte) ──▶ packet ─▶ rules of the protocol ─▶ admission ─▶ takeCommand ──▶ safety side
///     line ◀── takeOutput ───── one answer to every packet ◀────── receive(event), update(snapshot) ◀──┘
///
/// The device never sends unasked. Nobody logs in: who has the line may ask for what an operator may. So it takes control as any other
/// channel does, what it fires goes through admission, and the kernel limits it like everybody. Taking remote control is taking control;
/// a client that has it must ask for the status every 10 s, every second while armed: else the board is disarmed and control given back.
///
/// Never here: unlock codes, more than full power, and ignoring the coil's interlock.
///
/// Reads no clock and does no I/O. Byte 0x18 stops the board from any state of the parser, as on every channel.
public struct WireSession: ~Copyable {
    /// A client that holds remote control asks for the status at least this often, armed and not.
    static var armedKeepAlive: Nanoseconds { .seconds(1) }
    static var standbyKeepAlive: Nanoseconds { .seconds(10) }
    /// Single pulses: at most one a second.
    static var refire: Nanoseconds { .seconds(1) }
    /// How far before its second a fire may come: the lines' and the clients' clocks. The next second begins where this one ends, so the
    /// rate stays under 1 Hz all the same.
    static var refireEarly: Nanoseconds { .milliseconds(10) }
    /// After a train its parameters stay as they are for so long.
    static var lock: Nanoseconds { .milliseconds(500) }
    /// A command that the safety side has not answered by then is refused: clients wait 300 ms at least.
    static var answerTime: Nanoseconds { .milliseconds(250) }
    /// A safety side that has not reported for so long is silent, as in the shell.
    static var silence: Nanoseconds { .milliseconds(100) }

    let board: BoardDescription
    let library: ProtocolLibrary
    /// Who the pulses are for.
    var subject = SubjectContext()
    public var authority = Authority.alone
    public var journalHead: UInt64 = 0
    public internal(set) var refusalCount: UInt64 = 0
    public internal(set) var lastRefusal: RefusalRule?

    var parser = WireParser()
    var output = WireQueue()
    /// Answers to packets that came while one was awaited: they follow it.
    var held = WireQueue()
    var awaited: WireAwaited?
    var outbox = Outbox()
    var requests = RequestQueue()
    var snapshot = Snapshot()
    var now = Instant(0)
    var isJournalWritable = false
    private var lastToken: UInt32 = 0

    /// The client holds remote control.
    var isRemote = false
    /// When a status was last asked for.
    var statusAt = Instant.distantPast
    private var renewedAt = Instant.distantPast
    /// When the client armed, or the last pulse came.
    var activeAt = Instant.distantPast
    /// From when on a single pulse may be fired.
    var refireAt = Instant.distantPast
    var trainEndedAt = Instant.distantPast
    /// Per cent of the maximum, 0 ... 100.
    var power = 30
    var train = WireTrain()

    /// A session on a line on which nothing has come yet.
    public init(board: BoardDescription, protocols: ProtocolLibrary = .builtIn) {
        self.board = board
        library = protocols
    }

    // MARK: From the surroundings

    /// Takes one byte from the line.
    public mutating func receive(_ byte: UInt8, at now: Instant) {
        self.now = now
        answerSilence()
        switch parser.receive(byte, at: now) {
        case .nothing: break
        case .packet(let packet): obey(packet)
        case .stop: stop()
        case .disarm: disarm()
        }
    }

    /// Takes an event of the safety side.
    public mutating func receive(_ event: Event) {
        switch event.kind {
        case .accepted, .refused: settle(event)
        case .state:
            if let state = StimulatorState(rawValue: event.detail) { snapshot.state = state }
        case .pulse: activeAt = max(activeAt, event.at)
        case .trainFinished:
            if snapshot.trainTotal > 1 { trainEndedAt = max(trainEndedAt, event.at) }
            snapshot.trainTotal = 0
        default: break
        }
    }

    /// Takes the newest snapshot of the safety side.
    public mutating func update(_ snapshot: Snapshot) {
        // The event that ends a train may have been lost.
        if self.snapshot.trainTotal > 1, snapshot.trainTotal == 0 {
            trainEndedAt = max(trainEndedAt, snapshot.now)
        }
        self.snapshot = snapshot
    }

    /// Takes what the console side knows of the subject.
    public mutating func update(_ news: SubjectNews, at now: Instant) {
        self.now = max(self.now, now)
        subject = news.context
    }

    /// Says whether the journal can be written; it goes with every renewal. False until it is said.
    public mutating func journalHealth(_ ok: Bool) { isJournalWritable = ok }

    /// The line is down: disarm at once if this client may have armed, and forget what it had asked for.
    public mutating func hangUp(at now: Instant) {
        self.now = now
        if isRemote { outbox.disarmAlone() }
        loseControl()
        awaited = nil
        requests.clear()
        parser.reset()
        output.clear()
        held.clear()
    }

    /// Does what time asks for: answers to what was no packet, unanswered commands, keep-alive, the idle minute, renewals.
    /// - Returns: when to be called again at the latest; a byte or an event may come first.
    public mutating func run(at now: Instant) -> Instant {
        subject.poweredOn += max(.zero, now - self.now)
        self.now = now
        answerSilence()
        settleOverdue()
        watchClient()
        renewIfDue()
        var next = min(parser.gapEnds, awaited?.deadline ?? .distantFuture)
        if isRemote { next = min(next, keepAliveEnds) }
        if renews { next = min(next, renewedAt + Lease.period) }
        return next
    }

    // MARK: To the surroundings

    /// The next command for the safety side; nil when there is none. A stop comes first.
    public mutating func takeCommand() -> TokenedCommand? { outbox.take() }

    /// The next request to the surroundings; nil when there is none.
    public mutating func takeRequest() -> ConsoleRequest? { requests.take() }

    /// The next byte for the line; nil when there is none.
    public mutating func takeOutput() -> UInt8? { output.take() }

    // MARK: Control

    /// The client would keep an armed board armed now: it has asked for the status in time.
    public func isActive(at now: Instant) -> Bool { isRemote && now < keepAliveEnds }

    /// A command was not passed on.
    public mutating func refused(_ refusal: Refusal, token: UInt32) {
        guard let waiting = awaited, waiting.kind == .command, waiting.token == token else { return }
        conclude(waiting, refusal.rule)
    }

    /// The answer to the request for control; nil for yes.
    public mutating func controlAnswered(_ refusal: Refusal?) {
        guard let waiting = awaited, waiting.kind == .control else {
            // Given too late, to a client that was told no: it is given back.
            if refusal == nil, authority.holdsControl, !isRemote { release() }
            return
        }
        if refusal == nil {
            isRemote = true
            statusAt = now
            activeAt = now
        }
        conclude(waiting, refusal?.rule)
    }

    /// Control is another channel's, and the board is being disarmed.
    public mutating func receive(_ notice: ControlNotice) {
        switch notice {
        case .takenOver: loseControl()
        }
    }

    /// Nothing is put on record here: what the client does is recorded as what the board does.
    public mutating func recorded(_ isOnMedium: Bool) {}

    // MARK: What time does

    /// When a client that says nothing loses control.
    private var keepAliveEnds: Instant {
        statusAt + (snapshot.state.isArmed ? WireSession.armedKeepAlive : WireSession.standbyKeepAlive)
    }

    /// A client that has fallen silent loses control and the board is disarmed; one that lets an armed board stand is disarmed.
    private mutating func watchClient() {
        guard isRemote else { return }
        if now >= keepAliveEnds {
            giveBack()
        } else if snapshot.state.isArmed, snapshot.trainTotal == 0, now - activeAt >= board.idle {
            outbox.disarmAlone()
            activeAt = now
        }
    }

    /// Remote control is over. What fires a train for this client fires a single pulse for the next.
    private mutating func loseControl() {
        isRemote = false
        train.isOn = false
    }

    /// Disarms, and gives control back.
    mutating func giveBack() {
        loseControl()
        outbox.disarmAlone()
        release()
    }

    private mutating func release() { if !requests.isFull { requests.add(.control(.release)) } }

    private var renews: Bool { isRemote && authority.holdsControl }

    /// The board's lease follows the client's, which is longer while nothing is armed.
    private mutating func renewIfDue() {
        guard renews, now - renewedAt >= Lease.period else { return }
        renewedAt = now
        outbox.renew(journal: isJournalWritable)
    }

    private mutating func answerSilence() {
        guard let failure = parser.takeFailure(at: now) else { return }
        count(failure == .unknown ? .unknownCommand : .badValue)
        answer(WireReply(failure))
    }

    mutating func nextToken() -> UInt32 {
        lastToken = lastToken == ChannelToken.most ? 1 : lastToken + 1
        return lastToken
    }

    mutating func count(_ rule: RefusalRule) {
        lastRefusal = rule
        refusalCount += 1
    }
}

extension WireSession: ChannelSession {}

/// The one packet whose answer is awaited.
struct WireAwaited: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        /// The safety side's answer to the command with the token.
        case command
        /// Whether control is given.
        case control
        /// The board leaving its armed state.
        case release
    }

    var kind: Kind
    var command: WireCommand
    var token: UInt32 = 0
    /// The answer's status: from before the command.
    var status: WireStatus
    var deadline: Instant
    /// What a command turns the power to once it is accepted, per cent.
    var power: Int?
    /// From when on the next single pulse may be fired once this one is accepted.
    var refireAt: Instant?
}
