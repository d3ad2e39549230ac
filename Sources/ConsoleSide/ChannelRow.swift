import Console
import StimulatorCore

/// The sessions of all channels, by number: those with a shell. What is not open is passed over by everything.
struct ChannelRow<Simulation: SimulationVocabulary>: ~Copyable {
    private(set) var shells: InlineArray<4, ShellSession<Simulation>>
    private var names = Fixed<4, ChannelName>(repeating: ChannelName(.line, number: 0))
    private var open = Fixed<4, Bool>(repeating: false)

    /// The line is open; every other channel waits for somebody.
    init(board: BoardDescription) {
        shells = InlineArray { _ in ShellSession(board: board) }
        open[ChannelNumber.line] = true
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

    /// The channel waits for somebody again.
    mutating func close(_ channel: Int) {
        precondition(channel != ChannelNumber.line)
        open[channel] = false
    }

    /// True for a person at a terminal.
    func isTerminal(_ channel: Int) -> Bool { shells[channel].isTerminal }
    mutating func setTerminal(_ isTerminal: Bool, on channel: Int) { shells[channel].isTerminal = isTerminal }

    // MARK: What every session does

    mutating func receive(_ byte: UInt8, on channel: Int, at now: Instant) { shells[channel].receive(byte, at: now) }
    mutating func hangUp(_ channel: Int, at now: Instant) { shells[channel].hangUp(at: now) }
    mutating func run(_ channel: Int, at now: Instant) -> Instant { shells[channel].run(at: now) }
    mutating func takeCommand(of channel: Int) -> TokenedCommand? { shells[channel].takeCommand() }
    mutating func takeRequest(of channel: Int) -> ConsoleRequest? { shells[channel].takeRequest() }
    mutating func takeOutput(of channel: Int) -> UInt8? { shells[channel].takeOutput() }
    func isActive(_ channel: Int, at now: Instant) -> Bool { open[channel] && shells[channel].isActive(at: now) }
    func authority(of channel: Int) -> Authority { shells[channel].authority }
    mutating func setAuthority(_ authority: Authority, of channel: Int) { shells[channel].authority = authority }
    func refusals(of channel: Int) -> (count: UInt64, last: RefusalRule?) {
        (shells[channel].refusalCount, shells[channel].lastRefusal)
    }
    mutating func refuse(_ refusal: Refusal, token: UInt32, of channel: Int) {
        shells[channel].refused(refusal, token: token)
    }
    mutating func answerControl(_ refusal: Refusal?, of channel: Int) { shells[channel].controlAnswered(refusal) }
    mutating func answerRecord(_ isOnMedium: Bool, of channel: Int) { shells[channel].recorded(isOnMedium) }
    mutating func tell(_ notice: ControlNotice, to channel: Int) { shells[channel].receive(notice) }

    /// What all sessions are told before they run.
    mutating func update(_ snapshot: Snapshot?, journalIsHealthy: Bool, journalHead: UInt64) {
        for channel in 0..<ChannelNumber.shells where open[channel] {
            shells[channel].journalHealth(journalIsHealthy)
            shells[channel].journalHead = journalHead
            if let snapshot { shells[channel].update(snapshot) }
        }
    }

    /// Hands an event to every session. An answer is the asking channel's alone: to the others it comes with token 0.
    mutating func receive(_ event: Event) {
        let isAnswer = event.kind == .accepted || event.kind == .refused
        for channel in 0..<ChannelNumber.shells where open[channel] {
            var event = event
            if isAnswer {
                let isOwn = ChannelToken.channel(of: event.index) == channel
                event.index = isOwn ? ChannelToken.own(event.index) : 0
            }
            shells[channel].receive(event)
        }
    }

    // MARK: What only a shell asks for

    /// Runs `body` with a channel's shell.
    mutating func withShell<Result>(
        of channel: Int, _ body: (inout ShellSession<Simulation>) -> Result
    ) -> Result { body(&shells[channel]) }
}
