/// Takes variables and loops apart, so that what runs is a plain list of lines.
///
///     let level = 60%         a variable: the rest of the line
///     set intensity $level    its value, in any later line
///     repeat 3                the lines up to `end`, three times
///     for rate in 5Hz 10Hz    the lines up to `end`, once for each value
///     end
///
/// Loops may stand in loops. All of it happens before the first line runs: a slip in the last line moves nothing.
struct ScriptExpansion {
    /// A line of the source.
    struct Line: Equatable {
        /// Counted from 1.
        let number: Int
        /// Without comment and outer blanks; not empty.
        let text: String

        var words: [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
    }

    /// More lines than a script can mean: a day of one line a second.
    static let longest = 100_000
    /// Loops in loops.
    static let deepest = 8

    private let source: [Line]
    private var variables: [String: String]
    private var expanded: [Line] = []

    /// The lines that run, in their order, with every variable's value in its place.
    /// - Parameter variables: what holds before the first line.
    static func lines(
        of source: [Line], variables: [String: String] = [:]
    ) throws(Script.Misfit) -> [Line] {
        var expansion = ScriptExpansion(source: source, variables: variables)
        try expansion.run(source.indices, depth: 0)
        return expansion.expanded
    }

    private init(source: [Line], variables: [String: String]) {
        self.source = source
        self.variables = variables
    }

    private mutating func run(_ range: Range<Int>, depth: Int) throws(Script.Misfit) {
        var index = range.lowerBound
        while index < range.upperBound {
            let line = source[index]
            switch line.words[0] {
            case "let":
                try assign(line)
                index += 1
            case "repeat", "for":
                let body = try body(of: index, within: range)
                try loop(line, over: body, depth: depth)
                index = body.upperBound + 1
            case "end": throw slip(line, "end without repeat or for")
            default:
                try keep(line)
                index += 1
            }
        }
    }

    private mutating func keep(_ line: Line) throws(Script.Misfit) {
        guard expanded.count < Self.longest else {
            throw slip(line, "the script runs more than \(Self.longest) lines: repeat less")
        }
        expanded.append(Line(number: line.number, text: try substituted(line)))
    }

    private mutating func assign(_ line: Line) throws(Script.Misfit) {
        let words = line.words
        guard words.count >= 4, words[2] == "=", Self.isName(words[1]) else {
            throw slip(line, "let takes a name and a value, such as let level = 60%")
        }
        let value = try substituted(line)
        // The name and the sign have no variable in them: what follows the first sign is the value.
        variables[words[1]] = String(value[value.index(after: value.firstIndex(of: "=") ?? value.startIndex)...])
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private mutating func loop(_ line: Line, over body: Range<Int>, depth: Int) throws(Script.Misfit) {
        guard depth < Self.deepest else { throw slip(line, "more than \(Self.deepest) loops in each other") }
        let words = Line(number: line.number, text: try substituted(line)).words
        if words[0] == "repeat" {
            guard words.count == 2, let count = Int(words[1]), (1...Self.longest).contains(count) else {
                throw slip(line, "repeat takes a number of times, 1 ... \(Self.longest), such as repeat 3")
            }
            for _ in 0..<count { try run(body, depth: depth + 1) }
        } else {
            guard words.count >= 4, words[2] == "in", Self.isName(words[1]) else {
                throw slip(line, "for takes a name and values, such as for rate in 5Hz 10Hz")
            }
            for value in words[3...] {
                variables[words[1]] = value
                try run(body, depth: depth + 1)
            }
        }
    }

    /// The lines between a loop's first line and its `end`.
    private func body(of start: Int, within range: Range<Int>) throws(Script.Misfit) -> Range<Int> {
        var open = 1
        for index in start + 1..<range.upperBound {
            switch source[index].words[0] {
            case "repeat", "for": open += 1
            case "end":
                guard source[index].words.count == 1 else { throw slip(source[index], "end stands alone") }
                open -= 1
                if open == 0 { return start + 1..<index }
            default: break
            }
        }
        throw slip(source[start], "\(source[start].words[0]) without an end")
    }

    /// The line with the values of its variables: `$name`, or `${name}` where a letter follows.
    private func substituted(_ line: Line) throws(Script.Misfit) -> String {
        var text = ""
        var rest = Substring(line.text)
        while let dollar = rest.firstIndex(of: "$") {
            text += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            if isBraced { rest = rest.dropFirst() }
            let name = String(rest.prefix(while: Self.isOfName))
            rest = rest.dropFirst(name.count)
            if isBraced {
                guard rest.first == "}" else { throw slip(line, "${\(name) without its }") }
                rest = rest.dropFirst()
            }
            guard let value = variables[name] else {
                let known = variables.keys.sorted().map { "$" + $0 }.joined(separator: " ")
                throw slip(line, "no variable $\(name) here; there \(known.isEmpty ? "is none" : "are \(known)")")
            }
            text += value
        }
        return text + rest
    }

    /// A letter, then letters, digits and underscores.
    static func isName(_ word: String) -> Bool {
        word.first.map { $0.isASCII && $0.isLetter } == true && word.allSatisfy(isOfName)
    }

    private static func isOfName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }

    private func slip(_ line: Line, _ message: String) -> Script.Misfit {
        Script.Misfit(number: line.number, message: message)
    }
}
