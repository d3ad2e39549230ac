extension SafetyKernel {
    /// Takes one command: does it, or says which rule refuses it.
    mutating func obey(_ request: TokenedCommand, _ inputs: KernelInputs) {
        let now = inputs.now
        if case .renew(let journal) = request.command {
            leaseEnds = now + board.lease
            journalWritable = journal
            return
        }
        // The answer stands before what the command brings about.
        let answer = events.count
        events.append(Event(.accepted, index: request.token, at: now))
        do throws(Refusal) {
            try carryOut(request.command, inputs)
        } catch {
            events.replace(at: answer, with: .refused(error, token: request.token, at: now))
        }
    }

    private mutating func carryOut(_ command: Command, _ inputs: KernelInputs) throws(Refusal) {
        let now = inputs.now
        switch command {
        case .renew: break
        case .arm(let intensity): try arm(intensity, inputs)
        case .disarm, .stop: if state.isArmed { shutDown(.aborted, at: now) }
        case .intensity(let intensity): try change(to: intensity, at: now)
        case .start(let pattern): try start(pattern, at: now)
        case .abort:
            guard train.isActive else { throw wrongState }
            abortTrain(at: now)
        case .clear(let trip): try clear(trip, inputs)
        case .selfTest: try testAgain(at: now)
        }
    }

    private var wrongState: Refusal { Refusal(.wrongState, detail: state.rawValue) }

    private mutating func arm(_ intensity: PerMille, _ inputs: KernelInputs) throws(Refusal) {
        let now = inputs.now
        if let trip = trips.first { throw Refusal(.tripped, detail: trip.rawValue) }
        guard state == .safe else { throw wrongState }
        guard selfTest.passed else { throw Refusal(.posture) }
        if let missing = posture.firstMissing { throw Refusal(.posture, detail: missing.rawValue) }
        guard inputs.lines.contains(.keySwitch) else { throw Refusal(.key) }
        if let trip = hindrance(inputs) { throw Refusal(.tripped, detail: trip.rawValue) }
        try checkRange(intensity)
        known = Reading(.zero, takenAt: .distantPast, quality: .none)
        wasCharged = false
        aim(at: intensity, now)
        proof = ArmingProof()
        enter(.arming, at: now)
    }

    /// What would trip at once if the board were armed now.
    private func hindrance(_ inputs: KernelInputs) -> Trip? {
        let now = inputs.now
        let lines = inputs.lines
        let sampler = inputs.sampler
        if !lines.contains(.interlock) { return .interlockOpen }
        if !lines.contains(.coilPresent) { return .coilMissing }
        if now > leaseEnds { return .leaseExpired }
        if !journalWritable { return .journalFailed }
        if !isFresh(inputs.guardian, at: now) || !inputs.guardian.permits { return .guardianDisagrees }
        if lines.contains(.fireSense) { return .lineMismatch }
        if !sampler.voltage.isTrusted(at: now, within: board.voltageAge) { return .voltageStale }
        if sampler.voltage.value >= Ceiling.discharged { return .chargeRunaway }
        let age = board.coilTemperatureAge
        if !sampler.coilA.isTrusted(at: now, within: age) || !sampler.coilB.isTrusted(at: now, within: age) {
            return .coilTemperatureStale
        }
        if !coilSensorsAgree(sampler) { return .coilTemperatureImplausible }
        if max(sampler.coilA.value, sampler.coilB.value) > board.coilTrip { return .coilOvertemperature }
        return nil
    }

    private func coilSensorsAgree(_ sampler: SamplerReport) -> Bool {
        let gap = Int64(sampler.coilA.value.raw) - Int64(sampler.coilB.value.raw)
        return abs(gap) <= Int64(board.coilAgreement.raw)
    }

    /// An intensity must lie between what the charger regulates and the maximum.
    private func checkRange(_ intensity: PerMille) throws(Refusal) {
        let least = Admission.leastIntensity(board: board)
        guard intensity >= least, intensity.raw <= 1000 else {
            let limit: Int64 = intensity < least ? Int64(least.raw) : 1000
            throw Refusal(.badValue, unit: .perMille, limit: limit, actual: Int64(intensity.raw), wouldAdmit: limit)
        }
    }

    private mutating func change(to intensity: PerMille, at now: Instant) throws(Refusal) {
        guard state.isArmed else { throw Refusal(.notArmed) }
        guard !train.isActive else { throw wrongState }
        try checkRange(intensity)
        let left = KernelTimes.betweenChanges - min(KernelTimes.betweenChanges, now - changedAt)
        guard left <= .zero || state == .arming else {
            throw Refusal(.cooldown, unit: .microseconds, limit: micro(left) + 1, wouldAdmit: micro(left) + 1)
        }
        changedAt = now
        aim(at: intensity, now)
        activeAt = now
    }

    private mutating func start(_ asked: PulsePattern, at now: Instant) throws(Refusal) {
        guard state == .ready || state == .charging || state == .recovering else { throw Refusal(.notArmed) }
        guard !train.isActive else { throw wrongState }
        let pattern = try asked.validated()
        let first = pattern.intensity(of: 0)
        try checkRange(first)
        let total = pattern.pulseCount
        guard total <= board.pulsesPerPattern else {
            let most = Int64(board.pulsesPerPattern)
            throw Refusal(.trainLength, unit: .pulses, limit: most, actual: Int64(total), wouldAdmit: most)
        }
        let left = max(0, Int64(board.pulsesPerSession) - Int64(sessionPulses))
        guard Int64(total) <= left else {
            throw Refusal(.dose, unit: .pulses, limit: left, actual: Int64(total), wouldAdmit: left)
        }
        let since = max(.zero, now - lastTrainEndedAt)
        let wait = max(energy.wait(at: now), board.leastWait - min(since, board.leastWait))
        guard wait <= .zero else {
            throw Refusal(.cooldown, unit: .microseconds, limit: micro(wait) + 1, wouldAdmit: micro(wait) + 1)
        }
        let hottest = coilForecast(after: first, at: now)
        guard hottest <= board.coilTrip else {
            throw Refusal(
                .temperatureForecast, unit: .millicelsius, limit: Int64(board.coilTrip.raw), actual: Int64(hottest.raw))
        }
        train = TrainProgress(pattern: pattern, isActive: true, isPending: true, total: total)
        aim(at: first, now)
        activeAt = now
    }

    /// Acknowledges latched trips whose condition is gone. Lockouts need a passing low-voltage test too.
    private mutating func clear(_ asked: Trip?, _ inputs: KernelInputs) throws(Refusal) {
        let now = inputs.now
        guard state == .faulted || state == .safe else { throw wrongState }
        if let trip = asked, !trips.contains(trip) { throw Refusal(.badValue, detail: trip.rawValue) }
        guard keyEdgeIsRecent(at: now), inputs.lines.contains(.keySwitch) else { throw Refusal(.key) }
        let chosen = trips.filtered { asked == nil || $0 == asked }
        var faults = chosen.filtered { $0.clearing == .acknowledgedWithKeyEdge }
        var held = chosen.filtered { asked != nil && $0.clearing == .whenConditionClears }.first
        while let trip = faults.first {
            faults.remove(trip)
            if stillHolds(trip, inputs) { held = trip } else { clearIf(trip, true, at: now) }
        }
        if let held { throw Refusal(.tripped, detail: held.rawValue) }
        let needsTest = chosen.filtered { $0.action == .lockout || $0.action == .blocksArming }
        if !needsTest.isEmpty {
            try checkDischarged(inputs)
            selfTest = SelfTest(acknowledged: needsTest.filtered { $0.action == .lockout })
            enter(.selfTest, at: now)
        } else if state == .faulted, !blocked {
            enter(.safe, at: now)
        }
    }

    /// A key edge counts for ten seconds.
    func keyEdgeIsRecent(at now: Instant) -> Bool { now.isAtMost(KernelTimes.keyEdge, after: keyEdgeAt) }

    private func checkDischarged(_ inputs: KernelInputs) throws(Refusal) {
        let voltage = inputs.sampler.voltage
        guard voltage.isTrusted(at: inputs.now, within: board.voltageAge), voltage.value < Ceiling.discharged else {
            throw Refusal(.tripped, detail: Trip.dischargeFailed.rawValue)
        }
    }

    /// True while the condition of a fault is still there.
    private func stillHolds(_ trip: Trip, _ inputs: KernelInputs) -> Bool {
        let (lines, sampler, now) = (inputs.lines, inputs.sampler, inputs.now)
        return switch trip {
        case .emergencyStop: lines.contains(.emergencyStop)
        case .patientStop: lines.contains(.patientStop)
        case .overvoltageLatched: lines.contains(.overvoltageLatched)
        case .lineMismatch: lines.contains(.bleedSense) || lines.contains(.fireSense)
        case .outputFailed: inputs.portFailed || inputs.guardian.outputFailed
        case .guardianDisagrees: !isFresh(inputs.guardian, at: now) || !inputs.guardian.permits
        case .capacitorOvervoltage, .voltageStale, .voltageImplausible:
            !sampler.voltage.isTrusted(at: now, within: board.voltageAge) || sampler.voltage.value > Ceiling.discharged
        case .coilTemperatureImplausible:
            sampler.coilA.quality != .good || sampler.coilB.quality != .good || !coilSensorsAgree(sampler)
        default: false
        }
    }

    private mutating func testAgain(at now: Instant) throws(Refusal) {
        guard state == .safe || state == .faulted else { throw wrongState }
        // The test closes the contactor for a moment, and a charger that does not obey charges: first a person acknowledges that.
        let charged = trips.filtered {
            $0 == .chargeRunaway || $0 == .capacitorOvervoltage || $0 == .overvoltageLatched
        }
        if let trip = charged.first { throw Refusal(.tripped, detail: trip.rawValue) }
        selfTest = SelfTest()
        enter(.selfTest, at: now)
    }
}
