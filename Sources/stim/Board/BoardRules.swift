import BoardFile
import BoardInterface
import StimulatorCore

/// What a board file's rules are called where people read them. The rules themselves are `BoardDescription.bounds(of:)`.
extension BoardField {
    static var all: [BoardField] { (0..<count).compactMap { BoardField(rawValue: UInt8($0)) } }

    /// Section and key.
    var path: String { "\(section).\(key)" }

    /// The numbers that work on a board, in the key's unit.
    func range(_ board: BoardDescription) -> String { range(board.bounds(of: self)) }

    func range(_ bounds: BoardBounds) -> String {
        let least = (bounds.least - (bounds.least > 0 ? 1 : 0)) / scale + (bounds.least > 0 ? 1 : 0)
        let most = bounds.most / scale
        return isAddress ? "\(hexadecimal(least)) ... \(hexadecimal(most))" : "\(least) ... \(most)"
    }

    /// The ceiling that bounds the field from above; nil for a field that none does.
    var ceiling: String? {
        switch self {
        case .maximumVoltage: "Ceiling.setPoint"
        case .dischargeTime: "Ceiling.dischargeTime"
        case .overvoltageTrip: "Ceiling.overvoltage, 3000 V, in per mille of maximum_voltage_millivolts"
        case .readyTolerance: "Ceiling.readyTolerance"
        case .chargeTimeout: "Ceiling.chargeTimeout"
        case .pulseLateness: "Ceiling.pulseLateness"
        case .pulsesPerSecond: "Ceiling.pulsesPerSecond"
        case .pulsesPerPattern: "Ceiling.pulsesPerPattern"
        case .coilTrip: "Ceiling.coilTemperature"
        case .voltageAge: "Ceiling.voltageAge"
        case .coilTemperatureAge: "Ceiling.coilTemperatureAge"
        case .tickLateness: "Ceiling.tickLateness"
        case .guardianTickAge: "Ceiling.guardianTickAge"
        case .idle: "Ceiling.idle"
        case .lease: "Ceiling.lease"
        default: nil
        }
    }

    /// What else bounds the field, from below or from above; nil where the models' arithmetic alone does.
    func reason(isAbove: Bool) -> String? {
        switch self {
        case .minimumVoltage where isAbove: "maximum_voltage_millivolts"
        case .dischargeTime where !isAbove:
            "what the bleed needs from 105 % of the maximum to 60 V with both parts at +5 %"
        case .residualMost where !isAbove: "residual_least_per_mille"
        case .adcFullScale where !isAbove: "110 % of maximum_voltage_millivolts, which the converter must still see"
        case .chargerCurrentFullScale where !isAbove: "charger_current_milliamperes, which the converter must still see"
        case .dacFullScale:
            isAbove
                ? "106 % of maximum_voltage_millivolts, where the hardware comparator latches"
                : "maximum_voltage_millivolts, which the converter must be able to ask for"
        case .adcAddress: "an ADS1115's address"
        case .coilSensorAAddress, .coilSensorBAddress: "a TMP117's address"
        case .dacAddress: "an MCP4725's address"
        case .coilWarning where isAbove: "coil_trip_millicelsius"
        default: nil
        }
    }
}

extension BoardMisfit {
    /// The rule that is broken, and what would work.
    var words: String {
        let isAbove = value > bounds.most
        let limit = isAbove ? bounds.most / field.scale : (bounds.least - 1) / field.scale + 1
        let shown = field.isAddress ? hexadecimal(limit) : String(limit)
        var words = isAbove ? "above \(shown), the most" : "below \(shown), the least"
        if isAbove, let ceiling = field.ceiling {
            words += "; breaks the ceiling \(ceiling)"
        } else if let reason = field.reason(isAbove: isAbove) {
            words += " (\(reason))"
        }
        return words + ": \(field.range(bounds)) work"
    }
}
