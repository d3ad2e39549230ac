import BoardFile
import BoardInterface
import Foundation
import StimulatorCore

/// Checks a `board.toml`: finds every mistake in it, and makes the board's image when there is none.
///
/// What a number and a line may be is judged where the loader judges it: `BoardDescription(numbers:misfit:)` and
/// `BoardWiring.judge`. Here is what only a text can have: keys, types, and words that say what is wrong.
struct BoardCheck {
    struct Mistake: Equatable {
        var line: Int
        /// The key, its value where it has one, the rule and what would work.
        var message: String
    }

    /// By line; empty for a board that can be compiled.
    private(set) var mistakes: [Mistake] = []
    /// The board; nil when there are mistakes.
    private(set) var image: BoardImage?

    let text: BoardText
    /// Paths that a file of this kind may have.
    var known: Set<String> = []
    /// Paths of which a mistake was noted.
    private(set) var noted: Set<String> = []

    init(_ source: String) {
        // A line may end as on other systems.
        text = BoardText(source.replacingOccurrences(of: "\r\n", with: "\n"))
        for mistake in text.mistakes { mistakes.append(Mistake(line: mistake.line, message: mistake.message)) }
        guard !text.isUnreadable else { return }
        let kind = readKind()
        let name: FixedText<16>? = readText("board.name", "the board's name, 1 ... 15 plain characters")
        let description = readNumbers()
        var wiring = BoardWiring()
        if kind == .linux { wiring = readWiring() }
        noteUnknown(kind)
        mistakes.sort { ($0.line, $0.message) < ($1.line, $1.message) }
        guard mistakes.isEmpty, let name else { return }
        image = BoardImage(kind: kind, name: name, description: description, wiring: wiring)
    }

    // MARK: Reading

    /// Notes a mistake at a path's line.
    mutating func note(_ path: String, _ message: String) {
        noted.insert(path)
        mistakes.append(Mistake(line: text.line(of: path), message: "\(shown(path)): \(message)"))
    }

    /// The whole number at a path; nil, and a mistake, when there is none. `rule` says what belongs there.
    mutating func readNumber(_ path: String, _ rule: String) -> Int64? {
        switch value(path, rule) {
        case .number(let number): return number
        case .text: note(path, "a string, where a whole number belongs: \(rule)")
        case .other(let what): note(path, "\(what), where a whole number belongs: \(rule)")
        case nil: break
        }
        return nil
    }

    /// The text at a path; nil, and a mistake, when there is none that fits.
    mutating func readText<let capacity: Int>(_ path: String, _ rule: String) -> FixedText<capacity>? {
        switch value(path, rule) {
        case .text(let string):
            if !string.isEmpty, let text = FixedText<capacity>(string.utf8) { return text }
            note(path, "not \(rule)")
        case .number: note(path, "a number, where a string belongs: \(rule)")
        case .other(let what): note(path, "\(what), where a string belongs: \(rule)")
        case nil: break
        }
        return nil
    }

    private mutating func value(_ path: String, _ rule: String) -> BoardText.Value? {
        known.insert(path)
        if let value = text.values[path] { return value }
        if text.tables.contains(path) {
            note(path, "a table, where one value belongs: \(rule)")
        } else if !text.unreadable.contains(path) {
            note(path, "missing: \(rule)")
        }
        return nil
    }

    private mutating func readKind() -> BoardKind {
        let rule = "\"simulated\" or \"linux\""
        if let word: FixedText<16> = readText("board.kind", rule) {
            switch word {
            case FixedText<16>("simulated".utf8): return .simulated
            case FixedText<16>("linux".utf8): return .linux
            default: note("board.kind", "not \(rule)")
            }
        }
        return text.tables.contains("outputs") ? .linux : .simulated
    }

    private mutating func readNumbers() -> BoardDescription {
        var given: [BoardField: Int64] = [:]
        for field in BoardField.all {
            if case .number(let number) = text.values[field.path] { given[field] = number }
        }
        var misfits: [BoardMisfit] = []
        // What is missing is said below: a number that goes well with the others stands for it meanwhile.
        let board = BoardDescription(
            numbers: { field in
                guard let number = given[field] else { return BoardDescription()[field] }
                let (product, overflow) = number.multipliedReportingOverflow(by: field.scale)
                return overflow ? (number < 0 ? .min : .max) : product
            }, misfit: { misfits.append($0) })
        for field in BoardField.all { _ = readNumber(field.path, "a whole number, \(field.range(board))") }
        for misfit in misfits where given[misfit.field] != nil { note(misfit.field.path, misfit.words) }
        noteSharedAddresses(board, given)
        return board
    }

    private mutating func noteSharedAddresses(_ board: BoardDescription, _ given: [BoardField: Int64]) {
        var shared: [(BoardField, BoardField)] = []
        board.sharedAddresses { shared.append(($0, $1)) }
        let taken = Set(BoardField.all.filter(\.isAddress).map { board[$0] })
        for (one, other) in shared where given[one] == board[one] && given[other] == board[other] {
            let bounds = board.bounds(of: other)
            let free = (bounds.least...bounds.most).filter { !taken.contains($0) }.map(hexadecimal)
            let works =
                free.isEmpty
                ? "one of the two must move" : "\(free.joined(separator: ", ")) \(free.count == 1 ? "is" : "are") free"
            note(other.path, "the address of \(one.key) too, and each part on the bus has its own: \(works)")
        }
    }

    // MARK: Unknown keys

    /// Notes what no file of this kind has: whole sections and tables once, not key by key.
    private mutating func noteUnknown(_ kind: BoardKind) {
        var noted: Set<String> = []
        for path in text.tables.union(text.values.keys).sorted() where !path.isEmpty {
            guard let strange = firstUnknown(path), noted.insert(strange).inserted else { continue }
            guard let end = strange.lastIndex(of: ".") else {
                let isWiring = kind == .simulated && BoardCheck.wiringSections.contains(strange)
                let why = isWiring ? "a simulated board has no such section" : "no section of a board file"
                let near =
                    isWiring ? "" : nearest(strange, Set(known.map { String($0.prefix { $0 != "." && $0 != "[" }) }))
                let line = text.line(of: text.tables.contains("\(strange)[0]") ? "\(strange)[0]" : strange)
                mistakes.append(Mistake(line: line, message: "[\(strange)]: \(why)\(near)"))
                continue
            }
            let section = String(strange[..<end])
            let siblings = known.filter { $0.hasPrefix("\(section).") }.map {
                $0.dropFirst(section.count + 1).prefix { $0 != "." }
            }
            let name = String(strange[strange.index(after: end)...])
            note(strange, "no key of [\(section)]\(nearest(name, Set(siblings.map(String.init))))")
        }
    }

    /// The beginning of a path that no file has; nil where all of it is known, or stands where one value belongs.
    private func firstUnknown(_ path: String) -> String? {
        var begin = ""
        for part in path.split(separator: ".") {
            // Of a list of tables the name is the section.
            let isSection = begin.isEmpty
            begin += isSection ? "\(part)" : ".\(part)"
            if known.contains(begin) { return nil }
            let section = isSection ? String(begin.prefix { $0 != "[" }) : begin
            let isKnown = known.contains {
                $0.hasPrefix("\(begin).") || $0.hasPrefix("\(section).") || $0.hasPrefix("\(section)[")
            }
            if !isKnown { return section }
        }
        return nil
    }

    static let wiringSections: Set = ["outputs", "inputs", "lines", "bus", "watchdog", "serial", "cpu"]

    /// The path, and the value that stands there.
    private func shown(_ path: String) -> String {
        switch text.values[path] {
        case .number(let number):
            let isAddress = path.hasPrefix("addresses.")
            return "\(path) = \(isAddress ? hexadecimal(number) : String(number))"
        case .text(let string): return "\(path) = \"\(string)\""
        case .other, nil: return path
        }
    }
}

/// `; did you mean ...?` for a word that is close to one of the words.
func nearest(_ word: String, _ words: Set<String>) -> String {
    let best = words.sorted().map { (distance(word, $0), $0) }.min { $0.0 < $1.0 }
    guard let best, best.0 <= max(2, word.count / 4) else { return "" }
    return "; did you mean \(best.1)?"
}

/// How many letters must be put in, taken out or changed to make one word of the other.
private func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one), Array(other))
    var row = Array(0...other.count)
    for (index, letter) in one.enumerated() {
        var corner = row[0]
        row[0] = index + 1
        for (column, wanted) in other.enumerated() {
            let change = corner + (letter == wanted ? 0 : 1)
            corner = row[column + 1]
            row[column + 1] = min(change, row[column] + 1, corner + 1)
        }
    }
    return row[other.count]
}

func hexadecimal(_ number: Int64) -> String {
    number < 0 ? String(number) : "0x" + String(number, radix: 16, uppercase: true)
}
