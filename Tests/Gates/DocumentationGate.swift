import Foundation
import Testing

/// Public declarations say what they are.
///
/// The rule: every public type, protocol and type alias, every requirement of a public protocol, and every public function,
/// subscript and property has a doc comment. Without one may stand
/// - enum cases, initialisers and operators: the type's own comment says what a value of it is;
/// - `raw`, `rawValue` and `name`, which mean the same everywhere, and `hash(into:)`;
/// - a function named as a requirement of a public protocol of these rooms, where its comment is;
/// - a member on one line whose name says all: the type that holds it must be documented.
enum Documentation {
    static let rooms: Set<String> = [
        "StimulatorCore", "BoardInterface", "BoardFile", "ControlLoop", "Journal", "FirmwareUpdate", "Console",
    ]

    /// The names of all functions that public protocols ask for.
    static func requirements(_ files: [SourceFile]) -> Set<String> {
        var names: Set<String> = []
        for file in files {
            var inPublicProtocol = false
            for line in SwiftText.code(file.text).components(separatedBy: "\n") {
                if line.hasPrefix("}") { inPublicProtocol = false }
                if line.hasPrefix("public protocol") { inPublicProtocol = true }
                guard inPublicProtocol, let found = declaration(line, inPublicProtocol: true) else { continue }
                if found.kind == "func" { names.insert(found.name) }
            }
        }
        return names
    }

    static func missing(_ file: SourceFile, requirements: Set<String> = []) -> [String] {
        let lines = file.lines
        let code = SwiftText.code(file.text).components(separatedBy: "\n")
        var inPublicProtocol = false
        var findings: [String] = []
        for (index, line) in code.enumerated() {
            if line.hasPrefix("}") { inPublicProtocol = false }
            guard let name = declaration(line, inPublicProtocol: inPublicProtocol) else { continue }
            if line.hasPrefix("public protocol") { inPublicProtocol = !line.contains("{}") }
            if name.kind == "func", !inPublicProtocol, requirements.contains(name.name) { continue }
            if isDocumented(index, in: lines) || isExempt(line, name: name, inPublicProtocol: inPublicProtocol) {
                continue
            }
            findings.append("\(file.path):\(index + 1): no doc comment: \(line.trimmingCharacters(in: .whitespaces))")
        }
        return findings
    }

    /// "kind name" of the public declaration on the line; nil where there is none.
    private static func declaration(_ line: String, inPublicProtocol: Bool) -> (kind: String, name: String)? {
        let kinds = "struct|enum|class|actor|protocol|typealias|func|var|let|subscript|init"
        let modifiers =
            "(?:@\\w+(?:\\([^)]*\\))? +|static +|mutating +|nonmutating +|final +|indirect +|private\\(set\\) +)*"
        let access = inPublicProtocol ? "(?:public +)?" : "(?:public|open) +"
        let pattern = "^ *\(modifiers)\(access)\(modifiers)(\(kinds))\\b *([^ (:<{]*)"
        guard let expression = try? NSRegularExpression(pattern: pattern),
            let match = expression.firstMatch(in: line, range: NSRange(location: 0, length: (line as NSString).length))
        else { return nil }
        return (
            (line as NSString).substring(with: match.range(at: 1)),
            (line as NSString).substring(with: match.range(at: 2))
        )
    }

    /// True when a doc comment stands above the line, with only attributes between.
    private static func isDocumented(_ index: Int, in lines: [String]) -> Bool {
        for above in lines[..<index].reversed() {
            let text = above.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("///") { return true }
            if !text.hasPrefix("@") && !text.hasPrefix("#if") { return false }
        }
        return false
    }

    private static func isExempt(
        _ line: String, name: (kind: String, name: String), inPublicProtocol: Bool
    ) -> Bool {
        if name.kind == "init" || ["raw", "rawValue", "name", "hash"].contains(name.name) { return true }
        if name.kind == "func", name.name.first?.isLetter != true { return true }
        guard ["func", "var", "let"].contains(name.kind), line.hasPrefix(" "), !inPublicProtocol else { return false }
        let text = line.trimmingCharacters(in: .whitespaces)
        return !text.hasSuffix("{") && !text.hasSuffix("(")
    }
}

@Suite("Gate: documentation") struct DocumentationGate {
    @Test("every public declaration says what it is") func documented() throws {
        let files = try Repository.sources(of: Documentation.rooms)
        let requirements = Documentation.requirements(files)
        let findings = files.flatMap { Documentation.missing($0, requirements: requirements) }
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test("planted: what must be documented is found, what explains itself is not") func planted() {
        func findings(_ text: String) -> [String] { Documentation.missing(SourceFile(path: "a.swift", text: text)) }
        let bad = [
            "public struct S {}", "public enum E: UInt8 {\n}", "public typealias A = Int",
            "    @inlinable public static func f(\n", "    public var x: Int {\n", "public protocol P {}",
            "// not a doc comment\npublic struct S {}", "/// of another thing\n\npublic struct S {}",
            "/// P.\npublic protocol P: ~Copyable {\n    mutating func f()\n}\n",
        ]
        for text in bad { #expect(findings(text).count == 1, "\(text)") }
        let good = [
            "/// S.\n@frozen\npublic struct S {\n    public var x = 1\n    public init() {}\n}\n", "struct S {}",
            "    public static func < (left: S, right: S) -> Bool {\n",
            "/// P.\npublic protocol P {\n    /// F.\n    func f()\n}\n",
            "    public var name: StaticString {\n", "    let x: Int {\n",
        ]
        for text in good { #expect(findings(text).isEmpty, "\(text)") }
    }

    @Test("planted: a requirement's comment serves its implementations, and nothing else") func plantedRequirements() {
        let promise = SourceFile(path: "a.swift", text: "/// P.\npublic protocol P {\n    /// F.\n    func f()\n}\n")
        let text = "    public func f() {\n    }\n    public func g() {\n    }\n"
        let requirements = Documentation.requirements([promise])
        #expect(requirements == ["f"])
        let findings = Documentation.missing(SourceFile(path: "b.swift", text: text), requirements: requirements)
        #expect(findings.count == 1)
    }
}
