/// The rules by which a request can be refused: the closed set.
public enum RefusalRule: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The pattern is faster than the rate-by-power table allows.
    case rateForPower = 0
    /// Too many pulses in one second.
    case pulsesPerSecond = 1
    /// The capacitor is not ready again in time.
    case recharge = 2
    /// The energy budget of one minute.
    case energy = 3
    /// The coil would become too hot.
    case temperatureForecast = 4
    /// More pulses than the session may give.
    case dose = 5
    /// More pulses in one pattern than the ceiling.
    case trainLength = 6
    /// Two pulses closer than the hardware can give.
    case interval = 7
    /// Not armed and ready.
    case notArmed = 8
    /// Not possible in the present state.
    case wrongState = 9
    /// A trip holds.
    case tripped = 10
    /// The key switch is off, or no key off-to-on edge in the last 10 s.
    case key = 11
    /// A board guarantee is missing.
    case posture = 12
    /// A value is outside its range.
    case badValue = 13
    /// The line is not a command.
    case unknownCommand = 14
    /// Nothing is set up: no pattern has been chosen.
    case noPattern = 15
    /// The command did not reach the safety side.
    case busy = 16
    /// The wait after the last train is not over.
    case cooldown = 17
    /// The journal could not be written.
    case journal = 18
    /// The channel's role may not do this.
    case role = 19
    /// Another channel holds control.
    case control = 20
    /// A published guideline: beyond what anybody may override, or not overridden.
    case guideline = 21
    /// The subject's motor threshold is not known.
    case threshold = 22
    /// A subject's session is needed, or one runs.
    case session = 23
    /// A pulse of a threshold's procedure waits for its answer, or there is none that could be answered.
    case answer = 24
    /// An update is not taken.
    case update = 25

    /// How many rules there are: raw values are 0 ..< count.
    public static var count: Int { 26 }

    public var name: StaticString {
        switch self {
        case .rateForPower: "rateForPower"
        case .pulsesPerSecond: "pulsesPerSecond"
        case .recharge: "recharge"
        case .energy: "energy"
        case .temperatureForecast: "temperatureForecast"
        case .dose: "dose"
        case .trainLength: "trainLength"
        case .interval: "interval"
        case .notArmed: "notArmed"
        case .wrongState: "wrongState"
        case .tripped: "tripped"
        case .key: "key"
        case .posture: "posture"
        case .badValue: "badValue"
        case .unknownCommand: "unknownCommand"
        case .noPattern: "noPattern"
        case .busy: "busy"
        case .cooldown: "cooldown"
        case .journal: "journal"
        case .role: "role"
        case .control: "control"
        case .guideline: "guideline"
        case .threshold: "threshold"
        case .session: "session"
        case .answer: "answer"
        case .update: "update"
        }
    }
}

/// A request was refused: which rule, its limit, the value asked for, and what would be allowed.
public struct Refusal: Error, BitwiseCopyable, Hashable, Sendable {
    public var rule: RefusalRule
    /// The unit of the three values.
    public var unit: ValueUnit
    /// The limit that the request breaks.
    public var limit: Int64
    /// What was asked for, or what would have happened.
    public var actual: Int64
    /// The nearest value that would be admitted; 0 where none is. For `energy` and `temperatureForecast`: how many pulses.
    public var wouldAdmit: Int64
    /// The first pulse that breaks the rule, counted from 0; 0 where the rule is not about a pulse.
    public var pulseIndex: UInt32
    /// For `wrongState` the state, for `tripped` the trip, for `posture` the guarantee or 0 for the self-test, for `role` the role that
    /// it wants, for `control` the channel that holds it, for `threshold` the kind (raw values); for `guideline` 1 where the pause
    /// between trains breaks it; for `session` and `answer` 1 where there is one, 0 where there is none; else 0.
    public var detail: UInt8

    @inlinable public init(
        _ rule: RefusalRule, unit: ValueUnit = .none, limit: Int64 = 0, actual: Int64 = 0, wouldAdmit: Int64 = 0,
        pulseIndex: UInt32 = 0, detail: UInt8 = 0
    ) {
        self.rule = rule
        self.unit = unit
        self.limit = limit
        self.actual = actual
        self.wouldAdmit = wouldAdmit
        self.pulseIndex = pulseIndex
        self.detail = detail
    }
}
