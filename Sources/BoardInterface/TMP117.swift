import StimulatorCore

/// What a temperature sensor's configuration register says.
public enum TMP117Status: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// No conversion since the last look.
    case waiting = 0
    /// A new conversion is in the temperature register.
    case ready = 1
    /// The part does not hold the configuration that was written: it was reset, or the bus lies.
    case lost = 2
}

/// A status, and when the transfer that told it was complete.
public struct TMP117Answer: BitwiseCopyable, Hashable, Sendable {
    public var status: TMP117Status
    public var completedAt: Instant
    @inlinable public init(_ status: TMP117Status, completedAt: Instant) {
        self.status = status
        self.completedAt = completedAt
    }
}

/// The TMP117, a digital temperature sensor: two of them sit in the coil.
///
/// Registers (16 bits): 0 temperature (7.8125 mK/LSB, signed; 0x8000 = no conversion yet), 1 configuration, 2 and 3 limits, 0x0F
/// identity (0x0117 in bits 11 ... 0, revision above). Configuration: 15 and 14 limit flags, 13 data ready (cleared by reading
/// register 0 or 1), 11 ... 10 mode (00 = continuous), 9 ... 7 CONV, 6 ... 5 AVG. After power-up 0x0220: one conversion a
/// second, 8 averages; CONV = 000 with AVG = 00 converts every 15.5 ms. Source: the part's data sheet.
public struct TMP117: BitwiseCopyable, Hashable, Sendable {
    /// 0x48 ... 0x4B.
    public var address: UInt8
    @inlinable public init(address: UInt8) { self.address = address }

    /// The cycle of continuous conversion without averages.
    @inlinable public static var cycle: Nanoseconds { .microseconds(15_500) }
    /// Continuous conversion, CONV = 000, AVG = 00.
    @inlinable public static var configuration: UInt16 { 0x0000 }
    /// Bits of the configuration that the part keeps as written: mode, CONV, AVG.
    @inlinable public static var configurationMask: UInt16 { 0x0FE0 }
    /// What the temperature register holds before the first conversion.
    @inlinable public static var noConversion: UInt16 { 0x8000 }

    /// True when the part answers with its identity.
    @inlinable public func isIdentified<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> Bool {
        try bus.read16(register: 0x0F, address: address, at: now).value & 0x0FFF == 0x0117
    }

    /// Sets the fast continuous conversion.
    /// - Returns: when the transfer was complete: the first new conversion follows a cycle later.
    @inlinable public func configure<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> Instant {
        try bus.write16(TMP117.configuration, register: 1, address: address, at: now)
    }

    /// Whether there is a new conversion. Looking clears the part's flag: `ready` is said once.
    @inlinable public func status<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> TMP117Answer {
        let word = try bus.read16(register: 1, address: address, at: now)
        let isOurs = word.value & TMP117.configurationMask == TMP117.configuration
        let status: TMP117Status = !isOurs ? .lost : word.value & 0x2000 == 0 ? .waiting : .ready
        return TMP117Answer(status, completedAt: word.completedAt)
    }

    /// The temperature register.
    @inlinable public func fetch<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> BusWord { try bus.read16(register: 0, address: address, at: now) }

    /// The temperature from the register's code. `.failed` before the first conversion; `.implausible` outside the part's
    /// range of -55 C ... 150 C.
    public static func temperature(code: UInt16, takenAt: Instant) -> Reading<Millicelsius> {
        if code == noConversion { return Reading(.zero, takenAt: takenAt, quality: .failed) }
        let value = Millicelsius(saturating: Int64(Int16(bitPattern: code)) * 125 / 16)
        let isPlausible = value >= .celsius(-55) && value <= .celsius(150)
        return Reading(value, takenAt: takenAt, quality: isPlausible ? .good : .implausible)
    }
}
