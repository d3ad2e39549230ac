import Console
import StimulatorCore

/// Something that a run may come upon and a script may expect.
enum Incident: Hashable, CustomStringConvertible {
    case refusal(RefusalRule)
    case trip(Trip)

    var description: String {
        switch self {
        case .refusal(let rule): "refusal \(rule.name)"
        case .trip(let trip): "trip \(trip.name)"
        }
    }
}

/// A script of `stim run`: shell lines, and between them
///
///     wait 5s              time passes: a number and us, ms, s, min or h
///     wait ready           until the board is in this state, at most 60 s
///     expect refusal NAME  this was refused since the last expectation, or the start
///     expect trip NAME     this tripped
///     connect local        somebody comes through a local socket (or tcp), and gets the first channel that is free: local-1, ...
///     local-1: LINE        this shell line on that channel
///     leave local-1        the channel goes down
///     # a comment          also at the end of a line
///
/// Variables and loops are `ScriptExpansion`'s.
struct Script: Equatable {
    enum Statement: Equatable {
        case shell(String, channel: Int)
        case connect(ChannelName.Kind)
        case leave(channel: Int)
        case wait(Nanoseconds)
        case waitState(StimulatorState)
        case expect(Incident)
    }

    struct Line: Equatable {
        /// Counted from 1.
        let number: Int
        /// Without comment and outer blanks, with the values of its variables.
        let text: String
        let statement: Statement
    }

    /// A line that is neither of these.
    struct Misfit: Error, Equatable {
        let number: Int
        let message: String
    }

    private(set) var lines: [Line] = []

    /// Reads a whole script, so that a slip in its last line shows before its first line runs.
    /// - Parameter variables: what holds before the first line.
    init(_ bytes: some Collection<UInt8>, variables: [String: String] = [:]) throws(Misfit) {
        var number = 0
        var source: [ScriptExpansion.Line] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let text = Script.bare(String(decoding: line, as: UTF8.self))
            if !text.isEmpty { source.append(ScriptExpansion.Line(number: number, text: text)) }
        }
        for line in try ScriptExpansion.lines(of: source, variables: variables) {
            do {
                lines.append(Line(number: line.number, text: line.text, statement: try Script.statement(line.text)))
            } catch {
                throw Misfit(number: line.number, message: error.message)
            }
        }
    }

    private struct Slip: Error { let message: String }

    /// The text without its comment and outer blanks.
    private static func bare(_ text: String) -> String {
        var afterBlank = true
        var kept = ""
        for character in text {
            if character == "#" && afterBlank { break }
            afterBlank = character.isWhitespace
            kept.append(character)
        }
        while kept.last?.isWhitespace == true { kept.removeLast() }
        return String(kept.drop(while: \.isWhitespace))
    }

    private static func statement(_ text: String) throws(Slip) -> Statement {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        switch words[0] {
        case "wait":
            guard words.count == 2 else { throw Slip(message: "wait takes one duration or state, such as wait 5s") }
            return try wait(words[1])
        case "expect":
            guard words.count == 3 else {
                throw Slip(message: "expect takes a kind and a name, such as expect trip tickLate")
            }
            return .expect(try incident(words[1], words[2]))
        case "connect":
            guard words.count == 2, let kind = kinds.first(where: { $0.word == words[1] })?.kind else {
                throw Slip(message: "connect takes local or tcp")
            }
            return .connect(kind)
        case "leave":
            guard words.count == 2, let channel = channel(words[1]) else {
                throw Slip(message: "leave takes a channel, such as local-1")
            }
            return .leave(channel: channel)
        default:
            guard words[0].hasSuffix(":"), let channel = channel(String(words[0].dropLast())) else {
                return .shell(text, channel: ChannelNumber.line)
            }
            return .shell(bare(String(text.dropFirst(words[0].count))), channel: channel)
        }
    }

    private static let kinds: [(word: String, kind: ChannelName.Kind)] = [("local", .local), ("tcp", .tcp)]

    /// The number of a channel that sockets take, by its name.
    private static func channel(_ name: String) -> Int? {
        let parts = name.split(separator: "-")
        guard parts.count == 2, kinds.contains(where: { $0.word == parts[0] }), let number = Int(parts[1]),
            number > ChannelNumber.line, number < ChannelNumber.shells
        else { return nil }
        return number
    }

    private static func wait(_ word: String) throws(Slip) -> Statement {
        if let state = all(StimulatorState.count, StimulatorState.init(rawValue:)).first(where: { "\($0.name)" == word }
        ) {
            return .waitState(state)
        }
        guard let time = duration(word) else {
            throw Slip(message: "wait \(word): neither a duration (5s, 1.5s, 250ms, 2min; at most 24h) nor a state")
        }
        return .wait(time)
    }

    private static func incident(_ kind: String, _ name: String) throws(Slip) -> Incident {
        switch kind {
        case "refusal":
            let rules = all(RefusalRule.count, RefusalRule.init(rawValue:))
            if let rule = rules.first(where: { "\($0.name)" == name }) { return .refusal(rule) }
            throw Slip(message: "no refusal \(name); there are \(rules.map { "\($0.name)" }.joined(separator: " "))")
        case "trip":
            let trips = all(Trip.count, Trip.init(rawValue:))
            if let trip = trips.first(where: { "\($0.name)" == name }) { return .trip(trip) }
            throw Slip(message: "no trip \(name); there are \(trips.map { "\($0.name)" }.joined(separator: " "))")
        default: throw Slip(message: "expect \(kind): only a refusal or a trip can be expected")
        }
    }

    /// A number with at most nine decimals, and its unit; nil for anything else and above 24 h.
    private static func duration(_ word: String) -> Nanoseconds? {
        let units: KeyValuePairs<String, Int64> = [
            "us": 1_000, "ms": 1_000_000, "min": 60_000_000_000, "s": 1_000_000_000, "h": 3_600_000_000_000,
        ]
        guard let (unit, scale) = units.first(where: { word.hasSuffix($0.key) }) else { return nil }
        let parts = word.dropLast(unit.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            let whole = Int64(parts[0]), whole <= 24 * 3_600_000_000
        else { return nil }
        var (time, overflow) = whole.multipliedReportingOverflow(by: scale)
        if parts.count == 2 {
            guard parts[1].utf8.count <= 9, let digits = Int64(parts[1]) else { return nil }
            let divisor = (0..<parts[1].utf8.count).reduce(Int64(1)) { power, _ in power * 10 }
            // The product stays below 10^9 * 3.6 * 10^12: through a wider type.
            time += Int64(Int128(digits) * Int128(scale) / Int128(divisor))
        }
        overflow = overflow || time > 24 * 3_600_000_000_000
        return overflow ? nil : Nanoseconds(time)
    }
}
