import StimulatorCore

/// The manual's pages.
extension LineOutput {
    mutating func help<Simulation: SimulationVocabulary>(_ topic: CommandName?, in simulation: Simulation.Type) {
        if let topic { return help(topic.entry) }
        for number in 0..<CommandName.count {
            guard let name = CommandName(rawValue: UInt8(number)), name.exists(in: simulation) else { continue }
            label(name.word)
            put(name.entry.summary)
            endLine()
        }
        put("Ctrl-X stops everything, at any time; `help COMMAND` explains one command.")
        endLine()
    }

    private mutating func help(_ entry: CommandEntry) {
        put(entry.usage)
        endLine()
        put("  ")
        put(entry.summary)
        endLine()
        if entry.details.byteCount > 0 {
            wrapped(entry.details)
        }
        put("  example: ")
        put(entry.example)
        endLine()
    }

    /// Text in lines of at most 76 letters, broken at blanks.
    private mutating func wrapped(_ text: StaticString) {
        var start = 0
        while start < text.byteCount {
            var end = min(start + 76, text.byteCount)
            while end < text.byteCount, end > start + 1, !isBlank(text.byte(at: end)) { end -= 1 }
            put("  ")
            for index in start..<end { put(text.byte(at: index)) }
            endLine()
            start = end
            while start < text.byteCount, isBlank(text.byte(at: start)) { start += 1 }
        }
    }

    mutating func helpReply<Simulation: SimulationVocabulary>(_ topic: CommandName?, in simulation: Simulation.Type) {
        openReply(.help)
        openList("commands")
        for number in 0..<CommandName.count {
            guard let name = CommandName(rawValue: UInt8(number)), name.exists(in: simulation),
                topic == nil || topic == name
            else { continue }
            let entry = name.entry
            openElement()
            field("command", entry.word)
            field("usage", entry.usage)
            field("summary", entry.summary)
            if entry.details.byteCount > 0 { field("details", entry.details) }
            field("example", entry.example)
            closeObject()
        }
        closeList()
        endObjectLine()
    }
}
