import Foundation

/// Just enough of Swift's grammar for the gates: what is code, and where a function begins and ends.
enum SwiftText {
    /// The text with comments and the contents of string literals replaced by spaces. Lines stay where they are.
    static func code(_ text: String) -> String {
        var blanker = Blanker(bytes: Array(text.utf8))
        blanker.run()
        return String(decoding: blanker.bytes, as: UTF8.self)
    }

    /// A function, initialiser, subscript or computed property with a body.
    struct Function: Equatable {
        let line: Int
        let lineCount: Int
    }

    /// Every function with a body in a file of any language the tree has.
    static func functions(in file: SourceFile) -> [Function] {
        switch file.suffix {
        case "swift": functions(inSwift: code(file.text))
        case "c", "h": functions(inC: file.lines)
        case "py": functions(inPython: file.lines)
        default: []
        }
    }

    private static func functions(inSwift code: String) -> [Function] {
        let lines = code.components(separatedBy: "\n")
        var found: [Function] = []
        for (index, line) in lines.enumerated() where opensFunction(line) {
            if let last = lastLine(ofBodyFrom: index, in: lines) {
                found.append(Function(line: index + 1, lineCount: last - index + 1))
            }
        }
        return found
    }

    private static func opensFunction(_ line: String) -> Bool {
        if line.range(of: #"(^|[^.\w])(func |init[(?<]|subscript[(<]|deinit\b)"#, options: .regularExpression) != nil {
            return true
        }
        return line.range(of: #"\bvar \w+ *:[^={]*\{ *$"#, options: .regularExpression) != nil
    }

    /// The line of the brace that closes the body; nil where a declaration has none (a protocol's requirement).
    private static func lastLine(ofBodyFrom first: Int, in lines: [String]) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in first..<lines.count {
            for character in lines[index] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where parentheses == 0 || braces > 0: braces += 1
                case "}" where braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                case "}" where parentheses == 0: return nil
                default: break
                }
            }
            let next = index + 1 < lines.count ? lines[index + 1].trimmingCharacters(in: .whitespaces) : ""
            let goesOn = ["{", "where ", "->", "throws"].contains { next.hasPrefix($0) }
            if parentheses == 0, braces == 0, !goesOn { return nil }
        }
        return nil
    }

    private static func functions(inC lines: [String]) -> [Function] {
        var found: [Function] = []
        var start: Int?
        for (index, line) in lines.enumerated() {
            if line.hasSuffix("{"), line.contains("("), line.first?.isWhitespace == false { start = index }
            if line.hasPrefix("}"), let first = start {
                found.append(Function(line: first + 1, lineCount: index - first + 1))
                start = nil
            }
        }
        return found
    }

    private static func functions(inPython lines: [String]) -> [Function] {
        func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
        var found: [Function] = []
        for (index, line) in lines.enumerated() where line.trimmingCharacters(in: .whitespaces).hasPrefix("def ") {
            var last = index
            for next in (index + 1)..<max(lines.count, index + 1) {
                if lines[next].trimmingCharacters(in: .whitespaces).isEmpty { continue }
                if indent(lines[next]) <= indent(line), !lines[next].hasPrefix(")") { break }
                last = next
            }
            found.append(Function(line: index + 1, lineCount: last - index + 1))
        }
        return found
    }
}
