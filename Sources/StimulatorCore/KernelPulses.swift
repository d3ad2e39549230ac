/// How a train ended.
public enum TrainEnding: UInt8, BitwiseCopyable, Hashable, Sendable {
    case complete = 0
    case aborted = 1
    case tripped = 2
}

/// The running pattern.
struct TrainProgress: BitwiseCopyable, Hashable, Sendable {
    var pattern = PulsePattern.single(intensity: PerMille(1))
    var isActive = false
    /// True until the capacitor is at the first pulse's set-point.
    var isPending = false
    var total: UInt32 = 0
    var next: UInt32 = 0
    var startsAt = Instant.distantFuture
    var nextAt = Instant.distantFuture
    var delivered: UInt32 = 0
    var omitted: UInt32 = 0
    var energy = Millijoules.zero
    /// How it ends when no pulse is left.
    var ending = TrainEnding.complete
}

/// One pulse between FIRE and its proof.
struct PulseCheck: BitwiseCopyable, Hashable, Sendable {
    var isOpen = false
    var currentSeen = false
    /// The voltage fell as a pulse makes it fall.
    var fallSeen = false
    /// It stands in the record.
    var isCounted = false
    var number: UInt32 = 0
    var scheduledAt = Instant.distantPast
    var firedAt = Instant.distantPast
    var before = Millivolts.zero
}

extension SafetyKernel {
    /// True from the moment of a pulse that has been neither given nor omitted.
    @inline(always) func isPulseDue(at now: Instant) -> Bool {
        train.isActive && !train.isPending && now >= train.nextAt
    }

    /// Gives or omits the pulse that is due. A pulse is never given late.
    mutating func attendPulse(_ inputs: KernelInputs) {
        let now = inputs.now
        let scheduled = train.nextAt
        if let cause = omission(inputs) {
            train.omitted += 1
            let voltage = Int64(inputs.sampler.voltage.value.raw)
            events.append(
                Event(
                    .omitted, detail: cause.rawValue, index: train.next, at: now, scheduled.raw, now.raw, voltage))
        } else if mayGive(scheduled, at: now) {
            fire(scheduled, inputs)
        } else {
            return
        }
        plan(after: train.next, at: now)
    }

    /// Why the pulse may not be given now, if so.
    private func omission(_ inputs: KernelInputs) -> OmissionCause? {
        let now = inputs.now
        if now - train.nextAt > board.pulseLateness { return .late }
        if pulse.isOpen { return .unverified }
        if !inputs.guardian.permits || !inputs.guardian.armIsUp { return .notPermitted }
        let voltage = inputs.sampler.voltage
        guard voltage.isTrusted(at: now, within: board.voltageAge), voltage.takenAt >= pulse.firedAt else {
            return .staleVoltage
        }
        let target = Int64(board.setPoint(for: train.pattern.intensity(of: train.next)).raw)
        let tolerance = target * Int64(board.readyTolerance.raw) / 1000
        if Int64(voltage.value.raw) < target - tolerance { return .undervoltage }
        if Int64(voltage.value.raw) > target + tolerance { return .overvoltage }
        return nil
    }

    /// The physical limits once more, at every pulse: admission may be wrong, the kernel may not.
    private mutating func mayGive(_ scheduled: Instant, at now: Instant) -> Bool {
        let intensity = train.pattern.intensity(of: train.next)
        let rate = board.rate(at: intensity)
        if window.broken(by: scheduled, perSecond: board.pulsesPerSecond, rate: rate) != nil {
            raise(.pulseTooSoon, micro(rate.interval), micro(window.averageInterval(at: scheduled)), at: now)
        }
        let sum = energy.lastMinute(at: now) + board.energy(at: board.setPoint(for: intensity))
        if sum > board.energyPerMinute {
            raise(.energyExceeded, board.energyPerMinute.raw, sum.raw, at: now)
        }
        if train.next >= board.pulsesPerPattern {
            raise(.trainTooLong, Int64(board.pulsesPerPattern), Int64(train.next) + 1, at: now)
        }
        if sessionPulses >= board.pulsesPerSession {
            raise(.doseExceeded, Int64(board.pulsesPerSession), Int64(sessionPulses) + 1, at: now)
        }
        let hottest = coilForecast(after: intensity, at: now)
        if hottest > board.coilTrip {
            raise(.coilOvertemperature, Int64(board.coilTrip.raw), Int64(hottest.raw), at: now)
        }
        return state.isArmed
    }

    /// The hottest that the coil's case becomes if a pulse is given now and none after it: the winding's heat reaches the sensors only
    /// minutes later. From the measured case, and the worst case of what the winding has above it.
    mutating func coilForecast(after intensity: PerMille, at now: Instant) -> Millicelsius {
        followCoil(to: now)
        var forecast = CoilModel(board: board, measured: hottestCoil, windingExcess: coil.windingExcess)
        forecast.pulse(at: intensity)
        return forecast.peak(above: board.coilTrip)
    }

    mutating func followCoil(to now: Instant) {
        coil.advance(now - coilAt)
        coilAt = max(coilAt, now)
    }

    private mutating func fire(_ scheduled: Instant, _ inputs: KernelInputs) {
        let now = inputs.now
        let stored = board.energy(at: inputs.sampler.voltage.value)
        pulse = PulseCheck(
            isOpen: true, currentSeen: false, number: train.next, scheduledAt: scheduled, firedAt: now,
            before: inputs.sampler.voltage.value)
        window.add(scheduled)
        energy.add(stored, at: now)
        followCoil(to: now)
        coil.pulse(at: train.pattern.intensity(of: train.next))
        train.energy += stored
        sessionPulses &+= 1
        activeAt = now
        armUpUntil = now + KernelTimes.armAfter
        stopCharging(at: now)
        chargeBeganAt = .distantFuture
        enter(.firing, at: now)
    }

    private mutating func plan(after number: UInt32, at now: Instant) {
        train.next = number + 1
        train.nextAt =
            train.next < train.total ? train.startsAt + train.pattern.time(of: train.next) : .distantFuture
        if train.next < train.total { aim(at: train.pattern.intensity(of: train.next), now) }
    }

    /// Proves the open pulse by what it left in the capacitor and by the current seen in the coil.
    mutating func verifyPulse(_ inputs: KernelInputs) {
        guard pulse.isOpen else { return }
        let now = inputs.now
        let voltage = inputs.sampler.voltage
        let sampled = voltage.quality == .good && voltage.takenAt >= pulse.firedAt + .microseconds(500)
        // The coil's range, and the tolerances of two samples on either side.
        let before = Int64(pulse.before.raw)
        let least = before * Int64(board.residualLeast.raw - 130) / 1000
        let most = before * Int64(board.residualMost.raw + 110) / 1000
        let after = Int64(voltage.value.raw)
        if sampled, pulse.currentSeen {
            guard after >= least, after <= most else {
                return raise(.voltageImplausible, after < least ? least : most, after, at: now)
            }
            pulse.isOpen = false
            countPulse(after: voltage.value, at: now)
            enter(.recovering, at: now)
            return
        }
        if sampled { pulse.fallSeen = after >= least && after <= most }
        let limit: Nanoseconds = sampled ? .milliseconds(6) : KernelTimes.proof
        if now - pulse.firedAt > limit { raise(.pulseMissing, micro(limit), micro(now - pulse.firedAt), at: now) }
    }

    /// Counts and reports the pulse that was given; `after` is zero when what it left was not measured.
    mutating func countPulse(after: Millivolts, at now: Instant) {
        pulse.isCounted = true
        train.delivered += 1
        events.append(
            Event(
                .pulse, index: pulse.number, at: now, pulse.scheduledAt.raw, pulse.firedAt.raw, Int64(pulse.before.raw),
                Int64(after.raw), Int64(hottestCoil.raw)))
    }

    /// Ends the running pattern and reports it.
    mutating func finishTrain(_ ending: TrainEnding, at now: Instant) {
        guard train.isActive else { return }
        train.isActive = false
        lastTrainEndedAt = now
        activeAt = now
        let duration = train.isPending || now < train.startsAt ? .zero : now - train.startsAt
        events.append(
            Event(
                .trainFinished, detail: ending.rawValue, index: train.delivered, at: now, Int64(train.omitted),
                train.energy.raw, Int64(hottestCoil.raw), duration.raw, Int64(train.pattern.pulseCount)))
    }

    /// Gives no further pulse. One that is between FIRE and its proof is still counted before the end is reported.
    mutating func abortTrain(at now: Instant) {
        guard pulse.isOpen else { return finishTrain(.aborted, at: now) }
        train.total = train.next
        train.nextAt = .distantFuture
        train.ending = .aborted
    }

    /// Turns the set-point to an intensity; a lower one is reached through the bleed.
    mutating func aim(at next: PerMille, _ now: Instant) {
        let target = board.setPoint(for: next)
        // Before the arming second is over there is nothing to lower, and the bleed must stay open to be proven.
        if target < setPoint, state != .arming {
            stopCharging(at: now)
            loweringVoltage = true
        }
        intensity = next
        setPoint = target
    }
}
