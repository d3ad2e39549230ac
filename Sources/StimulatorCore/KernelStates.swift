extension SafetyKernel {
    /// Moves between states.
    @inline(always) mutating func move(_ inputs: KernelInputs) {
        let now = inputs.now
        switch state {
        case .selfTest: moveSelfTest(inputs)
        case .safe, .faulted: break
        case .arming: moveArming(inputs)
        case .charging, .ready, .recovering:
            if isPulseDue(at: now) { attendPulse(inputs) }
            if state.isArmed, state != .firing { hold(inputs) }
        case .firing:
            verifyPulse(inputs)
            if isPulseDue(at: now) { attendPulse(inputs) }
        case .discharging: moveDischarging(inputs)
        }
        if train.isActive, train.next >= train.total, !pulse.isOpen, !train.isPending {
            finishTrain(train.ending, at: now)
        }
    }

    @inline(never) private mutating func moveSelfTest(_ inputs: KernelInputs) {
        switch selfTest.run(inputs, board: board, enteredAt: enteredAt) {
        case .running: break
        case .passed:
            events.append(Event(.selfTest, detail: selfTest.step.rawValue, extra: 1, at: inputs.now))
            passSelfTest(inputs)
        case .failed:
            events.append(Event(.selfTest, detail: selfTest.step.rawValue, extra: 0, at: inputs.now))
            raise(.selfTestFailed, 0, Int64(selfTest.step.rawValue), at: inputs.now)
            if selfTest.step == .sensors, !inputs.sampler.partsIdentified { raise(.boardMismatch, at: inputs.now) }
            // A test that is asked for again and again does not put off the name of what is stuck.
            if !selfTest.wantsHeartbeat {
                let holds = inputs.lines.contains(.enableSense)
                if holds || inputs.lines.contains(.contactorSense) {
                    raise(holds ? .enableStuck : .contactorWelded, at: inputs.now)
                }
            }
            enter(.faulted, at: inputs.now)
        }
    }

    /// What a passing test proves is over; a lockout only when a person acknowledged it and it did not come again.
    private mutating func passSelfTest(_ inputs: KernelInputs) {
        let now = inputs.now
        var over = trips.filtered { $0.clearing == .passingRetest }
        if inputs.guardian.watchdogFailed { over.remove(.watchdogFailed) }
        if board.identity.fault != nil { over.remove(.boardMismatch) }
        over.bits |= trips.bits & selfTest.acknowledged.bits
        while let trip = over.first {
            over.remove(trip)
            clearIf(trip, true, at: now)
        }
        enter(blocked ? .faulted : .safe, at: now)
    }

    /// True while a latched trip keeps the board in `faulted`.
    var blocked: Bool { !trips.filtered { $0.action > .disarm }.isEmpty }

    /// Charges to the set-point and holds it there; begins a pending train when the voltage is right.
    @inline(always) private mutating func hold(_ inputs: KernelInputs) {
        let now = inputs.now
        let voltage = Int64(inputs.sampler.voltage.value.raw)
        let target = Int64(setPoint.raw)
        let tolerance = target * Int64(board.readyTolerance.raw) / 1000
        let fresh = inputs.sampler.voltage.takenAt >= pulse.firedAt + .microseconds(500)
        regulate(voltage, target: target, tolerance: tolerance, inputs)
        guard state.isArmed else { return }
        // While the bleed relay opens after lowering, the voltage still falls.
        let isOpen = inputs.lines.contains(.bleedSense)
        let inside = fresh && abs(voltage - target) <= tolerance && !loweringVoltage && isOpen
        if inside, state != .ready {
            chargeBeganAt = .distantFuture
            enter(.ready, at: now)
        } else if !inside, state == .ready {
            enter(.charging, at: now)
        } else if state == .recovering, fresh, charging {
            enter(.charging, at: now)
        }
        if inside, train.isPending { begin(at: now) }
        if !train.isActive, now - activeAt > board.idle {
            endIdleness(at: now)
        }
    }

    @inline(never) private mutating func endIdleness(at now: Instant) {
        events.append(Event(.idle, at: now, micro(board.idle)))
        shutDown(.complete, at: now)
    }

    /// Two-point regulation a little under the set-point: the charger itself stops at what the converter holds.
    @inline(always) private mutating func regulate(
        _ voltage: Int64, target: Int64, tolerance: Int64, _ inputs: KernelInputs
    ) {
        let now = inputs.now
        if voltage > target + tolerance, !charging { loweringVoltage = true }
        // A sample from before CHARGE went off is of a voltage that was still rising.
        let hasRested = inputs.sampler.voltage.takenAt > chargeOffAt + .milliseconds(2)
        if loweringVoltage, voltage <= target, hasRested {
            loweringVoltage = false
            chargeBeganAt = .distantFuture
        }
        let proven = inputs.sampler.setPointHeld == setPoint
        unprovenSince = proven ? .distantFuture : min(unprovenSince, now)
        bleedOpenSince = loweringVoltage ? .distantFuture : min(bleedOpenSince, now)
        bleedClosedSince = loweringVoltage ? min(bleedClosedSince, now) : .distantFuture
        let due = train.isActive && !train.isPending && now >= train.nextAt - .milliseconds(1)
        if loweringVoltage || !proven {
            stopCharging(at: now)
        } else if voltage >= target - target * 4 / 1000 {
            stopCharging(at: now)
            chargeBeganAt = .distantFuture
        } else if voltage < target - target / 100, !charging, !due {
            charging = inputs.lines.contains(.bleedSense)
            wasCharged = wasCharged || (charging && setPoint >= Ceiling.discharged)
        }
        if voltage < target - tolerance || loweringVoltage { chargeBeganAt = min(chargeBeganAt, now) }
        if now > unprovenSince, now - unprovenSince > KernelTimes.setPointProof {
            raise(.outputFailed, micro(KernelTimes.setPointProof), micro(now - unprovenSince), at: now)
        }
    }

    @inline(never) private mutating func begin(at now: Instant) {
        train.isPending = false
        train.startsAt = now + KernelTimes.startLead
        train.nextAt = train.startsAt
        events.append(
            Event(
                .trainStarted, index: train.total, at: now, train.startsAt.raw, Int64(train.pattern.intensity.raw),
                train.pattern.duration.raw))
    }

    /// Everything is off; the voltage must fall as the bleed makes it fall.
    @inline(never) private mutating func moveDischarging(_ inputs: KernelInputs) {
        let now = inputs.now
        let waited = now - enteredAt
        if !discharge.hasStarted {
            let closed = !inputs.lines.contains(.bleedSense) && !inputs.lines.contains(.contactorSense)
            if closed || waited > KernelTimes.hardwareSettles {
                let isKnown = discharge.start(
                    at: now, voltage: inputs.sampler.voltage, known: known, wasCharged: wasCharged, board: board)
                if !isKnown, waited > board.dischargeTime { failDischarge(waited, at: now) }
            }
            return
        }
        switch discharge.judge(inputs.sampler.voltage, at: now, board: board) {
        case .pending: break
        case .failed: failDischarge(waited, at: now)
        case .discharged: settle(at: now)
        }
    }

    private mutating func failDischarge(_ waited: Nanoseconds, at now: Instant) {
        raise(.dischargeFailed, micro(board.dischargeTime), micro(waited), at: now)
        settle(at: now)
    }

    /// The end of a stop: trips that last until disarm are over.
    private mutating func settle(at now: Instant) {
        var over = trips.filtered { $0.clearing == .onDisarm }
        while let trip = over.first {
            over.remove(trip)
            clearIf(trip, true, at: now)
        }
        enter(blocked ? .faulted : .safe, at: now)
    }

    /// The outputs of this step, from all-off. (Mutating so that the kernel, which is large, goes by reference.)
    @inline(always) mutating func drive(_ inputs: KernelInputs) -> KernelOutputs {
        var outputs = KernelOutputs()
        let now = inputs.now
        outputs.lastFireAt = pulse.firedAt
        outputs.wantsHeartbeat = state.isArmed || (state == .selfTest && selfTest.wantsHeartbeat)
        if state.isArmed {
            outputs.lines = .lamp
            outputs.wantsBleedOpen = !loweringVoltage
            outputs.setPoint = setPoint
            let charge = charging && inputs.lines.contains(.bleedSense)
            if charge { outputs.lines = outputs.lines | .charge }
            let soon = train.isActive && !train.isPending && now >= train.nextAt - KernelTimes.armBefore
            outputs.wantsArm = charge || soon || now <= armUpUntil
            if state == .arming { outputs = driveArming(outputs, inputs) }
            if pulse.isOpen, now - pulse.firedAt < KernelTimes.fireWidth {
                outputs.lines = outputs.lines | .fire | .triggerOut
            }
            outputs.nextEdge = nextEdge(after: now)
        }
        return outputs
    }

    /// The end of FIRE, the look at what a pulse left, or the next pulse: the nearest one of those that are still to come.
    @inline(always) private func nextEdge(after now: Instant) -> Instant {
        guard pulse.isOpen || train.isActive else { return .distantFuture }
        // FIRE does not wait for the next tick: a line that was held low and comes free while it is up would give the edge late.
        let fall = pulse.firedAt + KernelTimes.fireWidth
        if pulse.isOpen, fall > now { return fall }
        let look = pulse.firedAt + board.sagTime
        let first = pulse.isOpen && look > now ? look : .distantFuture
        return train.isActive && !train.isPending && train.nextAt > now ? min(first, train.nextAt) : first
    }
}
