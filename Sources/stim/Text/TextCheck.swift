import StimulatorCore

/// A mistake in a file for people.
struct FileMistake: Equatable {
    var line: Int
    /// The key, its value where it has one, the rule and what would work.
    var message: String
}

/// Checks a TOML file: finds every mistake in it.
///
/// What a value may be is judged where the firmware's loader judges it. Here is what only a text can have: keys, types, and words that say
/// what is wrong.
protocol TextCheck {
    /// By line; empty for a file that can be compiled.
    var mistakes: [FileMistake] { get set }
    var text: FileText { get }
    /// Paths that a file of this kind may have.
    var known: Set<String> { get set }
    /// Paths of which a mistake was noted.
    var noted: Set<String> { get set }

    /// What files of this kind are called.
    static var fileKind: String { get }
    /// Why a section has no place in this file; nil where no file of this kind has one.
    func whyStrange(section: String) -> String?
    /// True for numbers that people write in base 16.
    func isHexadecimal(_ path: String) -> Bool
}

extension TextCheck {
    /// Notes a mistake at a path's line.
    mutating func note(_ path: String, _ message: String) {
        noted.insert(path)
        mistakes.append(FileMistake(line: text.line(of: path), message: "\(shown(path)): \(message)"))
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

    private mutating func value(_ path: String, _ rule: String) -> FileText.Value? {
        known.insert(path)
        if let value = text.values[path] { return value }
        if text.tables.contains(path) {
            note(path, "a table, where one value belongs: \(rule)")
        } else if !text.unreadable.contains(path) {
            note(path, "missing: \(rule)")
        }
        return nil
    }

    // MARK: Unknown keys

    /// Notes what no file of this kind has: whole sections and tables once, not key by key. Then all mistakes stand by line.
    mutating func noteUnknown() {
        var noted: Set<String> = []
        for path in text.tables.union(text.values.keys).sorted() where !path.isEmpty {
            guard let strange = firstUnknown(path), noted.insert(strange).inserted else { continue }
            guard let end = strange.lastIndex(of: ".") else {
                noteStrange(section: strange)
                continue
            }
            let section = String(strange[..<end])
            let siblings = known.filter { $0.hasPrefix("\(section).") }.map {
                $0.dropFirst(section.count + 1).prefix { $0 != "." }
            }
            let name = String(strange[strange.index(after: end)...])
            note(strange, "no key of [\(section)]\(nearest(name, Set(siblings.map(String.init))))")
        }
        mistakes.sort { ($0.line, $0.message) < ($1.line, $1.message) }
    }

    private mutating func noteStrange(section: String) {
        let why = whyStrange(section: section)
        let sections = Set(known.map { String($0.prefix { $0 != "." && $0 != "[" }) })
        let near = why == nil ? nearest(section, sections) : ""
        let line = text.line(of: text.tables.contains("\(section)[0]") ? "\(section)[0]" : section)
        mistakes.append(
            FileMistake(line: line, message: "[\(section)]: \(why ?? "no section of a \(Self.fileKind)")\(near)"))
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

    /// The path, and the value that stands there.
    private func shown(_ path: String) -> String {
        switch text.values[path] {
        case .number(let number): return "\(path) = \(isHexadecimal(path) ? hexadecimal(number) : String(number))"
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
