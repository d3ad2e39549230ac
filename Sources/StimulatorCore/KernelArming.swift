/// The arming second, step by step: nothing is believed before it was seen, and all of it below 50 V.
///
///     wait below 20 V, bleed closed ─▶ heartbeat, bleed open ─150 ms─▶ posture ─▶ ARM without CHARGE, 200 ms ─▶
///     CHARGE without ARM, 200 ms ─▶ the rest of the second ─▶ charging
///
/// In the two proofs the charger's set-point stands at 50 V: a charger that runs although one of its two permissions is missing
/// brings the capacitor there, and `chargeRunaway` says so before the first joule that matters.
struct ArmingProof: BitwiseCopyable, Hashable, Sendable {
    /// Set-point of the proofs.
    static var setPoint: Millivolts { .volts(50) }
    /// The capacitor starts the proofs below this, so that a rise to the set-point shows.
    static var startVoltage: Millivolts { .volts(20) }
    /// Time of each proof: sixty samples of the voltage.
    static var proofTime: Nanoseconds { .milliseconds(200) }
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
        case done
    }

    /// When the bleed was opened; the far future while the capacitor is not low enough.
    var beganAt = Instant.distantFuture

    /// What is proven at `now`.
    func part(at now: Instant) -> Part {
        if beganAt == .distantFuture { return .settling }
        let elapsed = now - beganAt - KernelTimes.hardwareSettles
        if elapsed < .zero { return .settling }
        if elapsed < ArmingProof.proofTime { return .inhibitByCharge }
        if elapsed < ArmingProof.proofTime + ArmingProof.pause { return .pause }
        return elapsed < ArmingProof.proofTime * 2 + ArmingProof.pause ? .inhibitByArm : .done
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
        if state == .arming, part == .done, now - enteredAt >= board.armingDelay {
            activeAt = now
            enter(.charging, at: now)
        }
    }

    /// In a proof the converter holds the proofs' set-point, or what is proven proves nothing.
    private mutating func checkProofSetPoint(_ inputs: KernelInputs, _ part: ArmingProof.Part) {
        let now = inputs.now
        let isProving = part == .inhibitByCharge || part == .inhibitByArm
        let held = !isProving || inputs.sampler.setPointHeld == ArmingProof.setPoint
        unprovenSince = held ? .distantFuture : min(unprovenSince, now)
        if now > unprovenSince, now - unprovenSince > KernelTimes.setPointProof {
            raise(.outputFailed, micro(KernelTimes.setPointProof), micro(now - unprovenSince), at: now)
        }
    }

    /// Adds what the arming second wants to the outputs. (Mutating so that the kernel, which is large, goes by reference.)
    mutating func driveArming(_ given: KernelOutputs, _ inputs: KernelInputs) -> KernelOutputs {
        var outputs = given
        let isHeld = inputs.sampler.setPointHeld == ArmingProof.setPoint && inputs.lines.contains(.bleedSense)
        outputs.lines = outputs.lines | .buzzer
        outputs.wantsBleedOpen = proof.beganAt < .distantFuture
        switch proof.part(at: inputs.now) {
        case .settling, .pause, .done: outputs.setPoint = .zero
        case .inhibitByCharge:
            outputs.setPoint = ArmingProof.setPoint
            outputs.wantsArm = true
        case .inhibitByArm:
            outputs.setPoint = ArmingProof.setPoint
            if isHeld { outputs.lines = outputs.lines | .charge }
        }
        return outputs
    }
}
