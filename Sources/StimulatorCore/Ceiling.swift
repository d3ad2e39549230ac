/// Hard ceilings, in code: no board file, session or command can go beyond them, in any build, for anyone.
///
/// Source of every number: the project's table of limits ("ceiling in code"), unless the line says otherwise.
public enum Ceiling {
    /// Set-point of any board: a monophasic 2800 V, 185 uF stage is the largest foreseen.
    @inlinable public static var setPoint: Millivolts { .volts(2800) }
    /// Over-voltage trip of any board.
    @inlinable public static var overvoltage: Millivolts { .volts(3000) }
    /// Ready tolerance, per mille of the set-point.
    @inlinable public static var readyTolerance: PerMille { PerMille(50) }
    /// Charge time from zero to full.
    @inlinable public static var chargeTimeout: Nanoseconds { .seconds(10) }
    /// The one-shot's dead time: no two pulses closer.
    @inlinable public static var leastInterval: Nanoseconds { .microseconds(1_800) }
    /// Average interval over any five pulses: groups of up to four may be closer.
    @inlinable public static var leastSustainedInterval: Nanoseconds { .milliseconds(10) }
    /// Interval between two items of a level: an hour, so that every time stays far from overflow.
    @inlinable public static var longestInterval: Nanoseconds { .seconds(3600) }
    /// Lateness beyond which a pulse is omitted.
    @inlinable public static var pulseLateness: Nanoseconds { .milliseconds(1) }
    /// Pulses in any window (t - 1 s, t].
    @inlinable public static var pulsesPerSecond: UInt32 { 100 }
    /// Pulses in one pattern.
    @inlinable public static var pulsesPerPattern: UInt32 { 6000 }
    /// Applied part, normal and single fault (IEC 60601-1, 2nd ed., cl. 42.3).
    @inlinable public static var coilTemperature: Millicelsius { .celsius(41) }
    /// Age of a voltage sample while armed.
    @inlinable public static var voltageAge: Nanoseconds { .milliseconds(50) }
    /// Age of a coil temperature while armed.
    @inlinable public static var coilTemperatureAge: Nanoseconds { .seconds(1) }
    /// Lateness of a tick.
    @inlinable public static var tickLateness: Nanoseconds { .milliseconds(10) }
    /// Age of the tick at which the guardian acts.
    @inlinable public static var guardianTickAge: Nanoseconds { .milliseconds(20) }
    /// Time to below 60 V.
    @inlinable public static var dischargeTime: Nanoseconds { .seconds(10) }
    /// Armed and idle.
    @inlinable public static var idle: Nanoseconds { .seconds(60) }
    /// The console's lease.
    @inlinable public static var lease: Nanoseconds { .seconds(2) }
    /// Accessible d.c. limit: below it the capacitor counts as discharged.
    @inlinable public static var discharged: Millivolts { .volts(60) }
}
