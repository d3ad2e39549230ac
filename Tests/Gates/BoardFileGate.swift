import Foundation
import StimulatorCore
import Testing

/// Boards/sim/board.toml is for people; the firmware is compiled with `BoardDescription()`. They must say the same.
enum BoardFile {
    /// The `key = number` lines of a board file. Numbers are whole, may be grouped by underscores, and may be
    /// hexadecimal.
    static func values(_ text: String) -> (values: [String: Int64], errors: [String]) {
        var values: [String: Int64] = [:]
        var errors: [String] = []
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            let entry = line.split(separator: "#", omittingEmptySubsequences: false)[0].trimmingCharacters(
                in: .whitespaces)
            if entry.isEmpty || (entry.hasPrefix("[") && entry.hasSuffix("]")) { continue }
            let parts = entry.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let number = number(parts[1]) else {
                errors.append("line \(index + 1) is not `key = number`: \(line)")
                continue
            }
            if values.updateValue(number, forKey: parts[0]) != nil {
                errors.append("line \(index + 1): \(parts[0]) again")
            }
        }
        return (values, errors)
    }

    private static func number(_ text: String) -> Int64? {
        let digits = text.replacingOccurrences(of: "_", with: "")
        return digits.hasPrefix("0x") ? Int64(digits.dropFirst(2), radix: 16) : Int64(digits)
    }

    /// The description's field that a key stands for: the key without its unit, in Swift's spelling.
    static func field(_ key: String) -> (name: String, scale: Int64)? {
        // Longest first. The scale turns the file's unit into the type's own (nanoseconds for times).
        let units: [(suffix: String, scale: Int64)] = [
            ("_millijoules_per_kelvin", 1), ("_microseconds", 1_000), ("_milliseconds", 1_000_000),
            ("_seconds", 1_000_000_000),
            ("_nanofarads", 1), ("_millivolts", 1), ("_milliwatts", 1), ("_milliamperes", 1), ("_millijoules", 1),
            ("_millicelsius", 1), ("_millihertz", 1), ("_per_mille", 1), ("", 1),
        ]
        guard let unit = units.first(where: { key.hasSuffix($0.suffix) }) else { return nil }
        let words = key.dropLast(unit.suffix.count).split(separator: "_").map(String.init)
        guard let first = words.first else { return nil }
        return (first + words.dropFirst().map(\.capitalized).joined(), unit.scale)
    }

    /// The number of each stored property of a description, by name.
    static func numbers(_ board: BoardDescription) -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        for child in Mirror(reflecting: board).children {
            guard let name = child.label else { continue }
            switch child.value {
            case let number as any BinaryInteger: numbers[name] = Int64(number)
            case let quantity as any Quantity: numbers[name] = Int64(quantity.raw)
            default: numbers[name] = .min
            }
        }
        return numbers
    }

    /// Every difference between a file and a description.
    static func differences(_ text: String, _ board: BoardDescription) -> [String] {
        let (values, errors) = values(text)
        var findings = errors
        var left = numbers(board)
        for (key, value) in values {
            guard let (name, scale) = field(key), let compiled = left.removeValue(forKey: name) else {
                findings.append("\(key) is no value of BoardDescription")
                continue
            }
            if compiled != value * scale { findings.append("\(key) = \(value), compiled: \(compiled) / \(scale)") }
        }
        return findings + left.keys.map { "BoardDescription.\($0) has no line" }
    }
}

@Suite("Gate: board file") struct BoardFileGate {
    @Test("Boards/sim/board.toml says what the firmware is compiled with, value by value") func equal() throws {
        let path = Repository.root.appendingPathComponent("Boards/sim/board.toml")
        let findings = BoardFile.differences(try String(contentsOf: path, encoding: .utf8), BoardDescription())
        #expect(findings.isEmpty, "\(report(findings.sorted()))")
    }

    @Test("planted: a changed, a missing, an unknown and an unreadable value are found") func planted() throws {
        let path = Repository.root.appendingPathComponent("Boards/sim/board.toml")
        let text = try String(contentsOf: path, encoding: .utf8)
        func findings(_ old: String, _ new: String) -> [String] {
            BoardFile.differences(text.replacingOccurrences(of: old, with: new), BoardDescription())
        }
        #expect(findings("= 1_650_000 ", "= 1_650_001 ").count == 1)
        #expect(findings("idle_seconds = 60 ", "# ").count == 1)
        #expect(findings("[coil]", "[coil]\ncolour = 3").count == 1)
        #expect(findings("[coil]", "[coil]\nlease_milliseconds: 3").count == 1)
        #expect(findings("lease_milliseconds", "lease_seconds").count == 1)
    }
}
