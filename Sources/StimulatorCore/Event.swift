/// What kind of thing happened on the safety side. Raw values are part of the shared page and the journal.
public enum EventKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// `detail` = new state, `extra` = old state.
    case state = 1
    /// `detail` = trip, `extra` = 1 for the first of a stop; values: limit, actual (in the trip's unit).
    case trip = 2
    /// `detail` = trip that no longer holds.
    case tripCleared = 3
    /// A command was accepted: `index` = token.
    case accepted = 4
    /// A command was refused: `index` = token, `detail` = rule, `extra` = unit; values: limit, actual, wouldAdmit, pulse index,
    /// refusal detail.
    case refused = 5
    /// A pattern began: `index` = pulses; values: time of pulse 0 (ns), intensity per mille, first to last pulse (ns).
    case trainStarted = 6
    /// A pulse was given and verified: `index` = number; values: scheduled (ns), fired (ns), mV before, mV after, coil mC. After is 0
    /// for a pulse whose current was seen but whose voltage was not: a stop came first.
    case pulse = 7
    /// A pulse was omitted: `index` = number, `detail` = cause; values: scheduled (ns), time of the decision (ns), mV.
    case omitted = 8
    /// A pattern ended: `index` = delivered, `detail` = 0 complete, 1 aborted, 2 tripped; values: omitted, stored energy given
    /// (mJ), coil mC, duration (ns), pulses asked for.
    case trainFinished = 9
    /// The coil is above its warning; values: mC, the warning (mC).
    case coilWarning = 10
    /// The self-test came to a step: `detail` = step; `extra` = 1 passed, 0 failed.
    case selfTest = 11
    /// Nothing was asked of the armed board for so long that it disarms; value: the limit (us).
    case idle = 12
    /// What the machine gives to a real board, told once at the start; value: `Posture.word`.
    case posture = 13

    /// How many kinds there are, with raw values 1 ... count.
    public static var count: Int { 13 }
}

/// One thing that happened on the safety side, as it crosses to the console and into the journal.
public struct Event: BitwiseCopyable, Hashable, Sendable {
    public var kind: EventKind
    public var detail: UInt8
    public var extra: UInt8
    public var index: UInt32
    /// The moment of the tick that reports it.
    public var at: Instant
    /// What the numbers mean depends on `kind`.
    public var values: Fixed<5, Int64>
    /// Counts every event of this start, so that a gap shows; set when the event is sent.
    public var sequence: UInt64

    @inlinable public init(
        _ kind: EventKind, detail: UInt8 = 0, extra: UInt8 = 0, index: UInt32 = 0, at: Instant, _ value0: Int64 = 0,
        _ value1: Int64 = 0, _ value2: Int64 = 0, _ value3: Int64 = 0, _ value4: Int64 = 0
    ) {
        self.kind = kind
        self.detail = detail
        self.extra = extra
        self.index = index
        self.at = at
        values = Fixed([value0, value1, value2, value3, value4])
        sequence = 0
    }

    /// Must not be lost while the console is away: a stop, its reasons and its outcome, and how many pulses a train gave.
    public var isVital: Bool {
        switch kind {
        case .trip, .tripCleared, .trainFinished: true
        case .state: !(StimulatorState(rawValue: detail)?.isArmed ?? true)
        default: false
        }
    }

    /// Layout: word 0 = kind | detail << 8 | extra << 16 | index << 32; 1 = sequence; 2 = at; 3-7 = values.
    public var frame: Frame {
        var frame = Frame.empty
        frame[0] = UInt64(kind.rawValue) | UInt64(detail) << 8 | UInt64(extra) << 16 | UInt64(index) << 32
        frame[1] = sequence
        frame[2] = UInt64(bitPattern: at.raw)
        for number in 0..<5 { frame[3 + number] = UInt64(bitPattern: values[number]) }
        return frame
    }

    /// Decodes a frame; nil for an unknown kind.
    public init?(frame: Frame) {
        guard let kind = EventKind(rawValue: UInt8(truncatingIfNeeded: frame[0])) else { return nil }
        self.kind = kind
        detail = UInt8(truncatingIfNeeded: frame[0] >> 8)
        extra = UInt8(truncatingIfNeeded: frame[0] >> 16)
        index = UInt32(truncatingIfNeeded: frame[0] >> 32)
        sequence = frame[1]
        at = Instant(Int64(bitPattern: frame[2]))
        values = Fixed(repeating: 0)
        for number in 0..<5 { values[number] = Int64(bitPattern: frame[3 + number]) }
    }

    /// The refusal that a `refused` event carries; nil for other kinds or an unknown rule.
    public var refusal: Refusal? {
        guard kind == .refused, let rule = RefusalRule(rawValue: detail) else { return nil }
        return Refusal(
            rule, unit: ValueUnit(rawValue: extra) ?? .none, limit: values[0], actual: values[1], wouldAdmit: values[2],
            pulseIndex: UInt32(clamping: values[3]), detail: UInt8(clamping: values[4]))
    }

    /// The event that carries a refusal.
    public static func refused(_ refusal: Refusal, token: UInt32, at now: Instant) -> Event {
        Event(
            .refused, detail: refusal.rule.rawValue, extra: refusal.unit.rawValue, index: token, at: now, refusal.limit,
            refusal.actual, refusal.wouldAdmit, Int64(refusal.pulseIndex), Int64(refusal.detail))
    }
}
