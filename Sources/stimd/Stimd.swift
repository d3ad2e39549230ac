import BoardFile
import CSystem
import SimulatedBench
import SimulatedRig
import StimulatorCore

/// The firmware: on this machine the simulated board, its console on standard input and output or on a serial device.
///
///     stimd [--board FILE] [--seed N] [--tty PATH]      the wall clock's pace, until the line ends
///     stimd [--board FILE] [--seed N] --script          virtual time; each line of standard input when the board has come to rest
///
/// FILE is a compiled board file. One that cannot be used, or is of a board that this firmware cannot drive, blocks arming: the reason
/// is told on standard error, and by `status`.
///
/// Exit status: 0; with `--script` 1 unless a train was given whole; 2 when it could not start.
@main enum Stimd {
    static func main() {
        guard let options = Options.read() else { fail(usage) }
        let board = describe(options)
        guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else { fail("stimd: no memory\n") }
        let rig = unsafe SimulatedRig(seed: options.seed, board: board, memory: memory)
        if options.script {
            csystem_exit(ScriptRun(rig: rig).run() ? 0 : 1)
        }
        serve(rig, on: options)
    }

    private static var usage: StaticString { "stimd: usage: stimd [--board FILE] [--seed N] [--tty PATH | --script]\n" }

    private static func describe(_ options: Options) -> BoardDescription {
        guard let board = options.board, let path = unsafe csystem_argument(board) else {
            return BoardImage.simulated.description
        }
        let description = unsafe BoardImage.load(path, runs: { $0 == .simulated }).description
        if let fault = description.identity.fault {
            var writer = OutputWriter(descriptor: 2)
            writer.put("stimd: the board file cannot be used, nothing can be armed: ")
            fault.spell { writer.put($0) }
            writer.put("\n")
        }
        return description
    }

    private static func serve(_ rig: consuming SimulatedRig, on options: Options) {
        var rig = rig
        var input: Int32 = 0
        var output: Int32 = 1
        if let tty = options.tty {
            input = unsafe csystem_terminal_open(csystem_argument(tty))
            output = input
            if input < 0 { fail("stimd: the tty does not open\n") }
        }
        let person = options.tty == nil && csystem_is_terminal(0) == 1
        rig.isTerminal = person || options.tty != nil
        if csystem_catch_signals() < 0 || person && csystem_terminal_raw(0) < 0 { fail("stimd: no terminal\n") }
        PacedBench(rig: rig, line: ConsoleLine(input: input, output: output, quitsOnKey: person)).run()
    }

    private static func fail(_ message: StaticString) -> Never {
        _ = unsafe csystem_write_all(2, message.utf8Start, message.utf8CodeUnitCount)
        csystem_exit(2)
    }
}
