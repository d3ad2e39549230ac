import Foundation
import Journal
import StimulatorCore
import SystemIO
import Testing

@testable import stim

@Suite("The report of a journal, and its export")
struct ReportTests {
    private let board = BoardDescription()
    private func wall(_ seconds: Int64) -> WallTime {
        WallTime(nanoseconds: (1_767_225_600 + seconds) * 1_000_000_000, isTrusted: true)
    }

    /// A journal with two subjects, a session that was broken off, and a train in no session.
    private func book() throws -> SessionBook {
        var book = SessionBook(board: board)
        var second: Int64 = 0
        func add(_ content: RecordContent) {
            second += 10
            book.add(Record(sequence: 0, at: Instant(second * 1_000_000_000), wall: wall(second), content: content))
        }
        func train(_ pulses: UInt32, intensity: Int64) {
            let start = second + 1
            add(
                .event(
                    Event(.trainStarted, index: pulses, at: Instant(0), start * 1_000_000_000, intensity, 4_900_000_000)
                ))
            for number in 0..<pulses { add(.event(Event(.pulse, index: number, at: Instant(0), 0, 0, 990_000))) }
            add(.event(Event(.trainFinished, index: pulses, at: Instant(0), 0, 0, 23_000, 4_904_000_000)))
        }
        func subject(_ entry: SubjectEntry) { add(.subject(entry)) }
        let first = try #require(SubjectCode("P-01".utf8))
        let other = try #require(SubjectCode("Q2".utf8))
        train(2, intensity: 600)
        subject(.sessionBegan(first, .standard, continues: false))
        let found = ThresholdEstimate(
            threshold: PerMille(500), low: PerMille(480), high: PerMille(520), pulses: 18)
        subject(.threshold(.resting, .maximumLikelihood, found))
        subject(.protocolStarted(try #require(ProtocolName("lf-1hz".utf8))))
        train(3, intensity: 550)
        add(.start(boardHash: 1, number: 2))
        subject(.sessionBegan(first, .standard, continues: true))
        subject(.pain(2))
        subject(.pain(4))
        subject(.sideEffect(try #require(Note("a \"small\" headache".utf8))))
        subject(.sessionEnded)
        subject(.sessionBegan(other, .measurement, continues: false))
        train(1, intensity: 400)
        return book
    }

    @Test("sessions have their pulses, remarks and thresholds, and nobody's pulses are nobody's") func text() throws {
        let book = try book()
        let found = Verification(records: 30, bytes: 0, head: Tag(), damage: nil)
        let text = Report.text(book, found, file: "j")
        let energy = String(format: "%.1f", 3 * Double(board.energy(at: .volts(990)).raw) / 1000)
        #expect(text.contains("subject P-01\n  session 1, standard, began 2026-01-01T"))
        #expect(text.contains("broken off and resumed 1 times\n    given: 3 pulses, \(energy) J, in 1 patterns"))
        #expect(text.contains("resting motor threshold 50 %, pest, 95 % interval 48 % to 52 %, 18 pulses"))
        #expect(text.contains("    pain 4 of 10\n    side effect: a \"small\" headache"))
        #expect(text.contains("subject Q2\n  session 1, measurement") && text.contains("not ended"))
        #expect(text.contains("in no session: 2 pulses"))
    }

    @Test("the table of sessions has one line each, and its quotes are doubled") func table() throws {
        let lines = Report.table(try book()).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("P-01,1,standard,2026-01-01T") && lines[1].contains(",500,pest,4,"))
        #expect(lines[1].hasSuffix("\"a \"\"small\"\" headache\""))
    }

    @Test("the export has one row a pattern, with its protocol and its part of the threshold") func export() throws {
        let session = try #require(try book().sessions.first)
        #expect(StimTable.path(session) == "sub-P01/ses-01/stim/sub-P01_ses-01_stim")
        let rows = StimTable.table(session).split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.count == 2 && rows[0].count == 10 && rows[1].count == 10)
        #expect(rows[1][0] == "stim-0001" && rows[1][3] == "4.904000" && rows[1][4] == "lf-1hz")
        #expect(Array(rows[1][5...]) == ["3", "3", "0", "55.0", "110.0"])
        let columns = try JSONSerialization.jsonObject(with: StimTable.explanation(session)) as? [String: Any]
        #expect(rows[0].allSatisfy { columns?[$0] != nil } && columns?["ExporterVersion"] as? Int == 1)
    }

    @Test("two codes that the data set could not tell apart are named") func ambiguous() throws {
        var sessions = try book().sessions
        #expect(StimTable.ambiguous(sessions).isEmpty)
        var book = SessionBook(board: board)
        let same = try #require(SubjectCode("P01".utf8))
        book.add(
            Record(
                sequence: 0, at: Instant(0), wall: wall(0),
                content: .subject(.sessionBegan(same, .standard, continues: false))))
        sessions += book.sessions
        #expect(StimTable.ambiguous(sessions) == ["P-01, P01"])
    }
}
