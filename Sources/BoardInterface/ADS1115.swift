import StimulatorCore

/// What is wired to the analogue-to-digital converter's four pins.
public enum ADCChannel: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The capacitor, through the measuring divider.
    case capacitor = 0
    /// What the charger delivers.
    case chargerCurrent = 1
    /// A reference of 1.024 V: proves the converter's gain.
    case reference = 2
    /// Ground: proves its offset.
    case ground = 3
}

/// How far a conversion is, as the part's configuration register tells.
public enum ADCProgress: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The conversion runs: the conversion register still holds the one before.
    case busy = 0
    /// The conversion is complete: the conversion register is new.
    case done = 1
    /// The part does not hold the configuration that was written: it was reset, or the bus lies. Nothing it says counts.
    case lost = 2
}

/// A progress, and when the transfer that told it was complete.
public struct ADCStatus: BitwiseCopyable, Hashable, Sendable {
    public var progress: ADCProgress
    public var completedAt: Instant
    @inlinable public init(_ progress: ADCProgress, completedAt: Instant) {
        self.progress = progress
        self.completedAt = completedAt
    }
}

/// The ADS1115, a 16-bit converter with four inputs, used in single-shot mode at 860 conversions a second, full scale 2.048 V.
///
///     start A ──95 us──▶ converting 1.16 ms (rate +-10 %) ──▶ status: done ──▶ start B ──▶ fetch A ...
///
/// The conversion register keeps the previous result until the next conversion is complete, so a result may be fetched while
/// the next conversion runs: volts and another channel in turn then take at most 3.1 ms at the slowest rate. A result is only
/// *new* when `status` has said `done` after its `start`.
///
/// Registers (16 bits): 0 conversion, 1 configuration, 2 and 3 thresholds. Configuration: 15 OS (write 1 = start, read 0 =
/// converting), 14 ... 12 multiplexer (100 + n = pin n against ground), 11 ... 9 gain (010 = 2.048 V), 8 single shot, 7 ... 5
/// rate (111 = 860/s), 1 ... 0 comparator (11 = off). Source: the part's data sheet.
public struct ADS1115: BitwiseCopyable, Hashable, Sendable {
    /// 0x48 ... 0x4B.
    public var address: UInt8
    @inlinable public init(address: UInt8) { self.address = address }

    /// One conversion at the nominal rate of 860/s.
    @inlinable public static var conversionTime: Nanoseconds { Nanoseconds(1_162_791) }
    /// One conversion of the slowest part: rate -10 %.
    @inlinable public static var longestConversionTime: Nanoseconds { Nanoseconds(1_291_990) }
    /// The code of the 1.024 V reference.
    @inlinable public static var referenceCode: Int16 { 16_384 }
    /// Largest deviation of the reference's code: 2 % (gain +-0.3 %, reference and noise below that).
    @inlinable public static var referenceTolerance: Int16 { 328 }
    /// Largest offset of the ground pin's code: 16 LSB = 1 V of capacitor voltage.
    @inlinable public static var groundTolerance: Int16 { 16 }

    /// The configuration that starts a conversion of `channel`.
    @inlinable public static func configuration(_ channel: ADCChannel) -> UInt16 {
        0x8000 | (4 + UInt16(channel.rawValue)) << 12 | 2 << 9 | 1 << 8 | 7 << 5 | 3
    }

    /// Starts a conversion.
    /// - Returns: when it began, which is when the transfer was complete.
    @inlinable public func start<Bus: I2CBus & ~Copyable>(
        _ channel: ADCChannel, on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> Instant {
        try bus.write16(ADS1115.configuration(channel), register: 1, address: address, at: now)
    }

    /// How far the conversion of `channel` is.
    @inlinable public func status<Bus: I2CBus & ~Copyable>(
        of channel: ADCChannel, on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> ADCStatus {
        let word = try bus.read16(register: 1, address: address, at: now)
        let isOurs = word.value | 0x8000 == ADS1115.configuration(channel)
        let progress: ADCProgress = !isOurs ? .lost : word.value & 0x8000 == 0 ? .busy : .done
        return ADCStatus(progress, completedAt: word.completedAt)
    }

    /// The conversion register: the result of the last complete conversion, as a signed code.
    @inlinable public func fetch<Bus: I2CBus & ~Copyable>(
        on bus: inout Bus, at now: Instant
    ) throws(BusFault) -> BusWord { try bus.read16(register: 0, address: address, at: now) }

    /// The moment for which a conversion speaks: the middle of its time, at the nominal rate.
    @inlinable public static func takenAt(startedAt: Instant) -> Instant { startedAt + conversionTime / 2 }

    /// The capacitor's voltage from the code of the capacitor pin. `.implausible` at the ends of the range and below -10 V:
    /// the divider cannot give that.
    public static func voltage(code: UInt16, takenAt: Instant, fullScale: Millivolts) -> Reading<Millivolts> {
        let code = Int64(Int16(bitPattern: code))
        let millivolts = Millivolts(saturating: code * Int64(fullScale.raw) / 32_768)
        let isPlausible = code < 32_767 && millivolts >= .volts(-10)
        return Reading(millivolts, takenAt: takenAt, quality: isPlausible ? .good : .implausible)
    }

    /// The charger's current in milliamperes from the code of its pin, negative by the noise at most.
    @inlinable public static func milliamperes(code: UInt16, fullScale: Int64) -> Int64 {
        Int64(Int16(bitPattern: code)) * fullScale / 32_768
    }

    /// True when the code of the reference pin is the reference's: converter and reference agree.
    @inlinable public static func isReference(code: UInt16) -> Bool {
        let code = Int16(bitPattern: code)
        return code >= referenceCode - referenceTolerance && code <= referenceCode + referenceTolerance
    }

    /// True when the code of the ground pin is ground.
    @inlinable public static func isGround(code: UInt16) -> Bool {
        let code = Int16(bitPattern: code)
        return code >= -groundTolerance && code <= groundTolerance
    }
}
