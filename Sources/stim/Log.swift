import ArgumentParser
import Journal
import SystemIO
import StimulatorCore

/// `stim log`: reads a journal.
struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read a journal file.", subcommands: [Show.self, Verify.self])

    /// `stim log show FILE`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a journal's records, one a line.",
            discussion: "The exit status is 1 when the journal is damaged: records behind the damage cannot be proven.")

        @Argument(help: "The journal.")
        var file: String

        func run() throws {
            let storage = try open(file)
            var reader = JournalReader()
            while true {
                switch try reading(file, { () throws(StorageFault) in try reader.next(from: storage) }) {
                case .record(let record): say(RecordText.line(record) + "\n")
                case .end: return
                case .damaged(let damage):
                    say("\(file): \(RecordText.damage(damage))\n", to: 2)
                    throw ExitCode(1)
                }
            }
        }
    }

    /// `stim log verify FILE`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a journal's chain from its first record.",
            discussion: """
                The exit status is 0 for an intact journal, 1 for a damaged one, 2 when it cannot be read. A journal that \
                was cut after a whole record is intact: compare the head tag with the one in a report.
                """)

        @Argument(help: "The journal.")
        var file: String

        func run() throws {
            let storage = try open(file)
            let found = try reading(file) { () throws(StorageFault) in try JournalReader.verify(storage) }
            let head = String(found.head.short, radix: 16)
            let padded = String(repeating: "0", count: 16 - head.count) + head
            say("\(file): \(found.records) whole records, \(found.bytes) bytes, head \(padded)\n")
            guard let damage = found.damage else { return say("intact\n") }
            say("\(RecordText.damage(damage))\n")
            throw ExitCode(1)
        }
    }
}

private func open(_ file: String) throws -> FileStorage {
    do {
        return try unsafe FileStorage(reading: file)
    } catch {
        throw unreadable(file, error)
    }
}

private func reading<Result>(_ file: String, _ body: () throws(StorageFault) -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        throw unreadable(file, error)
    }
}

private func unreadable(_ file: String, _ fault: StorageFault) -> ExitCode {
    say("\(SystemFailure(attempt: file, code: fault.code))\n", to: 2)
    return ExitCode(2)
}
