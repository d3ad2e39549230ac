import CSystem
import StimulatorCore

/// `plant NAME INBOX`: serves /dev/NAME and the board's lines, its log on standard output; what hands do and what fails comes as lines
/// through the FIFO that it makes at INBOX:
///
///     hand key on|off ...     fault COMPONENT MODE     mend     bus held|gone     quit
///
/// Only in an emulated machine: it takes the gpio-sim chip, runs before everything else and needs root.
@main enum Main {
    static func main() {
        guard csystem_argument_count() == 3, let bus = unsafe csystem_argument(1),
            let inbox = unsafe csystem_argument(2)
        else {
            fail("usage: plant NAME INBOX", 0)
        }
        do throws(PlantFault) {
            var plant = try unsafe Plant(
                seed: 1, board: BoardDescription(), bus: bus, inbox: inbox, log: PlantLog(file: 1))
            try plant.run()
        } catch {
            fail(error.what, error.code)
        }
    }

    private static func fail(_ message: StaticString, _ code: Int32) -> Never {
        var line = Words("plant: ")
        line.add(message)
        line.add(": error ")
        line.add(number: Int64(code))
        line.add("\n")
        line.write(to: 2)
        csystem_exit(2)
    }
}

/// A call that failed: what for, and its errno.
struct PlantFault: Error {
    var what: StaticString
    var code: Int32
}

/// A result of the C side.
/// - Throws: `PlantFault` when it is below zero.
func checked(_ result: Int32, _ what: StaticString) throws(PlantFault) -> Int32 {
    if result < 0 { throw PlantFault(what: what, code: -result) }
    return result
}

/// Text as bytes: strings would need the tables of Unicode on the emulated machine.
struct Words {
    private(set) var bytes: [UInt8] = []

    init(_ text: StaticString) { add(text) }

    mutating func add(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { bytes.append(unsafe text.utf8Start[index]) }
    }

    mutating func add(number: Int64) {
        if number >= 10 { add(number: number / 10) }
        bytes.append(UInt8(48 + number % 10))
    }

    mutating func add(_ more: [UInt8]) { bytes += more }

    func write(to file: Int32) { _ = unsafe csystem_write_all(file, bytes, bytes.count) }
}

extension Array where Element == UInt8 {
    /// True for the bytes of a text.
    func isWord(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where unsafe self[index] != text.utf8Start[index] { return false }
        return true
    }
}
