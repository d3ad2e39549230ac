/// A number of a board description, in the order in which a compiled board file holds them.
///
/// A field's bounds may depend on fields before it, never on later ones. New fields change the file's version.
public enum BoardField: UInt8, BitwiseCopyable, Hashable, Sendable {
    case capacitance = 0, maximumVoltage, minimumVoltage, chargerPower, chargerCurrent, bleedTimeConstant, dischargeTime
    case residualLeast, residualMost, sagTime, verifyTime
    case adcFullScale, chargerCurrentFullScale, dacFullScale
    case adcAddress, coilSensorAAddress, coilSensorBAddress, dacAddress
    case coilHeatPerFullPulse, windingHeatCapacity, caseHeatCapacity, windingTimeConstant, caseTimeConstant, ambient
    case overvoltageTrip, readyTolerance, chargeTimeout, pulseLateness, pulsesPerSecond, pulsesPerPattern, maximumRate
    case rateTimesPercent, energyPerMinute, sustainedPower, leastWait, coilTrip, coilWarning, coilAgreement
    case voltageAge, coilTemperatureAge, tickLateness, guardianTickAge, idle, armingDelay, lease, pulsesPerSession

    /// How many fields there are: raw values are 0 ..< count.
    @inlinable public static var count: Int { 46 }

    /// The field's key in a `board.toml`: its name and its unit there.
    public var key: StaticString {
        switch self {
        case .capacitance: "capacitance_nanofarads"
        case .maximumVoltage: "maximum_voltage_millivolts"
        case .minimumVoltage: "minimum_voltage_millivolts"
        case .chargerPower: "charger_power_milliwatts"
        case .chargerCurrent: "charger_current_milliamperes"
        case .bleedTimeConstant: "bleed_time_constant_microseconds"
        case .dischargeTime: "discharge_time_milliseconds"
        case .residualLeast: "residual_least_per_mille"
        case .residualMost: "residual_most_per_mille"
        case .sagTime: "sag_time_microseconds"
        case .verifyTime: "verify_time_microseconds"
        case .adcFullScale: "adc_full_scale_millivolts"
        case .chargerCurrentFullScale: "charger_current_full_scale_milliamperes"
        case .dacFullScale: "dac_full_scale_millivolts"
        case .adcAddress: "adc_address"
        case .coilSensorAAddress: "coil_sensor_a_address"
        case .coilSensorBAddress: "coil_sensor_b_address"
        case .dacAddress: "dac_address"
        case .coilHeatPerFullPulse: "coil_heat_per_full_pulse_millijoules"
        case .windingHeatCapacity: "winding_heat_capacity_millijoules_per_kelvin"
        case .caseHeatCapacity: "case_heat_capacity_millijoules_per_kelvin"
        case .windingTimeConstant: "winding_time_constant_seconds"
        case .caseTimeConstant: "case_time_constant_seconds"
        case .ambient: "ambient_millicelsius"
        case .overvoltageTrip: "overvoltage_trip_per_mille"
        case .readyTolerance: "ready_tolerance_per_mille"
        case .chargeTimeout: "charge_timeout_milliseconds"
        case .pulseLateness: "pulse_lateness_microseconds"
        case .pulsesPerSecond: "pulses_per_second"
        case .pulsesPerPattern: "pulses_per_pattern"
        case .maximumRate: "maximum_rate_millihertz"
        case .rateTimesPercent: "rate_times_percent"
        case .energyPerMinute: "energy_per_minute_millijoules"
        case .sustainedPower: "sustained_power_milliwatts"
        case .leastWait: "least_wait_milliseconds"
        case .coilTrip: "coil_trip_millicelsius"
        case .coilWarning: "coil_warning_millicelsius"
        case .coilAgreement: "coil_agreement_millicelsius"
        case .voltageAge: "voltage_age_milliseconds"
        case .coilTemperatureAge: "coil_temperature_age_milliseconds"
        case .tickLateness: "tick_lateness_milliseconds"
        case .guardianTickAge: "guardian_tick_age_milliseconds"
        case .idle: "idle_seconds"
        case .armingDelay: "arming_delay_milliseconds"
        case .lease: "lease_milliseconds"
        case .pulsesPerSession: "pulses_per_session"
        }
    }

    /// The field's section in a `board.toml`.
    public var section: StaticString {
        switch self {
        case .capacitance, .maximumVoltage, .minimumVoltage, .chargerPower, .chargerCurrent, .bleedTimeConstant,
            .dischargeTime, .residualLeast, .residualMost, .sagTime, .verifyTime:
            "power_stage"
        case .adcFullScale, .chargerCurrentFullScale, .dacFullScale: "scales"
        case .adcAddress, .coilSensorAAddress, .coilSensorBAddress, .dacAddress: "addresses"
        case .coilHeatPerFullPulse, .windingHeatCapacity, .caseHeatCapacity, .windingTimeConstant, .caseTimeConstant,
            .ambient:
            "coil"
        default: "limits"
        }
    }

    /// What one of the key's unit is in the description's own: nanoseconds for times, 1 for everything else.
    public var scale: Int64 {
        switch self {
        case .bleedTimeConstant, .sagTime, .verifyTime, .pulseLateness: 1_000
        case .dischargeTime, .chargeTimeout, .leastWait, .voltageAge, .coilTemperatureAge, .tickLateness,
            .guardianTickAge, .armingDelay, .lease:
            1_000_000
        case .windingTimeConstant, .caseTimeConstant, .idle: 1_000_000_000
        default: 1
        }
    }

    /// True for the addresses of parts on the bus.
    @inlinable public var isAddress: Bool {
        rawValue >= BoardField.adcAddress.rawValue && rawValue <= BoardField.dacAddress.rawValue
    }
}

extension BoardDescription {
    /// The number of a field, in the description's own unit (nanoseconds for times).
    public subscript(field: BoardField) -> Int64 {
        switch field {
        case .capacitance: capacitance
        case .maximumVoltage: Int64(maximumVoltage.raw)
        case .minimumVoltage: Int64(minimumVoltage.raw)
        case .chargerPower: chargerPower.raw
        case .chargerCurrent: chargerCurrent
        case .bleedTimeConstant: bleedTimeConstant.raw
        case .dischargeTime: dischargeTime.raw
        case .residualLeast: Int64(residualLeast.raw)
        case .residualMost: Int64(residualMost.raw)
        case .sagTime: sagTime.raw
        case .verifyTime: verifyTime.raw
        case .adcFullScale: Int64(adcFullScale.raw)
        case .chargerCurrentFullScale: chargerCurrentFullScale
        case .dacFullScale: Int64(dacFullScale.raw)
        case .adcAddress: Int64(adcAddress)
        case .coilSensorAAddress: Int64(coilSensorAAddress)
        case .coilSensorBAddress: Int64(coilSensorBAddress)
        case .dacAddress: Int64(dacAddress)
        case .coilHeatPerFullPulse: coilHeatPerFullPulse.raw
        case .windingHeatCapacity: windingHeatCapacity
        case .caseHeatCapacity: caseHeatCapacity
        case .windingTimeConstant: windingTimeConstant.raw
        case .caseTimeConstant: caseTimeConstant.raw
        case .ambient: Int64(ambient.raw)
        default: limit(field)
        }
    }

    /// Sets the number of a field, which saturates at the field's type. (Not the subscript's setter: what would let it be changed in place
    /// takes memory from the heap.)
    public mutating func set(_ field: BoardField, to newValue: Int64) {
        switch field {
        case .capacitance: capacitance = newValue
        case .maximumVoltage: maximumVoltage = Millivolts(saturating: newValue)
        case .minimumVoltage: minimumVoltage = Millivolts(saturating: newValue)
        case .chargerPower: chargerPower = Milliwatts(newValue)
        case .chargerCurrent: chargerCurrent = newValue
        case .bleedTimeConstant: bleedTimeConstant = Nanoseconds(newValue)
        case .dischargeTime: dischargeTime = Nanoseconds(newValue)
        case .residualLeast: residualLeast = PerMille(saturating: newValue)
        case .residualMost: residualMost = PerMille(saturating: newValue)
        case .sagTime: sagTime = Nanoseconds(newValue)
        case .verifyTime: verifyTime = Nanoseconds(newValue)
        case .adcFullScale: adcFullScale = Millivolts(saturating: newValue)
        case .chargerCurrentFullScale: chargerCurrentFullScale = newValue
        case .dacFullScale: dacFullScale = Millivolts(saturating: newValue)
        case .adcAddress: adcAddress = UInt8(clamping: newValue)
        case .coilSensorAAddress: coilSensorAAddress = UInt8(clamping: newValue)
        case .coilSensorBAddress: coilSensorBAddress = UInt8(clamping: newValue)
        case .dacAddress: dacAddress = UInt8(clamping: newValue)
        case .coilHeatPerFullPulse: coilHeatPerFullPulse = Millijoules(newValue)
        case .windingHeatCapacity: windingHeatCapacity = newValue
        case .caseHeatCapacity: caseHeatCapacity = newValue
        case .windingTimeConstant: windingTimeConstant = Nanoseconds(newValue)
        case .caseTimeConstant: caseTimeConstant = Nanoseconds(newValue)
        case .ambient: ambient = Millicelsius(saturating: newValue)
        default: setLimit(field, newValue)
        }
    }

    private func limit(_ field: BoardField) -> Int64 {
        switch field {
        case .overvoltageTrip: Int64(overvoltageTrip.raw)
        case .readyTolerance: Int64(readyTolerance.raw)
        case .chargeTimeout: chargeTimeout.raw
        case .pulseLateness: pulseLateness.raw
        case .pulsesPerSecond: Int64(pulsesPerSecond)
        case .pulsesPerPattern: Int64(pulsesPerPattern)
        case .maximumRate: maximumRate.raw
        case .rateTimesPercent: rateTimesPercent
        case .energyPerMinute: energyPerMinute.raw
        case .sustainedPower: sustainedPower.raw
        case .leastWait: leastWait.raw
        case .coilTrip: Int64(coilTrip.raw)
        case .coilWarning: Int64(coilWarning.raw)
        case .coilAgreement: Int64(coilAgreement.raw)
        case .voltageAge: voltageAge.raw
        case .coilTemperatureAge: coilTemperatureAge.raw
        case .tickLateness: tickLateness.raw
        case .guardianTickAge: guardianTickAge.raw
        case .idle: idle.raw
        case .armingDelay: armingDelay.raw
        case .lease: lease.raw
        case .pulsesPerSession: Int64(pulsesPerSession)
        default: preconditionFailure("not a limit")
        }
    }

    private mutating func setLimit(_ field: BoardField, _ value: Int64) {
        switch field {
        case .overvoltageTrip: overvoltageTrip = PerMille(saturating: value)
        case .readyTolerance: readyTolerance = PerMille(saturating: value)
        case .chargeTimeout: chargeTimeout = Nanoseconds(value)
        case .pulseLateness: pulseLateness = Nanoseconds(value)
        case .pulsesPerSecond: pulsesPerSecond = UInt32(clamping: value)
        case .pulsesPerPattern: pulsesPerPattern = UInt32(clamping: value)
        case .maximumRate: maximumRate = Millihertz(value)
        case .rateTimesPercent: rateTimesPercent = value
        case .energyPerMinute: energyPerMinute = Millijoules(value)
        case .sustainedPower: sustainedPower = Milliwatts(value)
        case .leastWait: leastWait = Nanoseconds(value)
        case .coilTrip: coilTrip = Millicelsius(saturating: value)
        case .coilWarning: coilWarning = Millicelsius(saturating: value)
        case .coilAgreement: coilAgreement = Millicelsius(saturating: value)
        case .voltageAge: voltageAge = Nanoseconds(value)
        case .coilTemperatureAge: coilTemperatureAge = Nanoseconds(value)
        case .tickLateness: tickLateness = Nanoseconds(value)
        case .guardianTickAge: guardianTickAge = Nanoseconds(value)
        case .idle: idle = Nanoseconds(value)
        case .armingDelay: armingDelay = Nanoseconds(value)
        case .lease: lease = Nanoseconds(value)
        case .pulsesPerSession: pulsesPerSession = UInt32(clamping: value)
        default: preconditionFailure("not a limit")
        }
    }
}
