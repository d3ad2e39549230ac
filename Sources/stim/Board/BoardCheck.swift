import BoardFile
import BoardInterface
import Foundation
import StimulatorCore

/// Checks a `board.toml`: finds every mistake in it, and makes the board's image when there is none.
///
/// What a number and a line may be is judged where the loader judges it: `BoardDescription(numbers:misfit:)` and
/// `BoardWiring.judge`. Here is what only a text can have: keys, types, and words that say what is wrong.
struct BoardCheck: TextCheck {
    var mistakes: [FileMistake] = []
    /// The board; nil when there are mistakes.
    private(set) var image: BoardImage?

    let text: FileText
    var known: Set<String> = []
    var noted: Set<String> = []
    private var kind = BoardKind.simulated

    init(_ source: String) {
        text = FileText(source)
        mistakes = text.mistakes
        guard !text.isUnreadable else { return }
        kind = readKind()
        let name: FixedText<16>? = readText("board.name", "the board's name, 1 ... 15 plain characters")
        let allowsWire = readWireEmulation()
        let description = readNumbers()
        var wiring = BoardWiring()
        if kind == .linux { wiring = readWiring() }
        noteUnknown()
        guard mistakes.isEmpty, let name else { return }
        image = BoardImage(
            kind: kind, name: name, description: description, wiring: wiring, allowsWire: allowsWire)
    }

    // MARK: Reading

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

    /// Off where the file does not say.
    private mutating func readWireEmulation() -> Bool {
        let path = "board.wire_emulation"
        known.insert(path)
        guard text.values[path] != nil || text.tables.contains(path) else { return false }
        let rule = "\"on\" or \"off\""
        guard let word: FixedText<16> = readText(path, rule) else { return false }
        if word == FixedText("on".utf8) { return true }
        if word != FixedText("off".utf8) { note(path, "not \(rule)") }
        return false
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

    func whyStrange(section: String) -> String? {
        kind == .simulated && BoardCheck.wiringSections.contains(section)
            ? "a simulated board has no such section" : nil
    }

    static let fileKind = "board file"

    func isHexadecimal(_ path: String) -> Bool { path.hasPrefix("addresses.") }

    static let wiringSections: Set = ["outputs", "inputs", "lines", "bus", "watchdog", "serial", "cpu"]
}
