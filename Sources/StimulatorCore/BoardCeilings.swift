/// What a field of a board description may be.
public struct BoardBounds: BitwiseCopyable, Hashable, Sendable {
    /// In the description's own unit (nanoseconds for times).
    public let least: Int64
    public let most: Int64

    init(_ least: Int64, _ most: Int64) {
        self.least = least
        self.most = most
    }
}

/// A number that a board may not have: the field, what it was asked to be, and what it may be.
public struct BoardMisfit: BitwiseCopyable, Hashable, Sendable {
    public let field: BoardField
    public let value: Int64
    public let bounds: BoardBounds
}

extension BoardDescription {
    /// This board with no limit wider than `Ceiling`, and no number that the models cannot work with.
    ///
    /// A board file may only tighten. Whoever enforces limits takes them from here: a description that asks for more gets the
    /// ceiling.
    public var withinCeilings: BoardDescription {
        var board = BoardDescription(numbers: { self[$0] }, misfit: { _ in })
        board.identity = identity
        return board
    }

    /// The board with these numbers, each moved into its bounds: the one place where a board's numbers are judged, for the kernel, for
    /// the loader of compiled board files and for the tool that checks them.
    /// - Parameters:
    ///   - numbers: the number of each field, in the description's own unit.
    ///   - misfit: called for every number that was outside its bounds, in the fields' order.
    public init(numbers: (BoardField) -> Int64, misfit: (BoardMisfit) -> Void) {
        self.init()
        for index in 0..<BoardField.count {
            guard let field = BoardField(rawValue: UInt8(index)) else { continue }
            let value = numbers(field)
            let bounds = bounds(of: field)
            if value < bounds.least || value > bounds.most {
                misfit(BoardMisfit(field: field, value: value, bounds: bounds))
            }
            set(field, to: min(bounds.most, max(bounds.least, value)))
        }
    }

    /// Calls `report` for every two parts on the bus that have one address.
    public func sharedAddresses(_ report: (BoardField, BoardField) -> Void) {
        let all = BoardField.adcAddress.rawValue...BoardField.dacAddress.rawValue
        for second in all {
            for first in BoardField.adcAddress.rawValue..<second {
                guard let first = BoardField(rawValue: first), let second = BoardField(rawValue: second) else {
                    continue
                }
                if self[first] == self[second] { report(first, second) }
            }
        }
    }

    /// What a field may be. Those before it are within their own bounds.
    public func bounds(of field: BoardField) -> BoardBounds {
        switch field {
        // 10 mF and 1 MW are far above any stage: they keep the arithmetic of energies inside 64 bits.
        case .capacitance: BoardBounds(1, 10_000_000)
        case .chargerPower: BoardBounds(1, 1_000_000_000)
        case .chargerCurrent: BoardBounds(1, 1_000_000)
        case .maximumVoltage: BoardBounds(1_000, Int64(Ceiling.setPoint.raw))
        case .minimumVoltage: BoardBounds(1, Int64(maximumVoltage.raw))
        case .bleedTimeConstant: within(.milliseconds(1), .seconds(1_000))
        case .dischargeTime: within(min(bleedNeeds, Ceiling.dischargeTime), Ceiling.dischargeTime)
        case .residualLeast: BoardBounds(0, 1000)
        case .residualMost: BoardBounds(Int64(residualLeast.raw), 1000)
        case .sagTime, .verifyTime: within(.zero, .seconds(1))
        // A converter that ends below 110 % of the maximum, the board's voltage ceiling, does not see how far a fault went.
        case .adcFullScale: BoardBounds(Int64(maximumVoltage.raw) * 1100 / 1000, 4_000_000)
        case .chargerCurrentFullScale: BoardBounds(chargerCurrent, 1_000_000)
        // No code of the set-point converter may ask for what the hardware comparator latches on.
        case .dacFullScale: BoardBounds(Int64(maximumVoltage.raw), Int64(maximumVoltage.raw) * 1060 / 1000)
        // What the address pins of the ADS1115 and TMP117, and of the MCP4725, can be set to.
        case .adcAddress, .coilSensorAAddress, .coilSensorBAddress: BoardBounds(0x48, 0x4B)
        case .dacAddress: BoardBounds(0x60, 0x67)
        case .coilHeatPerFullPulse: BoardBounds(0, 10_000_000)
        case .windingHeatCapacity, .caseHeatCapacity: BoardBounds(1, 1_000_000_000)
        case .windingTimeConstant, .caseTimeConstant: within(.milliseconds(1), .seconds(1_000_000))
        case .ambient: BoardBounds(-100_000, 100_000)
        default: limitBounds(of: field)
        }
    }

    private func limitBounds(of field: BoardField) -> BoardBounds {
        switch field {
        case .overvoltageTrip: BoardBounds(1, Int64(Ceiling.overvoltage.raw) * 1000 / Int64(maximumVoltage.raw))
        case .readyTolerance: BoardBounds(1, Int64(Ceiling.readyTolerance.raw))
        case .chargeTimeout: within(Ceiling.chargeTimeout)
        case .pulseLateness: within(Ceiling.pulseLateness)
        case .pulsesPerSecond: BoardBounds(1, Int64(Ceiling.pulsesPerSecond))
        case .pulsesPerPattern: BoardBounds(1, Int64(Ceiling.pulsesPerPattern))
        case .maximumRate: BoardBounds(1, 1_000_000_000)
        case .rateTimesPercent: BoardBounds(1, 1_000_000)
        case .energyPerMinute: BoardBounds(1, 1_000_000_000_000)
        case .sustainedPower: BoardBounds(1, 1_000_000_000)
        case .leastWait: within(.zero, .seconds(3_600))
        case .coilTrip: BoardBounds(-256_000, Int64(Ceiling.coilTemperature.raw))
        case .coilWarning: BoardBounds(-256_000, Int64(coilTrip.raw))
        case .coilAgreement: BoardBounds(1, 256_000)
        case .voltageAge: within(Ceiling.voltageAge)
        case .coilTemperatureAge: within(Ceiling.coilTemperatureAge)
        case .tickLateness: within(Ceiling.tickLateness)
        case .guardianTickAge: within(Ceiling.guardianTickAge)
        case .idle: within(Ceiling.idle)
        case .armingDelay: within(.zero, .seconds(60))
        case .lease: within(Ceiling.lease)
        case .pulsesPerSession: BoardBounds(1, 1_000_000)
        default: preconditionFailure("not a limit")
        }
    }

    /// What the bleed takes from 105 % of the maximum to below 60 V with capacitor and resistor at +5 %: a board that gives it less
    /// would believe in a discharge that is not over.
    private var bleedNeeds: Nanoseconds {
        let from = 1.05 * Double(maximumVoltage.raw)
        let worst = 1.05 * 1.05 * Double(bleedTimeConstant.raw) * ExactMath.log(from / Double(Ceiling.discharged.raw))
        return Nanoseconds(Int64(max(0, worst)))
    }

    private func within(_ least: Nanoseconds, _ most: Nanoseconds) -> BoardBounds { BoardBounds(least.raw, most.raw) }
    private func within(_ ceiling: Nanoseconds) -> BoardBounds { BoardBounds(1, ceiling.raw) }
}
