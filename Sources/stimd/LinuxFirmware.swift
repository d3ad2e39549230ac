import BoardFile
import BoardInterface
import CLinuxBoard
import CSystem
import ConsoleSide
import ControlLoop
import FirmwareUpdate
import LinuxBoard
import StimulatorCore
import SystemIO

/// What the children need to know: the fork copies it.
@safe struct FirmwareSeat {
    var options: Options
    var shared: clinuxboard_shared
    var board: BoardDescription
    var wiring: LinuxBoardWiring
    /// The board's file allows the wire emulation.
    var allowsWire: Bool
    var pins: PinTable
    /// The serial lines that the board file has.
    var serial: Fixed<2, SerialWiring>
    /// Which console process, counted from 0.
    var consoles: UInt64 = 0
}

/// Starts the two processes of a real board and keeps them company. It opens no device itself.
///
///     stimd ── safety process: lines, bus, watchdog, latches; parses nothing
///        └──── console process: another user, its lines and the journal; can touch no pin. Started again when it ends
///
/// When the safety process ends, the heartbeat has ended with it; then the console is ended, and whatever starts `stimd` starts it again.
/// When this process dies, the kernel kills both.
@safe struct LinuxFirmware {
    /// From the end of a console to the start of the next.
    private static var consolePause: Int64 { 500_000_000 }

    private let seat: UnsafeMutablePointer<FirmwareSeat>
    /// The shared pages, writable.
    private let page: ControllerPage
    private var safety: Int32 = 0
    /// 0 while there is none.
    private var console: Int32 = 0
    private var isEnding = false
    private var isJudged = false

    /// Makes the memory that the two processes share; nil when there is none.
    init?(_ options: Options, _ image: BoardImage, _ pins: PinTable) {
        var shared = unsafe clinuxboard_shared()
        guard unsafe clinuxboard_share(&shared) == 0, let memory = unsafe csystem_map(MemoryLayout<FirmwareSeat>.size)
        else { return nil }
        unsafe seat = memory.bindMemory(to: FirmwareSeat.self, capacity: 1)
        // Without a file that can be used the lines are claimed by the contract's names, so that they are low; nothing can be armed.
        let isWired = image.description.identity.fault == nil
        let wiring = isWired ? LinuxBoardWiring(image.wiring) : LinuxBoardWiring()
        unsafe seat.initialize(
            to: FirmwareSeat(
                options: options, shared: shared, board: image.description, wiring: wiring,
                allowsWire: image.allowsWire, pins: pins, serial: image.wiring.serial))
        page = unsafe ControllerPage(SharedWords(shared.both))
    }

    /// Runs until a signal, or until the safety process ends.
    /// - Returns: the exit status: 0 after an orderly end of a discharged board.
    mutating func run() -> Int32 {
        safety = unsafe clinuxboard_start_process(runSafetyProcess, seat)
        guard safety > 0 else { return 2 }
        startConsole()
        while true {
            if csystem_signal() != 0 { end() }
            var well: Int32 = 0
            let ended = unsafe clinuxboard_wait(100, &well)
            if ended == safety {
                if console > 0 { _ = clinuxboard_end_process(console, 1) }
                unsafe seat.pointee.options.others.removeSocket()
                return isEnding && well == 1 ? 0 : 1
            }
            if ended > 0 && ended == console { consoleEnded(well: well == 1) }
            if !isJudged { judge() }
        }
    }

    /// Asks both for an orderly end: the console first, so that it hangs up; the safety process waits for a discharged board.
    private mutating func end() {
        if isEnding { return }
        isEnding = true
        if console > 0 { _ = clinuxboard_end_process(console, 0) }
        _ = clinuxboard_end_process(safety, 0)
    }

    /// Tells whoever wants to know how the self-test ended, once.
    private mutating func judge() {
        let shown = page.page(of: page.consoles.load(ControllerPage.connectedWord)).snapshot.read()
        guard let words = shown, let seen = Snapshot(words: words) else { return }
        let verdict = TrialVerdict(seen)
        if verdict == .open { return }
        isJudged = true
        guard let path = unsafe seat.pointee.options.verdict else { return }
        var byte = verdict == .passed ? UInt8(ascii: "P") : UInt8(ascii: "F")
        let file = unsafe csystem_file_open(path.text, 1)
        _ = unsafe csystem_file_write(file, &byte, 1, 0)
        csystem_close(file)
    }

    private mutating func consoleEnded(well: Bool) {
        console = 0
        // Standard input ends once; a serial line and a socket come again.
        if well, unsafe seat.pointee.options.tty == nil, unsafe !seat.pointee.options.others.areGiven { end() }
        if isEnding { return }
        _ = csystem_sleep_until(csystem_now() + LinuxFirmware.consolePause)
        meetAnew()
        startConsole()
    }

    /// Has the safety task meet the next console on the other page, emptied, whatever the last one did to its own.
    private mutating func meetAnew() {
        unsafe seat.pointee.consoles += 1
        let consoles = unsafe seat.pointee.consoles
        page.page(of: consoles).clear()
        page.consoles.store(consoles, ControllerPage.wantedWord)
        let deadline = csystem_now() + 1_000_000_000
        while page.consoles.load(ControllerPage.connectedWord) != consoles && csystem_now() < deadline {
            _ = csystem_sleep_until(csystem_now() + 1_000_000)
        }
    }

    private mutating func startConsole() {
        console = unsafe max(0, clinuxboard_start_process(runConsoleProcess, seat))
    }
}
