import StimulatorCore

/// What TAB does: the words that may stand at the cursor and begin with what is written there.
struct Completion<Simulation: SimulationVocabulary> {
    /// How many words fit.
    private(set) var count = 0
    /// The word written so far.
    private(set) var begun = WordRange.missing
    /// How many letters of `first` all fitting words have in common.
    private(set) var common = 0
    private(set) var first: StaticString = ""
    private let kind: WordKind?
    private let line: LineBuffer

    /// Looks at the line up to the cursor.
    init(_ line: LineBuffer, cursor: Int) {
        self.line = line
        let words = WordList(line, upTo: cursor)
        let startsWord = cursor == 0 || isBlank(line.bytes[cursor - 1])
        let number = startsWord ? words.count : words.count - 1
        begun = startsWord ? WordRange(start: cursor, end: cursor) : words[number]
        kind = Vocabulary<Simulation>.kind(ofWord: number, words: words, in: line)
        guard let kind else { return }
        for index in 0..<Vocabulary<Simulation>.count(of: kind) {
            guard let word = candidate(at: index) else { continue }
            common = count == 0 ? word.byteCount : Completion.commonLength(first, word, upTo: common)
            if count == 0 { first = word }
            count += 1
        }
    }

    /// How many indices `candidate` has.
    var indexCount: Int { kind.map { Vocabulary<Simulation>.count(of: $0) } ?? 0 }

    /// The word of an index, where it fits.
    func candidate(at index: Int) -> StaticString? {
        guard let kind, let word = Vocabulary<Simulation>.word(of: kind, at: index), line.isPrefix(begun, of: word)
        else { return nil }
        return word
    }

    private static func commonLength(_ first: StaticString, _ second: StaticString, upTo limit: Int) -> Int {
        var length = 0
        while length < min(limit, second.byteCount), first.byte(at: length) == second.byte(at: length) { length += 1 }
        return length
    }
}
