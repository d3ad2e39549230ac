import CSystem
import StimulatorCore

/// `plant NAME INBOX`: serves /dev/NAME and the board's lines, its log on standard output; what hands do and what fails comes as lines
/// through the FIFO that it makes at INBOX:
///
///     hand key on|off ...     fault COMPONENT MODE     mend     bus held|gone     quit
///
/// Only in the machine of Tools/vm: it takes the gpio-sim chip, runs before everything else and needs root.
@main enum Main {
    static func main() {
        guard CommandLine.arguments.count == 3 else { fail("usage: plant NAME INBOX") }
        do {
            var plant = try Plant(
                seed: 1, board: BoardDescription(), bus: CommandLine.arguments[1], inbox: CommandLine.arguments[2],
                log: PlantLog(file: 1))
            try plant.run()
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        var line = "plant: \(message)\n"
        line.withUTF8 { bytes in _ = unsafe csystem_write_all(2, bytes.baseAddress, bytes.count) }
        csystem_exit(2)
    }
}

/// A call that failed: what for, and its errno.
struct PlantFault: Error, CustomStringConvertible {
    var what: String
    var code: Int32
    var description: String { "\(what): error \(code)" }
}

/// A result of the C side; throws when it is below zero.
func checked(_ result: Int32, _ what: String) throws -> Int32 {
    if result < 0 { throw PlantFault(what: what, code: -result) }
    return result
}
