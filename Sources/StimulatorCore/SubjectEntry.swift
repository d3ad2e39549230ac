/// How a subject is called: 1 to 16 letters, digits and hyphens, at least one of them a digit. Never a name: that is why a digit is asked
/// for, and why there are no blanks.
public typealias SubjectCode = FixedText<17>

extension SubjectCode {
    /// True for a text that may stand for a subject.
    public var isSubjectCode: Bool {
        var hasDigit = false
        for index in 0..<count {
            let isDigit = self[index] >= UInt8(ascii: "0") && self[index] <= UInt8(ascii: "9")
            let letter = self[index] | 0x20
            let isLetter = letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
            guard isDigit || isLetter || self[index] == UInt8(ascii: "-") else { return false }
            hasDigit = hasDigit || isDigit
        }
        return hasDigit
    }
}

/// What a session is for: how much its subject may be given. Raw values are part of the journal.
///
/// The numbers are this project's own, above the library's protocols that a session of the kind is for; no guideline has a limit of
/// pulses a day. The board's own limits hold beside them.
public enum SessionProfile: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// One course of a protocol: the library's longest is 3000 pulses.
    case standard = 0
    /// Many short protocols in a day. (k) Ten times 1800 pulses are in use.
    case accelerated = 1
    /// Thresholds and single pulses.
    case measurement = 2

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 3 }

    public var name: StaticString {
        switch self {
        case .standard: "standard"
        case .accelerated: "accelerated"
        case .measurement: "measurement"
        }
    }

    /// The most that one session gives.
    public var sessionLimit: Dose {
        switch self {
        case .standard: Dose(pulses: 4_000, energy: .joules(500_000))
        case .accelerated: Dose(pulses: 2_000, energy: .joules(250_000))
        case .measurement: Dose(pulses: 500, energy: .joules(100_000))
        }
    }

    /// The most of any 24 hours.
    public var dayLimit: Dose {
        switch self {
        case .standard: Dose(pulses: 8_000, energy: .joules(1_000_000))
        case .accelerated: Dose(pulses: 20_000, energy: .joules(2_500_000))
        case .measurement: Dose(pulses: 1_000, energy: .joules(200_000))
        }
    }
}

/// What is put on record about a subject.
public enum SubjectEntry: BitwiseCopyable, Hashable, Sendable {
    /// A session began. `continues`: it is the subject's last one, which something broke off.
    case sessionBegan(SubjectCode, SessionProfile, continues: Bool)
    case sessionEnded
    /// A threshold of the session's subject. Said by the operator: without interval, and 0 pulses.
    case threshold(ThresholdKind, ThresholdMethod, ThresholdEstimate)
    /// How much pain the subject says it has, 0 ... 10.
    case pain(UInt8)
    case sideEffect(Note)
    /// A protocol of the library was started for the session's subject.
    case protocolStarted(ProtocolName)
}
