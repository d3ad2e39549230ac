import StimulatorCore

/// The values of one board's parts: nominal, or drawn within their tolerances. SI units.
public struct Parts: BitwiseCopyable, Hashable, Sendable {
    /// Storage capacitor, farads; +-5 %.
    public var capacitance: Double
    /// Resistor across the capacitor for ever, ohms; 470 kOhm +-5 %.
    public var fixedResistance = 470_000.0
    /// Bleed resistor behind the relay, ohms; 6.8 kOhm +-5 %.
    public var bleedResistance: Double
    /// Charger: constant power in watts below it the current limit in amperes.
    public var chargerPower: Double
    public var chargerCurrent: Double
    /// What the charger's own divider sees of the true voltage; 1 +-0.3 %.
    public var chargerDivider = 1.0
    /// The charger tops up when the voltage is this part below the set-point; 0.1-0.3 %.
    public var hysteresis = 0.002
    /// Voltage after a biphasic pulse, of before; 0.73-0.81.
    public var residual = 0.77
    /// Heat left in the winding by a pulse at full voltage, joules; 25-50 J.
    public var coilHeat = 37.5
    /// The hardware comparator's threshold, volts: 106 % of the board's maximum.
    public var overvoltage: Double
    /// The converter's gain; 1 +-0.3 %.
    public var adcGain = 1.0
    /// A conversion's time of nominal; 0.9-1.1.
    public var adcPeriod = 1.0
    /// The supply contactor. It drops out faster than it pulls in, and never takes more than 20 ms: at 3.4 V/ms a drop-out of 16 ms
    /// keeps a runaway under 110 % with the capacitor at -5 %.
    public var contactorPullIn: Nanoseconds = .milliseconds(14)
    public var contactorDropOut: Nanoseconds = .milliseconds(12)
    /// The bleed relay; 5-15 ms.
    public var bleedPullIn: Nanoseconds = .milliseconds(10)
    public var bleedDropOut: Nanoseconds = .milliseconds(10)
    /// Offsets of the coil's two sensors, kelvins; +-0.1 K.
    public var sensorOffsetA = 0.0
    public var sensorOffsetB = 0.0
    /// Seed of the noise.
    public var noise: UInt64 = 0
    /// Which way a wrong gain goes: 1 or -1.
    public var wrongSign = 1.0

    /// Nominal parts.
    public init(board: BoardDescription) {
        capacitance = Double(board.capacitance) * 1e-9
        bleedResistance = Double(board.bleedTimeConstant.raw) * 1e-9 / capacitance
        chargerPower = Double(board.chargerPower.raw) * 1e-3
        chargerCurrent = Double(board.chargerCurrent) * 1e-3
        overvoltage = Double(board.maximumVoltage.raw) * 1.06e-3
    }

    /// Parts drawn within their tolerances.
    public init(board: BoardDescription, dice: inout Dice) {
        self.init(board: board)
        capacitance *= dice.uniform(0.95, 1.05)
        fixedResistance *= dice.uniform(0.95, 1.05)
        bleedResistance *= dice.uniform(0.95, 1.05)
        chargerDivider = dice.uniform(0.997, 1.003)
        hysteresis = dice.uniform(0.001, 0.003)
        residual = dice.uniform(Double(board.residualLeast.raw) * 1e-3, Double(board.residualMost.raw) * 1e-3)
        let mostHeat = Double(board.coilHeatPerFullPulse.raw) * 1e-3
        coilHeat = dice.uniform(0.5 * mostHeat, mostHeat)
        adcGain = dice.uniform(0.997, 1.003)
        adcPeriod = dice.uniform(0.9, 1.1)
        contactorPullIn = milliseconds(dice.uniform(8, 20))
        contactorDropOut = milliseconds(dice.uniform(8, 16))
        bleedPullIn = milliseconds(dice.uniform(5, 15))
        bleedDropOut = milliseconds(dice.uniform(5, 15))
        sensorOffsetA = dice.uniform(-0.1, 0.1)
        sensorOffsetB = dice.uniform(-0.1, 0.1)
        noise = dice.next()
        wrongSign = dice.below(2) == 0 ? 1 : -1
    }
}

private func milliseconds(_ count: Double) -> Nanoseconds { Nanoseconds(Int64(count * 1e6)) }
