import BoardFile
import CSystem
import StimulatorCore
import SystemIO

/// What a flashed firmware is made of, tested as it is compiled for the target: `target-tests FILE`. FILE is a journal that it makes anew.
///
/// One line a test, and lines of numbers that every machine and every build must print alike. Exit status 1 when a test failed.
@main enum Main {
    static func main() {
        var words = ArgumentWalk()
        guard let file = words.value(), !words.advance() else {
            Program.fail("target-tests: usage: target-tests FILE\n")
        }
        var report = Report()
        NumberTests.run(&report)
        DriverTests.run(&report)
        LatchTests.run(&report)
        JournalTests.run(&report)
        unsafe JournalTests.run(inFile: file.text, &report)
        KernelTests.run(&report)
        report.close()
        csystem_exit(report.failures == 0 ? 0 : 1)
    }
}

/// What the tests found, line by line on standard output.
struct Report {
    private(set) var failures = 0
    private var passes = 0
    private var writer = OutputWriter(descriptor: 1)

    /// A test's verdict.
    mutating func test(_ name: StaticString, _ holds: Bool) {
        if holds { passes += 1 } else { failures += 1 }
        writer.put(holds ? "passed: " : "FAILED: ")
        writer.put(name)
        writer.put("\n")
    }

    /// A number that is the same everywhere.
    mutating func number(_ name: StaticString, _ value: UInt64) {
        writer.put(name)
        writer.put(" ")
        for digit in 0..<16 {
            writer.put(Report.digit(UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * digit) & 15)))
        }
        writer.put("\n")
    }

    /// The sum.
    mutating func close() {
        decimal(passes)
        writer.put(" passed, ")
        decimal(failures)
        writer.put(" failed\n")
        writer.flush()
    }

    private mutating func decimal(_ number: Int) {
        if number > 9 { decimal(number / 10) }
        writer.put(48 + UInt8(number % 10))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

/// Arithmetic that must be the same bits everywhere, and the board file's hash.
enum NumberTests {
    static func run(_ report: inout Report) {
        var hash = HistoryHash()
        var worst = 0.0
        for step in -400...400 {
            let x = Double(step) / 16
            let power = ExactMath.exp(x)
            hash.add(power.bitPattern)
            hash.add(ExactMath.log(power).bitPattern)
            hash.add(ExactMath.squareRoot(power).bitPattern)
            let difference = ExactMath.log(power) - x
            worst = max(worst, difference < 0 ? -difference : difference)
        }
        report.number("exact arithmetic", hash.value)
        report.test("the logarithm undoes the exponential to 1e-13", worst < 1e-13)
        let bytes = BoardImage.simulated.bytes
        report.number("board file", BoardImage.simulated.description.identity.hash)
        report.test("a board file is loaded as it was written", loads(bytes))
        var refused = true
        for index in stride(from: 0, to: BoardBytes.count, by: 37) {
            var damaged = bytes
            damaged[index] ^= 0x10
            refused = refused && !loads(damaged)
        }
        report.test("a board file with a changed byte is refused", refused)
    }

    private static func loads(_ bytes: BoardBytes) -> Bool {
        do throws(BoardFault) {
            return try BoardImage(bytes).bytes.hash == bytes.hash
        } catch {
            return false
        }
    }
}
