import BoardFile
import CSystem
import SimulatedBench
import SimulatedRig
import StimulatorCore
import SystemIO

/// The firmware's tasks on the simulated board, the console on standard input and output or on a serial device. No part of a flashed
/// firmware.
///
///     stimd-sim [--board FILE] [--seed N] [--tty PATH] [LINES]      the wall clock's pace, until the line ends
///     stimd-sim [--board FILE] [--seed N] --script          virtual time; each line of standard input when the board has come to rest
///
/// LINES are more ways to the console, as `SideLineOptions` has them; with any of them it is served until a signal.
///
/// FILE is a compiled board file of a simulated board. One that cannot be used blocks arming: the reason is told on standard error, and
/// by `status`.
///
/// Exit status: 0; with `--script` 1 unless a train was given whole; 2 when it could not start.
@main enum Main {
    static func main() {
        guard let options = Options.read() else {
            Program.fail(
                "stimd-sim: usage: stimd-sim [--board FILE] [--protocols FILE] [--seed N] [--tty PATH | --script]\n                 [--socket PATH] [--tcp PORT] [--wire PATH] [--pins FILE]\n"
            )
        }
        let image = options.board.map { unsafe BoardImage.load($0.text, runs: { $0 == .simulated }) } ?? .simulated
        image.description.identity.fault?.complain()
        let protocols = unsafe ProtocolLibrary.load(options.protocols?.text)
        protocols.fault?.complain()
        guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else { Program.fail("stimd-sim: no memory\n") }
        let rig = unsafe SimulatedRig(
            seed: options.seed, board: image.description, protocols: protocols,
            memory: memory)
        if options.script {
            csystem_exit(ScriptRun(rig: rig).run() ? 0 : 1)
        }
        serve(rig, on: options, allowsWire: image.allowsWire)
    }

    private static func serve(_ rig: consuming SimulatedRig, on options: Options, allowsWire: Bool) {
        var rig = rig
        if csystem_catch_signals() < 0 { Program.fail("stimd-sim: no signals\n") }
        let opened = Program.openLine(options.tty)
        rig.isTerminal = opened.isTerminal
        rig.setPins(options.others.loadPins())
        PacedBench(rig: rig, lines: options.others.open(allowsWire: allowsWire).beside(opened.line)).run()
        options.others.removeSocket()
    }
}
