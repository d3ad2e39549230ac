import ArgumentParser
import Foundation
import Journal
import SystemIO
import StimulatorCore

/// `stim log`: reads a journal.
struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read a journal file.", subcommands: [Show.self, Verify.self, Export.self])

    /// `stim log show FILE`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a journal's records, one a line.",
            discussion: "The exit status is 1 when the journal is damaged: records behind the damage cannot be proven.")

        @Argument(help: "The journal.")
        var file: String

        func run() throws {
            let found = try JournalFile.walk(file) { say(RecordText.line($0) + "\n") }
            if found.damage != nil { throw ExitCode(1) }
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

    /// `stim log export FILE --bids FOLDER`
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the sessions of a journal as a NIBS-BIDS data set.",
            discussion: """
                One table of patterns a session, sub-CODE/ses-NN/stim/..._stim.tsv, and a JSON file that explains it, after \
                the draft BEP037. Pulses that were given in no session are left out, and counted on standard error. The exit \
                status is 1 when the journal is damaged.
                """)

        @Argument(help: "The journal.")
        var file: String

        @Option(help: "The data set's folder; it is made where it is missing.")
        var bids: String

        func run() throws {
            var book = SessionBook(board: board(from: nil))
            let found = try JournalFile.walk(file) { book.add($0) }
            let ambiguous = StimTable.ambiguous(book.sessions)
            guard ambiguous.isEmpty else {
                let codes = ambiguous.joined(separator: "; ")
                say("\(file): these codes have one label in the data set: \(codes)\n", to: 2)
                throw ExitCode(2)
            }
            for session in book.sessions { try write(session) }
            say("\(book.sessions.count) sessions written to \(bids)\n")
            if book.unassigned.pulses > 0 { say("\(book.unassigned.pulses) pulses in no session left out\n", to: 2) }
            if found.damage != nil { throw ExitCode(1) }
        }

        private func write(_ session: SessionRecord) throws {
            let path = URL(fileURLWithPath: bids).appendingPathComponent(StimTable.path(session))
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try StimTable.table(session).write(
                to: path.appendingPathExtension("tsv"), atomically: true, encoding: .utf8)
            try StimTable.explanation(session).write(to: path.appendingPathExtension("json"))
        }
    }
}

/// A journal on this machine's disk.
enum JournalFile {
    /// Reads a journal record by record, up to its end or its damage, which is told on standard error.
    /// - Returns: what the walk found.
    /// - Throws: an exit code of 2 when it cannot be read.
    static func walk(_ file: String, _ body: (Record) -> Void) throws -> Verification {
        let storage = try open(file)
        var reader = JournalReader()
        var damage: Damage?
        walk: while true {
            switch try reading(file, { () throws(StorageFault) in try reader.next(from: storage) }) {
            case .record(let record): body(record)
            case .end: break walk
            case .damaged(let found):
                say("\(file): \(RecordText.damage(found))\n", to: 2)
                damage = found
                break walk
            }
        }
        return Verification(records: reader.record, bytes: reader.offset, head: reader.tag, damage: damage)
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
