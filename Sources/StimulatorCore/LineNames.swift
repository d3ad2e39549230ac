/// The lines' names as the board's contract has them, by bit number: in every reply, in board files and in device trees.
public enum LineNames {
    /// An input's name; `bit` is 0 ..< `InputLines.count`.
    public static func input(_ bit: Int) -> StaticString {
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

    /// An output's name; `bit` is 0 ..< `OutputLines.count`.
    public static func output(_ bit: Int) -> StaticString {
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

/// One of the board's lines: the outputs by their bit, then the inputs.
public struct Signal: BitwiseCopyable, Hashable, Sendable {
    /// 0 ..< count.
    public let index: UInt8

    /// Nil outside 0 ..< count.
    public init?(_ index: Int) {
        guard index >= 0, index < Signal.count else { return nil }
        self.index = UInt8(index)
    }

    /// How many lines a board has.
    @inlinable public static var count: Int { OutputLines.count + InputLines.count }

    /// True for a line that the board drives.
    public var isOutput: Bool { Int(index) < OutputLines.count }
    /// The line's bit in `OutputLines` or `InputLines`.
    public var bit: Int { isOutput ? Int(index) : Int(index) - OutputLines.count }
    public var name: StaticString { isOutput ? LineNames.output(bit) : LineNames.input(bit) }
    /// True for the outputs that can put energy somewhere, or keep it there: charge, fire, arm, heartbeat and bleedHold.
    public var isEnergising: Bool { isOutput && bit <= 4 }
}
