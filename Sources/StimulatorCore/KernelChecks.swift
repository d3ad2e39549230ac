extension SafetyKernel {
    /// Takes note of what changed since the last step.
    @inline(always) mutating func observe(_ inputs: KernelInputs) {
        worstLateness = max(worstLateness, inputs.lateness)
        observeKey(inputs)
        let voltage = inputs.sampler.voltage
        if !charging, voltage.quality == .good, voltage.takenAt > chargeOffAt + .milliseconds(2) {
            lowestSinceOff = min(lowestSinceOff, voltage.value)
        }
        observeCurrent(inputs)
    }

    /// An edge of the key is one that was seen: lines that could not be read do not make the key look off and then on. A contact that
    /// bounces or trembles is not a hand that turned it: off counts once it has lasted.
    @inline(always) private mutating func observeKey(_ inputs: KernelInputs) {
        if inputs.portFailed { return }
        if inputs.lines.contains(.keySwitch) {
            if inputs.now - keyOffSince >= KernelTimes.keyTurns { keyEdgeAt = inputs.now }
            keyOffSince = .distantFuture
        } else {
            keyOffSince = min(keyOffSince, inputs.now)
        }
    }

    /// Coil current without a FIRE of ours is the worst thing that can happen.
    @inline(always) private mutating func observeCurrent(_ inputs: KernelInputs) {
        let news = inputs.fireSense.count &- edgesSeen
        if news == 0 { return }
        edgesSeen = inputs.fireSense.count
        let after = inputs.fireSense.lastAt - pulse.firedAt
        let ours = !pulse.currentSeen && after >= .zero && after <= KernelTimes.fireToCurrent
        if ours {
            pulse.currentSeen = true
            // A stop came before the news of its current.
            if !pulse.isOpen, !pulse.isCounted { countPulse(after: .zero, at: inputs.now) }
        }
        if !ours || news > 1 {
            let (sum, overflow) = sessionPulses.addingReportingOverflow(ours ? news - 1 : news)
            sessionPulses = overflow ? .max : sum
            // How strong it was is not known: as strong as can be.
            followCoil(to: inputs.now)
            coil.pulse(at: PerMille(1000))
            raise(.pulseUnexpected, ours ? 1 : 0, Int64(news), at: inputs.now)
        }
    }

    /// Limits that hold in every state.
    @inline(always) mutating func checkAlways(_ inputs: KernelInputs) {
        let now = inputs.now
        let lines = inputs.lines
        if inputs.lateness > board.tickLateness, ticks > 1 {
            if state.isArmed { raise(.tickLate, micro(board.tickLateness), micro(inputs.lateness), at: now) }
        }
        if inputs.portFailed || inputs.guardian.outputFailed { raise(.outputFailed, at: now) }
        if lines.contains(.emergencyStop) { raise(.emergencyStop, at: now) }
        if lines.contains(.patientStop) { raise(.patientStop, at: now) }
        if lines.contains(.overvoltageLatched) { raise(.overvoltageLatched, at: now) }
        if inputs.guardian.stalls != stallsSeen {
            stallsSeen = inputs.guardian.stalls
            raise(.tickStalled, micro(board.guardianTickAge), micro(inputs.lateness), at: now)
        }
        if inputs.guardian.watchdogFailed { raise(.watchdogFailed, at: now) }
        let voltage = inputs.sampler.voltage
        if voltage.quality == .good {
            let limit = Int64(board.maximumVoltage.raw) * Int64(board.overvoltageTrip.raw) / 1000
            if Int64(voltage.value.raw) > limit {
                raise(.capacitorOvervoltage, limit, Int64(voltage.value.raw), at: now)
            }
            checkObedience(voltage.value, at: now)
        }
    }

    /// The voltage may not rise while CHARGE is off: 10 V and 1 % are noise, more is a charger that does not obey.
    @inline(always) private mutating func checkObedience(_ voltage: Millivolts, at now: Instant) {
        guard !charging, lowestSinceOff.raw < Int32.max, state != .selfTest else { return }
        let limit = Int64(lowestSinceOff.raw) + 10_000 + Int64(max(0, lowestSinceOff.raw)) / 100
        if Int64(voltage.raw) > limit { raise(.chargeRunaway, limit, Int64(voltage.raw), at: now) }
    }

    /// Leases and limits of an armed board. Old means off.
    @inline(always) mutating func checkArmed(_ inputs: KernelInputs) {
        let now = inputs.now
        let lines = inputs.lines
        if !lines.contains(.interlock) { raise(.interlockOpen, at: now) }
        if !lines.contains(.coilPresent) { raise(.coilMissing, at: now) }
        if !lines.contains(.keySwitch) { raise(.keyRemoved, at: now) }
        if now > leaseEnds {
            raise(.leaseExpired, micro(board.lease), micro(now - leaseEnds) + micro(board.lease), at: now)
        }
        if !journalWritable { raise(.journalFailed, at: now) }
        // What a stop of this step has taken away is no mismatch.
        if state.isArmed, state != .arming { checkPosture(lines, at: now) }
        checkVoltage(inputs.sampler.voltage, at: now)
        checkCoil(inputs)
        // A stop has taken the set-point away: measured against none, every charged capacitor would be a runaway.
        if state.isArmed { checkCharging(inputs, at: now) }
        if pulse.isOpen == false, lines.contains(.fireSense), now - pulse.firedAt > .milliseconds(2) {
            raise(.lineMismatch, 0, Int64(InputLines.fireSense.rawValue), at: now)
        }
        checkGuardian(inputs.guardian, at: now)
    }

    /// The guardian must be alive and permit. It sees the same samples as the kernel and may have acted on one a moment earlier,
    /// so a stop that has its own name keeps it: this check comes last.
    @inline(always) private mutating func checkGuardian(_ guardian: GuardianReport, at now: Instant) {
        guard state.isArmed else { return }
        if !isFresh(guardian, at: now) {
            raise(.guardianDisagrees, micro(KernelTimes.guardianAge), micro(now - guardian.at), at: now)
        } else if !guardian.permits, state != .arming || now - enteredAt > .milliseconds(10) {
            raise(.guardianDisagrees, at: now)
        }
    }

    /// True while the guardian runs. On another processor it may have run a little after `now`.
    @inline(always) func isFresh(_ guardian: GuardianReport, at now: Instant) -> Bool {
        let age = now - guardian.at
        return age <= KernelTimes.guardianAge && age >= .zero - KernelTimes.guardianAge
    }

    /// What the heartbeat, the contactor and the bleed relay say must be what was asked for.
    @inline(always) func postureMatches(_ lines: InputLines, at now: Instant) -> Bool {
        let expected: InputLines = .enableSense | .contactorSense
        let bleedIsOpen = now > bleedOpenSince && now - bleedOpenSince > KernelTimes.relayMoves
        return lines.contains(bleedIsOpen ? expected | .bleedSense : expected)
    }

    @inline(always) private mutating func checkPosture(_ lines: InputLines, at now: Instant) {
        if now > bleedClosedSince, now - bleedClosedSince > KernelTimes.relayMoves, lines.contains(.bleedSense) {
            return raise(.lineMismatch, 0, Int64(InputLines.bleedSense.rawValue), at: now)
        }
        if postureMatches(lines, at: now) { return }
        let missing = (.enableSense | .contactorSense | .bleedSense) - lines
        raise(.lineMismatch, 0, Int64(missing.rawValue), at: now)
    }

    @inline(always) private mutating func checkVoltage(_ voltage: Reading<Millivolts>, at now: Instant) {
        if voltage.isTrusted(at: now, within: board.voltageAge) { return checkChange(voltage, at: now) }
        if voltage.quality == .implausible {
            // The converter's reference reads wrong: no limit of the voltage was broken.
            raise(.voltageImplausible, 0, Int64(voltage.value.raw), at: now)
        } else {
            raise(.voltageStale, micro(board.voltageAge), micro(now - voltage.takenAt), at: now)
        }
    }

    /// From one sample to the next the capacitor cannot rise faster than the charger's current makes it, nor fall faster than the
    /// bleed makes it: samples are at most 10 ms apart, so 10 % is ten times what the bleed does. A divider that breaks reads 0.
    @inline(always) private mutating func checkChange(_ voltage: Reading<Millivolts>, at now: Instant) {
        guard voltage.takenAt > known.takenAt else { return }
        if known.quality == .good, pulse.firedAt + .microseconds(500) < known.takenAt {
            let before = Int64(known.value.raw)
            let elapsed = min(.seconds(1), voltage.takenAt - known.takenAt)
            let least = before - max(0, before) / 10 - 10_000
            let most = before + elapsed.raw * board.chargerCurrent / board.capacitance * 3 / 2 + 20_000
            let actual = Int64(voltage.value.raw)
            if actual < least { return raise(.voltageImplausible, least, actual, at: now) }
            if actual > most { return raise(.voltageImplausible, most, actual, at: now) }
        }
        known = voltage
    }

    @inline(always) private mutating func checkCoil(_ inputs: KernelInputs) {
        let now = inputs.now
        let (first, second) = (inputs.sampler.coilA, inputs.sampler.coilB)
        let age = board.coilTemperatureAge
        if first.quality == .implausible || second.quality == .implausible {
            let bad = first.quality == .implausible ? first.value : second.value
            raise(.coilTemperatureImplausible, 0, Int64(bad.raw), at: now)
        } else if !first.isTrusted(at: now, within: age) || !second.isTrusted(at: now, within: age) {
            let oldest = min(first.takenAt, second.takenAt)
            raise(.coilTemperatureStale, micro(age), micro(now - oldest), at: now)
        } else {
            let gap = Int64(first.value.raw) - Int64(second.value.raw)
            if abs(gap) > Int64(board.coilAgreement.raw) {
                raise(.coilTemperatureImplausible, Int64(board.coilAgreement.raw), abs(gap), at: now)
            }
            let hottest = max(first.value, second.value)
            hottestCoil = hottest
            if hottest > board.coilTrip {
                raise(.coilOvertemperature, Int64(board.coilTrip.raw), Int64(hottest.raw), at: now)
            }
            warnOfHeat(hottest, at: now)
        }
    }

    @inline(always) private mutating func warnOfHeat(_ hottest: Millicelsius, at now: Instant) {
        if hottest > board.coilWarning, !coilWarned {
            warn(of: hottest, at: now)
        } else if hottest < board.coilWarning - .celsius(1) {
            coilWarned = false
        }
    }

    @inline(never) private mutating func warn(of hottest: Millicelsius, at now: Instant) {
        coilWarned = true
        events.append(Event(.coilWarning, at: now, Int64(hottest.raw), Int64(board.coilWarning.raw)))
    }

    @inline(always) private mutating func checkCharging(_ inputs: KernelInputs, at now: Instant) {
        // A stop of this same step has taken the set-point away.
        guard state.isArmed else { return }
        let voltage = inputs.sampler.voltage.value
        if state == .arming {
            // Until the proofs begin nothing charges, and the last samples of a discharge have their noise.
            let noise = proof.beganAt == .distantFuture ? DischargeWatch.margin : 0
            let limit = Int64(Ceiling.discharged.raw) + noise
            if Int64(voltage.raw) > limit { raise(.chargeRunaway, limit, Int64(voltage.raw), at: now) }
            return
        }
        let runaway = Int64(setPoint.raw) * 105 / 100 + 10_000
        if !loweringVoltage, Int64(voltage.raw) > runaway {
            raise(.chargeRunaway, runaway, Int64(voltage.raw), at: now)
        }
        let limit = loweringVoltage ? KernelTimes.lowering : board.chargeTimeout
        if now > chargeBeganAt, now - chargeBeganAt > limit {
            raise(.chargeTimeout, micro(limit), micro(now - chargeBeganAt), at: now)
        }
    }

    /// With nothing energised: trips whose condition is gone are cleared, and the hardware must have let go.
    mutating func checkDisarmed(_ inputs: KernelInputs) {
        let now = inputs.now
        checkLetGo(inputs.lines, at: now)
        if trips.isEmpty { return }
        clearIf(.interlockOpen, inputs.lines.contains(.interlock), at: now)
        clearIf(.coilMissing, inputs.lines.contains(.coilPresent), at: now)
        clearIf(.keyRemoved, inputs.lines.contains(.keySwitch), at: now)
        clearIf(.leaseExpired, now <= leaseEnds, at: now)
        clearIf(.journalFailed, journalWritable, at: now)
        if trips.contains(.coilOvertemperature) || trips.contains(.coilTemperatureStale) {
            let age = board.coilTemperatureAge
            let (first, second) = (inputs.sampler.coilA, inputs.sampler.coilB)
            let fresh = first.isTrusted(at: now, within: age) && second.isTrusted(at: now, within: age)
            clearIf(.coilTemperatureStale, fresh, at: now)
            let cool = max(first.value, second.value) <= board.coilWarning
            clearIf(.coilOvertemperature, fresh && cool, at: now)
        }
        if trips.isEmpty { firstTrip = nil }
    }

    /// Counted from when the hardware was last seen to hold nothing: a guardian that comes back lowers the heartbeat, and that
    /// edge alone brings ENABLE up for 50 ms.
    private mutating func checkLetGo(_ lines: InputLines, at now: Instant) {
        guard state != .selfTest, lines & (.enableSense | .contactorSense | .bleedSense) != .none else {
            heldSince = .distantFuture
            return
        }
        heldSince = min(heldSince, now)
        if now - heldSince > KernelTimes.bleedCloses, lines.contains(.bleedSense) {
            raise(.lineMismatch, 0, Int64(InputLines.bleedSense.rawValue), at: now)
        }
        if now - heldSince > KernelTimes.hardwareSettles {
            if lines.contains(.enableSense) { raise(.enableStuck, at: now) }
            if lines.contains(.contactorSense) { raise(.contactorWelded, at: now) }
        }
    }

    mutating func clearIf(_ trip: Trip, _ gone: Bool, at now: Instant) {
        guard gone, trips.contains(trip) else { return }
        trips.remove(trip)
        events.append(Event(.tripCleared, detail: trip.rawValue, at: now))
        if trips.isEmpty { firstTrip = nil }
    }
}

/// Microseconds, saturating: how events show times.
func micro(_ time: Nanoseconds) -> Int64 { time.raw / 1000 }
