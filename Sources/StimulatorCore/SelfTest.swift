/// The self-test at start and after a lockout: nothing is believed before it was seen.
///
/// Lines at safe levels with ENABLE and coil current absent; a blind bleed for the board's time, whatever the sensors say; every
/// part identified, fresh and plausible; then ENABLE is seen to come with the heartbeat and to go without it.
struct SelfTest: BitwiseCopyable, Hashable, Sendable {
    enum Step: UInt8, BitwiseCopyable, Hashable, Sendable {
        case linesSafe = 0
        case blindBleed = 1
        case sensors = 2
        case heartbeatOn = 3
        case heartbeatOff = 4
    }

    enum Outcome: UInt8, BitwiseCopyable, Sendable {
        case running
        case passed
        case failed
    }

    var step = Step.linesSafe
    var passed = false
    /// Lockouts that a passing run clears: a person acknowledged them, and they did not come again since.
    var acknowledged: TripSet
    private var stepBeganAt = Instant.distantPast

    init(acknowledged: TripSet = TripSet()) { self.acknowledged = acknowledged }

    /// The heartbeat is wanted in one step only.
    var wantsHeartbeat: Bool { step == .heartbeatOn }

    mutating func run(_ inputs: KernelInputs, board: BoardDescription, enteredAt: Instant) -> Outcome {
        if stepBeganAt == .distantPast { stepBeganAt = enteredAt }
        let waited = inputs.now - stepBeganAt
        let lines = inputs.lines
        switch step {
        case .linesSafe:
            return next(.blindBleed, when: isQuiet(lines), within: .milliseconds(200), waited, inputs.now)
        case .blindBleed:
            if waited < board.dischargeTime { return .running }
            // A bleed that opened meanwhile has not bled.
            return next(.sensors, when: isQuiet(lines), within: .zero, waited, inputs.now)
        case .sensors:
            return next(.heartbeatOn, when: sensorsAgree(inputs, board), within: .seconds(2), waited, inputs.now)
        case .heartbeatOn:
            let up = lines.contains(.enableSense)
            return next(.heartbeatOff, when: up, within: KernelTimes.hardwareSettles, waited, inputs.now)
        case .heartbeatOff:
            if isQuiet(lines) {
                passed = true
                return .passed
            }
            return waited > KernelTimes.hardwareSettles ? .failed : .running
        }
    }

    /// Nothing is energised and the bleed is closed, as far as the lines say.
    private func isQuiet(_ lines: InputLines) -> Bool {
        (lines & (.enableSense | .fireSense | .contactorSense | .bleedSense)) == .none
    }

    private func sensorsAgree(_ inputs: KernelInputs, _ board: BoardDescription) -> Bool {
        let now = inputs.now
        let sampler = inputs.sampler
        let gap = Int64(sampler.coilA.value.raw) - Int64(sampler.coilB.value.raw)
        return sampler.partsIdentified && sampler.setPointHeld == .zero
            && sampler.voltage.isTrusted(at: now, within: board.voltageAge)
            && sampler.voltage.value < Ceiling.discharged
            && sampler.coilA.isTrusted(at: now, within: board.coilTemperatureAge)
            && sampler.coilB.isTrusted(at: now, within: board.coilTemperatureAge)
            && abs(gap) <= Int64(board.coilAgreement.raw)
    }

    private mutating func next(
        _ step: Step, when done: Bool, within limit: Nanoseconds, _ waited: Nanoseconds, _ now: Instant
    ) -> Outcome {
        if done {
            advance(to: step, now)
            return .running
        }
        return waited > limit ? .failed : .running
    }

    private mutating func advance(to next: Step, _ now: Instant) {
        step = next
        stepBeganAt = now
    }
}
