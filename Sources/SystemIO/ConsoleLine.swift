import CSystem
import StimulatorCore

/// The board's end of a console line: what takes the bytes that come and has bytes to go.
public protocol LineEnd: ~Copyable {
    /// The board's time.
    var now: Instant { get }
    /// One byte came on the line.
    mutating func receive(_ byte: UInt8)
    /// The next byte for the line; nil when there is none.
    mutating func takeOutput() -> UInt8?
    /// The line went down.
    mutating func hangUp()
}

/// The console's line as descriptors: standard input and output, a serial device, or the master of a pseudo-terminal.
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
    }

    /// How often a line that is down is looked at: polling it all the time would spin, as it reports its hang-up every time.
    private static var reopenInterval: Nanoseconds { .milliseconds(20) }
    private static var chunk: Int { 64 }

    private let input: Int32
    /// Where the line's bytes are written.
    public let output: Int32
    private let quitsOnKey: Bool
    private let isMarked: Bool
    private var marks = InputMarks()
    /// A line that went down may come up again.
    public let reopens: Bool
    private var status = Status.up
    private var readsFrom = Instant.distantPast
    private var pending = Fixed<256, UInt8>(repeating: 0)
    private var sent = 0
    private var filled = 0

    /// - Parameters:
    ///   - quitsOnKey: Ctrl-D and Ctrl-] quit: for a person at a terminal in raw mode.
    ///   - isMarked: a terminal that CSystem made raw: breaks and framing errors come marked, and are a hang-up.
    ///   - reopens: a line that went down may come up again: a pseudo-terminal waits for its next client.
    public init(
        input: Int32, output: Int32, quitsOnKey: Bool = false, isMarked: Bool = false, reopens: Bool = false
    ) {
        self.input = input
        self.output = output
        self.quitsOnKey = quitsOnKey
        self.isMarked = isMarked
        self.reopens = reopens
    }

    /// True while bytes wait for the reader of the line.
    public var hasPendingOutput: Bool { sent < filled }

    /// Waits at most `timeout` for something to do on the line, and moves bytes both ways.
    public mutating func exchange<End: LineEnd & ~Copyable>(with board: inout End, timeout: Nanoseconds) -> Status {
        collect(from: &board)
        if status == .down { return waitForClient(&board, timeout: timeout) }
        let reading = board.now >= readsFrom
        let wait = reading ? timeout : min(timeout, readsFrom - board.now)
        let seen = csystem_poll(reading ? input : -1, hasPendingOutput ? output : -1, wait.raw)
        if saw(CSYSTEM_WRITABLE, in: seen) { send() }
        if saw(CSYSTEM_READABLE, in: seen) {
            read(into: &board)
        } else if seen < 0 || saw(CSYSTEM_HUNG_UP, in: seen) {
            goDown(&board)
        }
        return status
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

    private mutating func waitForClient<End: LineEnd & ~Copyable>(_ board: inout End, timeout: Nanoseconds) -> Status {
        // As on a real line: what is said while nobody listens is lost.
        sent = filled
        _ = csystem_poll(-1, -1, timeout.raw)
        guard reopens, board.now >= readsFrom else { return status }
        readsFrom = board.now + ConsoleLine.reopenInterval
        let seen = csystem_poll(input, -1, 0)
        // Readable and hung up: a client has come, spoken and gone. What it said counts now, not when the next one comes.
        if seen >= 0 && (saw(CSYSTEM_READABLE, in: seen) || !saw(CSYSTEM_HUNG_UP, in: seen)) { status = .up }
        return status
    }

    private mutating func read<End: LineEnd & ~Copyable>(into board: inout End) {
        var bytes = Fixed<64, UInt8>(repeating: 0)
        let count = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            unsafe csystem_read(input, buffer.baseAddress, ConsoleLine.chunk)
        }
        if count == CSYSTEM_AGAIN { return }
        guard count > 0 else { return goDown(&board) }
        for index in 0..<Int(count) {
            if quitsOnKey && (bytes[index] == 0x04 || bytes[index] == 0x1D) {
                status = .quit
                return
            }
            take(bytes[index], for: &board)
        }
        readsFrom = board.now + Nanoseconds(count * 1_000_000 / Int64(ConsoleLine.chunk))
    }

    /// A break or a framing error hangs up a line that stays: whoever comes back on it finds a new session.
    private mutating func take<End: LineEnd & ~Copyable>(_ byte: UInt8, for board: inout End) {
        guard isMarked else { return board.receive(byte) }
        switch marks.take(byte) {
        case .byte(let byte): board.receive(byte)
        case .fault: board.hangUp()
        case .partial: break
        }
    }

    private mutating func goDown<End: LineEnd & ~Copyable>(_ board: inout End) {
        status = .down
        // At the end of a file or a pipe the last answers are still to come: the caller hangs up after them.
        guard reopens else { return }
        board.hangUp()
        // What the last client has not read is not for the next one.
        _ = csystem_pty_forget(output)
    }

    private mutating func collect<End: LineEnd & ~Copyable>(from board: inout End) {
        if sent == filled {
            sent = 0
            filled = 0
        }
        while filled < 256, let byte = board.takeOutput() {
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
