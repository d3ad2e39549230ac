import BoardFile
import Foundation
import StimulatorCore
import Testing

@testable import stim

/// The protocol files of this tree.
private enum ProtocolTree {
    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
    }
    static var folder: URL { root.appendingPathComponent("stim/Protocols") }

    static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".toml") }.sorted().map {
            folder.appendingPathComponent($0).path
        }
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(name).toml"), encoding: .utf8)
    }
}

@Suite("stim protocol") struct ProtocolFileTests {
    @Test(
        "the files of the tree and the library that is built in are the same bytes, and its source is what `--source` writes"
    )
    func builtIn() throws {
        let sources = try ProtocolSources(ProtocolTree.files())
        #expect(sources.mistakes == 0)
        let bytes = ProtocolWriter.bytes(of: sources.entries.map(\.entry))
        let library = ProtocolLibrary.builtIn
        #expect(library.count == sources.entries.count && library.count == 13)
        for index in 0..<library.count { #expect(library[index] == sources.entries[index].entry) }
        let hash = bytes.suffix(32).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(library.hash == hash)
        let source = ProtocolTree.root.appendingPathComponent("StimulatorCore/BuiltInProtocols.swift")
        #expect(try String(contentsOf: source, encoding: .utf8) == ProtocolWriter.source(of: bytes))
    }

    @Test("the library of the field is complete, and says what nobody here has read") func complete() throws {
        let names = Set((0..<ProtocolLibrary.builtIn.count).map { string(ProtocolLibrary.builtIn[$0].name) })
        let wanted = [
            "single", "lf-1hz", "hf-10hz-m1-pain", "hf-10hz-standard", "hf-20hz-m1-pain", "itbs-600", "ctbs-300",
            "ctbs-600", "qps", "paired", "io-curve",
        ]
        #expect(names.isSuperset(of: wanted))
        let pain = try #require(ProtocolLibrary.builtIn.entry(named: FixedText("hf-10hz-m1-pain".utf8) ?? FixedText()))
        #expect(pain.isUnconfirmed(.pattern) && pain.isUnconfirmed(.evidence) && pain.evidence == .definite)
        #expect(pain.pulseCount == 3000 && pain.least == PerMille(800) && pain.most == PerMille(900))
        let theta = try #require(ProtocolLibrary.builtIn.entry(named: FixedText("itbs-600".utf8) ?? FixedText()))
        #expect(!theta.isUnconfirmed(.pattern) && theta.isUnconfirmed(.cooldown))
        #expect(theta.pattern.levels == PulsePattern.thetaBurst(intensity: PerMille(1), bursts: 10, trains: 20).levels)
        let standard = try #require(
            ProtocolLibrary.builtIn.entry(named: FixedText("hf-10hz-standard".utf8) ?? FixedText()))
        #expect(standard.pulseCount == 3000 && standard.pattern.duration == .milliseconds(74 * 30_000 + 3_900))
    }

    @Test("what `show` prints of each protocol compiles to the same entry") func shown() throws {
        for index in 0..<ProtocolLibrary.builtIn.count {
            let entry = ProtocolLibrary.builtIn[index]
            let check = ProtocolCheck(ProtocolListing.text(entry))
            #expect(check.mistakes == [] && check.entry == entry)
        }
    }

    /// A file, what is replaced in it, by what, whether what is said stands at that line, and what is said.
    static let slips: [(String, String, String, Bool, String)] = [
        ("itbs-600", "name = \"itbs-600\"", "name = \"iTBS 600\"", true, "protocol.name = \"iTBS 600\": a name of 1"),
        (
            "itbs-600", "cooldown_seconds = 3_600", "cooldown_second = 3_600", false,
            "protocol.cooldown_seconds: missing"
        ),
        ("itbs-600", "cooldown_seconds = 3_600", "cooldown_seconds = -1", true, "protocol.cooldown_seconds = -1: pow"),
        (
            "itbs-600", "unconfirmed = \"cooldown\"", "unconfirmed = \"cooldwon\"", true,
            "protocol.unconfirmed = \"cooldwon\": cooldwon is not"
        ),
        ("itbs-600", "count = 10\n", "count = 0\n", true, "level[1].count = 0: a level has 1"),
        (
            "itbs-600", "interval_microseconds = 200_000", "interval_microseconds = 30_000", true,
            "level[1].interval_microseconds = 30000: each level's items begin after"
        ),
        ("itbs-600", "count = 10\n", "count = \"ten\"\n", true, "level[1].count = \"ten\": a string, where a whole"),
        ("itbs-600", "of = \"active\"", "of = \"aktive\"", true, "intensity.of = \"aktive\": not \"maximum\""),
        (
            "itbs-600", "least_per_mille = 800", "least_per_mille = 900", true,
            "intensity.least_per_mille = 900: least <="
        ),
        ("itbs-600", "level = \"after-effect\"", "level = \"good\"", true, "evidence.level = \"good\": not one of"),
        ("itbs-600", "citation = \"", "zitat = \"", false, "evidence.citation: missing"),
        ("io-curve", "rounds = 10", "rounds = 1000", true, "sequence.rounds = 1000: 1 ... 8 steps"),
        ("io-curve", "order = \"shuffled\"", "order = \"random\"", true, "sequence.order = \"random\": not \"listed\""),
        (
            "io-curve", "[sequence]", "[sequenz]", true,
            "[sequenz]: no section of a protocol file; did you mean sequence?"
        ),
        ("single", "name = \"single\"", "name = single", true, "not TOML"),
    ]

    @Test("every mistake is named with line, key and rule", arguments: 0..<15) func slip(_ number: Int) throws {
        let (file, old, new, isThere, said) = ProtocolFileTests.slips[number]
        let text = try ProtocolTree.text(file)
        let parts = text.components(separatedBy: old)
        try #require(parts.count == 2, "\(old) stands once in \(file)")
        let check = ProtocolCheck(text.replacingOccurrences(of: old, with: new))
        #expect(check.entry == nil)
        let lines = check.mistakes.map { "\($0.line): \($0.message)" }
        let mistake = try #require(check.mistakes.first { $0.message.hasPrefix(said) }, "\(lines)")
        if isThere { #expect(mistake.line == parts[0].components(separatedBy: "\n").count, "\(lines)") }
    }

    @Test("several mistakes are all named, by line") func several() throws {
        let text = try ProtocolTree.text("itbs-600").replacingOccurrences(of: "count = 3\n", with: "count = 7000\n")
            .replacingOccurrences(of: "usual_per_mille = 800", with: "usual = 800")
        let check = ProtocolCheck(text)
        #expect(check.mistakes.count == 3, "\(check.mistakes)")
        #expect(check.mistakes.map(\.line) == check.mistakes.map(\.line).sorted())
    }
}
