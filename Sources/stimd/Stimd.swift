import BoardFile
import BoardInterface
import CSystem
import SimulatedBench
import SimulatedRig
import StimulatorCore
import SystemIO

/// The firmware: the simulated board or this machine's own, the console on standard input and output or on a serial device.
///
///     stimd [--board FILE] [--seed N] [--tty PATH]      the wall clock's pace, until the line ends
///     stimd [--board FILE] [--seed N] --script          virtual time; each line of standard input when the board has come to rest
///     stimd --linux --board FILE --journal PATH --latches PATH [--user N] [--tty PATH]
///                                        the real board of this machine, its console as user N (65534)
///
/// FILE is a compiled board file. One that cannot be used, or is of another kind of board, blocks arming: the reason is told on
/// standard error, and by `status`.
///
/// Exit status: 0; with `--script` 1 unless a train was given whole; 2 when it could not start.
@main enum Stimd {
    static func main() {
        guard let options = Options.read() else { fail(usage) }
        let image = load(options)
        if options.linux {
            guard csystem_catch_signals() == 0, var firmware = LinuxFirmware(options, image) else {
                fail("stimd: no memory\n")
            }
            csystem_exit(firmware.run())
        }
        guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else { fail("stimd: no memory\n") }
        let rig = unsafe SimulatedRig(seed: options.seed, board: image.description, memory: memory)
        if options.script {
            csystem_exit(ScriptRun(rig: rig).run() ? 0 : 1)
        }
        serve(rig, on: options)
    }

    private static var usage: StaticString {
        """
        stimd: usage: stimd [--board FILE] [--seed N] [--tty PATH | --script]
                      stimd --linux --board FILE --journal PATH --latches PATH [--user N] [--tty PATH]

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

    private static func serve(_ rig: consuming SimulatedRig, on options: Options) {
        var rig = rig
        if csystem_catch_signals() < 0 { fail("stimd: no terminal\n") }
        let opened = OpenedLine(options, BoardWiring().serial)
        rig.isTerminal = opened.isTerminal
        PacedBench(rig: rig, line: opened.line).run()
    }

    /// Says why, and ends.
    static func fail(_ message: StaticString) -> Never {
        _ = unsafe csystem_write_all(2, message.utf8Start, message.utf8CodeUnitCount)
        csystem_exit(2)
    }
}

/// The console's line: the serial device of the options, or standard input and output, raw for a person at a terminal.
struct OpenedLine {
    let input: Int32
    /// A person, or a serial line: no script whose last answers are waited for.
    let isTerminal: Bool
    /// Nothing shows that the other end has gone.
    let isThreeWire: Bool
    let line: ConsoleLine

    /// Opens it, at the rate that the board's serial lines have for the device. The program ends when there is none.
    init(_ options: Options, _ serial: Fixed<2, SerialWiring>) {
        let person = options.tty == nil && csystem_is_terminal(0) == 1
        isTerminal = person || options.tty != nil
        if let tty = options.tty {
            let path = unsafe csystem_argument(tty)
            input = unsafe csystem_terminal_open(path, OpenedLine.rate(of: path, serial))
            if input < 0 { Stimd.fail("stimd: the tty does not open\n") }
            line = ConsoleLine(input: input, output: input, isMarked: true)
        } else {
            if person && csystem_terminal_raw(0) < 0 { Stimd.fail("stimd: no terminal\n") }
            input = 0
            line = ConsoleLine(input: 0, output: 1, quitsOnKey: person, isMarked: person)
        }
        isThreeWire = isTerminal && csystem_terminal_is_three_wire(input) == 1
    }

    /// The rate of the serial device with this path; 0 for one that the board does not have.
    private static func rate(of path: UnsafePointer<CChar>?, _ serial: Fixed<2, SerialWiring>) -> UInt32 {
        guard let path = unsafe path else { return 0 }
        for index in 0..<2 where serial[index].baud > 0 {
            let name = serial[index].path
            var place = 0
            while place < name.count, unsafe UInt8(bitPattern: path[place]) == name[place] { place += 1 }
            if place == name.count, unsafe path[place] == 0 { return serial[index].baud }
        }
        return 0
    }
}
