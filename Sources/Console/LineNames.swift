import StimulatorCore

/// The lines' names as the board's contract has them, by bit number.
enum LineNames {
    static func input(_ bit: Int) -> StaticString {
        switch bit {
        case 0: "emergencyStop"
        case 1: "patientStop"
        case 2: "interlock"
        case 3: "coilPresent"
        case 4: "keySwitch"
        case 5: "fireSense"
        case 6: "triggerIn"
        case 7: "enableSense"
        case 8: "contactorSense"
        case 9: "bleedSense"
        default: "overvoltageLatched"
        }
    }

    static func output(_ bit: Int) -> StaticString {
        switch bit {
        case 0: "charge"
        case 1: "fire"
        case 2: "arm"
        case 3: "heartbeat"
        case 4: "bleedHold"
        case 5: "lamp"
        case 6: "buzzer"
        default: "triggerOut"
        }
    }
}
