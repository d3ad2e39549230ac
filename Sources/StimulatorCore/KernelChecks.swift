extension SafetyKernel {
    /// Takes note of what changed since the last step.
    mutating func observe(_ inputs: KernelInputs) {
        let now = inputs.now
        worstLateness = max(worstLateness, inputs.lateness)
        let rose = inputs.lines - previousLines
        if rose.contains(.keySwitch), ticks > 1 { keyEdgeAt = now }
        previousLines = inputs.lines
        let voltage = inputs.sampler.voltage
        if !charging, voltage.quality == .good, voltage.takenAt > chargeOffAt + .milliseconds(2) {
            lowestSinceOff = min(lowestSinceOff, voltage.value)
        }
        observeCurrent(inputs)
    }

    /// Coil current without a FIRE of ours is the worst thing that can happen.
    private mutating func observeCurrent(_ inputs: KernelInputs) {
        let news = inputs.fireSense.count &- edgesSeen
        if news == 0 { return }
        edgesSeen = inputs.fireSense.count
        let after = inputs.fireSense.lastAt - pulse.firedAt
        let ours = !pulse.currentSeen && after >= .zero && after <= KernelTimes.fireToCurrent
        if ours { pulse.currentSeen = true }
        if !ours || news > 1 {
            sessionPulses &+= ours ? news - 1 : news
            raise(.pulseUnexpected, limit: ours ? 1 : 0, actual: Int64(news), at: inputs.now)
        }
    }

    /// Limits that hold in every state.
    mutating func checkAlways(_ inputs: KernelInputs) {
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
                raise(.capacitorOvervoltage, limit: limit, actual: Int64(voltage.value.raw), at: now)
            }
            checkObedience(voltage.value, at: now)
        }
    }

    /// The voltage may not rise while CHARGE is off: 10 V and 1 % are noise, more is a charger that does not obey.
    private mutating func checkObedience(_ voltage: Millivolts, at now: Instant) {
        guard !charging, lowestSinceOff.raw < Int32.max, state != .selfTest else { return }
        let limit = Int64(lowestSinceOff.raw) + 10_000 + Int64(max(0, lowestSinceOff.raw)) / 100
        if Int64(voltage.raw) > limit { raise(.chargeRunaway, limit: limit, actual: Int64(voltage.raw), at: now) }
    }

    /// Leases and limits of an armed board. Old means off.
    mutating func checkArmed(_ inputs: KernelInputs) {
        let now = inputs.now
        let lines = inputs.lines
        if !lines.contains(.interlock) { raise(.interlockOpen, at: now) }
        if !lines.contains(.coilPresent) { raise(.coilMissing, at: now) }
        if !lines.contains(.keySwitch) { raise(.keyRemoved, at: now) }
        if now > leaseEnds { raise(.leaseExpired, micro(board.lease), micro(now - leaseEnds + board.lease), at: now) }
        if !journalWritable { raise(.journalFailed, at: now) }
        let guardianAge = now - inputs.guardian.at
        if guardianAge > KernelTimes.guardianAge || (!inputs.guardian.permits && now - enteredAt > .milliseconds(10)) {
            raise(.guardianDisagrees, micro(KernelTimes.guardianAge), micro(guardianAge), at: now)
        }
        if state != .arming { checkPosture(lines, at: now) }
        checkVoltage(inputs.sampler.voltage, at: now)
        checkCoil(inputs.sampler, at: now)
        checkCharging(inputs, at: now)
        if pulse.isOpen == false, lines.contains(.fireSense), now - pulse.firedAt > .milliseconds(2) {
            raise(.lineMismatch, limit: 0, actual: Int64(InputLines.fireSense.rawValue), at: now)
        }
    }

    /// What the heartbeat, the contactor and the bleed relay say must be what was asked for.
    func postureMatches(_ lines: InputLines, at now: Instant) -> Bool {
        let expected: InputLines = .enableSense | .contactorSense
        let bleedIsOpen = now > bleedOpenSince && now - bleedOpenSince > KernelTimes.relayMoves
        return lines.contains(bleedIsOpen ? expected | .bleedSense : expected)
    }

    private mutating func checkPosture(_ lines: InputLines, at now: Instant) {
        if postureMatches(lines, at: now) { return }
        let missing = (.enableSense | .contactorSense | .bleedSense) - lines
        raise(.lineMismatch, limit: 0, actual: Int64(missing.rawValue), at: now)
    }

    private mutating func checkVoltage(_ voltage: Reading<Millivolts>, at now: Instant) {
        if voltage.isTrusted(at: now, within: board.voltageAge) { return }
        if voltage.quality == .implausible {
            raise(.voltageImplausible, limit: Int64(board.maximumVoltage.raw), actual: Int64(voltage.value.raw), at: now)
        } else {
            raise(.voltageStale, micro(board.voltageAge), micro(now - voltage.takenAt), at: now)
        }
    }

    private mutating func checkCoil(_ sampler: SamplerReport, at now: Instant) {
        let (first, second) = (sampler.coilA, sampler.coilB)
        let age = board.coilTemperatureAge
        if first.quality == .implausible || second.quality == .implausible {
            let bad = first.quality == .implausible ? first.value : second.value
            raise(.coilTemperatureImplausible, limit: Int64(board.coilTrip.raw), actual: Int64(bad.raw), at: now)
        } else if !first.isTrusted(at: now, within: age) || !second.isTrusted(at: now, within: age) {
            let oldest = min(first.takenAt, second.takenAt)
            raise(.coilTemperatureStale, micro(age), micro(now - oldest), at: now)
        } else {
            let gap = Int64(first.value.raw) - Int64(second.value.raw)
            if abs(gap) > Int64(board.coilAgreement.raw) {
                raise(.coilTemperatureImplausible, limit: Int64(board.coilAgreement.raw), actual: abs(gap), at: now)
            }
            let hottest = max(first.value, second.value)
            hottestCoil = hottest
            if hottest > board.coilTrip {
                raise(.coilOvertemperature, limit: Int64(board.coilTrip.raw), actual: Int64(hottest.raw), at: now)
            }
            warnOfHeat(hottest, at: now)
        }
    }

    private mutating func warnOfHeat(_ hottest: Millicelsius, at now: Instant) {
        if hottest > board.coilWarning, !coilWarned {
            coilWarned = true
            events.append(Event(.coilWarning, at: now, Int64(hottest.raw), Int64(board.coilWarning.raw)))
        } else if hottest + .celsius(1) < board.coilWarning {
            coilWarned = false
        }
    }

    private mutating func checkCharging(_ inputs: KernelInputs, at now: Instant) {
        let voltage = inputs.sampler.voltage.value
        if state == .arming {
            let limit = Millivolts.volts(50)
            if voltage > limit { raise(.chargeRunaway, limit: Int64(limit.raw), actual: Int64(voltage.raw), at: now) }
            return
        }
        let runaway = Int64(setPoint.raw) * 105 / 100 + 10_000
        if !loweringVoltage, Int64(voltage.raw) > runaway {
            raise(.chargeRunaway, limit: runaway, actual: Int64(voltage.raw), at: now)
        }
        let limit = loweringVoltage ? KernelTimes.lowering : board.chargeTimeout
        if now > chargeBeganAt, now - chargeBeganAt > limit {
            raise(.chargeTimeout, micro(limit), micro(now - chargeBeganAt), at: now)
        }
    }

    /// With nothing energised: trips whose condition is gone are cleared, and the hardware must have let go.
    mutating func checkDisarmed(_ inputs: KernelInputs) {
        let now = inputs.now
        if state != .selfTest, now - enteredAt > KernelTimes.hardwareSettles {
            if inputs.lines.contains(.enableSense) { raise(.enableStuck, at: now) }
            if inputs.lines.contains(.contactorSense) { raise(.contactorWelded, at: now) }
        }
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

    mutating func clearIf(_ trip: Trip, _ gone: Bool, at now: Instant) {
        guard gone, trips.contains(trip) else { return }
        trips.remove(trip)
        events.append(Event(.tripCleared, detail: trip.rawValue, at: now))
        if trips.isEmpty { firstTrip = nil }
    }

    mutating func raise(_ trip: Trip, _ limit: Int64, _ actual: Int64, at now: Instant) {
        raise(trip, limit: limit, actual: actual, at: now)
    }
}

/// Microseconds, saturating: how events show times.
func micro(_ time: Nanoseconds) -> Int64 { time.raw / 1000 }
