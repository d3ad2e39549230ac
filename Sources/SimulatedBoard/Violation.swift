import StimulatorCore

/// What must never happen, whatever fails.
public enum ViolationKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Coil current that matches no accepted entry within 200 us, matches one a second time, or comes after a stop. Value: mV.
    case unwantedPulse = 0
    /// True voltage above 110 % of the board's maximum. Value: mV.
    case voltageCeiling = 1
    /// True voltage of 60 V or more for longer than the board's discharge time, on a board that had to stop. Value: mV.
    case notDischargedInTime = 2
    /// The coil's case above 41 C. Value: millidegrees.
    case coilTooHot = 3
    /// A pulse at an accepted entry's time whose true voltage is more than 3 % and 2 V off that entry's intensity. Value: mV.
    case wrongStrength = 4
    /// ENABLE is up although the safety task has not run for 75 ms. Value: ms.
    case unguarded = 5

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 6 }

    public var name: StaticString {
        switch self {
        case .unwantedPulse: "unwantedPulse"
        case .voltageCeiling: "voltageCeiling"
        case .notDischargedInTime: "notDischargedInTime"
        case .coilTooHot: "coilTooHot"
        case .wrongStrength: "wrongStrength"
        case .unguarded: "unguarded"
        }
    }
}

/// A violation: what, when, and the value that was too much.
public struct Violation: BitwiseCopyable, Hashable, Sendable {
    public var kind: ViolationKind
    public var at: Instant
    /// In the unit that the kind states.
    public var value: Int64
}
