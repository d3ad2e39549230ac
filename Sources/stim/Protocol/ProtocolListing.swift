import StimulatorCore

/// A protocol as a file that compiles to the same bytes.
enum ProtocolListing {
    static func text(_ entry: StimulationProtocol) -> String {
        var lines = ["[protocol]", "name = \"\(string(entry.name))\"", "summary = \"\(string(entry.summary))\""]
        lines.append("cooldown_seconds = \(entry.cooldown.raw / 1_000_000_000)")
        let unconfirmed = (0..<UInt8(Unconfirmed.count)).compactMap(Unconfirmed.init(rawValue:)).filter(
            entry.isUnconfirmed)
        if !unconfirmed.isEmpty {
            lines.append("unconfirmed = \"\(unconfirmed.map { "\($0.name)" }.joined(separator: " "))\"")
        }
        let last = (0..<4).last { entry.pattern.levels[$0] != .once } ?? -1
        for index in 0..<last + 1 {
            let level = entry.pattern.levels[index]
            lines += [
                "", "[[level]]", "count = \(level.count)", "interval_microseconds = \(level.interval.raw / 1_000)",
            ]
        }
        lines += ["", "[intensity]", "of = \"\(entry.basis.name)\"", "least_per_mille = \(entry.least.raw)"]
        lines += ["usual_per_mille = \(entry.usual.raw)", "most_per_mille = \(entry.most.raw)"]
        if entry.hasSteps { lines += sequence(entry) }
        lines += ["", "[evidence]", "level = \"\(entry.evidence.name)\"", "text = \"\(string(entry.evidenceText))\""]
        lines.append("citation = \"\(string(entry.citation))\"")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func sequence(_ entry: StimulationProtocol) -> [String] {
        var lines = ["", "[sequence]", "rounds = \(entry.rounds)"]
        lines.append("order = \"\(entry.isShuffled ? "shuffled" : "listed")\"")
        lines.append("wait_least_milliseconds = \(entry.waitLeast.raw / 1_000_000)")
        lines.append("wait_most_milliseconds = \(entry.waitMost.raw / 1_000_000)")
        for index in 0..<Int(entry.stepCount) {
            lines += ["", "[[step]]", "part_per_mille = \(entry.parts[index].raw)"]
        }
        return lines
    }
}
