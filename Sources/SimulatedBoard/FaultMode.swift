/// How a part fails. Which modes a part has: `Fault.isValid`.
public enum FaultMode: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// It does nothing: a chip does not answer, a divider gives 0, a task does not run, a disk does not write.
    case off = 0
    /// It keeps what it has: a conversion register, a temperature, a set-point, a clock's reading.
    case stuck = 1
    case stuckLow = 2
    case stuckHigh = 3
    /// A contact stays open.
    case stuckOpen = 4
    /// A contact stays closed.
    case stuckClosed = 5
    /// It is on, whatever it is told: ENABLE without heartbeat, a charger that ignores its inhibit but regulates, a latched
    /// comparator.
    case stuckOn = 6
    /// A contact that has closed does not open again.
    case welded = 7
    /// It gives numbers without meaning.
    case garbage = 8
    /// It gives a believable number that is wrong: converter 10 % off, divider 8 % low, reference 10 % high, sensor +8 K, set-point
    /// output +8 % with a correct read-back.
    case wrong = 9
    /// It works, slowly: conversions and contacts take three times as long, a charger has 30 % of its power, a task runs 2 ms late.
    case slow = 10
    /// A task runs 20 ms late, above every lateness that is tolerated.
    case delayed = 11
    /// It comes and goes: a line inverts for milliseconds at a time, a chip misses one transfer in three.
    case intermittent = 12
    /// The charger ignores both its inhibit and its set-point.
    case runaway = 13
    /// The thyristor conducts once by itself, at the fault's beginning.
    case selfTrigger = 14
    /// The bus is held low: a transfer takes 10 ms and fails.
    case wedged = 15
    /// A sensor answers but has never converted.
    case noConversion = 16
    /// A clock leaps forward by 100 ms.
    case jump = 17
    /// A process is gone; the lines keep their levels.
    case killed = 18
    /// A process does not run; the lines keep their levels.
    case frozen = 19
    /// Frozen with the outputs at their worst: CHARGE, ARM and bleed hold up, the heartbeat still toggling, FIRE low.
    case frozenAtWorst = 20
    /// A disk has no room.
    case full = 21

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 22 }

    /// One bit a mode.
    var bit: UInt32 { 1 << UInt32(rawValue) }

    /// The shell's word.
    public var name: StaticString {
        switch self {
        case .off: "off"
        case .stuck: "stuck"
        case .stuckLow: "stuck-low"
        case .stuckHigh: "stuck-high"
        case .stuckOpen: "stuck-open"
        case .stuckClosed: "stuck-closed"
        case .stuckOn: "stuck-on"
        case .welded: "welded"
        case .garbage: "garbage"
        case .wrong: "wrong"
        case .slow: "slow"
        case .delayed: "delayed"
        case .intermittent: "intermittent"
        case .runaway: "runaway"
        case .selfTrigger: "self-trigger"
        case .wedged: "wedged"
        case .noConversion: "no-conversion"
        case .jump: "jump"
        case .killed: "killed"
        case .frozen: "frozen"
        case .frozenAtWorst: "frozen-at-worst"
        case .full: "full"
        }
    }
}
