import BoardFile
import CSystem
import StimulatorCore
import SystemIO

/// The firmware of a real board, in two processes: lines, bus and watchdog of this machine, the console on a serial device or on standard
/// input and output.
///
///     stimd --board FILE --journal PATH --latches PATH [--protocols FILE] [--user N] [--tty PATH]
///           [--verdict PATH] [--incoming PATH --keys PATH --slots WORD]
///
/// FILE is a compiled board file; one that cannot be used, or is of another kind of board, blocks arming: the reason is told on
/// standard error, and by `status`. The console's process is user N (65534). The verdict's file gets one byte when the self-test is over:
/// `P` when it has passed and the board file can be used, else `F`. The last three are for a machine with slots for updates: the file
/// that a received bundle is put into, the public keys, and the slots' state as the supervisor has it.
///
/// `--protocols` takes a compiled protocol library in the place of the built-in one; one that cannot be used leaves no protocols.
///
/// Exit status: 0 after an orderly end; 1 when a process ended by itself; 2 when it could not start.
@main enum Stimd {
    static func main() {
        guard let options = Options.read() else {
            Program.fail(
                """
                stimd: usage: stimd --board FILE --journal PATH --latches PATH [--protocols FILE] [--user N] [--tty PATH]
                              [--verdict PATH] [--incoming PATH --keys PATH --slots WORD]

                """
            )
        }
        let image = unsafe BoardImage.load(options.board.text, runs: { $0 == .linux })
        image.description.identity.fault?.complain()
        guard csystem_catch_signals() == 0, var firmware = LinuxFirmware(options, image) else {
            Program.fail("stimd: no memory\n")
        }
        csystem_exit(firmware.run())
    }
}
