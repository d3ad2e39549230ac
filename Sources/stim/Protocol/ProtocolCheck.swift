import StimulatorCore

/// Checks a protocol's file: finds every mistake in it, and makes the library's entry when there is none.
///
/// What a protocol may be is judged where the loader judges it: `StimulationProtocol.judge`.
struct ProtocolCheck: TextCheck {
    var mistakes: [FileMistake] = []
    /// The entry; nil when there are mistakes.
    private(set) var entry: StimulationProtocol?

    let text: FileText
    var known: Set<String> = ["sequence.rounds"]
    var noted: Set<String> = []

    static let fileKind = "protocol file"

    func whyStrange(section: String) -> String? {
        section == "step" ? "steps want a section [sequence]" : nil
    }

    func isHexadecimal(_ path: String) -> Bool { false }

    init(_ source: String) {
        text = FileText(source)
        mistakes = text.mistakes
        guard !text.isUnreadable else { return }
        var entry = StimulationProtocol()
        readProtocol(&entry)
        readLevels(&entry)
        readIntensity(&entry)
        if text.tables.contains("sequence") { readSteps(&entry) }
        readEvidence(&entry)
        var faults: [ProtocolFault] = []
        entry.judge { faults.append($0) }
        // What could not be read has been said: nothing is said of what stands in its place.
        let unread = noted
        for fault in faults where unread.isDisjoint(with: fault.paths(text)) { note(fault.paths(text)[0], fault.words) }
        noteUnknown()
        if mistakes.isEmpty { self.entry = entry }
    }

    private mutating func readProtocol(_ entry: inout StimulationProtocol) {
        entry.name = readText("protocol.name", ProtocolFault.name.words) ?? ProtocolName()
        entry.summary = readText("protocol.summary", "one line, 1 ... 95 plain characters") ?? FixedText()
        entry.cooldown = readTime("protocol.cooldown_seconds", ProtocolFault.cooldown.words, 1_000_000_000)
        known.insert("protocol.unconfirmed")
        guard text.values["protocol.unconfirmed"] != nil else { return }
        let all = (0..<UInt8(Unconfirmed.count)).compactMap(Unconfirmed.init(rawValue:))
        let rule = "one or more of \(all.map { "\($0.name)" }.joined(separator: ", ")), blanks between"
        guard let words: FixedText<64> = readText("protocol.unconfirmed", rule) else { return }
        for word in string(words).split(separator: " ") {
            if let part = all.first(where: { "\($0.name)" == word }) {
                entry.unconfirmed |= part.bit
            } else {
                note(
                    "protocol.unconfirmed",
                    "\(word) is not \(rule)\(nearest(String(word), Set(all.map { "\($0.name)" })))")
            }
        }
    }

    private mutating func readLevels(_ entry: inout StimulationProtocol) {
        known.formUnion(["level[0].count", "level[0].interval_microseconds"])
        var index = 0
        while text.tables.contains("level[\(index)]") {
            let path = "level[\(index)]"
            let count = readNumber("\(path).count", "how many items, 1 ... \(Ceiling.pulsesPerPattern)") ?? 1
            let interval = readTime("\(path).interval_microseconds", "from start to start, in microseconds", 1_000)
            if index < 4 {
                entry.pattern.levels[index] = PatternLevel(count: UInt32(clamping: count), interval: interval)
            } else {
                note(path, "a pattern has at most four levels: 0 ... 3 work")
            }
            index += 1
        }
    }

    private mutating func readIntensity(_ entry: inout StimulationProtocol) {
        let all = (0..<UInt8(IntensityBasis.count)).compactMap(IntensityBasis.init(rawValue:))
        let rule = "\"maximum\", \"resting\" or \"active\": of maximum output, or of which motor threshold"
        entry.basis = readWord("intensity.of", rule, all, \.name) ?? .resting
        entry.least = readPart("intensity.least_per_mille")
        entry.usual = readPart("intensity.usual_per_mille")
        entry.most = readPart("intensity.most_per_mille")
    }

    private mutating func readSteps(_ entry: inout StimulationProtocol) {
        entry.rounds = UInt16(clamping: readNumber("sequence.rounds", "how often each step is given, 1 ... 100") ?? 1)
        entry.isShuffled =
            readWord("sequence.order", "\"listed\" or \"shuffled\"", [false, true]) { $0 ? "shuffled" : "listed" }
            ?? false
        let rule = "the pause between two steps, 1000 ... 3600000"
        entry.waitLeast = readTime("sequence.wait_least_milliseconds", rule, 1_000_000)
        entry.waitMost = readTime("sequence.wait_most_milliseconds", rule, 1_000_000)
        known.insert("step[0].part_per_mille")
        var index = 0
        while text.tables.contains("step[\(index)]") {
            let part = readPart("step[\(index)].part_per_mille")
            if index < PulseSteps.most {
                entry.parts[index] = part
            } else {
                note("step[\(index)]", "a round has at most \(PulseSteps.most) steps")
            }
            index += 1
        }
        entry.stepCount = UInt8(clamping: index)
        if index == 0 { note("sequence", "missing: a sequence has one [[step]] or more, each with part_per_mille") }
    }

    private mutating func readEvidence(_ entry: inout StimulationProtocol) {
        let all = (0..<UInt8(EvidenceLevel.count)).compactMap(EvidenceLevel.init(rawValue:))
        let rule = "one of \(all.map { "\($0.name)" }.joined(separator: ", "))"
        entry.evidence = readWord("evidence.level", rule, all, \.name) ?? .measurement
        entry.evidenceText = readText("evidence.text", "what is known, 1 ... 159 plain characters") ?? FixedText()
        entry.citation = readText("evidence.citation", "who says so, 1 ... 159 plain characters") ?? FixedText()
    }

    // MARK: Values

    private mutating func readPart(_ path: String) -> PerMille {
        PerMille(
            Int32(clamping: readNumber(path, "a part of the basis, per mille: \(ProtocolFault.intensity.words)") ?? 0))
    }

    private mutating func readTime(_ path: String, _ rule: String, _ scale: Int64) -> Nanoseconds {
        let (time, overflow) = (readNumber(path, rule) ?? 0).multipliedReportingOverflow(by: scale)
        return Nanoseconds(overflow ? .max : time)
    }

    private mutating func readWord<Value>(
        _ path: String, _ rule: String, _ all: [Value], _ name: (Value) -> StaticString
    ) -> Value? {
        guard let word: FixedText<32> = readText(path, rule) else { return nil }
        if let value = all.first(where: { "\(name($0))" == string(word) }) { return value }
        note(path, "not \(rule)\(nearest(string(word), Set(all.map { "\(name($0))" })))")
        return nil
    }
}

/// The text as a string.
func string<let capacity: Int>(_ text: FixedText<capacity>) -> String {
    String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
}

extension ProtocolFault {
    /// The keys that the fault may lie in; the first one is told.
    func paths(_ text: FileText) -> [String] {
        switch self {
        case .name: ["protocol.name"]
        case .text: ["protocol.summary", "evidence.text", "evidence.citation"]
        case .pattern(let refusal): ProtocolFault.levels(text, breaking: refusal)
        case .pulses: ProtocolFault.levels(text, breaking: nil)
        case .intensity:
            ["intensity.least_per_mille", "intensity.usual_per_mille", "intensity.most_per_mille", "intensity.of"]
        case .steps:
            [
                "sequence.rounds", "sequence.order", "sequence.wait_least_milliseconds",
                "sequence.wait_most_milliseconds",
                "sequence",
            ] + (0..<8).map { "step[\($0)].part_per_mille" }
        case .cooldown: ["protocol.cooldown_seconds"]
        }
    }

    /// The keys of all levels, the one with the value that breaks a rule first.
    private static func levels(_ text: FileText, breaking refusal: Refusal?) -> [String] {
        let paths = (0..<4).flatMap { ["level[\($0)].count", "level[\($0)].interval_microseconds"] }
        let kind = refusal?.rule == .interval ? "interval_microseconds" : "count"
        let guilty = paths.first { path in
            guard path.hasSuffix(kind), case .number(let number) = text.values[path] else { return false }
            return number == refusal?.actual
        }
        return (guilty.map { [$0] } ?? []) + paths
    }

    /// The rule that is broken, and what would work.
    var words: String {
        switch self {
        case .name:
            "a name of 1 ... 23 small letters, digits and hyphens that begins with a letter, such as \"itbs-600\""
        case .text: "a text that is not empty"
        case .pattern(let refusal):
            switch refusal.rule {
            case .interval:
                "each level's items begin after the ones before have ended, at least 1.8 ms and at most an hour apart: "
                    + "\(refusal.actual) us does not do, \(refusal.limit) us would"
            default: "a level has 1 ... \(Ceiling.pulsesPerPattern) items, and all levels together as many pulses"
            }
        case .intensity:
            "least <= usual <= most, from 1, at most 1000 of maximum output or 2000 of a motor threshold"
        case .steps:
            "1 ... 8 steps in 1 ... 100 rounds, pauses of 1000 ... 3600000 ms, the shorter one first"
        case .pulses: "all steps together have at most \(Ceiling.pulsesPerPattern) pulses"
        case .cooldown: "powered-on time until it may be given again without an override, 0 ... 31622400 s"
        }
    }
}
