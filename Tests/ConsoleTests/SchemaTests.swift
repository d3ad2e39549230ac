import Foundation
import StimulatorCore
import Testing

@testable import Console

/// Everything that the console writes in JSON, from lists that the code has, so that nothing new is forgotten.
enum Specimens {
    /// A line that is accepted, for every command.
    static func replies() -> [String] {
        (0..<CommandName.count).flatMap { raw -> [String] in
            guard let name = CommandName(rawValue: UInt8(raw)) else { return [] }
            let bench = Bench(mode: .json)
            bench.board { $0.state = .ready }
            _ = bench.say("check pulse")
            return ask(bench, "\(name.entry.example)")
                + ask(bench, #"{"id":\#(raw),"command":"\#(name.entry.example)"}"#)
        }
    }

    private static func ask(_ bench: Bench, _ line: String) -> [String] {
        let line = line == "mode human" ? "mode json" : line
        var text = bench.say(line)
        while let request = bench.session.takeRequest() {
            switch request {
            case .journal: bench.session.journalShown(count: 0)
            case .record: bench.session.recorded(true)
            default: break
            }
        }
        text += bench.read()
        return text.split(separator: "\n").map(String.init)
    }

    /// A refusal by every rule, with and without numbers, and of lines that are none.
    static func refusals() -> [String] {
        var lines: [String] = []
        for raw in 0..<RefusalRule.count {
            guard let rule = RefusalRule(rawValue: UInt8(raw)) else { continue }
            for refusal in [
                Refusal(rule),
                Refusal(rule, unit: .microseconds, limit: 5, actual: -7, wouldAdmit: 6, pulseIndex: 3, detail: 2),
            ] {
                let bench = Bench(mode: .json)
                _ = bench.say("check pulse")
                bench.type("{\"id\":\"r\",\"command\":\"start\"}\n")
                for command in bench.commands() {
                    bench.tell(.refused(refusal, token: command.token, at: bench.now))
                }
                lines += bench.read().split(separator: "\n").map(String.init)
            }
        }
        let bench = Bench(mode: .json)
        for line in [
            "trian", "\u{1}\"\\", "set intensity 150%", "train", "arm now", String(repeating: "x", count: 300), "{",
            "{\"id\":1,\"command\":\"train\",\"pulses\":1.5}", "train 40Hz 50",
        ] {
            lines += bench.say(line).split(separator: "\n").map(String.init)
        }
        return lines
    }

    /// Every event of a kind, one for each detail that it may have.
    static func events(of kind: EventKind) -> [Event] {
        let details: Int =
            switch kind {
            case .state: StimulatorState.count
            case .trip, .tripCleared: Trip.count
            case .omitted: OmissionCause.count
            case .refused: RefusalRule.count
            case .trainFinished: 3
            default: 1
            }
        return (0..<details).map { detail in
            Event(kind, detail: UInt8(detail), extra: 1, index: 7, at: Instant(5), 11, 12, 13, 14, 15)
        }
    }

    static func events() -> [String] {
        let bench = Bench(mode: .json)
        for raw in 1...UInt8(EventKind.count) {
            guard let kind = EventKind(rawValue: raw) else { continue }
            for event in events(of: kind) {
                bench.tell(event)
                bench.session.show(sequence: 3, at: Instant(9), event: event)
            }
        }
        let bytes = Array("start \u{7F}é\"".utf8)
        bench.session.show(sequence: 3, at: Instant(9), text: bytes.span)
        bench.session.show(sequence: 3, at: Instant(9), lostEvents: 4)
        bench.sequence += 5
        bench.tell(Event(.coilWarning, at: bench.now))
        return bench.read().split(separator: "\n").map(String.init) + notices()
    }

    /// What the session tells by itself: a watched status, an idle board, a silent safety side, lines that were dropped.
    private static func notices() -> [String] {
        let bench = Bench(mode: .json)
        bench.board {
            $0.state = .ready
            $0.ticks = 1
            $0.trips.insert(.coilMissing)
            $0.firstTrip = .coilMissing
        }
        _ = bench.say("watch on")
        _ = bench.run(at: 0)
        _ = bench.run(at: 70_000)
        var text = bench.read()
        for _ in 0..<100 { bench.type("limits\n") }
        _ = bench.read()
        _ = bench.run(at: 70_001)
        text += bench.read()
        return text.split(separator: "\n").map(String.init)
    }
}

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
        #expect(kinds == Set(known + ["eventsLost", "status", "safetySilent", "linesDropped"]))
        let folder = SchemaTests.root.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = (replies + refusals + events).joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: folder.appendingPathComponent("console-specimens.jsonl"))
    }
}
