import StimulatorCore

/// What was loaded, to be told.
struct LoadedTelling {
    var entry: StimulationProtocol
    var part: PerMille
    /// Nil where no threshold is known.
    var basis: MotorThreshold?
    var intensity: PerMille
    var steps: PulseSteps?
}

/// The protocol library, for people.
extension LineOutput {
    mutating func protocolList(_ library: ProtocolLibrary) {
        if let fault = library.fault {
            put("no protocols: the library cannot be used, ")
            put(fault.text)
            endLine()
            return
        }
        for index in 0..<library.count {
            let entry = library[index]
            let start = lineLength
            put(entry.name)
            pad(to: 17, from: start)
            put(entry.summary)
            endLine()
        }
        put(Int64(library.count))
        put(library.count == 1 ? " protocol, library " : " protocols, library ")
        hexadecimal(library.hash)
        endLine()
    }

    mutating func protocolText(_ entry: StimulationProtocol, subject: SubjectContext) {
        put(entry.name)
        put(": ")
        put(entry.summary)
        endLine()
        put("  pattern    ")
        pattern(entry.pattern)
        mark(.pattern, of: entry)
        endLine()
        if entry.hasSteps { stepsLine(entry) }
        put("  intensity  ")
        put(entry.least)
        if entry.most > entry.least {
            put(" to ")
            put(entry.most)
        }
        put(" ")
        put(entry.basis.symbol)
        if let kind = entry.basis.threshold, let threshold = subject.threshold(kind) {
            put(" = ")
            put(threshold.output(for: entry.least))
            put(" to ")
            put(threshold.output(for: entry.most))
            put(" of maximum output")
        }
        mark(.intensity, of: entry)
        endLine()
        put("  evidence   ")
        put(entry.evidence.name)
        mark(.evidence, of: entry)
        endLine()
        put("             ")
        put(entry.evidenceText)
        endLine()
        put("  source     ")
        put(entry.citation)
        endLine()
        put("  cool-down  ")
        if entry.cooldown > .zero { put(entry.cooldown) } else { put("none") }
        mark(.cooldown, of: entry)
        endLine()
    }

    private mutating func mark(_ part: Unconfirmed, of entry: StimulationProtocol) {
        if entry.isUnconfirmed(part) { put(" (unconfirmed)") }
    }

    private mutating func stepsLine(_ entry: StimulationProtocol) {
        put("  steps      ")
        for index in 0..<Int(entry.stepCount) {
            if index > 0 { put(" ") }
            put(entry.parts[index])
        }
        put(entry.isShuffled ? ", in random order, " : ", ")
        put(Int64(entry.rounds))
        put(entry.rounds == 1 ? " round, " : " rounds, ")
        pauses(entry.waitLeast, entry.waitMost)
        endLine()
    }

    private mutating func pauses(_ least: Nanoseconds, _ most: Nanoseconds) {
        put("pauses of ")
        put(least)
        if most > least {
            put(" to ")
            put(most)
        }
    }

    /// A pattern's levels, innermost first.
    mutating func pattern(_ pattern: PulsePattern) {
        put(Int64(pattern.levels[0].count), in: .pulses)
        for index in 0..<4 where pattern.levels[index].count > 1 {
            let level = pattern.levels[index]
            if index > 0 {
                put(" x ")
                put(Int64(level.count))
            }
            put(" every ")
            put(level.interval)
        }
        guard pattern.levels[1].count > 1 || pattern.levels[2].count > 1 || pattern.levels[3].count > 1 else { return }
        put(" = ")
        put(Int64(pattern.pulseCount), in: .pulses)
    }

    mutating func loadedText(_ told: LoadedTelling) {
        put("loaded ")
        put(told.entry.name)
        put(": ")
        if let steps = told.steps {
            put(Int64(steps.total))
            put(" steps at ")
            for index in 0..<Int(steps.count) {
                if index > 0 { put(" ") }
                put(steps.intensities[index])
            }
            put(", seed ")
            put(steps.seed)
        } else {
            put(told.part)
            put(" ")
            put(told.entry.basis.symbol)
            if told.basis == nil {
                put(" cannot be set, no motor threshold is known: the intensity stays ")
            } else {
                put(" = ")
            }
            put(told.intensity)
        }
        endLine()
    }

    /// The reason that there is no protocol of a name.
    mutating func whyUnknown(_ name: ProtocolName) {
        put("no protocol is called ")
        put(name)
    }
}

/// The protocol library, as JSON.
extension LineOutput {
    mutating func protocolListReply(_ library: ProtocolLibrary) {
        openReply(.protocol)
        field("action", "list")
        key("library")
        quote()
        hexadecimal(library.hash)
        quote()
        if let fault = library.fault { field("fault", fault.text) }
        openList("protocols")
        for index in 0..<library.count {
            let entry = library[index]
            openElement()
            field("name", entry.name)
            field("summary", entry.summary)
            field("pulses", entry.pulseCount)
            closeObject()
        }
        closeList()
        endObjectLine()
    }

    mutating func protocolReply(_ entry: StimulationProtocol, _ action: StaticString, _ told: LoadedTelling?) {
        openReply(.protocol)
        field("action", action)
        field("name", entry.name)
        if let told {
            loadedFields(told)
        } else {
            protocolFields(entry)
        }
        endObjectLine()
    }

    private mutating func loadedFields(_ told: LoadedTelling) {
        field("partPermille", Int64(told.part.raw))
        field("basis", told.entry.basis.name)
        field("basisKnown", told.basis != nil)
        if let steps = told.steps {
            field("steps", steps.total)
            field("seed", steps.seed)
            openList("intensitiesPermille")
            for index in 0..<Int(steps.count) {
                separate()
                put(Int64(steps.intensities[index].raw))
            }
            closeList()
        } else {
            field("intensityPermille", Int64(told.intensity.raw))
        }
    }

    private mutating func protocolFields(_ entry: StimulationProtocol) {
        field("summary", entry.summary)
        field("pulses", entry.pulseCount)
        patternFields(entry.pattern)
        field("basis", entry.basis.name)
        field("leastPermille", Int64(entry.least.raw))
        field("usualPermille", Int64(entry.usual.raw))
        field("mostPermille", Int64(entry.most.raw))
        if entry.hasSteps {
            openList("stepsPermille")
            for index in 0..<Int(entry.stepCount) {
                separate()
                put(Int64(entry.parts[index].raw))
            }
            closeList()
            field("rounds", Int64(entry.rounds))
            field("shuffled", entry.isShuffled)
            field("waitLeastNs", entry.waitLeast.raw)
            field("waitMostNs", entry.waitMost.raw)
        }
        field("evidence", entry.evidence.name)
        field("evidenceText", entry.evidenceText)
        field("citation", entry.citation)
        field("cooldownNs", entry.cooldown.raw)
        openList("unconfirmed")
        for raw in 0..<UInt8(Unconfirmed.count) {
            if let part = Unconfirmed(rawValue: raw), entry.isUnconfirmed(part) { element(part.name) }
        }
        closeList()
    }

    /// A pattern's levels, innermost first.
    mutating func patternFields(_ pattern: PulsePattern) {
        openList("levels")
        for index in 0..<4 where pattern.levels[index].count > 1 {
            openElement()
            field("count", pattern.levels[index].count)
            field("intervalNs", pattern.levels[index].interval.raw)
            closeObject()
        }
        closeList()
    }

    mutating func field<let capacity: Int>(_ name: StaticString, _ text: FixedText<capacity>) {
        key(name)
        openString()
        for index in 0..<text.count { put(text[index]) }
        quote()
    }
}
