import StimulatorCore

/// What a person's hand does at the bench. On means what the name says: the key is on, the coil is plugged in, a stop is
/// pressed, the interlock (the door) is closed.
public enum HandInput: UInt8, BitwiseCopyable, Hashable, Sendable {
    case key = 0
    case coil = 1
    case emergencyStop = 2
    case patientStop = 3
    case interlock = 4

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    /// The shell's word.
    public var name: StaticString {
        switch self {
        case .key: "key"
        case .coil: "coil"
        case .emergencyStop: "emergency-stop"
        case .patientStop: "patient-stop"
        case .interlock: "interlock"
        }
    }

    /// The line that reports it.
    public var line: InputLines {
        switch self {
        case .key: .keySwitch
        case .coil: .coilPresent
        case .emergencyStop: .emergencyStop
        case .patientStop: .patientStop
        case .interlock: .interlock
        }
    }
}
