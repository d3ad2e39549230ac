import StimulatorCore

/// The TMP117 as its registers behave. It converts by itself; a result is worked out when somebody reads it, for the moment at which it
/// was complete. Its limits are stored and do not alert.
struct TMP117Chip: BitwiseCopyable, Hashable {
    private(set) var configuration: UInt16 = 0x0220
    private(set) var highLimit: UInt16 = 0x6000
    private(set) var lowLimit: UInt16 = 0x8000
    /// What the temperature register holds until the first conversion of this configuration is complete.
    private var held: UInt16 = 0x8000
    private var firstAt: Instant
    private var cycle: Nanoseconds
    /// Conversions of this configuration that somebody has seen.
    private var seen: Int64 = 0
    /// What the temperature register gave when it was last read: what a stuck part goes on giving.
    private(set) var given: UInt16 = 0x8000

    /// A part that got its supply at `now`.
    init(poweredAt now: Instant) {
        firstAt = now
        cycle = .zero
        restart(at: now)
    }

    /// How many conversions of this configuration are complete.
    func completed(at now: Instant) -> Int64 { now < firstAt ? 0 : 1 + (now - firstAt).raw / cycle.raw }

    /// When the newest conversion was complete; nil when none is.
    func newestAt(_ now: Instant) -> Instant? {
        let count = completed(at: now)
        return count == 0 ? nil : firstAt + cycle * (count - 1)
    }

    /// Writes a register. `present` is the temperature register as it stands.
    mutating func write(_ value: UInt16, register: UInt8, present: UInt16, at now: Instant) {
        switch register {
        case 1 where value & 2 != 0: self = TMP117Chip(poweredAt: now)
        case 1:
            held = present
            configuration = value & 0x0FFC
            restart(at: now)
        case 2: highLimit = value
        case 3: lowLimit = value
        default: break
        }
    }

    /// Reads any register but the temperature.
    mutating func read(register: UInt8, at now: Instant) -> UInt16 {
        switch register {
        case 1:
            let isNew = completed(at: now) > seen
            see(at: now)
            return configuration | (isNew ? 0x2000 : 0)
        case 2: return highLimit
        case 3: return lowLimit
        case 0x0F: return 0x0117
        default: return 0
        }
    }

    /// The temperature register when the newest conversion, if any, saw `celsius` and had `noise` LSB. Reading it clears data ready.
    mutating func temperature(_ celsius: Double, noise: Double, at now: Instant) -> UInt16 {
        see(at: now)
        given = seen == 0 ? held : UInt16(bitPattern: TMP117Chip.code(celsius, noise: noise))
        return given
    }

    private static func code(_ celsius: Double, noise: Double) -> Int16 {
        let scaled = celsius * 128 + noise
        if scaled >= 32_767 { return 32_767 }
        if scaled <= -32_767 { return -32_767 }
        return Int16(scaled + (scaled < 0 ? -0.5 : 0.5))
    }

    private mutating func see(at now: Instant) { seen = completed(at: now) }

    /// Begins to convert as the configuration says: averages of 15.5 ms, then standby to the end of the cycle.
    private mutating func restart(at now: Instant) {
        let averages: Int64 =
            switch configuration >> 5 & 3 {
            case 0: 1
            case 1: 8
            case 2: 32
            default: 64
            }
        let standby: Int64 =
            switch configuration >> 7 & 7 {
            case 0: 0
            case 1: 125
            case 2: 250
            case 3: 500
            case 4: 1_000
            case 5: 4_000
            case 6: 8_000
            default: 16_000
            }
        let converting = Nanoseconds.microseconds(15_500) * averages
        let mode = configuration >> 10 & 3
        firstAt = mode == 1 ? .distantFuture : now + converting
        cycle = mode & 1 == 1 ? Nanoseconds(Int64.max / 4) : max(converting, .milliseconds(standby))
        seen = 0
    }

    func hash(into history: inout HistoryHash) {
        history.add(UInt64(configuration) | UInt64(held) << 16)
        history.add(UInt64(bitPattern: firstAt.raw))
        history.add(UInt64(bitPattern: seen))
    }
}
