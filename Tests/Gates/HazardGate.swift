import Foundation
import Testing

/// Hazards.md is a contract: every hazard has an id, a control and a test that names the id, or says that the test is not there
/// yet.
struct HazardTable {
    static let path = "Sources/StimulatorCore/StimulatorCore.docc/Hazards.md"

    struct Row {
        let id: String
        /// Test files, by name; empty for a hazard that stands under "Not yet guarded".
        let tests: [String]
    }

    var guarded: [Row] = []
    var open: [Row] = []
    var findings: [String] = []

    init(_ text: String) {
        var isOpen = false
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("## ") { isOpen = line == "## Not yet guarded" }
            guard line.hasPrefix("| H-") else { continue }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == (isOpen ? 3 : 4), cells.allSatisfy({ !$0.isEmpty }) else {
                findings.append("line \(index + 1): \(isOpen ? "3" : "4") filled cells are needed: \(line)")
                continue
            }
            if isOpen {
                open.append(Row(id: cells[0], tests: []))
            } else {
                let tests = cells[3].split(separator: ",").map {
                    $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
                }
                guarded.append(Row(id: cells[0], tests: tests))
            }
        }
        let ids = (guarded + open).map(\.id).sorted()
        for (index, id) in ids.enumerated() where id != String(format: "H-%02d", index + 1) {
            findings.append("ids are not H-01, H-02, ... each once: \(id) in place \(index + 1)")
            break
        }
    }

    /// The ids that a file names.
    static func ids(in file: SourceFile) -> Set<String> {
        guard let expression = try? NSRegularExpression(pattern: #"\bH-\d\d\b"#) else { return [] }
        let whole = file.text as NSString
        let range = NSRange(location: 0, length: whole.length)
        return Set(expression.matches(in: file.text, range: range).map { whole.substring(with: $0.range) })
    }

    /// Where the table and the tests disagree. A test names its hazard at the start of its name: `@Test("H-03 ...`.
    func disagreements(with files: [SourceFile]) -> [String] {
        var findings = self.findings
        for row in guarded {
            for test in row.tests {
                let named = files.contains { $0.name == test && $0.text.contains("\"\(row.id) ") }
                if !named { findings.append("\(row.id): no test in \(test) is named by it") }
            }
        }
        let known = Set((guarded + open).map(\.id))
        for file in files {
            for id in HazardTable.ids(in: file).subtracting(known) {
                findings.append("\(file.path): \(id) is not in the table")
            }
        }
        return findings
    }
}

@Suite("Gate: hazards") struct HazardGate {
    let table: HazardTable
    let files: [SourceFile]

    init() throws {
        let text = try String(contentsOf: Repository.root.appendingPathComponent(HazardTable.path), encoding: .utf8)
        table = HazardTable(text)
        // The gates themselves plant ids that no table has.
        files = try Repository.files().filter {
            ($0.path.hasPrefix("Tests/") || $0.path.hasPrefix("Sources/")) && !$0.path.hasPrefix("Tests/Gates/")
        }
    }

    @Test("every hazard has a control and a test that names it, and every id in the tree is a hazard") func agreement()
    {
        let findings = table.disagreements(with: files)
        #expect(findings.isEmpty, "\(report(findings))")
        #expect(!(table.guarded + table.open).isEmpty)
    }

    @Test("hazards without a test are counted, not hidden") func notYetGuarded() {
        let tests = files.filter { $0.path.hasPrefix("Tests/") }
        let named = table.open.filter { row in tests.contains { $0.text.contains("\"\(row.id) ") } }.map(\.id)
        print(
            "hazards: \(table.guarded.count) guarded, \(table.open.count) not yet; with a test, so to be moved: \(named)"
        )
    }

    @Test("planted: a gap in the ids, an empty cell, an unknown id and a test that is not there are found")
    func planted() {
        let test = SourceFile(path: "Tests/A/ATests.swift", text: "@Test(\"H-01 a\")\n@Test(\"H-02 b\")")
        func findings(_ table: String, _ file: SourceFile = test) -> Int {
            HazardTable(table).disagreements(with: [file]).count
        }
        let first = "| H-01 | a | b | `ATests.swift` |\n"
        #expect(findings(first + "## Not yet guarded\n| H-02 | a | b |\n") == 0)
        #expect(findings(first + "| H-02 | a | b | `ATests.swift`, `BTests.swift` |\n") == 1)
        #expect(findings(first + "| H-02 | a | b | |\n") == 2)
        #expect(findings(first) == 1)
        #expect(findings(first + "| H-03 | a | b | `ATests.swift` |\n") == 3)
        #expect(findings(first + first) == 2)
        #expect(findings(first, SourceFile(path: "Tests/A/ATests.swift", text: "/// see H-01")) == 1)
    }
}
