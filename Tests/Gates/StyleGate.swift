import Foundation
import Testing

/// Rules about any file of the tree.
enum Style {
    static let languages: Set<String> = ["swift", "c", "h", "py"]
    /// Files stay near 300 lines; this is where "near" ends.
    static let mostLines = 320
    /// A function fits on a screen.
    static let mostFunctionLines = 60
    static let topLevel: Set<String> = ["Boards", "LICENSE", "Package.swift", "README.md", "Sources", "Tests", "Tools"]

    static func tooLong(_ file: SourceFile) -> [String] {
        guard languages.contains(file.suffix) else { return [] }
        var findings: [String] = []
        let lines = file.lines.count - 1
        if lines > mostLines { findings.append("\(file.path): \(lines) lines, at most \(mostLines)") }
        for function in SwiftText.functions(in: file) where function.lineCount > mostFunctionLines {
            findings.append(
                "\(file.path):\(function.line): a function of \(function.lineCount) lines, at most \(mostFunctionLines)"
            )
        }
        return findings
    }

    /// Marks of unfinished work. (Written in two parts, so that this file is not found.)
    static func unfinished(_ file: SourceFile) -> [String] {
        matches("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b", in: file.text, path: file.path, saying: "unfinished")
    }

    /// Paths of one machine, and addresses of registries, mirrors and hosts. The package's dependencies and the licence's own
    /// text are the only addresses.
    static func machineSpecific(_ file: SourceFile) -> [String] {
        let paths = matches(
            "(?<![\\w./])/(wo" + "rk|ro" + "ot|ho" + "me|Us" + "ers)/", in: file.text, path: file.path,
            saying: "path of one machine")
        let hosts = matches(
            "(?<![\\d.])(?!127\\.0\\.0\\.1)\\d{1,3}(\\.\\d{1,3}){3}(?![\\d.])", in: file.text, path: file.path,
            saying: "address of a host")
        let addresses = matches("[a-z]+:/" + "/[^\\s\")]+", in: file.text, path: file.path, saying: "web address")
        return paths + hosts
            + addresses.filter { finding in
                switch file.path {
                case "LICENSE": !finding.contains("http:/" + "/www.apache.org/")
                // The name of the schema's language; nothing is fetched from there.
                case "Sources/Console/Console.docc/console.schema.json":
                    !finding.contains("https:/" + "/json-schema.org/draft/2020-12/schema")
                case "Package.swift": !finding.contains("https:/" + "/github.com/")
                default: true
                }
            }
    }
}

@Suite("Gate: style") struct StyleGate {
    @Test("files and functions are short") func lengths() throws {
        let findings = try Repository.files().flatMap(Style.tooLong)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("the top level holds exactly what the design names") func topLevel() throws {
        #expect(try Repository.topLevel() == Style.topLevel)
    }

    @Test("no mark of unfinished work") func unfinished() throws {
        let findings = try Repository.files().flatMap(Style.unfinished)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("no path of a machine, no address of a registry") func machineSpecific() throws {
        let findings = try Repository.files().flatMap(Style.machineSpecific)
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("the gate sees the tree: sources, tests, tools and hidden files") func coverage() throws {
        let paths = Set(try Repository.files().map(\.path))
        for path in [
            "Sources/StimulatorCore/Trip.swift", "Tests/Gates/StyleGate.swift", "Tools/run", ".ci/run", "README.md",
        ] {
            #expect(paths.contains(path), "\(path) is not seen")
        }
    }

    @Test("planted: a long file and a long function are found, at their limits they are not") func plantedLengths() {
        func function(_ lines: Int) -> String {
            "func long(\n    a: Int\n) throws(Refusal) -> Int {\n" + String(repeating: "    a += 1\n", count: lines - 4)
                + "}\n"
        }
        #expect(Style.tooLong(SourceFile(path: "a.swift", text: function(60))).isEmpty)
        #expect(Style.tooLong(SourceFile(path: "a.swift", text: function(61))).count == 1)
        let property = "var x: Int {\n" + String(repeating: "    a += \"{\"\n", count: 59) + "}\n"
        #expect(Style.tooLong(SourceFile(path: "a.swift", text: property)).count == 1)
        #expect(Style.tooLong(SourceFile(path: "a.swift", text: String(repeating: "\n", count: 320))).isEmpty)
        #expect(Style.tooLong(SourceFile(path: "a.swift", text: String(repeating: "\n", count: 321))).count == 1)
        let c = "int f(void) {\n" + String(repeating: "    a();\n", count: 59) + "}\n"
        #expect(Style.tooLong(SourceFile(path: "a.c", text: c)).count == 1)
        let python = "def f():\n" + String(repeating: "    a()\n\n", count: 31) + "\nb()\n"
        #expect(Style.tooLong(SourceFile(path: "a.py", text: python)).count == 1)
        let requirement = "protocol P {\n    func f()\n    func g()\n}\n" + function(10)
        #expect(SwiftText.functions(in: SourceFile(path: "a.swift", text: requirement)).count == 1)
    }

    @Test("planted: unfinished work, machine paths and addresses are found") func plantedText() {
        func file(_ text: String, path: String = "a.md") -> SourceFile { SourceFile(path: path, text: text) }
        #expect(Style.unfinished(file("// TO" + "DO: later")).count == 1)
        #expect(Style.machineSpecific(file("see /wo" + "rk/shared/x")).count == 1)
        #expect(Style.machineSpecific(file("proxy 10.0" + ".0.7:80")).count == 1)
        #expect(Style.machineSpecific(file("https:/" + "/pypi.example/simple")).count == 1)
        #expect(Style.machineSpecific(file("https:/" + "/github.com/a/b", path: "Package.swift")).isEmpty)
        #expect(Style.machineSpecific(file("https:/" + "/github.com/a/b", path: "Tools/run")).count == 1)
    }

    @Test("planted: comments and literals are no code, the code between them is") func blanking() {
        let text = #"let a = "x // \(f("throws", ")")) any" // any"# + "\n/* a /* b */ any */ let b = 1"
        let code = SwiftText.code(text)
        #expect(!code.contains("any"))
        #expect(!code.contains("throws"))
        #expect(code.contains("let a = \""))
        #expect(code.contains("let b = 1"))
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        #expect(SwiftText.code("\"\"\"\n  any \"quoted\"\n\"\"\"\nlet c").contains("any") == false)
        #expect(SwiftText.code("#\"any \\( \"#; let d").contains("let d"))
    }
}
