import Foundation
import Testing

/// Rules of the board side: who may import whom, and what neither Embedded Swift nor determinism can bear.
enum Layers {
    /// Dependencies point one way: what each room may import. `stim`, the host tool, is free.
    static let allowed: [String: Set<String>] = [
        "StimulatorCore": [],
        "BoardInterface": ["StimulatorCore"],
        "BoardFile": ["StimulatorCore", "BoardInterface", "CSystem", "CSodium"],
        "ControlLoop": ["StimulatorCore", "BoardInterface", "Synchronization"],
        "Journal": ["StimulatorCore", "CSodium"],
        "FirmwareUpdate": ["StimulatorCore", "CSodium"],
        "Console": ["StimulatorCore", "FirmwareUpdate"],
        "SimulatedBoard": ["StimulatorCore", "BoardInterface"],
        "ConsoleSide": ["StimulatorCore", "ControlLoop", "FirmwareUpdate", "Console", "Journal"],
        "SimulatedRig": [
            "StimulatorCore", "BoardInterface", "ControlLoop", "SimulatedBoard", "FirmwareUpdate", "Console", "Journal",
            "ConsoleSide",
        ],
        "LinuxBoard": ["StimulatorCore", "BoardInterface", "ControlLoop", "CLinuxBoard", "CSystem"],
        "SystemIO": [
            "StimulatorCore", "ControlLoop", "FirmwareUpdate", "Console", "Journal", "ConsoleSide", "CSystem",
        ],
        "SimulatedBench": [
            "StimulatorCore", "BoardInterface", "ControlLoop", "SimulatedBoard", "Console", "Journal", "ConsoleSide",
            "SimulatedRig", "SystemIO", "CSystem",
        ],
        "stimd": [
            "StimulatorCore", "BoardInterface", "ControlLoop", "FirmwareUpdate", "Console", "Journal", "ConsoleSide",
            "BoardFile", "SystemIO", "LinuxBoard", "CLinuxBoard", "CSystem",
        ],
        "Supervision": ["StimulatorCore"],
        "supervisor": [
            "StimulatorCore", "BoardInterface", "FirmwareUpdate", "Journal", "BoardFile", "SystemIO", "LinuxBoard",
            "CLinuxBoard", "CSystem", "CSupervisor", "Supervision",
        ],
        "stimd-sim": [
            "StimulatorCore", "SimulatedRig", "SimulatedBench", "BoardFile", "SystemIO", "CSystem",
        ],
    ]

    /// Rooms whose numbers must be the same bits on every machine.
    static let exact: Set<String> = [
        "StimulatorCore", "BoardInterface", "ControlLoop", "SimulatedBoard", "SimulatedRig",
    ]

    static func imports(_ file: SourceFile) -> [String] {
        guard let allowed = allowed[file.room] else { return ["\(file.path): the room has no line in the layer table"] }
        let names = "(?:\(allowed.sorted().joined(separator: "|")))"
        let admitted = allowed.isEmpty ? "(?!)" : names
        return matches(
            "^[ \\t]*(?:@\\w+ +|public +|internal +|private +)*import +(?:(?:struct|enum|func|protocol) +)?(?!\(admitted)\\b)\\w+",
            in: SwiftText.code(file.text), path: file.path, saying: "not below this room")
    }

    static func boardSide(_ file: SourceFile) -> [String] {
        let code = SwiftText.code(file.text)
        let refused = [
            (#"\bany +[A-Z]\w*"#, "existential"),
            (#"\bthrows\b(?! *\()"#, "untyped throws"),
            (#"\bclass +\w+"#, "class"),
            (#"\b(async|await)\b"#, "concurrency runtime"),
            (#"\bCaseIterable\b"#, "synthesised CaseIterable"),
            (#"\bCodable\b"#, "Codable"),
            (#"\bOptionSet\b"#, "OptionSet: its literal allocates"),
            (#"\b(print|debugPrint|dump)\("#, "print: text goes through byte writers"),
            (#"\bhashValue\b|\bHasher\("#, "Hasher differs from run to run: use HistoryHash"),
        ]
        return refused.flatMap { matches($0.0, in: code, path: file.path, saying: $0.1) }
    }

    static func inexact(_ file: SourceFile) -> [String] {
        let code = SwiftText.code(file.text)
        let functions =
            #"(?<!ExactMath\.)(?<!func )\b(exp|exp2|log|log2|log10|pow|sin|cos|tan|sqrt|floor|ceil|round|trunc|fma)\("#
        let members = #"\.(rounded|round|addingProduct|addProduct|remainder|truncatingRemainder)\(|\.squareRoot\(\)"#
        return matches(functions, in: code, path: file.path, saying: "libm: use ExactMath")
            + matches(members, in: code, path: file.path, saying: "calls libm, at least in debug")
    }
}

@Suite("Gate: layers") struct LayerGate {
    let boardFiles: [SourceFile]

    init() throws {
        boardFiles = try Repository.sources(of: Set(Layers.allowed.keys))
    }

    @Test("every room of Sources stands in the layer table, or is the host tool or C") func rooms() throws {
        let rooms = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path + "/Sources")
        let unknown = Set(rooms).subtracting(Layers.allowed.keys).subtracting([
            "stim", "plant", "CSodium", "CSystem", "CLinuxBoard", "CPlant", "CSupervisor",
        ])
        #expect(unknown.isEmpty, "\(unknown)")
        #expect(boardFiles.count >= 20)
    }

    @Test("dependencies point one way") func imports() {
        let findings = boardFiles.flatMap(Layers.imports)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("the board side has no existential, class, untyped throws or other thing that needs a heap") func boardSide()
    {
        let findings = boardFiles.flatMap(Layers.boardSide)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("no libm where every machine must compute the same bits") func inexact() {
        let findings = boardFiles.filter { Layers.exact.contains($0.room) }.flatMap(Layers.inexact)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("planted: an import from above or from outside is found, one from below is not") func plantedImports() {
        func findings(_ room: String, _ line: String) -> [String] {
            Layers.imports(SourceFile(path: "Sources/\(room)/A.swift", text: line + "\n"))
        }
        #expect(findings("StimulatorCore", "import BoardInterface").count == 1)
        #expect(findings("Console", "import Journal").count == 1)
        #expect(findings("ControlLoop", "@testable import SimulatedBoard").count == 1)
        #expect(findings("BoardInterface", "import StimulatorCoreTests").count == 1)
        #expect(findings("Journal", "import Foundation\nimport Glibc").count == 2)
        #expect(findings("Unknown", "").count == 1)
        #expect(
            findings("ControlLoop", "import BoardInterface\npublic import StimulatorCore\n// import Foundation").isEmpty
        )
    }

    @Test("planted: each thing that the board side cannot bear is found, its look-alikes are not")
    func plantedConstructs() {
        func findings(_ line: String) -> [String] {
            Layers.boardSide(SourceFile(path: "Sources/Console/A.swift", text: line))
        }
        let bad = [
            "let x: any Board", "func f() throws -> Int", "final class A {}", "func f() async {}",
            "enum E: CaseIterable {}",
            "struct S: Codable {}", "struct S: OptionSet {}", "print(1)", "x.hashValue", "Hasher()",
        ]
        for line in bad { #expect(findings(line).count == 1, "\(line)") }
        let good = [
            "// any Board", "\"any Board throws\"", "func f() throws(Refusal) -> Int", "x.classify",
            "hash(into h: inout Hasher)",
        ]
        for line in good { #expect(findings(line).isEmpty, "\(line)") }
    }

    @Test("planted: libm is found, our own functions are not") func plantedLibm() {
        func findings(_ line: String) -> [String] {
            Layers.inexact(SourceFile(path: "Sources/SimulatedBoard/A.swift", text: line))
        }
        for line in ["exp(-t)", "Darwin.pow(2, 3)", "x.rounded()", "x.squareRoot()", "floor(x)"] {
            #expect(findings(line).count == 1, "\(line)")
        }
        for line in [
            "ExactMath.exp(-t)", "public static func exp(_ x: Double)", "ExactMath.squareRoot(x)", "catalog(x)",
            "// exp(x)",
        ] {
            #expect(findings(line).isEmpty, "\(line)")
        }
    }
}
