extension BoardDescription {
    /// This board with no limit wider than `Ceiling`, and no number that the models cannot work with.
    ///
    /// A board file may only tighten. Whoever enforces limits takes them from here: a file that asks for more gets the ceiling.
    public var withinCeilings: BoardDescription {
        var board = self
        board.boundPowerStage()
        board.boundCoil()
        board.boundPulses()
        board.boundAges()
        return board
    }

    private mutating func boundPowerStage() {
        // 10 mF and 1 MW are far above any stage: they keep the arithmetic of energies inside 64 bits.
        capacitance = bounded(capacitance, 1, 10_000_000)
        chargerPower = bounded(chargerPower, Milliwatts(1), .watts(1_000_000))
        chargerCurrent = bounded(chargerCurrent, 1, 1_000_000)
        sustainedPower = bounded(sustainedPower, Milliwatts(1), .watts(1_000_000))
        maximumVoltage = bounded(maximumVoltage, .volts(1), Ceiling.setPoint)
        minimumVoltage = bounded(minimumVoltage, Millivolts(1), maximumVoltage)
        let trip = Int64(Ceiling.overvoltage.raw) * 1000 / Int64(maximumVoltage.raw)
        overvoltageTrip = bounded(overvoltageTrip, .zero, PerMille(saturating: trip))
        readyTolerance = bounded(readyTolerance, PerMille(1), Ceiling.readyTolerance)
        residualLeast = bounded(residualLeast, .zero, PerMille(1000))
        residualMost = bounded(residualMost, residualLeast, PerMille(1000))
        bleedTimeConstant = bounded(bleedTimeConstant, .milliseconds(1), .seconds(1_000))
        dischargeTime = bounded(dischargeTime, .zero, Ceiling.dischargeTime)
        chargeTimeout = bounded(chargeTimeout, .zero, Ceiling.chargeTimeout)
        sagTime = bounded(sagTime, .zero, .seconds(1))
        verifyTime = bounded(verifyTime, .zero, .seconds(1))
    }

    private mutating func boundCoil() {
        coilHeatPerFullPulse = bounded(coilHeatPerFullPulse, .zero, .joules(10_000))
        windingHeatCapacity = bounded(windingHeatCapacity, 1, 1_000_000_000)
        caseHeatCapacity = bounded(caseHeatCapacity, 1, 1_000_000_000)
        windingTimeConstant = bounded(windingTimeConstant, .milliseconds(1), .seconds(1_000_000))
        caseTimeConstant = bounded(caseTimeConstant, .milliseconds(1), .seconds(1_000_000))
        ambient = bounded(ambient, .celsius(-100), .celsius(100))
        coilTrip = bounded(coilTrip, .celsius(-256), Ceiling.coilTemperature)
        coilWarning = bounded(coilWarning, .celsius(-256), coilTrip)
        coilAgreement = bounded(coilAgreement, .zero, .celsius(256))
    }

    private mutating func boundPulses() {
        pulseLateness = bounded(pulseLateness, .zero, Ceiling.pulseLateness)
        pulsesPerSecond = min(pulsesPerSecond, Ceiling.pulsesPerSecond)
        pulsesPerPattern = min(pulsesPerPattern, Ceiling.pulsesPerPattern)
        maximumRate = bounded(maximumRate, .zero, .hertz(1_000_000))
        rateTimesPercent = bounded(rateTimesPercent, 0, 1_000_000)
        energyPerMinute = bounded(energyPerMinute, .zero, Millijoules(1_000_000_000_000))
        leastWait = bounded(leastWait, .zero, .seconds(3_600))
    }

    private mutating func boundAges() {
        voltageAge = bounded(voltageAge, .zero, Ceiling.voltageAge)
        coilTemperatureAge = bounded(coilTemperatureAge, .zero, Ceiling.coilTemperatureAge)
        tickLateness = bounded(tickLateness, .zero, Ceiling.tickLateness)
        guardianTickAge = bounded(guardianTickAge, .zero, Ceiling.guardianTickAge)
        idle = bounded(idle, .zero, Ceiling.idle)
        armingDelay = bounded(armingDelay, .zero, .seconds(60))
        lease = bounded(lease, .zero, Ceiling.lease)
    }
}

private func bounded<Value: Comparable>(_ value: Value, _ least: Value, _ most: Value) -> Value {
    min(most, max(least, value))
}
