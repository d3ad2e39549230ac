import StimulatorCore

/// What TAB does: the words that may stand at the cursor and begin with what is written there.
struct Completion<Simulation: SimulationVocabulary> {
    /// A word that may be put in; the longest has 26 letters.
    typealias Word = FixedText<32>

    /// How many words fit.
    private(set) var count = 0
    /// The word written so far.
    private(set) var begun = WordRange.missing
    /// How many letters of `first` all fitting words have in common.
    private(set) var common = 0
    private(set) var first = Word()
    private let kind: WordKind?
    private let line: LineBuffer
    private let library: ProtocolLibrary

    /// Looks at the line up to the cursor.
    /// - Parameter library: whose protocols can be named.
    init(_ line: LineBuffer, cursor: Int, library: ProtocolLibrary) {
        self.line = line
        self.library = library
        let words = WordList(line, upTo: cursor)
        let startsWord = cursor == 0 || isBlank(line.bytes[cursor - 1])
        let number = startsWord ? words.count : words.count - 1
        begun = startsWord ? WordRange(start: cursor, end: cursor) : words[number]
        kind = Vocabulary<Simulation>.kind(ofWord: number, words: words, in: line)
        for index in 0..<indexCount {
            guard let word = candidate(at: index) else { continue }
            common = count == 0 ? word.count : Completion.commonLength(first, word, upTo: common)
            if count == 0 { first = word }
            count += 1
        }
    }

    /// How many indices `candidate` has.
    var indexCount: Int {
        switch kind {
        case nil: 0
        case .protocolName?: library.count
        case let kind?: Vocabulary<Simulation>.count(of: kind)
        }
    }

    /// The word of an index, where it fits.
    func candidate(at index: Int) -> Word? {
        guard let word = word(at: index), line.isPrefix(begun, of: word) else { return nil }
        return word
    }

    private func word(at index: Int) -> Word? {
        var word = Word()
        switch kind {
        case nil: return nil
        case .protocolName?:
            let name = library[index].name
            for place in 0..<name.count { _ = word.append(name[place]) }
        case let kind?:
            guard let text = Vocabulary<Simulation>.word(of: kind, at: index) else { return nil }
            for place in 0..<text.byteCount { _ = word.append(text.byte(at: place)) }
        }
        return word
    }

    private static func commonLength(_ first: Word, _ second: Word, upTo limit: Int) -> Int {
        var length = 0
        while length < min(limit, second.count), first[length] == second[length] { length += 1 }
        return length
    }
}
