import BoardFile
import CSystem
import ConsoleSide
import SimulatedBench
import SimulatedRig
import StimulatorCore
import SystemIO

/// The firmware: the simulated board or this machine's own, the console on standard input and output or on a serial device.
///
///     stimd [--board FILE] [--seed N] [--tty PATH] [LINES]      the wall clock's pace, until the line ends
///     stimd [--board FILE] [--seed N] --script          virtual time; each line of standard input when the board has come to rest
///     stimd --linux --board FILE --journal PATH --latches PATH [--user N] [--tty PATH] [LINES]
///                                        the real board of this machine, its console as user N (65534)
///
/// LINES are more ways to the console: `--socket PATH` a local socket, `--tcp PORT` a port of the loopback address, `--wire PATH` a tty
/// with the wire emulation, where the board file allows it. With any of them it serves until a signal, whatever the main line does.
/// `--pins FILE` has the PINs of its roles, made by `stim pin`.
///
/// FILE is a compiled board file. One that cannot be used, or is of another kind of board, blocks arming: the reason is told on
/// standard error, and by `status`.
///
/// Exit status: 0; with `--script` 1 unless a train was given whole; 2 when it could not start.
@main enum Stimd {
    static func main() {
        guard let options = Options.read() else { fail(usage) }
        let image = load(options)
        let pins = loadPins(options)
        if options.linux {
            guard csystem_catch_signals() == 0, var firmware = LinuxFirmware(options, image, pins) else {
                fail("stimd: no memory\n")
            }
            csystem_exit(firmware.run())
        }
        guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else { fail("stimd: no memory\n") }
        let rig = unsafe SimulatedRig(seed: options.seed, board: image.description, memory: memory)
        if options.script {
            csystem_exit(ScriptRun(rig: rig).run() ? 0 : 1)
        }
        serve(rig, on: options, allowsWire: image.allowsWire, pins: pins)
    }

    private static var usage: StaticString {
        """
        stimd: usage: stimd [--board FILE] [--seed N] [--tty PATH | --script] [LINES]
                      stimd --linux --board FILE --journal PATH --latches PATH [--user N] [--tty PATH] [LINES]
                      LINES: [--socket PATH] [--tcp PORT] [--wire PATH] [--pins FILE]

        """
    }

    /// The board's image; a file that cannot be used leaves the built-in board's numbers, with the reason.
    private static func load(_ options: Options) -> BoardImage {
        guard let board = options.board, let path = unsafe csystem_argument(board) else { return .simulated }
        let kind: BoardKind = options.linux ? .linux : .simulated
        let image = unsafe BoardImage.load(path, runs: { $0 == kind })
        if let fault = image.description.identity.fault {
            var writer = OutputWriter(descriptor: 2)
            writer.put("stimd: the board file cannot be used, nothing can be armed: ")
            fault.spell { writer.put($0) }
            writer.put("\n")
            writer.flush()
        }
        return image
    }

    /// The PINs of the file that the options name; without one there are none. A file that cannot be used ends the program: nobody is to be
    /// an operator by mistake.
    private static func loadPins(_ options: Options) -> PinTable {
        guard let path = options.pins else { return PinTable() }
        guard let pins = unsafe csystem_argument(path).flatMap({ unsafe PinFile.load($0) }) else {
            fail("stimd: --pins: no file of PINs, or a damaged one: make it with `stim pin`\n")
        }
        return pins
    }

    private static func serve(_ rig: consuming SimulatedRig, on options: Options, allowsWire: Bool, pins: PinTable) {
        var rig = rig
        if csystem_catch_signals() < 0 { fail("stimd: no terminal\n") }
        let (input, output, person) = openLine(options)
        rig.isTerminal = person || options.tty != nil
        let others = SideLines(options, allowsWire: allowsWire)
        if others.hasWire { rig.openWire() }
        rig.setPins(pins)
        let line = ConsoleLine(input: input, output: output, quitsOnKey: person)
        PacedBench(rig: rig, lines: others.lines(beside: line)).run()
        SideLines.remove(options)
    }

    /// The console's line: the serial device of the options, or standard input and output, raw for a person at a terminal. Ends when there
    /// is none.
    static func openLine(_ options: Options) -> (input: Int32, output: Int32, person: Bool) {
        if let tty = options.tty {
            let line = unsafe csystem_terminal_open(csystem_argument(tty))
            if line < 0 { fail("stimd: the tty does not open\n") }
            return (line, line, false)
        }
        let person = csystem_is_terminal(0) == 1
        if person && csystem_terminal_raw(0) < 0 { fail("stimd: no terminal\n") }
        return (0, 1, person)
    }

    /// Says why, and ends.
    static func fail(_ message: StaticString) -> Never {
        _ = unsafe csystem_write_all(2, message.utf8Start, message.utf8CodeUnitCount)
        csystem_exit(2)
    }
}
