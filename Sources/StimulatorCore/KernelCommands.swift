extension SafetyKernel {
    /// Takes one command: does it, or says which rule refuses it.
    mutating func obey(_ request: TokenedCommand, _ inputs: KernelInputs) {
        let now = inputs.now
        if case .renew(let journal) = request.command {
            leaseEnds = now + board.lease
            journalWritable = journal
            return
        }
        do throws(Refusal) {
            try carryOut(request.command, inputs)
            events.append(Event(.accepted, index: request.token, at: now))
        } catch {
            events.append(.refused(error, token: request.token, at: now))
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
            finishTrain(.aborted, at: now)
        case .clear(let trip): try clear(trip, inputs)
        case .selfTest: try testAgain(at: now)
        }
    }

    private var wrongState: Refusal { Refusal(.wrongState, detail: state.rawValue) }

    private mutating func arm(_ intensity: PerMille, _ inputs: KernelInputs) throws(Refusal) {
        let now = inputs.now
        for raw in 0..<UInt8(Trip.count) {
            if let trip = Trip(rawValue: raw), trips.contains(trip) { throw Refusal(.tripped, detail: raw) }
        }
        guard state == .safe else { throw wrongState }
        guard selfTest.passed else { throw Refusal(.posture, detail: Trip.selfTestFailed.rawValue) }
        guard inputs.lines.contains(.keySwitch) else { throw Refusal(.key) }
        if let trip = hindrance(inputs) { throw Refusal(.tripped, detail: trip.rawValue) }
        let target = board.setPoint(for: intensity)
        guard target >= board.minimumVoltage, target <= board.maximumVoltage else { throw tooLow(intensity) }
        aim(at: intensity, now)
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
        if now - inputs.guardian.at > KernelTimes.guardianAge { return .guardianDisagrees }
        if !sampler.voltage.isTrusted(at: now, within: board.voltageAge) { return .voltageStale }
        if sampler.voltage.value > .volts(50) { return .chargeRunaway }
        let age = board.coilTemperatureAge
        if !sampler.coilA.isTrusted(at: now, within: age) || !sampler.coilB.isTrusted(at: now, within: age) {
            return .coilTemperatureStale
        }
        if max(sampler.coilA.value, sampler.coilB.value) > board.coilTrip { return .coilOvertemperature }
        return nil
    }

    private func tooLow(_ intensity: PerMille) -> Refusal {
        let least = Int64(Admission.leastIntensity(board: board).raw)
        return Refusal(.badValue, unit: .perMille, limit: least, actual: Int64(intensity.raw), wouldAdmit: least)
    }

    private mutating func change(to intensity: PerMille, at now: Instant) throws(Refusal) {
        guard state.isArmed else { throw Refusal(.notArmed) }
        guard !train.isActive else { throw wrongState }
        guard board.setPoint(for: intensity) >= board.minimumVoltage else { throw tooLow(intensity) }
        aim(at: intensity, now)
        activeAt = now
    }

    private mutating func start(_ asked: PulsePattern, at now: Instant) throws(Refusal) {
        guard state == .ready || state == .charging || state == .recovering else { throw Refusal(.notArmed) }
        guard !train.isActive else { throw wrongState }
        let pattern = try asked.validated()
        let first = pattern.intensity(of: 0)
        guard board.setPoint(for: first) >= board.minimumVoltage else { throw tooLow(first) }
        let total = pattern.pulseCount
        guard total <= board.pulsesPerPattern else {
            let most = Int64(board.pulsesPerPattern)
            throw Refusal(.trainLength, unit: .pulses, limit: most, actual: Int64(total), wouldAdmit: most)
        }
        let left = Int64(board.pulsesPerSession) - Int64(sessionPulses)
        guard Int64(total) <= left else {
            throw Refusal(.dose, unit: .pulses, limit: left, actual: Int64(total), wouldAdmit: max(0, left))
        }
        let since = now - lastTrainEndedAt
        let wait = max(energy.wait(at: now), board.leastWait - min(since, board.leastWait))
        guard wait <= .zero else {
            throw Refusal(.cooldown, unit: .microseconds, limit: micro(wait), actual: 0, wouldAdmit: micro(wait))
        }
        train = TrainProgress(pattern: pattern, isActive: true, isPending: true, total: total)
        aim(at: first, now)
        activeAt = now
    }

    /// Acknowledges latched trips whose condition is gone. Lockouts need a passing low-voltage test too.
    private mutating func clear(_ asked: Trip?, _ inputs: KernelInputs) throws(Refusal) {
        let now = inputs.now
        guard state == .faulted || state == .safe else { throw wrongState }
        guard now - keyEdgeAt <= KernelTimes.keyEdge else { throw Refusal(.key) }
        if let trip = asked, !trips.contains(trip) { throw Refusal(.badValue, detail: trip.rawValue) }
        var lockouts = false
        for raw in 0..<UInt8(Trip.count) {
            guard let trip = Trip(rawValue: raw), trips.contains(trip), asked == nil || asked == trip else { continue }
            switch trip.clearing {
            case .acknowledgedWithKeyEdge: clearIf(trip, !stillHolds(trip, inputs), at: now)
            case .afterLowVoltageTest, .passingRetest: lockouts = true
            case .whenConditionClears, .onDisarm: break
            }
        }
        if lockouts {
            guard inputs.sampler.voltage.isTrusted(at: now, within: board.voltageAge),
                inputs.sampler.voltage.value < Ceiling.discharged
            else { throw Refusal(.tripped, detail: Trip.dischargeFailed.rawValue) }
            selfTest = SelfTest(clearsLockouts: true)
            enter(.selfTest, at: now)
        } else if state == .faulted, !blocked {
            enter(.safe, at: now)
        }
    }

    /// True while the condition of a fault is still there.
    private func stillHolds(_ trip: Trip, _ inputs: KernelInputs) -> Bool {
        switch trip {
        case .emergencyStop: inputs.lines.contains(.emergencyStop)
        case .patientStop: inputs.lines.contains(.patientStop)
        case .overvoltageLatched: inputs.lines.contains(.overvoltageLatched)
        case .outputFailed: inputs.portFailed || inputs.guardian.outputFailed
        case .voltageStale, .voltageImplausible:
            !inputs.sampler.voltage.isTrusted(at: inputs.now, within: board.voltageAge)
        default: false
        }
    }

    private mutating func testAgain(at now: Instant) throws(Refusal) {
        guard state == .safe || state == .faulted else { throw wrongState }
        selfTest = SelfTest()
        enter(.selfTest, at: now)
    }
}
