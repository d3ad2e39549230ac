import CSystem
import Console
import StimulatorCore

/// All lines of a console, waited for together: the main line, the sockets that somebody has connected to, and the wire emulation's line.
///
///     poll ─┬─ main line                       each line gives at most 64 bytes a millisecond, and takes what it can:
///           ├─ sockets, as many as channels    none can keep the console from another
///           ├─ wire
///           └─ listeners ── who connects gets a free channel, or is told that there is none
///
/// A fixed number of lines in fixed memory. What does not run any more gives its channel back.
public struct ChannelLines: ~Copyable {
    /// From one who connects to the next: a flood of them costs the console next to nothing.
    private static var acceptInterval: Nanoseconds { .milliseconds(1) }

    private var lines: InlineArray<5, ConsoleLine>
    private var isThere = Fixed<5, Bool>(repeating: false)
    private var sockets = Fixed<5, Int32>(repeating: -1)
    private var listeners = Fixed<2, Int32>(repeating: -1)
    private var acceptsFrom = Instant.distantPast

    /// The main line alone; it has channel 0.
    public init(line: ConsoleLine) {
        lines = InlineArray(repeating: line)
        isThere[ChannelNumber.line] = true
    }

    /// Takes a socket that listens; -1 for none.
    public mutating func listen(local: Int32, tcp: Int32) {
        listeners[0] = local
        listeners[1] = tcp
    }

    /// Takes the line of the wire emulation.
    public mutating func addWire(_ line: ConsoleLine) {
        lines[ChannelNumber.wire] = line
        isThere[ChannelNumber.wire] = true
    }

    /// The wire emulation has a line here.
    public var hasWire: Bool { isThere[ChannelNumber.wire] }

    /// Where the main line's bytes are written.
    public var output: Int32 { lines[ChannelNumber.line].output }

    /// The operator on the main line quits.
    public var hasQuit: Bool { lines[ChannelNumber.line].status == .quit }

    /// The main line has ended for good, and nobody else can come. What it asked last is still to be answered.
    public var hasEnded: Bool { lines[ChannelNumber.line].hasEnded && !servesOthers }

    private var isListening: Bool { listeners[0] >= 0 || listeners[1] >= 0 }
    private var servesOthers: Bool { isListening || hasWire }

    /// Waits at most `timeout` for something to do on any line, and moves bytes both ways.
    public mutating func exchange<End: LineEnd & ~Copyable>(with board: inout End, timeout: Nanoseconds) {
        var polled = Fixed<8, csystem_poll_line>(repeating: csystem_poll_line(input: -1, output: -1, seen: 0))
        var until = board.now + timeout
        for channel in 0..<ChannelNumber.count where isThere[channel] {
            let (line, latest) = lines[channel].prepare(&board)
            polled[channel] = line
            until = min(until, latest)
        }
        let accepts = board.now >= acceptsFrom
        if accepts {
            for index in 0..<2 { polled[ChannelNumber.count + index].input = listeners[index] }
        } else if isListening {
            until = min(until, acceptsFrom)
        }
        let wait = max(.zero, until - board.now)
        let result = unsafe withUnsafeMutableBytes(of: &polled) { all in
            unsafe csystem_poll_all(all.bindMemory(to: csystem_poll_line.self).baseAddress, 8, wait.raw)
        }
        for channel in 0..<ChannelNumber.count where isThere[channel] {
            lines[channel].attend(result < 0 ? result : polled[channel].seen, &board)
            attendEnd(of: channel, &board)
        }
        guard accepts else { return }
        accept(local: polled[ChannelNumber.count].seen, tcp: polled[ChannelNumber.count + 1].seen, &board)
    }

    /// Writes everything that the board has to say on the main line, waiting for its reader.
    public mutating func drain<End: LineEnd & ~Copyable>(_ board: inout End) { lines[ChannelNumber.line].drain(&board) }

    /// Hangs up everything: whoever holds control disarms the board.
    public mutating func hangUp<End: LineEnd & ~Copyable>(_ board: inout End) {
        for channel in 0..<ChannelNumber.count where isThere[channel] {
            board.hangUp(channel)
            free(channel)
        }
    }

    /// A line that is down for good: a socket's channel is free again, any other one is left alone.
    private mutating func attendEnd<End: LineEnd & ~Copyable>(of channel: Int, _ board: inout End) {
        guard lines[channel].hasEnded else { return }
        if channel == ChannelNumber.line {
            // Where nobody else can come, the caller has the last answers given and ends.
            guard servesOthers else { return }
            board.endInput(of: channel)
        }
        board.hangUp(channel)
        free(channel)
    }

    private mutating func free(_ channel: Int) {
        if sockets[channel] >= 0 { csystem_close(sockets[channel]) }
        sockets[channel] = -1
        isThere[channel] = false
    }

    private mutating func accept<End: LineEnd & ~Copyable>(local: Int32, tcp: Int32, _ board: inout End) {
        if local != 0 { accept(listeners[0], .local, &board) }
        if tcp != 0 { accept(listeners[1], .tcp, &board) }
        if local != 0 || tcp != 0 { acceptsFrom = board.now + ChannelLines.acceptInterval }
    }

    /// A channel whose client has said its last is given to one who comes when all are taken.
    private mutating func replace<End: LineEnd & ~Copyable>(_ kind: ChannelName.Kind, _ board: inout End) -> Int? {
        for channel in 0..<ChannelNumber.count where sockets[channel] >= 0 && lines[channel].status == .ending {
            board.hangUp(channel)
            free(channel)
            return board.connect(kind)
        }
        return nil
    }

    private mutating func accept<End: LineEnd & ~Copyable>(
        _ listener: Int32, _ kind: ChannelName.Kind, _ board: inout End
    ) {
        let client = csystem_accept(listener)
        guard client >= 0 else { return }
        var seat = board.connect(kind)
        if seat == nil { seat = replace(kind, &board) }
        guard let channel = seat else {
            let message: StaticString = "refused: busy  all channels of sockets are taken\n"
            _ = unsafe csystem_write(client, message.utf8Start, message.utf8CodeUnitCount)
            csystem_close(client)
            return
        }
        lines[channel] = ConsoleLine(
            input: client, output: client, channel: channel, ending: .closes, refusesBrowsers: kind == .tcp)
        sockets[channel] = client
        isThere[channel] = true
    }
}
