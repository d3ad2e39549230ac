import ControlLoop
import StimulatorCore

/// The way to the safety side: what does not fit into the ring is lost, but for a stop.
struct CommandSender {
    private var commands: FrameProducer
    private var starts = SentStarts()
    /// A stop that found the ring full: it is sent again until it fits, ahead of everything.
    private var unsentStop: TokenedCommand?

    init(_ places: RingPlaces) { commands = FrameProducer(places) }

    /// Sends a command, with its channel's number in the token.
    /// - Returns: false when it found no room; of a stop or a disarm nobody need take care then.
    @discardableResult mutating func send(_ command: TokenedCommand) -> Bool {
        if case .start(let pattern) = command.command { starts.add(pattern, token: command.token) }
        let isSent = commands.send(command.frame)
        switch command.command {
        // What finds the ring full is not asked for later, when nobody expects it any more; a stop is.
        case .stop: unsentStop = isSent ? nil : command
        case .disarm: if unsentStop == nil || isSent { unsentStop = isSent ? nil : command }
        default: break
        }
        return isSent
    }

    /// A stop or a disarm that the next run sends ahead of everything. A waiting stop stays.
    mutating func sendLater(_ command: Command) {
        if case .stop? = unsentStop?.command { return }
        unsentStop = TokenedCommand(token: 0, command)
    }

    /// A stop or a disarm is not sent yet: what moves the board may not come before it.
    var hasWaitingStop: Bool { unsentStop != nil }

    /// Sends what waits: the first thing that a run does.
    mutating func sendWaiting() { if let stop = unsentStop { send(stop) } }

    /// The pattern that was sent to be started under `token`. Nil when none was lately.
    func start(sentAs token: UInt32) -> PulsePattern? { starts.pattern(token: token) }

    /// Another process's rings; what was sent before is still on its way.
    mutating func follow(_ previous: CommandSender) { starts = previous.starts }
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
