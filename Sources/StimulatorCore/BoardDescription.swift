/// What the software must know about one board: its power stage, its coil and its limits.
///
/// Every number is a board-file value; limits may only be tighter than `Ceiling`. The defaults are the simulated board's, a
/// rapid-rate 1650 V stage (basis of each number: the project's table of a typical board).
public struct BoardDescription: BitwiseCopyable, Hashable, Sendable {
    /// Which board this is, and whether its file could be used.
    public var identity = BoardIdentity()

    // MARK: Power stage
    /// Storage capacitor, nanofarads.
    public var capacitance: Int64 = 185_000
    /// Voltage at 100 % output.
    public var maximumVoltage: Millivolts = .volts(1650)
    /// Lowest voltage at which pulses are given: 4 %. The charger regulates lower, but what does not scale with the voltage (a step of
    /// the set-point's converter, 0.44 V, and the measurement's noise, 0.21 V) must fit into the ready tolerance beside what does (the
    /// charger's hysteresis and the dividers, 0.5 %): 0.65 V / (1.5 % - 0.5 %) = 65 V. Below, pulses would be omitted (`stim admission`).
    public var minimumVoltage: Millivolts = .volts(66)
    /// Charger's constant power.
    public var chargerPower: Milliwatts = .watts(1050)
    /// Charger's current limit, milliamperes (constant power is singular at 0 V).
    public var chargerCurrent: Int64 = 2_000
    /// Bleed time constant: 6.8 kOhm and the capacitor.
    public var bleedTimeConstant: Nanoseconds = .microseconds(1_258_000)
    /// Time to below 60 V from full charge, worst case of the parts.
    public var dischargeTime: Nanoseconds = .seconds(5)
    /// Voltage left after a pulse, per mille of before: the least and the most of the coil's range.
    public var residualLeast = PerMille(730)
    public var residualMost = PerMille(810)
    /// From a pulse to the trusted sample of what it left: the charger waits so long.
    public var sagTime: Nanoseconds = .microseconds(3_600)

    /// From the end of charging to a sample that proves it, seen by a tick: one round of the sampler, a conversion and a tick.
    public var verifyTime: Nanoseconds = .microseconds(6_000)

    // MARK: Scales
    /// Capacitor voltage at the ADC's full scale (code 32768 at a gain of 2.048 V).
    public var adcFullScale: Millivolts = .volts(2000)
    /// Charger current at the ADC's full scale, milliamperes.
    public var chargerCurrentFullScale: Int64 = 4_000
    /// Set-point at the DAC's full scale (code 4096, one above the largest): 105 % of the maximum, so that no code asks for what
    /// the hardware comparator would latch on.
    public var dacFullScale: Millivolts = Millivolts(1_732_500)

    // MARK: Addresses on the bus
    public var adcAddress: UInt8 = 0x48
    public var coilSensorAAddress: UInt8 = 0x4A
    public var coilSensorBAddress: UInt8 = 0x4B
    public var dacAddress: UInt8 = 0x60

    // MARK: Coil
    /// Heat left in the winding by a pulse at 100 %, worst case; scales with the square of the voltage.
    public var coilHeatPerFullPulse: Millijoules = .joules(50)
    /// Heat capacity of the winding and of the case, millijoules per kelvin.
    public var windingHeatCapacity: Int64 = 135_000
    public var caseHeatCapacity: Int64 = 900_000
    /// Time constants winding to case and case to air.
    public var windingTimeConstant: Nanoseconds = .seconds(90)
    public var caseTimeConstant: Nanoseconds = .seconds(1_200)
    /// Air around the coil.
    public var ambient: Millicelsius = .celsius(23)

    // MARK: Limits
    /// Over-voltage trip, per mille of the maximum (software; the hardware comparator stands at 1060).
    public var overvoltageTrip = PerMille(1050)
    /// Ready tolerance, per mille of the set-point.
    public var readyTolerance = PerMille(15)
    public var chargeTimeout: Nanoseconds = .seconds(1)
    public var pulseLateness: Nanoseconds = .microseconds(200)
    public var pulsesPerSecond: UInt32 = 50
    public var pulsesPerPattern: UInt32 = 6000
    /// Fastest sustained rate, whatever the intensity.
    public var maximumRate: Millihertz = .hertz(50)
    /// Rate by power: hertz times per cent may not be above this (50 Hz to 30 %, 30 Hz at 50 %, 15 Hz at 100 %).
    public var rateTimesPercent: Int64 = 1_500
    /// Stored energy of pulses in any 60 s: 1050 W for a minute.
    public var energyPerMinute: Millijoules = .joules(63_000)
    /// Sustained dissipation of stored energy.
    public var sustainedPower: Milliwatts = .watts(1050)
    /// Shortest wait after a train.
    public var leastWait: Nanoseconds = .milliseconds(500)
    public var coilWarning: Millicelsius = .celsius(37)
    public var coilTrip: Millicelsius = .celsius(40)
    /// The two coil sensors agree within this.
    public var coilAgreement: Millicelsius = .celsius(5)
    public var voltageAge: Nanoseconds = .milliseconds(10)
    public var coilTemperatureAge: Nanoseconds = .milliseconds(200)
    public var tickLateness: Nanoseconds = .milliseconds(5)
    public var guardianTickAge: Nanoseconds = .milliseconds(7)
    public var idle: Nanoseconds = .seconds(60)
    public var armingDelay: Nanoseconds = .seconds(1)
    public var lease: Nanoseconds = .seconds(1)
    /// Pulses of one session (one start of the controller).
    public var pulsesPerSession: UInt32 = 20_000

    /// The simulated board.
    public init() {}

    /// The stored energy at a voltage: half C V squared. Readings outside 0 ... 4 kV count as the nearer end.
    @inlinable public func energy(at voltage: Millivolts) -> Millijoules {
        // nF * mV^2 = 1e-9 * 1e-6 J = 1e-12 mJ. With at most 10 mF: 10^7 * (4 * 10^6)^2 / 1000 = 1.6 * 10^17 fits.
        let millivolts = Int64(max(0, min(4_000_000, voltage.raw)))
        return Millijoules(capacitance * (millivolts * millivolts / 1_000) / 2 / 1_000_000_000)
    }

    /// The set-point for an intensity; saturates for intensities far outside 0 ... 1000.
    @inlinable public func setPoint(for intensity: PerMille) -> Millivolts {
        Millivolts(saturating: Int64(maximumVoltage.raw) * Int64(intensity.raw) / 1000)
    }

    /// Fastest sustained rate at an intensity (rate by power).
    @inlinable public func rate(at intensity: PerMille) -> Millihertz {
        intensity.raw <= 0
            ? maximumRate : min(maximumRate, Millihertz(rateTimesPercent * 10_000 / Int64(intensity.raw)))
    }
}
