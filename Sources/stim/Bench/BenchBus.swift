import ArgumentParser
import BoardInterface
import CReference
import CSystem
import Foundation
import LinuxBoard
import StimulatorCore

/// `stim bench i2c`: how long it takes to read a register of a part on the bus.
struct BenchBus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "i2c",
        abstract: "Measure reads of the converter: C through I2C_RDWR, C through libi2c, the firmware's driver.",
        discussion: """
            The three take turns, read by read. Only the converter's configuration register is read: nothing is \
            written to it but the number of the register.
            """)

    @Option(help: "The bus.") var bus = "/dev/i2c-1"
    @Option(help: "The part's address, decimal.") var address: UInt8 = BoardDescription().adcAddress
    @Option(help: "Reads in each column.") var count = 2_000

    /// The converter's configuration.
    private static let register: UInt8 = 1
    /// Start, five bytes of nine clocks, repeated start, stop: the least that a read of two bytes takes on the wire.
    private static let wireMicroseconds = Double(1 + 5 * 9 + 1 + 1) / 0.4

    func validate() throws {
        guard count >= 1, count <= 1_000_000 else { throw ValidationError("--count: 1 ... 1000000") }
        guard bus.utf8.count < 64 else { throw ValidationError("--bus: a path of at most 63 bytes") }
    }

    func run() throws {
        let part = try check(unsafe bus.withCString { unsafe reference_part_open($0, address) }, bus)
        var board = BoardDescription()
        board.adcAddress = address
        var path = DevicePath(repeating: 0)
        for (index, byte) in bus.utf8.enumerated() { path[index] = byte }
        var driver = LinuxBus(path: path, board: board)
        var columns = [TimeColumn("C, I2C_RDWR"), TimeColumn("C, libi2c"), TimeColumn("firmware")]
        for _ in 0..<count {
            try time(&columns[0]) { reference_read_combined(part, address, BenchBus.register) }
            try time(&columns[1]) { reference_read_word(part, BenchBus.register) }
            try time(&columns[2]) {
                (try? driver.read16(register: BenchBus.register, address: address, at: Instant(csystem_now()))) == nil
                    ? -EIO : 0
            }
        }
        say(TimeTable.heading("\(count) reads of two bytes, us"))
        for column in columns { say(TimeTable.row(column)) }
        say("on the wire at 400 kHz at least \(fixed(BenchBus.wireMicroseconds)) us\n")
        let ratio = Double(columns[2].histogram.percentile(0.5)) / Double(columns[1].histogram.percentile(0.5))
        say("firmware / C through libi2c, p50: \(fixed(ratio, 3))\n")
    }

    private func time(_ column: inout TimeColumn, _ read: () -> Int32) throws {
        let begin = csystem_now()
        let result = read()
        column.histogram.add(csystem_now() - begin)
        try check(result, "reading \(bus), address \(address), as \(column.name)")
    }
}
