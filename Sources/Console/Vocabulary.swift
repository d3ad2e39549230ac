import StimulatorCore

/// What kinds of word a command line has; each has a closed list that the grammar, completion and corrections read.
enum WordKind: BitwiseCopyable, Hashable {
    case command
    case pattern
    case settable
    case onOff
    case outputMode
    case controlWish
    case role
    case trip
    case input
    case component
    /// The ways in which a component may fail.
    case failure(component: Int)
    case forWord
    case sessionAction, profile, thresholdAction, procedure, startOption, setOption, statedMethod, clockAction
    case subjectAction
    case protocolAction
    /// A protocol of the library: no closed list, only completion reads it.
    case protocolName
    case protocolOption
    case updateVerb
}

/// The lists of words.
enum Vocabulary<Simulation: SimulationVocabulary> {
    /// How many indices a kind has; `word` is nil at those that do not exist here.
    static func count(of kind: WordKind) -> Int {
        switch kind {
        case .command, .pattern: CommandName.count
        case .protocolName: 0
        case .settable, .forWord: 1
        case .onOff, .outputMode, .controlWish: 2
        case .protocolAction, .protocolOption: 3
        case .startOption, .setOption, .statedMethod, .clockAction, .subjectAction: 2
        case .sessionAction: 3
        case .profile: SessionProfile.count
        case .thresholdAction: 5
        case .procedure: 4
        case .updateVerb: UpdateRequest.verbCount
        case .trip: Trip.count
        case .role: Role.count
        case .input: Simulation.inputCount
        case .component: Simulation.componentCount
        case .failure: Simulation.modeCount
        }
    }

    static func word(of kind: WordKind, at index: Int) -> StaticString? {
        switch kind {
        case .command:
            guard let name = CommandName(rawValue: UInt8(clamping: index)), name.exists(in: Simulation.self)
            else { return nil }
            return name.word
        case .pattern:
            guard let name = CommandName(rawValue: UInt8(clamping: index)), name.isPattern else { return nil }
            return name.word
        case .settable: return "intensity"
        case .forWord: return "for"
        case .protocolAction: return index == 0 ? "list" : index == 1 ? "show" : "load"
        case .protocolOption: return index == 0 ? "at" : index == 1 ? "threshold" : "seed"
        case .protocolName: return nil
        case .updateVerb: return UpdateRequest.verb(index)
        case .onOff: return index == 0 ? "on" : "off"
        case .outputMode: return index == 0 ? "human" : "json"
        case .controlWish: return index == 0 ? "take" : "release"
        case .role: return Role(rawValue: UInt8(clamping: index))?.name
        case .trip: return Trip(rawValue: UInt8(clamping: index))?.name
        case .input: return Simulation.inputName(index)
        case .component: return Simulation.componentName(index)
        case .sessionAction: return SubjectWords.sessionAction(index)
        case .profile: return SessionProfile(rawValue: UInt8(clamping: index))?.name
        case .thresholdAction: return SubjectWords.thresholdAction(index)
        case .procedure: return SubjectWords.procedure(index).name
        case .startOption: return SubjectWords.startOption(index)
        case .setOption: return SubjectWords.setOption(index)
        case .statedMethod: return SubjectWords.statedMethod(index).name
        case .clockAction: return SubjectWords.clockAction(index)
        case .subjectAction: return SubjectWords.subjectAction(index)
        case .failure(let component):
            return Simulation.isValid(component: component, mode: index) ? Simulation.modeName(index) : nil
        }
    }

    /// The index of a word that is in the list.
    static func index(of word: WordRange, in line: LineBuffer, kind: WordKind) -> Int? {
        for index in 0..<count(of: kind) {
            if let candidate = self.word(of: kind, at: index), line.matches(word, candidate) { return index }
        }
        return nil
    }

    /// The word of the list that is most like the one given; nil where none is alike.
    static func nearest(to word: WordRange, in line: LineBuffer, kind: WordKind) -> StaticString? {
        var best: StaticString?
        var bestDistance = max(2, word.count / 3) + 1
        for index in 0..<count(of: kind) {
            guard let candidate = self.word(of: kind, at: index) else { continue }
            // A word that was begun rightly, or says too much, is nearer than one that merely looks alike.
            let begun = word.count >= 2 && (line.isPrefix(word, of: candidate) || line.begins(word, with: candidate))
            // Words differ by at least what their lengths differ by.
            guard begun || abs(candidate.byteCount - word.count) < bestDistance,
                let distance = begun ? 0 : line.distance(word, to: candidate), distance < bestDistance,
                distance < word.count
            else { continue }
            best = candidate
            bestDistance = distance
        }
        return best
    }

    /// What may stand at word `number` (0 is the command itself), for completion; nil where nothing can be listed.
    static func kind(ofWord number: Int, words: WordList, in line: LineBuffer) -> WordKind? {
        if number == 0 { return .command }
        guard let index = index(of: words[0], in: line, kind: .command),
            let name = CommandName(rawValue: UInt8(clamping: index))
        else { return nil }
        switch (name, number) {
        case (.help, 1): return .command
        case (.set, 1): return .settable
        case (.check, 1): return .pattern
        case (.clear, 1): return .trip
        case (.watch, 1), (.operate, 2): return .onOff
        case (.mode, 1): return .outputMode
        case (.control, 1): return .controlWish
        case (.role, 1): return .role
        case (.update, 1): return .updateVerb
        case (.operate, 1): return .input
        case (.inject, 1): return .component
        case (.inject, 2): return self.index(of: words[1], in: line, kind: .component).map { .failure(component: $0) }
        case (.inject, 3): return .forWord
        case (.protocol, 1): return .protocolAction
        case (.protocol, 2): return line.matches(words[1], "list") ? nil : .protocolName
        case (.protocol, 3): return line.matches(words[1], "load") ? .protocolOption : nil
        case (.session, 1): return .sessionAction
        case (.session, 3): return .profile
        case (.threshold, 1): return .thresholdAction
        case (.threshold, 2): return line.matches(words[1], "start") ? .procedure : nil
        case (.clock, 1): return .clockAction
        case (.subject, 1): return .subjectAction
        default: return nil
        }
    }
}
