import CSupervisor
import CSystem
import SystemIO

/// Process 1 of the flashed machine: mounts, loads modules, starts the firmware, and starts it again when it ends. No login, no network; the
/// serial line is the firmware's shell.
///
///     prepare ─▶ card ─▶ (file `service`? ─▶ lines low, root shell)
///        ─▶ firmware ── ends ─▶ firmware ...  three early ends ─▶ lines low, watchdog petted, reason on the line
///
/// It parses nothing that comes over the serial line, and holds no line of the board while the firmware runs.
@main enum Main {
    static func main() {
        guard csupervisor_is_first() == 1 else {
            Program.fail("supervisor: it is the first process of a flashed machine, and does nothing elsewhere\n")
        }
        var machine = Machine()
        machine.prepare()
        if let reason = machine.openCard() { machine.hold(reason) } else { machine.serve() }
    }
}
