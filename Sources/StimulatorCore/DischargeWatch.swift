/// Verified discharge: believes that the capacitor is empty only when its voltage fell the way the bleed makes it fall.
///
/// First verdict 250 ms after the bleed is seen closed; from then until below 60 V every sample must lie between
/// V0 exp(-t / 0.85 tau) - 3 V and V0 exp(-t / 1.15 tau) + 3 V. A faster fall is a broken divider, not a discharged capacitor.
public struct DischargeWatch: BitwiseCopyable, Hashable, Sendable {
    /// What is known so far.
    public enum Verdict: UInt8, BitwiseCopyable, Hashable, Sendable {
        case pending = 0
        case discharged = 1
        case failed = 2
    }

    /// From the start of the fall to the first verdict.
    @inlinable public static var firstVerdict: Nanoseconds { .milliseconds(250) }
    /// What a sample may be off, millivolts.
    static var margin: Int64 { 3_000 }

    private var startedAt = Instant.distantFuture
    private var startVoltage = Millivolts.zero
    private var lastSampleAt = Instant.distantPast
    /// The board was charged and yet reads empty: nothing of the fall can be seen, so it gets the board's whole time.
    private var isBlind = false
    /// A reading was lower than it can be: the divider is not believed again before the next stop.
    private var isMistrusted = false

    public init() {}

    /// True once the fall is being watched.
    public var hasStarted: Bool { startedAt < .distantFuture }

    /// The bleed was seen closed at `now`; `voltage` is the newest reading, `known` the last one of the armed board, `wasCharged` true
    /// when the charger was on since arming. A reading below 60 V is then no proof: a divider that broke before reads 0 too.
    /// - Returns: false when there is no trusted voltage to start from: then nothing can be verified. Lower than what the bleed and
    ///   one pulse leave of `known` is a broken divider.
    public mutating func start(
        at now: Instant, voltage: Reading<Millivolts>, known: Reading<Millivolts>, wasCharged: Bool = false,
        board: BoardDescription
    ) -> Bool {
        guard voltage.isTrusted(at: now, within: board.voltageAge) else { return false }
        if known.quality == .good, voltage.takenAt > known.takenAt {
            let bled = fall(of: known.value, in: voltage.takenAt - known.takenAt, percent: 85, board: board)
            let least = bled * Int64(max(0, board.residualLeast.raw - 130)) / 1000 - DischargeWatch.margin
            isMistrusted = isMistrusted || Int64(voltage.value.raw) < least
        }
        if isMistrusted { return false }
        startedAt = now
        startVoltage = voltage.value
        lastSampleAt = voltage.takenAt
        isBlind = wasCharged && voltage.value < Ceiling.discharged
        return true
    }

    /// The verdict after another reading.
    public mutating func judge(_ voltage: Reading<Millivolts>, at now: Instant, board: BoardDescription) -> Verdict {
        guard hasStarted else { return .pending }
        if isBlind { return judgeBlind(voltage, at: now, board: board) }
        if now - startedAt > board.dischargeTime { return .failed }
        guard voltage.isTrusted(at: now, within: board.voltageAge), voltage.takenAt > lastSampleAt else {
            return .pending
        }
        lastSampleAt = voltage.takenAt
        let elapsed = voltage.takenAt - startedAt
        if elapsed < DischargeWatch.firstVerdict { return .pending }
        if startVoltage < Ceiling.discharged { return voltage.value < Ceiling.discharged ? .discharged : .failed }
        let measured = Int64(voltage.value.raw)
        let slowest = fall(of: startVoltage, in: elapsed, percent: 115, board: board)
        let fastest = fall(of: startVoltage, in: elapsed, percent: 85, board: board)
        if measured > slowest + DischargeWatch.margin || measured < fastest - DischargeWatch.margin { return .failed }
        return voltage.value < Ceiling.discharged ? .discharged : .pending
    }

    private func judgeBlind(
        _ voltage: Reading<Millivolts>, at now: Instant, board: BoardDescription
    ) -> Verdict {
        if now - startedAt < board.dischargeTime { return .pending }
        let isLow = voltage.isTrusted(at: now, within: board.voltageAge) && voltage.value < Ceiling.discharged
        return isLow ? .discharged : .failed
    }

    /// What is left of a voltage when the bleed's time constant is so many per cent of the board's.
    private func fall(
        of voltage: Millivolts, in elapsed: Nanoseconds, percent: Int64, board: BoardDescription
    ) -> Int64 {
        let tau = Double(board.bleedTimeConstant.raw * percent / 100)
        return Int64(Double(voltage.raw) * ExactMath.exp(-Double(elapsed.raw) / tau))
    }
}
