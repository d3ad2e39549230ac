import StimulatorCore

/// The ADS1115 as its registers behave, single-shot mode (the board does not use the continuous mode: it converts nothing).
///
/// A conversion stands for the moment in its middle; when a pulse falls into it, for the mean of before and after. The conversion
/// register keeps the old result until the new one is complete. A write during a conversion changes the configuration, not the
/// conversion.
struct ADS1115Chip: BitwiseCopyable, Hashable {
    /// Without bit 15, which is not stored.
    private(set) var configuration: UInt16 = 0x0583
    private(set) var conversion: Int16 = 0
    private(set) var lowThreshold: UInt16 = 0x8000
    private(set) var highThreshold: UInt16 = 0x7FFF
    /// When the input is taken; the distant future when it has been, or no conversion runs.
    private(set) var sampleAt = Instant.distantFuture
    private var doneAt = Instant.distantFuture
    private var result: Int16 = 0
    /// The multiplexer's setting of the running conversion.
    private(set) var multiplexer: UInt16 = 0
    private var gain: UInt16 = 2
    private(set) var conversions: UInt64 = 0

    /// Nanoseconds of a conversion by rate setting: 8, 16, 32, 64, 128, 250, 475, 860 a second.
    private static func period(_ setting: UInt16) -> Double {
        switch setting {
        case 0: 125_000_000
        case 1: 62_500_000
        case 2: 31_250_000
        case 3: 15_625_000
        case 4: 7_812_500
        case 5: 4_000_000
        case 6: 2_105_263
        default: 1_162_791
        }
    }

    /// Full scale in volts by gain setting.
    private static func fullScale(_ setting: UInt16) -> Double {
        switch setting {
        case 0: 6.144
        case 1: 4.096
        case 2: 2.048
        case 3: 1.024
        case 4: 0.512
        default: 0.256
        }
    }

    /// Writes a register at `now`. `stretch` multiplies the conversion's time (rate error, slow fault).
    @inline(always) mutating func write(
        _ value: UInt16, register: UInt8, stretch: Double, isFrozen: Bool, at now: Instant
    ) {
        finish(isFrozen: isFrozen, at: now)
        switch register & 3 {
        case 1:
            configuration = value & 0x7FFF
            if value & 0x8000 != 0, value & 0x0100 != 0, doneAt == .distantFuture {
                multiplexer = value >> 12 & 7
                gain = value >> 9 & 7
                let period = Int64(ADS1115Chip.period(value >> 5 & 7) * stretch)
                sampleAt = now + Nanoseconds(period / 2)
                doneAt = now + Nanoseconds(period)
            }
        case 2: lowThreshold = value
        case 3: highThreshold = value
        default: break
        }
    }

    /// Reads a register at `now`. `isFrozen` keeps the conversion register as it is.
    @inline(always) mutating func read(register: UInt8, isFrozen: Bool, at now: Instant) -> UInt16 {
        finish(isFrozen: isFrozen, at: now)
        return switch register & 3 {
        case 0: UInt16(bitPattern: conversion)
        case 1: configuration | (doneAt == .distantFuture ? 0x8000 : 0)
        case 2: lowThreshold
        default: highThreshold
        }
    }

    /// Takes the input of the running conversion, volts at the multiplexer, with `noise` in LSB.
    @inline(always) mutating func sample(_ volts: Double, noise: Double) {
        sampleAt = .distantFuture
        conversions &+= 1
        result = code(volts, noise: noise)
    }

    /// The input stepped during the running conversion: its result is between the two.
    mutating func step(from before: Double, to after: Double, at now: Instant) {
        guard doneAt != .distantFuture, now < doneAt else { return }
        sample((before + after) / 2, noise: 0)
    }

    @inline(always) private func code(_ volts: Double, noise: Double) -> Int16 {
        let scaled = volts / ADS1115Chip.fullScale(gain) * 32_768 + noise
        if scaled >= 32_767 { return 32_767 }
        if scaled <= -32_768 { return -32_768 }
        return Int16(scaled + (scaled < 0 ? -0.5 : 0.5))
    }

    /// Moves the result into the register when it is time, and never before the input has been taken: a transfer may stand for a
    /// moment that the world has not reached yet.
    @inline(always) private mutating func finish(isFrozen: Bool, at now: Instant) {
        guard now >= doneAt, sampleAt == .distantFuture else { return }
        doneAt = .distantFuture
        if !isFrozen { conversion = result }
    }

    func hash(into history: inout HistoryHash) {
        history.add(UInt64(configuration) | UInt64(UInt16(bitPattern: conversion)) << 16)
        history.add(UInt64(bitPattern: doneAt.raw))
        history.add(UInt64(UInt16(bitPattern: result)))
        history.add(conversions)
    }
}
