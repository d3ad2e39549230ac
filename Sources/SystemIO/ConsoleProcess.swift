import CSystem
import Console
import ConsoleSide
import ControlLoop
import Journal
import StimulatorCore

/// The process that parses input, on a real board: console and journal on their lines, and nothing that can touch a pin.
///
/// `@export(interface)`: compiled here alone; Embedded Swift would compile the whole console anew in the program.
public struct ConsoleProcess: ~Copyable {
    private var end: ConsoleEnd
    private var lines: ChannelLines
    /// The main line is a person's or a serial one: when it goes, nobody waits for answers any more.
    private let isTerminal: Bool

    /// Opens the journal.
    /// - Parameters:
    ///   - page: the page that it shares with the safety process.
    ///   - journal: the journal's file.
    ///   - isTerminal: the main line is a person's or a serial one.
    ///   - isThreeWire: nothing shows that the main line's other end has gone.
    @export(interface) public init(
        board: BoardDescription, protocols: ProtocolLibrary, page: ControllerPage, journal: consuming FileStorage,
        lines: consuming ChannelLines, isTerminal: Bool, isThreeWire: Bool
    ) {
        let side = ConsoleSide<FileStorage, NoSimulation>(
            board: board, protocols: protocols, page: page, store: journal, at: Instant(csystem_now()),
            wall: ConsoleEnd.wall)
        end = ConsoleEnd(side: side)
        end.side.lineIsTerminal = isTerminal
        end.side.setThreeWire(isThreeWire)
        if lines.hasWire { end.side.openWire(at: end.now) }
        self.lines = lines
        self.isTerminal = isTerminal
    }

    /// Says where updates may be put.
    @export(interface) public mutating func receiveUpdates(in staging: consuming UpdateStaging<FileStorage>) {
        end.side.receiveUpdates(in: staging)
    }

    /// Takes the PINs of the roles.
    /// - Parameter restarts: how many console processes there were before this one.
    @export(interface) public mutating func setPins(_ pins: PinTable, restarts: Int) {
        end.side.setPins(pins, restarts: restarts, at: end.now)
    }

    /// Runs until the main line ends for good and nobody else can come, the operator quits or a signal comes. At the end of a script what
    /// it asked last is answered.
    @export(interface) public consuming func run() {
        var journalDue = Instant(csystem_now())
        while csystem_signal() == 0 {
            let consoleDue = end.side.runConsole(at: end.now)
            if end.now >= journalDue || end.side.wantsJournal {
                journalDue = end.side.runJournal(at: end.now, wall: ConsoleEnd.wall)
            }
            let wait = max(.zero, min(consoleDue, journalDue) - end.now)
            lines.exchange(with: &end, timeout: wait)
            if lines.hasQuit || lines.hasEnded { break }
        }
        finish()
    }

    /// Disarms, at once unless a script waits for its last answers, and writes what follows into the journal.
    private mutating func finish() {
        if !isTerminal { settle(for: .milliseconds(100)) }
        lines.hangUp(&end)
        settle(for: .milliseconds(200))
    }

    private mutating func settle(for time: Nanoseconds) {
        let deadline = end.now + time
        while end.now < deadline {
            _ = end.side.runConsole(at: end.now)
            _ = end.side.runJournal(at: end.now, wall: ConsoleEnd.wall)
            lines.drain(&end)
            _ = csystem_sleep_until(csystem_now() + 5_000_000)
        }
    }
}

/// Console and journal as the board's end of the lines.
private struct ConsoleEnd: LineEnd, ~Copyable {
    var side: ConsoleSide<FileStorage, NoSimulation>

    var now: Instant { Instant(csystem_now()) }
    /// A Pi has no clock of its own, and nobody has said yet that this one is set.
    static var wall: WallTime { WallTime(nanoseconds: csystem_wall(), isTrusted: false) }

    init(side: consuming ConsoleSide<FileStorage, NoSimulation>) { self.side = side }

    mutating func receive(_ byte: UInt8, on channel: Int) { side.receive(byte, on: channel, at: now) }
    mutating func takeOutput(of channel: Int) -> UInt8? { side.takeOutput(of: channel) }
    mutating func endInput(of channel: Int) { side.endInput(of: channel, at: now) }
    mutating func hangUp(_ channel: Int) { side.hangUp(channel, at: now) }
    mutating func connect(_ kind: ChannelName.Kind) -> Int? { side.connect(kind, at: now) }
}
