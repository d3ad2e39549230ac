import StimulatorCore

/// What a line asks about subjects, their thresholds, remarks and the clock.
enum SubjectCommand: BitwiseCopyable, Hashable {
    case showSession
    case startSession(SubjectCode, SessionProfile)
    case endSession
    case showThreshold
    case startThreshold(ThresholdMethod, ThresholdKind, from: PerMille?)
    case setThreshold(PerMille, ThresholdMethod, ThresholdKind)
    case acceptThreshold
    case stopThreshold
    case note(Note)
    case sideEffect(Note)
    case pain(UInt8)
    case showClock
    /// Nanoseconds since 1970.
    case setClock(Int64)
    /// The muscle answered the last pulse, or not.
    case answer(Bool)
    /// A virtual subject lies under the simulated coil; nil takes it away.
    case virtual(UInt64?)

    /// True for what changes who the pulses are for, or what is known of them. Looking and remarks are everyone's.
    var needsControl: Bool {
        switch self {
        case .showSession, .showThreshold, .showClock, .note, .sideEffect, .pain, .virtual: false
        case .startSession, .endSession, .startThreshold, .setThreshold, .acceptThreshold, .stopThreshold, .setClock,
            .answer:
            true
        }
    }
}

/// What the console side says of subjects to every session.
public struct SubjectNews: BitwiseCopyable, Hashable, Sendable {
    /// Who the pulses are for; without a code nobody.
    public var context: SubjectContext
    /// What the running session is for; nil when none runs.
    public var profile: SessionProfile?
    /// The subject whose session something broke off; empty for none.
    public var interrupted = SubjectCode()
    /// Wall time minus the monotonic clock, nanoseconds; nil until somebody has set the clock.
    public var clockOffset: Int64?

    public init(_ context: SubjectContext) { self.context = context }
}

/// A threshold that is being determined.
struct ThresholdRun: BitwiseCopyable {
    var procedure: ThresholdProcedure
    var kind: ThresholdKind
    /// The intensity of the pulse that waits for its answer; nil when none does.
    var question: PerMille?
    /// The intensity of the single pulse that is being given.
    var given: PerMille?
}

/// Words about subjects, as the vocabulary has them.
enum SubjectWords {
    static func sessionAction(_ index: Int) -> StaticString { index == 0 ? "show" : index == 1 ? "start" : "end" }

    static func thresholdAction(_ index: Int) -> StaticString {
        switch index {
        case 0: "show"
        case 1: "start"
        case 2: "set"
        case 3: "accept"
        default: "stop"
        }
    }

    static func clockAction(_ index: Int) -> StaticString { index == 0 ? "show" : "set" }
    static func subjectAction(_ index: Int) -> StaticString { index == 0 ? "virtual" : "none" }
    static func startOption(_ index: Int) -> StaticString { index == 0 ? "active" : "from" }
    static func setOption(_ index: Int) -> StaticString { index == 0 ? "active" : "method" }

    /// The methods whose numbers the operator says, and those that propose intensities, each from 0.
    static func statedMethod(_ index: Int) -> ThresholdMethod { index == 0 ? .observation : .emg }
    static func procedure(_ index: Int) -> ThresholdMethod {
        ThresholdMethod(rawValue: UInt8(clamping: index) + ThresholdMethod.relativeFrequency.rawValue)
            ?? .relativeFrequency
    }
}
