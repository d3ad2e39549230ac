import StimulatorCore

/// What the safety task wants of the guardian and the sampler, and the proof that it ticks.
public struct SafetyReport: BitwiseCopyable, Hashable, Sendable {
    /// Ticks since the start, and the moment of the last one.
    public var ticks: UInt64 = 0
    public var tickAt = Instant.distantPast
    public var wantsHeartbeat = false
    public var wantsBleedOpen = false
    public var wantsArm = false
    /// What the charger's set-point converter shall hold.
    public var setPoint = Millivolts.zero
    /// When FIRE last rose.
    public var lastFireAt = Instant.distantPast

    public init() {}

    @inline(always) var block: Fixed<6, UInt64> {
        var block = Fixed<6, UInt64>(repeating: 0)
        block[0] = ticks
        block[1] = UInt64(bitPattern: tickAt.raw)
        block[2] = flag(wantsHeartbeat, 0) | flag(wantsBleedOpen, 1) | flag(wantsArm, 2)
        block[3] = UInt64(UInt32(bitPattern: setPoint.raw))
        block[4] = UInt64(bitPattern: lastFireAt.raw)
        return block
    }

    @inline(always) init(_ block: Fixed<6, UInt64>) {
        ticks = block[0]
        tickAt = Instant(Int64(bitPattern: block[1]))
        wantsHeartbeat = block[2] & 1 != 0
        wantsBleedOpen = block[2] & 2 != 0
        wantsArm = block[2] & 4 != 0
        setPoint = Millivolts(Int32(truncatingIfNeeded: block[3]))
        lastFireAt = Instant(Int64(bitPattern: block[4]))
    }
}

extension GuardianReport {
    @inline(always) var block: Fixed<3, UInt64> {
        var block = Fixed<3, UInt64>(repeating: 0)
        block[0] = UInt64(bitPattern: at.raw)
        block[1] = flag(permits, 0) | flag(armIsUp, 1) | flag(outputFailed, 2) | flag(watchdogFailed, 3)
        block[2] = UInt64(stalls)
        return block
    }

    @inline(always) init(_ block: Fixed<3, UInt64>) {
        self.init(
            at: Instant(Int64(bitPattern: block[0])), permits: block[1] & 1 != 0, armIsUp: block[1] & 2 != 0,
            outputFailed: block[1] & 4 != 0, watchdogFailed: block[1] & 8 != 0,
            stalls: UInt32(truncatingIfNeeded: block[2]))
    }
}

extension SamplerReport {
    @inline(always) func block(runs: UInt64) -> Fixed<9, UInt64> {
        var block = Fixed<9, UInt64>(repeating: 0)
        put(voltage.value.raw, voltage.quality, voltage.takenAt, &block, 0)
        put(coilA.value.raw, coilA.quality, coilA.takenAt, &block, 2)
        put(coilB.value.raw, coilB.quality, coilB.takenAt, &block, 4)
        block[6] = UInt64(UInt32(bitPattern: setPointHeld.raw))
        block[7] = flag(partsIdentified, 0)
        block[8] = runs
        return block
    }

    @inline(always) init(_ block: Fixed<9, UInt64>) {
        self.init()
        voltage = Reading(Millivolts(value(block[0])), takenAt: instant(block[1]), quality: quality(block[0]))
        coilA = Reading(Millicelsius(value(block[2])), takenAt: instant(block[3]), quality: quality(block[2]))
        coilB = Reading(Millicelsius(value(block[4])), takenAt: instant(block[5]), quality: quality(block[4]))
        setPointHeld = Millivolts(value(block[6]))
        partsIdentified = block[7] & 1 != 0
    }

    @inline(always) private func put(
        _ value: Int32, _ quality: Quality, _ takenAt: Instant, _ block: inout Fixed<9, UInt64>, _ index: Int
    ) {
        block[index] = UInt64(UInt32(bitPattern: value)) | UInt64(quality.rawValue) << 32
        block[index + 1] = UInt64(bitPattern: takenAt.raw)
    }
}

private func flag(_ on: Bool, _ bit: UInt64) -> UInt64 { on ? 1 << bit : 0 }
private func value(_ word: UInt64) -> Int32 { Int32(truncatingIfNeeded: word) }
private func instant(_ word: UInt64) -> Instant { Instant(Int64(bitPattern: word)) }
private func quality(_ word: UInt64) -> Quality { Quality(rawValue: UInt8(truncatingIfNeeded: word >> 32)) ?? .failed }
