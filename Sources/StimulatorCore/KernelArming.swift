/// The arming second, step by step: nothing is believed before it was seen, and all of it below 50 V.
///
///     wait below 20 V, bleed closed ─▶ heartbeat, bleed open ─150 ms─▶ posture ─▶ ARM without CHARGE, 200 ms ─▶
///     CHARGE without ARM, 200 ms ─▶ CHARGE and ARM, 100 ms ─▶ 40 ... 60 V read ─▶ the rest of the second ─▶ charging
///
/// In the proofs the charger's set-point stands at 50 V. A charger that runs although one of its two permissions is missing brings
/// the capacitor there, and `chargeRunaway` says so before the first joule that matters. With both permissions the voltage must be
/// seen to rise: a divider that reads low or nothing is found here, and not by charging blind.
struct ArmingProof: BitwiseCopyable, Hashable, Sendable {
    /// Set-point of the proofs.
    static var setPoint: Millivolts { .volts(50) }
    /// The capacitor starts the proofs below this, so that a rise to the set-point shows.
    static var startVoltage: Millivolts { .volts(20) }
    /// Time of each proof: sixty samples of the voltage.
    static var proofTime: Nanoseconds { .milliseconds(200) }
    /// From the first proof to the rise.
    static var riseBegins: Nanoseconds { proofTime * 2 + pause }
    /// Time of the rise to the set-point: at 2 A it takes 5 ms, and a sample is at most 10 ms old.
    static var riseTime: Nanoseconds { .milliseconds(100) }
    /// What must be read at the end of the rise; more than `Ceiling.discharged` is a runaway.
    static var leastRise: Millivolts { .volts(40) }
    /// Between the proofs nothing is asked for: the guardian takes up to 2 ms to lower ARM.
    static var pause: Nanoseconds { .milliseconds(20) }
    /// Bleeding from 50 V to 20 V takes 1.2 s; an arming that has not begun by now never will.
    static var longestWait: Nanoseconds { .seconds(5) }

    /// What is being proven.
    enum Part: UInt8, BitwiseCopyable, Hashable, Sendable {
        case settling
        case inhibitByCharge
        case pause
        case inhibitByArm
        case rise
        case done
    }

    /// When the bleed was opened; the far future while the capacitor is not low enough.
    var beganAt = Instant.distantFuture
    /// The rise was seen.
    var isComplete = false

    /// What is proven at `now`.
    func part(at now: Instant) -> Part {
        if beganAt == .distantFuture { return .settling }
        let elapsed = now - beganAt - KernelTimes.hardwareSettles
        if elapsed < .zero { return .settling }
        if elapsed < ArmingProof.proofTime { return .inhibitByCharge }
        if elapsed < ArmingProof.proofTime + ArmingProof.pause { return .pause }
        if elapsed < ArmingProof.riseBegins { return .inhibitByArm }
        return elapsed < ArmingProof.riseBegins + ArmingProof.riseTime ? .rise : .done
    }
}

extension SafetyKernel {
    /// One step of the arming second.
    mutating func moveArming(_ inputs: KernelInputs) {
        let now = inputs.now
        if proof.beganAt == .distantFuture {
            let voltage = inputs.sampler.voltage.value
            if voltage <= ArmingProof.startVoltage {
                proof.beganAt = now
                bleedOpenSince = now
            } else if now - enteredAt > ArmingProof.longestWait {
                raise(.chargeRunaway, Int64(ArmingProof.startVoltage.raw), Int64(voltage.raw), at: now)
            }
            return
        }
        let part = proof.part(at: now)
        if part != .settling, !postureMatches(inputs.lines, at: now) {
            let missing = (.enableSense | .contactorSense | .bleedSense) - inputs.lines
            return raise(.lineMismatch, 0, Int64(missing.rawValue), at: now)
        }
        checkProofSetPoint(inputs, part)
        guard state == .arming else { return }
        if part == .rise { charging = isProofHeld(inputs) }
        if part == .done { endProof(inputs) }
    }

    /// The rise must have been seen: by a sample of the last 10 ms, so one that is newer than CHARGE.
    private mutating func endProof(_ inputs: KernelInputs) {
        let now = inputs.now
        stopCharging(at: now)
        let voltage = inputs.sampler.voltage.value
        if !proof.isComplete, voltage < ArmingProof.leastRise {
            // A dead charger and a dead divider look the same from here: neither is charged any further.
            let rising = now - proof.beganAt - KernelTimes.hardwareSettles - ArmingProof.riseBegins
            return raise(.chargeTimeout, micro(ArmingProof.riseTime), micro(rising), at: now)
        }
        proof.isComplete = true
        if now - enteredAt >= board.armingDelay {
            activeAt = now
            enter(.charging, at: now)
        }
    }

    /// The converter holds the proofs' set-point and the bleed is open.
    private func isProofHeld(_ inputs: KernelInputs) -> Bool {
        inputs.sampler.setPointHeld == ArmingProof.setPoint && inputs.lines.contains(.bleedSense)
    }

    /// In a proof the converter holds the proofs' set-point, or what is proven proves nothing.
    private mutating func checkProofSetPoint(_ inputs: KernelInputs, _ part: ArmingProof.Part) {
        let now = inputs.now
        let isProving = part == .inhibitByCharge || part == .inhibitByArm || part == .rise
        let held = !isProving || inputs.sampler.setPointHeld == ArmingProof.setPoint
        unprovenSince = held ? .distantFuture : min(unprovenSince, now)
        if now > unprovenSince, now - unprovenSince > KernelTimes.setPointProof {
            raise(.outputFailed, micro(KernelTimes.setPointProof), micro(now - unprovenSince), at: now)
        }
    }

    /// Adds what the arming second wants to the outputs. (Mutating so that the kernel, which is large, goes by reference.)
    mutating func driveArming(_ given: KernelOutputs, _ inputs: KernelInputs) -> KernelOutputs {
        var outputs = given
        outputs.lines = outputs.lines | .buzzer
        outputs.wantsBleedOpen = proof.beganAt < .distantFuture
        switch proof.part(at: inputs.now) {
        case .settling, .pause, .done: outputs.setPoint = .zero
        case .inhibitByCharge:
            outputs.setPoint = ArmingProof.setPoint
            outputs.wantsArm = true
        case .inhibitByArm:
            outputs.setPoint = ArmingProof.setPoint
            if isProofHeld(inputs) { outputs.lines = outputs.lines | .charge }
        case .rise:
            outputs.setPoint = ArmingProof.setPoint
            outputs.wantsArm = true
        }
        return outputs
    }
}
