import Console
import StimulatorCore

/// The sessions of all channels, by number: those with a shell, and behind them the wire emulation. What is not open is passed over by
/// everything.
struct ChannelRow<Simulation: SimulationVocabulary>: ~Copyable {
    private(set) var shells: InlineArray<4, ShellSession<Simulation>>
    private var wire: WireSession
    private var names = Fixed<5, ChannelName>(repeating: ChannelName(.line, number: 0))
    private var open = Fixed<5, Bool>(repeating: false)

    /// The line is open; every other channel waits for somebody.
    init(board: BoardDescription, protocols: ProtocolLibrary) {
        shells = InlineArray { _ in ShellSession(board: board, protocols: protocols) }
        wire = WireSession(board: board, protocols: protocols)
        open[ChannelNumber.line] = true
        names[ChannelNumber.wire] = ChannelName(.wire, number: ChannelNumber.wire)
    }

    func isOpen(_ channel: Int) -> Bool { open[channel] }
    func name(_ channel: Int) -> ChannelName { names[channel] }

    /// Opens a free channel for somebody who comes through `kind`; nil when all are taken.
    mutating func open(_ kind: ChannelName.Kind) -> Int? {
        for channel in ChannelNumber.line + 1..<ChannelNumber.shells where !open[channel] {
            open[channel] = true
            names[channel] = ChannelName(kind, number: channel)
            shells[channel].startAnew()
            return channel
        }
        return nil
    }

    /// The wire emulation has its line from now on.
    mutating func openWire() { open[ChannelNumber.wire] = true }

    /// A socket's channel waits for somebody again; one with a line of its own keeps it.
    mutating func closeSocket(_ channel: Int) {
        if channel != ChannelNumber.line, channel != ChannelNumber.wire { open[channel] = false }
    }

    /// True for a person at a terminal.
    func isTerminal(_ channel: Int) -> Bool { shells[channel].isTerminal }
    mutating func setTerminal(_ isTerminal: Bool, on channel: Int) { shells[channel].isTerminal = isTerminal }

    // MARK: What every session does

    mutating func receive(_ byte: UInt8, on channel: Int, at now: Instant) {
        isWire(channel) ? wire.receive(byte, at: now) : shells[channel].receive(byte, at: now)
    }
    mutating func hangUp(_ channel: Int, at now: Instant) {
        isWire(channel) ? wire.hangUp(at: now) : shells[channel].hangUp(at: now)
    }
    mutating func run(_ channel: Int, at now: Instant) -> Instant {
        isWire(channel) ? wire.run(at: now) : shells[channel].run(at: now)
    }
    mutating func takeCommand(of channel: Int) -> TokenedCommand? {
        isWire(channel) ? wire.takeCommand() : shells[channel].takeCommand()
    }
    mutating func takeRequest(of channel: Int) -> ConsoleRequest? {
        isWire(channel) ? wire.takeRequest() : shells[channel].takeRequest()
    }
    mutating func takeOutput(of channel: Int) -> UInt8? {
        isWire(channel) ? wire.takeOutput() : shells[channel].takeOutput()
    }
    func isActive(_ channel: Int, at now: Instant) -> Bool {
        open[channel] && (isWire(channel) ? wire.isActive(at: now) : shells[channel].isActive(at: now))
    }
    func authority(of channel: Int) -> Authority { isWire(channel) ? wire.authority : shells[channel].authority }
    mutating func setAuthority(_ authority: Authority, of channel: Int) {
        if isWire(channel) { wire.authority = authority } else { shells[channel].authority = authority }
    }
    func refusals(of channel: Int) -> (count: UInt64, last: RefusalRule?) {
        isWire(channel)
            ? (wire.refusalCount, wire.lastRefusal) : (shells[channel].refusalCount, shells[channel].lastRefusal)
    }
    mutating func refuse(_ refusal: Refusal, token: UInt32, of channel: Int) {
        isWire(channel) ? wire.refused(refusal, token: token) : shells[channel].refused(refusal, token: token)
    }
    mutating func answerControl(_ refusal: Refusal?, of channel: Int) {
        isWire(channel) ? wire.controlAnswered(refusal) : shells[channel].controlAnswered(refusal)
    }
    mutating func answerRecord(_ isOnMedium: Bool, of channel: Int) {
        isWire(channel) ? wire.recorded(isOnMedium) : shells[channel].recorded(isOnMedium)
    }
    mutating func tell(_ notice: ControlNotice, to channel: Int) {
        isWire(channel) ? wire.receive(notice) : shells[channel].receive(notice)
    }

    /// What all sessions are told before they run.
    mutating func update(_ snapshot: Snapshot?, journalIsHealthy: Bool, journalHead: UInt64) {
        for channel in 0..<ChannelNumber.shells where open[channel] {
            shells[channel].journalHealth(journalIsHealthy)
            shells[channel].journalHead = journalHead
            if let snapshot { shells[channel].update(snapshot) }
        }
        guard open[ChannelNumber.wire] else { return }
        wire.journalHealth(journalIsHealthy)
        wire.journalHead = journalHead
        if let snapshot { wire.update(snapshot) }
    }

    /// Hands an event to every session. An answer is the asking channel's alone: to the others it comes with token 0.
    mutating func receive(_ event: Event) {
        let isAnswer = event.kind == .accepted || event.kind == .refused
        for channel in 0..<ChannelNumber.count where open[channel] {
            var event = event
            if isAnswer {
                let isOwn = ChannelToken.channel(of: event.index) == channel
                event.index = isOwn ? ChannelToken.own(event.index) : 0
            }
            isWire(channel) ? wire.receive(event) : shells[channel].receive(event)
        }
    }

    /// Says to every session who the pulses are for.
    mutating func update(_ news: SubjectNews, at now: Instant) {
        for channel in 0..<ChannelNumber.shells where open[channel] { shells[channel].update(news, at: now) }
        wire.update(news, at: now)
    }

    /// True while a session asks whether the muscle answered its last pulse.
    var awaitsResponse: Bool {
        for channel in 0..<ChannelNumber.shells where open[channel] && shells[channel].awaitsResponse { return true }
        return false
    }

    mutating func hearResponse(_ response: Bool, nanovolts: Int64) {
        for channel in 0..<ChannelNumber.shells where open[channel] {
            shells[channel].hearResponse(response, nanovolts: nanovolts)
        }
    }

    private func isWire(_ channel: Int) -> Bool { channel == ChannelNumber.wire }

    // MARK: What only a shell asks for

    /// Runs `body` with a channel's shell.
    mutating func withShell<Result>(
        of channel: Int, _ body: (inout ShellSession<Simulation>) -> Result
    ) -> Result { body(&shells[channel]) }
}
