import Foundation
import StimulatorCore
import Testing

@testable import Console

@Suite("the schema of what is written in JSON") struct SchemaTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func definitions() throws -> [String: [String: Any]] {
        let file = SchemaTests.root.appendingPathComponent("Sources/Console/Console.docc/console.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return try #require(schema?["$defs"] as? [String: [String: Any]])
    }

    private func names(_ count: Int, _ name: (UInt8) -> StaticString?) -> [String] {
        (0..<count).compactMap { name(UInt8($0)) }.map { "\($0)" }
    }

    /// The names of what a session tells by itself, as its sources write them.
    private func notices() throws -> [String] {
        let folder = SchemaTests.root.appendingPathComponent("Sources/Console")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /field\("event", "(\w+)"\)/).map { String($0.1) }
        }
    }

    @Test("its lists are the code's: rules, states, trips, causes, qualities, outcomes") func lists() throws {
        let definitions = try definitions()
        func list(_ name: String) -> [String]? { definitions[name]?["enum"] as? [String] }
        #expect(list("rule") == names(RefusalRule.count) { RefusalRule(rawValue: $0)?.name })
        #expect(list("state") == names(StimulatorState.count) { StimulatorState(rawValue: $0)?.name })
        #expect(list("trip") == names(Trip.count) { Trip(rawValue: $0)?.name })
        #expect(list("omissionCause") == names(OmissionCause.count) { OmissionCause(rawValue: $0)?.name })
        #expect(list("quality") == names(4) { Quality(rawValue: $0)?.name })
        #expect(list("outcome") == names(3) { TrainReport.Outcome(rawValue: $0)?.name })
        let units = (definitions["unit"]?["enum"] as? [Any])?.compactMap { $0 as? String }
        #expect(units == names(8) { ValueUnit(rawValue: $0)?.symbol })
    }

    @Test("every command, every rule and every kind of event has a specimen; all are left for the schema's check")
    func specimens() throws {
        let replies = Specimens.replies()
        let refusals = Specimens.refusals()
        let events = Specimens.events()
        let accepted = Set(
            (objects(replies.joined(separator: "\n")) ?? []).compactMap { reply in
                reply["ok"] as? Bool == true ? reply["reply"] as? String : nil
            })
        #expect(accepted.symmetricDifference(names(CommandName.count) { CommandName(rawValue: $0)?.word }) == [])
        let rules = Set((objects(refusals.joined(separator: "\n")) ?? []).compactMap { $0["refusal"] as? String })
        #expect(rules.symmetricDifference(names(RefusalRule.count) { RefusalRule(rawValue: $0)?.name }) == [])
        let kinds = Set((objects(events.joined(separator: "\n")) ?? []).compactMap { $0["event"] as? String })
        let known = names(EventKind.count + 1) { EventKind(rawValue: $0)?.name }
        let told = try notices()
        #expect(told.count >= 4)
        #expect(kinds.symmetricDifference(known + told) == [])
        let folder = SchemaTests.root.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = (replies + refusals + events).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: folder.appendingPathComponent("console-specimens.jsonl"))
    }
}
