import BoardInterface
import StimulatorCore

// What the hardware does by itself, in the order of time.
extension World {
    /// Lets everything up to and at `target` happen. One comparison when nothing does.
    @inline(__always) public mutating func advance(to target: Instant) {
        if target >= nextEventAt { catchUp(to: target) }
        if target > now { now = target }
    }

    private mutating func catchUp(to target: Instant) {
        while nextEventAt <= target {
            if nextEventAt > now { now = nextEventAt }
            if adc.sampleAt <= now { sampleADC() }
            if nextChangeAt <= now { handleChanges() }
            nextEventAt = min(nextChangeAt, adc.sampleAt)
        }
    }

    /// Handles every change that is due now, in a fixed order.
    private mutating func handleChanges() {
        var isChanged = false
        if faults.changesAt <= now || chatterAt <= now { refreshFaults() }
        if enableFallsAt <= now {
            enableFallsAt = .distantFuture
            isChanged = true
        }
        if contactor.move(at: now) { isChanged = true }
        if bleedRelay.move(at: now) { isChanged = true }
        if inhibitEndsAt <= now {
            inhibitEndsAt = .distantFuture
            isChanged = true
        }
        if currentEndsAt <= now {
            currentEndsAt = .distantFuture
            isCurrentSeen = false
            isChanged = true
        }
        if crossingAt <= now {
            cross()
            isChanged = true
        }
        if watchdogBitesAt <= now { biteWatchdog() }
        if isChanged { settle() } else { plan() }
    }

    private mutating func cross() {
        switch crossing {
        case .setPoint: isHolding = true
        case .topUp: isHolding = false
        case .overvoltage: isOvervoltageLatched = true
        case .discharged: isOvervoltageLatched = false
        case .constantPower, .none: break
        }
        crossingAt = .distantFuture
    }

    /// The watchdog resets the controller: its pins fall to their pulls until software runs again.
    private mutating func biteWatchdog() {
        watchdogBitesAt = .distantFuture
        if faults.has(.watchdog, .off) { return }
        watchdogResets &+= 1
        levels = .none
        drivePins()
    }

    /// The thyristor conducts: one biphasic pulse. The voltage falls at once, the current is seen for 346 us.
    mutating func conduct(_ origin: PulseOrigin) {
        if currentEndsAt != .distantFuture || faults.has(.thyristor, .off) { return }
        guard hands.contains(.coilPresent) else { return }
        let before = volts
        // Below 5 V the thyristor does not turn on and no sensor sees a current.
        guard before > 5 else { return }
        let after = before * parts.residual
        peakVolts = max(peakVolts, before)
        if adc.multiplexer == 4 {
            adc.step(
                from: pinVolts(ofCapacitor: before) * adcGain, to: pinVolts(ofCapacitor: after) * adcGain, at: now)
        }
        capacitor.begin(capacitor.flow, volts: after, at: now)
        let part = before / (Double(board.maximumVoltage.raw) * 1e-3)
        coil.heat(parts.coilHeat * part * part, at: now)
        pulses.add(
            TruePulse(
                at: now, before: millivolts(before), after: millivolts(after), origin: origin,
                chargedAt: pins.contains(.charge) ? now : chargeChangedAt))
        currentEndsAt = now + .microseconds(346)
        isCurrentSeen = true
        settle()
    }

    /// Brings everything that follows without delay to where it belongs, and plans the next event.
    mutating func settle() {
        let volts = volts
        peakVolts = max(peakVolts, volts)
        settleEnable(volts)
        settleRelays()
        settleCharger(volts)
        settleInputs()
        plan()
    }

    private mutating func settleEnable(_ volts: Double) {
        isEnabled = enableFallsAt != .distantFuture || faults.has(.software, .frozenAtWorst)
        if faults.has(.chargePump, .stuckOn) { isEnabled = true }
        if faults.has(.chargePump, .off) { isEnabled = false }
        if isOvervoltageLatched, !isEnabled, volts < 60 { isOvervoltageLatched = false }
        if volts >= parts.overvoltage, !faults.has(.overvoltageComparator, .off) { isOvervoltageLatched = true }
        if faults.has(.overvoltageComparator, .stuckOn) { isOvervoltageLatched = true }
    }

    private mutating func settleRelays() {
        let isSupplied = isEnabled && isChainClosed
        contactor.drive(
            isSupplied && !isOvervoltageLatched, slowness: faults.has(.contactor, .slow) ? 3 : 1, at: now)
        bleedRelay.drive(
            isSupplied && pins.contains(.bleedHold), slowness: faults.has(.bleedRelay, .slow) ? 3 : 1, at: now)
        isContactorClosed = contactor.isPulledIn || (isContactorClosed && faults.has(.contactor, .welded))
        if faults.has(.contactor, .stuckOpen) { isContactorClosed = false }
        isBleeding = !bleedRelay.isPulledIn
        if faults.has(.bleedRelay, .stuckOpen) { isBleeding = false }
        if faults.has(.bleedRelay, .stuckClosed) { isBleeding = true }
    }

    private mutating func settleInputs() {
        let hadCurrent = inputs.contains(.fireSense)
        var lines = hands.setting(.enableSense, isEnabled).setting(.contactorSense, isContactorClosed)
        lines = lines.setting(.bleedSense, !isBleeding).setting(.overvoltageLatched, isOvervoltageLatched)
        lines = lines.setting(.fireSense, isCurrentSeen)
        if !isPowered { lines = .emergencyStop | .patientStop }
        inputs = InputLines(rawValue: faults.inputs.apply(lines.rawValue, inverted: isInverted))
        if inputs.contains(.fireSense), !hadCurrent {
            fireSenseEdges = EdgeCount(count: fireSenseEdges.count &+ 1, lastAt: now)
        }
    }

    /// Finds the earliest event.
    private mutating func plan() {
        var earliest = min(crossingAt, min(enableFallsAt, currentEndsAt))
        earliest = min(earliest, min(contactor.movesAt, bleedRelay.movesAt))
        earliest = min(earliest, min(inhibitEndsAt, watchdogBitesAt))
        nextChangeAt = min(earliest, min(faults.changesAt, chatterAt))
        nextEventAt = min(nextChangeAt, adc.sampleAt)
    }
}

private func millivolts(_ volts: Double) -> Millivolts { Millivolts(Int32(volts * 1000 + 0.5)) }
