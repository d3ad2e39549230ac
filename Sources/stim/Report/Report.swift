import ArgumentParser
import Foundation
import Journal
import StimulatorCore

/// `stim report`: what a journal tells of each subject and each session.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Summarise a journal by subject and session.",
        discussion: """
            Times with ~ before them are of a clock that nobody had set. The exit status is 1 when the journal is damaged: \
            what stands behind the damage is not in the report.
            """)

    @Argument(help: "The journal.")
    var file: String

    @Option(help: "Also write a table of the sessions to this file, as CSV.")
    var csv: String?

    @Option(name: .customLong("board"), help: "The compiled file of the board that wrote it, for the energies.")
    var boardFile: String?

    func run() throws {
        var book = SessionBook(board: board(from: boardFile))
        let found = try JournalFile.walk(file) { book.add($0) }
        say(Report.text(book, found, file: file))
        if let csv { try Report.table(book).write(toFile: csv, atomically: true, encoding: .utf8) }
        if found.damage != nil { throw ExitCode(1) }
    }

    static func text(_ book: SessionBook, _ found: Verification, file: String) -> String {
        let head = String(found.head.short, radix: 16)
        let whole = found.damage.map { RecordText.damage($0) } ?? "intact"
        var lines = ["\(file): \(found.records) records, head \(head), \(whole)"]
        for code in Set(book.sessions.map(\.code)).sorted() {
            lines.append("subject \(code)")
            for session in book.sessions where session.code == code { lines += text(session) }
        }
        if book.unassigned.pulses > 0 { lines.append("in no session: \(dose(book.unassigned))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ session: SessionRecord) -> [String] {
        let end = session.ended.map { "ended \(time($0))" } ?? "not ended"
        let resumed = session.resumed > 0 ? ", broken off and resumed \(session.resumed) times" : ""
        var lines = [
            "  session \(session.number), \(session.profile.name), began \(time(session.began)), \(end)\(resumed)",
            "    given: \(dose(session.dose)), in \(session.trains.count) patterns",
        ]
        lines += session.remarks.map { "    \($0)" }
        return lines
    }

    private static func dose(_ tally: Tally) -> String {
        let unexpected = tally.unexpected > 0 ? ", of them \(tally.unexpected) unexpected" : ""
        return String(format: "%llu pulses%@, %.1f J", tally.pulses, unexpected, Double(tally.energy.raw) / 1000)
    }

    static func time(_ wall: WallTime) -> String {
        (wall.isTrusted ? "" : "~") + RecordText.wall(wall.nanoseconds)
    }

    /// One line a session, the units in the header.
    static func table(_ book: SessionBook) -> String {
        var lines = [
            "subject,session,profile,began_utc,clock_set,ended_utc,resumed,patterns,pulses,unexpected_pulses,energy_mJ,"
                + "resting_threshold_permille,threshold_method,pain_max,side_effects"
        ]
        for session in book.sessions {
            let fields: [String] = [
                session.code, "\(session.number)", "\(session.profile.name)",
                RecordText.wall(session.began.nanoseconds),
                session.began.isTrusted ? "yes" : "no", session.ended.map { RecordText.wall($0.nanoseconds) } ?? "",
                "\(session.resumed)", "\(session.trains.count)", "\(session.dose.pulses)",
                "\(session.dose.unexpected)", "\(session.dose.energy.raw)",
                session.resting.map { "\($0.raw)" } ?? "", session.restingMethod.map { "\($0.name)" } ?? "",
                session.pains.max().map { "\($0)" } ?? "",
                "\"" + session.sideEffects.joined(separator: "; ").replacingOccurrences(of: "\"", with: "\"\"") + "\"",
            ]
            lines.append(fields.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
