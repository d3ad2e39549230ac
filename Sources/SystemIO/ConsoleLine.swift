import CSystem
import Console
import StimulatorCore

/// The board's end of all lines: what takes the bytes that come and has bytes to go, channel by channel.
public protocol LineEnd: ~Copyable {
    /// The board's time.
    var now: Instant { get }
    /// One byte came on a channel.
    mutating func receive(_ byte: UInt8, on channel: Int)
    /// The next byte for a channel; nil when there is none.
    mutating func takeOutput(of channel: Int) -> UInt8?
    /// Nothing more comes on a channel; what it asked last may still be answered.
    mutating func endInput(of channel: Int)
    /// A channel went down.
    mutating func hangUp(_ channel: Int)
    /// Somebody came through a socket: the channel for it, or nil when all are taken.
    mutating func connect(_ kind: ChannelName.Kind) -> Int?
}

/// One line of the console as descriptors: standard input and output, a serial device, the master of a pseudo-terminal, or a socket.
///
///     descriptor ── at most 64 bytes a millisecond ──▶ board       (as a fast serial line; the rest waits in the system)
///     board ── as fast as the reader takes it ──▶ descriptor      (what the board cannot keep meanwhile, it drops)
public struct ConsoleLine: BitwiseCopyable {
    /// What became of the line.
    public enum Status: UInt8, BitwiseCopyable, Sendable {
        /// Someone is there.
        case up = 0
        /// Nobody is there: end of input, or a pseudo-terminal that no client has open.
        case down = 1
        /// The operator pressed one of the keys that quit.
        case quit = 2
        /// Nothing more comes; what it asked last is still answered.
        case ending = 3
    }

    /// What the end of the input is.
    public enum Ending: UInt8, BitwiseCopyable, Sendable {
        /// The end of a file or a pipe: the caller has the last answers given, and hangs up after them.
        case ends = 0
        /// A hang-up; the line may come up again: a pseudo-terminal waits for its next client.
        case reopens = 1
        /// That of a socket: it is answered for a moment, then it is down.
        case closes = 2
    }

    /// How long a socket whose client says nothing more is still answered: ten runs of the console.
    private static var lastAnswers: Nanoseconds { .milliseconds(100) }

    /// How often a line that is down is looked at: polling it all the time would spin, as it reports its hang-up every time.
    private static var reopenInterval: Nanoseconds { .milliseconds(20) }
    private static var chunk: Int { 64 }

    private let channel: Int
    private let input: Int32
    /// Where the line's bytes are written.
    public let output: Int32
    private let quitsOnKey: Bool
    private let isMarked: Bool
    private var marks = InputMarks()
    private let ending: Ending
    /// Looks for a web browser: a page of any site may have one speak to the loopback address. Nil where none can come.
    private var browser: BrowserWatch?
    /// What has become of the line.
    public private(set) var status = Status.up
    /// Not before is it read, or looked at, again.
    private var readsFrom = Instant.distantPast
    private var pending = Fixed<256, UInt8>(repeating: 0)
    private var sent = 0
    private var filled = 0

    /// - Parameters:
    ///   - quitsOnKey: Ctrl-D and Ctrl-] quit: for a person at a terminal in raw mode.
    ///   - isMarked: a terminal that CSystem made raw: breaks and framing errors come marked, and are a hang-up.
    ///   - refusesBrowsers: a client whose first line is one of HTTP is hung up before the line ends.
    public init(
        input: Int32, output: Int32, channel: Int = ChannelNumber.line, quitsOnKey: Bool = false,
        isMarked: Bool = false, ending: Ending = .ends, refusesBrowsers: Bool = false
    ) {
        self.channel = channel
        self.input = input
        self.output = output
        self.quitsOnKey = quitsOnKey
        self.isMarked = isMarked
        self.ending = ending
        browser = refusesBrowsers ? BrowserWatch() : nil
    }

    /// True while bytes wait for the reader of the line.
    private var hasPendingOutput: Bool { sent < filled }

    /// The line went down, and stays down.
    var hasEnded: Bool { status == .down && ending != .reopens }

    /// Takes what the board has to say, and tells what to wait for.
    /// - Returns: the descriptors to poll (-1: not this one), and when to look again at the latest.
    mutating func prepare<End: LineEnd & ~Copyable>(_ board: inout End) -> (line: csystem_poll_line, until: Instant) {
        collect(from: &board)
        var line = csystem_poll_line(input: -1, output: -1, seen: 0)
        if status == .down {
            // As on a real line: what is said while nobody listens is lost.
            sent = filled
            return (line, ending == .reopens ? readsFrom : .distantFuture)
        }
        if hasPendingOutput { line.output = output }
        if status == .ending { return (line, readsFrom) }
        if board.now >= readsFrom { line.input = input }
        return (line, line.input < 0 ? readsFrom : .distantFuture)
    }

    /// Moves bytes both ways, as far as they go, after a poll that saw `seen` on the line.
    mutating func attend<End: LineEnd & ~Copyable>(_ seen: Int32, _ board: inout End) {
        if status == .down { return lookForClient(&board) }
        if saw(CSYSTEM_WRITABLE, in: seen) { send() }
        if status == .ending {
            if seen < 0 || saw(CSYSTEM_HUNG_UP, in: seen) || board.now >= readsFrom { status = .down }
        } else if saw(CSYSTEM_READABLE, in: seen) {
            read(into: &board)
        } else if seen < 0 || saw(CSYSTEM_HUNG_UP, in: seen) {
            goDown(&board)
        }
    }

    /// Writes everything that the board has to say, waiting for the reader.
    public mutating func drain<End: LineEnd & ~Copyable>(_ board: inout End) {
        repeat {
            collect(from: &board)
            let failed = unsafe withUnsafeBytes(of: pending) { bytes in
                unsafe csystem_write_all(output, bytes.baseAddress.unsafelyUnwrapped + sent, filled - sent) < 0
            }
            sent = filled
            if failed { return }
        } while filled == 256
    }

    private mutating func lookForClient<End: LineEnd & ~Copyable>(_ board: inout End) {
        guard ending == .reopens, board.now >= readsFrom else { return }
        readsFrom = board.now + ConsoleLine.reopenInterval
        let seen = csystem_poll(input, -1, 0)
        // Readable and hung up: a client has come, spoken and gone. What it said counts now, not when the next one comes.
        if seen >= 0 && (saw(CSYSTEM_READABLE, in: seen) || !saw(CSYSTEM_HUNG_UP, in: seen)) { status = .up }
    }

    private mutating func read<End: LineEnd & ~Copyable>(into board: inout End) {
        var bytes = Fixed<64, UInt8>(repeating: 0)
        let count = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            unsafe csystem_read(input, buffer.baseAddress, ConsoleLine.chunk)
        }
        if count == CSYSTEM_AGAIN { return }
        guard count > 0 else { return count == 0 ? endInput(&board) : goDown(&board) }
        for index in 0..<Int(count) {
            if quitsOnKey && (bytes[index] == 0x04 || bytes[index] == 0x1D) {
                status = .quit
                return
            }
            if browser?.sees(bytes[index]) == true { return goDown(&board) }
            take(bytes[index], for: &board)
        }
        readsFrom = board.now + Nanoseconds(count * 1_000_000 / Int64(ConsoleLine.chunk))
    }

    private mutating func endInput<End: LineEnd & ~Copyable>(_ board: inout End) {
        guard ending == .closes else { return goDown(&board) }
        status = .ending
        readsFrom = board.now + ConsoleLine.lastAnswers
        board.endInput(of: channel)
    }

    /// A break or a framing error hangs up a line that stays: whoever comes back on it finds a new session.
    private mutating func take<End: LineEnd & ~Copyable>(_ byte: UInt8, for board: inout End) {
        guard isMarked else { return board.receive(byte, on: channel) }
        switch marks.take(byte) {
        case .byte(let byte): board.receive(byte, on: channel)
        case .fault: board.hangUp(channel)
        case .partial: break
        }
    }

    private mutating func goDown<End: LineEnd & ~Copyable>(_ board: inout End) {
        status = .down
        guard ending == .reopens else { return }
        board.hangUp(channel)
        // What the last client has not read is not for the next one.
        _ = csystem_pty_forget(output)
    }

    private mutating func collect<End: LineEnd & ~Copyable>(from board: inout End) {
        if sent == filled {
            sent = 0
            filled = 0
        }
        while filled < 256, let byte = board.takeOutput(of: channel) {
            pending[filled] = byte
            filled += 1
        }
    }

    private mutating func send() {
        let count = unsafe withUnsafeBytes(of: pending) { bytes in
            unsafe csystem_write(output, bytes.baseAddress.unsafelyUnwrapped + sent, filled - sent)
        }
        // Any other failure shows as a hang-up at the next poll; the bytes are lost with the line.
        if count > 0 { sent += Int(count) } else if count != CSYSTEM_AGAIN { sent = filled }
    }

    private func saw(_ flag: Int, in seen: Int32) -> Bool { seen >= 0 && Int(seen) & flag != 0 }
}

/// Tells a request of HTTP by its first line, before that line ends: nothing of it is then done, nor of what follows.
struct BrowserWatch: BitwiseCopyable {
    private static var mark: StaticString { "HTTP/" }

    private var matched = 0
    private var isOver = false

    /// Takes the next byte; true when the line is one of HTTP.
    mutating func sees(_ byte: UInt8) -> Bool {
        if isOver { return false }
        if byte == 0x0A || byte == 0x0D {
            isOver = true
            return false
        }
        let letter = unsafe BrowserWatch.mark.utf8Start[matched]
        matched = byte == letter ? matched + 1 : byte == UInt8(ascii: "H") ? 1 : 0
        if matched < BrowserWatch.mark.utf8CodeUnitCount { return false }
        isOver = true
        return true
    }
}
