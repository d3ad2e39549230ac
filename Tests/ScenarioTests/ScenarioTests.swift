import Foundation
import Testing

@testable import stim

/// A script of `Tests/Scenarios` and the transcript that goes with it.
struct Scenario: CustomTestStringConvertible, Sendable {
    let script: URL

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    /// Every script of the folder, by name.
    static let all: [Scenario] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "stim" }.sorted { $0.path < $1.path }.map(Scenario.init)
    }()

    var transcript: URL { script.deletingPathExtension().appendingPathExtension("txt") }

    /// The public keys of a script that receives updates; nil for any other.
    var keys: URL? {
        let file = script.deletingPathExtension().appendingPathExtension("keys")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    /// What the script's first comment says it is about.
    var testDescription: String {
        let first = (try? String(contentsOf: script, encoding: .utf8))?.split(separator: "\n").first ?? ""
        let name = script.deletingPathExtension().lastPathComponent
        return first.hasPrefix("# ") ? "\(name): \(first.dropFirst(2))" : name
    }

    /// Runs the script as `stim run` does.
    func run() throws -> (transcript: [String], failures: [String]) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("stim-\(UUID().uuidString).txt")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let read = try Script(try Data(contentsOf: script))
        let keys = try keys.map { try KeyFiles.updateKeys($0.path) }
        let failures = try withRig(seed: 1, updateKeys: keys) { rig in
            ScriptRunner(on: scriptBench(rig: rig, json: false, output: handle.fileDescriptor)).run(read)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        return (text.components(separatedBy: "\n"), failures.map { "line \($0.line): \($0.message)" })
    }
}

@Suite("Scenarios")
struct ScenarioTests {
    @Test("a script says what it said when its transcript was recorded", arguments: Scenario.all)
    func transcript(scenario: Scenario) throws {
        let recorded = try String(contentsOf: scenario.transcript, encoding: .utf8).components(separatedBy: "\n")
        let (lines, failures) = try scenario.run()
        #expect(failures.isEmpty)
        if let index = zip(lines, recorded).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
            Issue.record("line \(index + 1) is \"\(lines[index])\", recorded is \"\(recorded[index])\"")
        }
        #expect(lines.count == recorded.count, "lines now, lines recorded; Tools/record records again")
    }

    @Test("the transcript in the README is what its script says") func readme() throws {
        let root = Scenario.folder.deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let (lines, failures) = try Scenario(script: root.appendingPathComponent("Tools/first-pulse.stim")).run()
        #expect(failures.isEmpty)
        #expect(readme.contains("```\n" + lines.joined(separator: "\n") + "```\n"), "Tools/record records it again")
    }

    @Test("every script says first what it is about, and has its transcript; no transcript is without a script")
    func completeness() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Scenario.folder, includingPropertiesForKeys: nil)
        let transcripts = Set(files.filter { $0.pathExtension == "txt" }.map(\.lastPathComponent))
        #expect(transcripts == Set(Scenario.all.map(\.transcript.lastPathComponent)))
        for scenario in Scenario.all {
            #expect(try String(contentsOf: scenario.script, encoding: .utf8).hasPrefix("# "), "\(scenario.script)")
        }
    }
}
