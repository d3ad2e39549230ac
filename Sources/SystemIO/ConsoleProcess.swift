import CSystem
import Console
import ConsoleSide
import ControlLoop
import Journal
import StimulatorCore

/// The process that parses input, on a real board: console and journal on one line, and nothing that can touch a pin.
public struct ConsoleProcess: ~Copyable {
    private var end: ConsoleEnd
    private var line: ConsoleLine
    /// The line is a person's or a serial one: when it goes, nobody waits for answers any more.
    private let isTerminal: Bool

    /// Opens the journal.
    /// - Parameters:
    ///   - page: the page that it shares with the safety process.
    ///   - journal: the journal's file.
    ///   - isTerminal: a person or a serial line, no script.
    ///   - isThreeWire: nothing shows that the line's other end has gone.
    public init(
        board: BoardDescription, page: ControllerPage, journal: consuming FileStorage, line: ConsoleLine,
        isTerminal: Bool, isThreeWire: Bool
    ) {
        let side = ConsoleSide<FileStorage, NoSimulation>(
            board: board, page: page, store: journal, at: Instant(csystem_now()), wall: ConsoleEnd.wall)
        end = ConsoleEnd(side: side)
        end.side.session.isTerminal = isTerminal
        end.side.session.isThreeWire = isThreeWire
        self.line = line
        self.isTerminal = isTerminal
    }

    /// Runs until the line ends for good, the operator quits or a signal comes. At the end of a script what it asked last is answered.
    public consuming func run() {
        var journalDue = Instant(csystem_now())
        while csystem_signal() == 0 {
            let consoleDue = end.side.runConsole(at: end.now)
            if end.now >= journalDue { journalDue = end.side.runJournal(at: end.now, wall: ConsoleEnd.wall) }
            let wait = max(.zero, min(consoleDue, journalDue) - end.now)
            let status = line.exchange(with: &end, timeout: wait)
            if status == .quit || (status == .down && !line.reopens) { break }
        }
        finish()
    }

    /// Disarms, at once unless a script waits for its last answers, and writes what follows into the journal.
    private mutating func finish() {
        if !isTerminal { settle(for: .milliseconds(100)) }
        end.hangUp()
        settle(for: .milliseconds(200))
    }

    private mutating func settle(for time: Nanoseconds) {
        let deadline = end.now + time
        while end.now < deadline {
            _ = end.side.runConsole(at: end.now)
            _ = end.side.runJournal(at: end.now, wall: ConsoleEnd.wall)
            line.drain(&end)
            _ = csystem_sleep_until(csystem_now() + 5_000_000)
        }
    }
}

/// Console and journal as the board's end of the line.
private struct ConsoleEnd: LineEnd, ~Copyable {
    var side: ConsoleSide<FileStorage, NoSimulation>

    var now: Instant { Instant(csystem_now()) }
    /// A Pi has no clock of its own, and nobody has said yet that this one is set.
    static var wall: WallTime { WallTime(nanoseconds: csystem_wall(), isTrusted: false) }

    init(side: consuming ConsoleSide<FileStorage, NoSimulation>) { self.side = side }

    mutating func receive(_ byte: UInt8) { side.session.receive(byte, at: now) }
    mutating func takeOutput() -> UInt8? { side.session.takeOutput() }
    mutating func hangUp() { side.session.hangUp(at: now) }
}
