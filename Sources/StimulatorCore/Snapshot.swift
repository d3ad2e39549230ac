/// What the safety side shows of itself, every tick. The console reads it; nothing on the safety side depends on it.
public struct Snapshot: BitwiseCopyable, Hashable, Sendable {
    /// Steps since the start: ticks and edges.
    public var ticks: UInt64 = 0
    /// The moment of the tick.
    public var now = Instant(0)
    public var state = StimulatorState.selfTest
    /// Trips that hold or are latched.
    public var trips = TripSet()
    /// The first trip of the present stop; nil when none.
    public var firstTrip: Trip?
    public var inputs = InputLines(rawValue: 0)
    public var outputs = OutputLines(rawValue: 0)
    public var voltage = Reading<Millivolts>(.zero, takenAt: .distantPast, quality: .none)
    public var coilA = Reading<Millicelsius>(.zero, takenAt: .distantPast, quality: .none)
    public var coilB = Reading<Millicelsius>(.zero, takenAt: .distantPast, quality: .none)
    /// How much warmer than the coil's case its winding is, by the model's worst case: heat that the sensors do not see yet.
    public var windingExcess = Millicelsius.zero
    /// The set-point held or approached; zero when not armed.
    public var setPoint = Millivolts.zero
    /// The intensity that goes with it.
    public var intensity = PerMille.zero
    /// The running pattern's pulses, and how many were given and omitted so far; total 0 when none runs.
    public var trainTotal: UInt32 = 0
    public var trainDelivered: UInt32 = 0
    public var trainOmitted: UInt32 = 0
    /// Pulses given since the start, and by unexpected pulses.
    public var sessionPulses: UInt32 = 0
    /// Stored energy of the pulses of the last minute.
    public var energyLastMinute = Millijoules.zero
    /// Stored energy still to be given off at the sustained power before the next train may start.
    public var energyBacklog = Millijoules.zero
    /// The worst lateness of a tick since the start.
    public var worstLateness = Nanoseconds.zero
    /// True within 10 s of a key off-to-on edge.
    public var keyEdge = false
    /// True once the self-test of this start has passed.
    public var selfTestPassed = false
    /// What the machine has given to the board.
    public var posture = Posture()
    /// Time left until the lease ends; zero when it has ended.
    public var leaseLeft = Nanoseconds.zero

    public init() {}

    /// Number of 64-bit words of the encoded form.
    public static var wordCount: Int { 24 }

    /// The encoded form, one field a word.
    @inline(__always) public var words: Fixed<24, UInt64> {
        var words = Fixed<24, UInt64>(repeating: 0)
        words[0] = ticks
        words[1] = UInt64(bitPattern: now.raw)
        words[2] =
            UInt64(state.rawValue) | UInt64(firstTrip?.rawValue ?? 255) << 8 | (keyEdge ? 1 << 16 : 0)
            | (selfTestPassed ? 1 << 17 : 0)
        words[3] = trips.bits
        words[4] = UInt64(inputs.rawValue) | UInt64(outputs.rawValue) << 32
        encode(voltage.value.raw, voltage.quality, voltage.takenAt, into: &words, at: 5)
        encode(coilA.value.raw, coilA.quality, coilA.takenAt, into: &words, at: 7)
        encode(coilB.value.raw, coilB.quality, coilB.takenAt, into: &words, at: 9)
        words[11] = UInt64(UInt32(bitPattern: setPoint.raw)) | UInt64(UInt32(bitPattern: intensity.raw)) << 32
        words[12] = UInt64(trainTotal) | UInt64(trainDelivered) << 32
        words[13] = UInt64(trainOmitted) | UInt64(sessionPulses) << 32
        words[14] = UInt64(bitPattern: energyLastMinute.raw)
        words[15] = UInt64(bitPattern: energyBacklog.raw)
        words[16] = UInt64(bitPattern: worstLateness.raw)
        words[17] = UInt64(bitPattern: leaseLeft.raw)
        words[18] = UInt64(UInt32(bitPattern: windingExcess.raw))
        words[19] = posture.word
        return words
    }

    /// Decodes; nil for words that no safety side writes.
    public init?(words: Fixed<24, UInt64>) {
        guard let state = StimulatorState(rawValue: UInt8(truncatingIfNeeded: words[2])),
            let voltageQuality = Quality(rawValue: UInt8(truncatingIfNeeded: words[5] >> 32)),
            let coilAQuality = Quality(rawValue: UInt8(truncatingIfNeeded: words[7] >> 32)),
            let coilBQuality = Quality(rawValue: UInt8(truncatingIfNeeded: words[9] >> 32))
        else { return nil }
        ticks = words[0]
        now = Instant(Int64(bitPattern: words[1]))
        self.state = state
        let first = UInt8(truncatingIfNeeded: words[2] >> 8)
        firstTrip = Trip(rawValue: first)
        if firstTrip == nil, first != 255 { return nil }
        keyEdge = words[2] & 1 << 16 != 0
        selfTestPassed = words[2] & 1 << 17 != 0
        trips = TripSet(bits: words[3])
        inputs = InputLines(rawValue: UInt32(truncatingIfNeeded: words[4]))
        outputs = OutputLines(rawValue: UInt32(truncatingIfNeeded: words[4] >> 32))
        voltage = Reading(Millivolts(low(words[5])), takenAt: instant(words[6]), quality: voltageQuality)
        coilA = Reading(Millicelsius(low(words[7])), takenAt: instant(words[8]), quality: coilAQuality)
        coilB = Reading(Millicelsius(low(words[9])), takenAt: instant(words[10]), quality: coilBQuality)
        setPoint = Millivolts(low(words[11]))
        intensity = PerMille(low(words[11] >> 32))
        trainTotal = UInt32(truncatingIfNeeded: words[12])
        trainDelivered = UInt32(truncatingIfNeeded: words[12] >> 32)
        trainOmitted = UInt32(truncatingIfNeeded: words[13])
        sessionPulses = UInt32(truncatingIfNeeded: words[13] >> 32)
        energyLastMinute = Millijoules(Int64(bitPattern: words[14]))
        energyBacklog = Millijoules(Int64(bitPattern: words[15]))
        worstLateness = Nanoseconds(Int64(bitPattern: words[16]))
        leaseLeft = Nanoseconds(Int64(bitPattern: words[17]))
        windingExcess = Millicelsius(low(words[18]))
        posture = Posture(word: words[19])
    }

    @inline(__always) private func encode(
        _ value: Int32, _ quality: Quality, _ takenAt: Instant, into words: inout Fixed<24, UInt64>, at index: Int
    ) {
        words[index] = UInt64(UInt32(bitPattern: value)) | UInt64(quality.rawValue) << 32
        words[index + 1] = UInt64(bitPattern: takenAt.raw)
    }
}

private func low(_ word: UInt64) -> Int32 { Int32(truncatingIfNeeded: word) }
private func instant(_ word: UInt64) -> Instant { Instant(Int64(bitPattern: word)) }
