import Foundation
import TOMLKit

/// What a TOML file says, value by value, each with its line.
struct FileText {
    enum Value {
        case number(Int64)
        case text(String)
        /// What it is, where neither a whole number nor a text belongs.
        case other(String)
    }

    /// Every value by its path: `limits.idle_seconds`, `outputs.charge.line`, `serial[0].baud`.
    private(set) var values: [String: Value] = [:]
    /// The paths of all tables.
    private(set) var tables: Set<String> = []
    /// What is not TOML, or given twice.
    private(set) var mistakes: [FileMistake] = []
    /// Keys on lines that are not TOML: given, though nobody knows what.
    private(set) var unreadable: Set<String> = []
    private let places: FilePlaces

    /// Reads as much as can be read: a line that is not TOML is noted and left out.
    init(_ source: String) {
        // A line may end as on other systems.
        let text = source.replacingOccurrences(of: "\r\n", with: "\n")
        places = FilePlaces(text)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while true {
            do {
                add(try TOMLTable(string: lines.joined(separator: "\n")), "")
                return
            } catch let error as TOMLParseError {
                // The parser may have seen the mistake only at the beginning of a later line.
                var index = min(max(error.source.begin.line - 1, 0), lines.count - 1)
                while index > 0, isBlank(lines[index]) { index -= 1 }
                let isFirst = !mistakes.contains { $0.line == index + 1 }
                if isFirst { mistakes.append(FileMistake(line: index + 1, message: "not TOML: \(error.description)")) }
                // Without its head a section's keys would be taken for another's.
                if isBlank(lines[index]) || lines[index].drop(while: { $0 == " " }).hasPrefix("[") { return }
                unreadable.formUnion(places.paths(onLine: index + 1))
                lines[index] = ""
            } catch {
                mistakes.append(FileMistake(line: 1, message: "not TOML: \(error)"))
                return
            }
        }
    }

    /// True when mistakes hide what the rest of the file says.
    var isUnreadable: Bool { values.isEmpty && !mistakes.isEmpty }

    /// The line of a path, or of the nearest table around it; 1 where there is none.
    func line(of path: String) -> Int { places.line(of: path) }

    private func isBlank(_ line: String) -> Bool {
        let rest = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        return rest.isEmpty || rest.hasPrefix("#")
    }

    private mutating func add(_ table: TOMLTable, _ path: String) {
        tables.insert(path)
        for key in table.keys {
            if let value = table[key] { add(value, path.isEmpty ? key : "\(path).\(key)") }
        }
    }

    private mutating func add(_ value: any TOMLValueConvertible, _ path: String) {
        if let table = value.table { return add(table, path) }
        if let array = value.array, !array.isEmpty, array.allSatisfy({ $0.table != nil }) {
            for (index, element) in array.enumerated() { add(element, "\(path)[\(index)]") }
            return
        }
        // `int` and `string` convert: the type says what was written.
        switch value.type {
        case .int: values[path] = value.int.map { .number(Int64($0)) } ?? .other("an integer")
        case .string: values[path] = value.string.map { .text($0) } ?? .other("a string")
        case .double: values[path] = .other("a number with a fraction")
        case .bool: values[path] = .other("a boolean")
        case .array: values[path] = .other("a list")
        default: values[path] = .other("a date or a time")
        }
    }
}

/// The lines of a TOML text's keys. The parser gives none: the text is searched for sections and keys.
private struct FilePlaces {
    private var lines: [String: Int] = [:]

    init(_ text: String) {
        var section = ""
        var counts: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("[[") {
                let name = String(line.dropFirst(2).prefix { $0 != "]" })
                section = "\(name)[\(counts[name, default: 0])]"
                counts[name, default: 0] += 1
            } else if line.hasPrefix("[") {
                section = String(line.dropFirst().prefix { $0 != "]" })
            } else {
                guard !line.hasPrefix("#"), let key = line.split(separator: "=", maxSplits: 1).first,
                    key.count < line.count
                else { continue }
                let name = key.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
                note(section.isEmpty ? name : "\(section).\(name)", index + 1)
                continue
            }
            note(section, index + 1)
        }
    }

    private mutating func note(_ path: String, _ line: Int) { if lines[path] == nil { lines[path] = line } }

    func paths(onLine line: Int) -> [String] { lines.filter { $0.value == line }.map(\.key) }

    func line(of path: String) -> Int {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            guard let end = path.lastIndex(of: ".") else { break }
            path = String(path[..<end])
        }
        return 1
    }
}
