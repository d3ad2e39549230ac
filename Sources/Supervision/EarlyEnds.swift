/// Why the machine started, as far as it tells.
public enum ResetCause: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Power came.
    case powerOn = 0
    /// The watchdog, or another reset of a machine that had power.
    case reset = 1
    /// The machine does not say.
    case untold = 2
}

/// How often in a row the firmware ended before it had run for a minute: three times, and it is not started again.
///
///     start ─▶ (stored: a run is under way) ─ ends within a minute ─▶ one more ─ three ─▶ stop
///                     │ a minute is over ─▶ none          a minute in the stop is over ─▶ none
///                     └ the machine is reset within the minute ─▶ one more, counted at the next start
///
/// Three crashes in a minute are three such runs, whatever resets lie between. A power cut is no crash where the machine says that it
/// was one; where it says nothing, it counts: a loop of resets is worse than a stop of one minute.
///
/// A value: the supervisor stores it before it acts on it.
public struct EarlyEnds: BitwiseCopyable, Hashable, Sendable {
    /// So many in a row, and the firmware is not started any more.
    public static var limit: UInt8 { 3 }
    /// A run that lasts so long forgets the ones before; so does a stop. Nanoseconds.
    public static var forgetAfter: Int64 { 60_000_000_000 }

    /// Runs in a row that ended early, 0 ... limit.
    public private(set) var count: UInt8 = 0
    /// A run began, and has not yet lasted a minute.
    public private(set) var isUnderWay = false

    /// None.
    public init() {}

    /// False: the firmware is to be left stopped.
    public var mayStart: Bool { count < EarlyEnds.limit }

    /// The machine started. To be asked first.
    public mutating func machineStarted(_ cause: ResetCause) {
        if isUnderWay && cause != .powerOn { add() }
        isUnderWay = false
    }

    /// To be stored before the firmware is started.
    public mutating func begin() { isUnderWay = true }

    /// The firmware ended by itself.
    /// - Parameter time: how long it ran, nanoseconds.
    public mutating func ended(after time: Int64) {
        if time >= EarlyEnds.forgetAfter { count = 0 }
        add()
        isUnderWay = false
    }

    /// The firmware has run for a minute, or the stop has lasted one.
    public mutating func forget() {
        count = 0
        isUnderWay = false
    }

    private mutating func add() { if count < EarlyEnds.limit { count += 1 } }
}

/// The word of the file: bits 0 ... 7 the count, bit 8 a run under way.
extension EarlyEnds {
    /// Nil for a word that is none.
    public init?(word: UInt64) {
        guard word & ~0x1FF == 0, word & 0xFF <= UInt64(EarlyEnds.limit) else { return nil }
        count = UInt8(word & 0xFF)
        isUnderWay = word & 0x100 != 0
    }

    public var word: UInt64 { UInt64(count) | (isUnderWay ? 0x100 : 0) }
}
