import StimulatorCore

/// What the grammar expects at a place of a line.
enum Expected: UInt8, BitwiseCopyable, Hashable {
    case command, settable, intensity, voltage, rate, count, time, repeats, every, pattern, trip, onOff, outputMode,
        controlWish
    case input, component, failure, forWord, updateVerb, offset, base64, check, nothing
    case sessionAction, subjectCode, profile, thresholdAction, procedure, startOption, setOption, statedMethod, remark,
        rating
    case clockAction, moment, subjectAction
    case protocolAction, protocolOption, protocolName, reason

    var text: StaticString {
        switch self {
        case .command: "a command"
        case .settable: "the word intensity"
        case .intensity: "an intensity such as 60%"
        case .voltage: "a voltage such as 990 V"
        case .rate: "a rate such as 10Hz"
        case .count: "a whole number"
        case .time: "a time with its unit, such as 10s or 50ms"
        case .repeats: "the word x"
        case .every: "the word every"
        case .pattern: "a pattern such as train 10Hz 50"
        case .trip: "a trip"
        case .onOff: "on or off"
        case .protocolAction: "list, show or load"
        case .protocolOption: "at, threshold or seed"
        case .protocolName: "a protocol's name"
        case .reason: "a reason of at most 200 bytes"
        case .outputMode: "human or json"
        case .controlWish: "take or release"
        case .input: "an input"
        case .component: "a component"
        case .failure: "a way in which this component fails"
        case .forWord: "the word for"
        case .updateVerb: "begin, data, end, abort or status"
        case .offset: "the number of a byte, from 0"
        case .base64: "base64 of at most 168 bytes"
        case .check: "a CRC-32 in eight hexadecimal digits"
        case .nothing: "the end of the line"
        case .sessionAction: "show, start or end"
        case .subjectCode: "a subject's code: 1 to 16 letters, digits and hyphens, with a digit, and never a name"
        case .profile: "a session's profile"
        case .thresholdAction: "show, start, set, accept or stop"
        case .procedure: "a method that proposes intensities"
        case .startOption: "active or from"
        case .setOption: "the word method, or active"
        case .statedMethod: "observation or emg"
        case .remark: "a remark of at most 200 bytes"
        case .rating: "a pain rating from 0 to 10"
        case .clockAction: "show or set"
        case .moment: "a time in UTC such as 2026-11-27T20:30"
        case .subjectAction: "virtual or none"
        }
    }
}

/// A line that is not a command: which word does not fit, what belongs there, and the nearest word that would.
struct Misfit: Error {
    var refusal: Refusal
    var expected: Expected
    /// The word; `.missing` where the line ended too early.
    var word: WordRange
    var nearest: StaticString?
    /// The list that the word is missing from; nil where it is no list.
    var kind: WordKind?

    /// A word of the wrong kind.
    init(_ word: WordRange, expected: Expected, nearest: StaticString? = nil, kind: WordKind? = nil) {
        refusal = Refusal(expected == .command ? .unknownCommand : .badValue)
        self.expected = expected
        self.word = word
        self.nearest = nearest
        self.kind = kind
    }

    /// A word of the right kind with a value out of its range: the limit that it breaks is also the nearest that would do.
    init(_ word: WordRange, expected: Expected, unit: ValueUnit, limit: Int64, actual: Int64) {
        refusal = Refusal(.badValue, unit: unit, limit: limit, actual: actual, wouldAdmit: limit)
        self.expected = expected
        self.word = word
    }

    /// True when the value, not the form of the word, is what does not fit.
    var isOutOfRange: Bool { refusal.limit != refusal.actual }
}
