/// A set of lines, one bit a line. Not an `OptionSet`: its array literal allocates.
public protocol LineSet: BitwiseCopyable, Hashable, Sendable {
    /// One bit a line.
    var rawValue: UInt32 { get }
    init(rawValue: UInt32)
}

extension LineSet {
    /// No line.
    @inlinable public static var none: Self { Self(rawValue: 0) }
    /// The lines of both sets.
    @inlinable public static func | (left: Self, right: Self) -> Self { Self(rawValue: left.rawValue | right.rawValue) }
    /// The lines that both sets have.
    @inlinable public static func & (left: Self, right: Self) -> Self { Self(rawValue: left.rawValue & right.rawValue) }
    /// The lines of the first set that the second lacks.
    @inlinable public static func - (left: Self, right: Self) -> Self {
        Self(rawValue: left.rawValue & ~right.rawValue)
    }
    /// True when every line of `lines` is in this set.
    @inlinable public func contains(_ lines: Self) -> Bool { rawValue & lines.rawValue == lines.rawValue }
    /// This set with `lines` in it, or not.
    @inlinable public func setting(_ lines: Self, _ high: Bool) -> Self { high ? self | lines : self - lines }
}

/// Output lines of the board, as a set of levels (design: the board's electrical contract).
public struct OutputLines: LineSet {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The charger may run (solid-state inhibit released).
    public static var charge: OutputLines { OutputLines(rawValue: 1 << 0) }
    /// Rising edge: one pulse, if armed.
    public static var fire: OutputLines { OutputLines(rawValue: 1 << 1) }
    /// Releases the one-shot's reset and the charger's inhibit.
    public static var arm: OutputLines { OutputLines(rawValue: 1 << 2) }
    /// Feeds the charge pump behind ENABLE: gone 50 ms after the last edge.
    public static var heartbeat: OutputLines { OutputLines(rawValue: 1 << 3) }
    /// Holds the normally-closed bleed relay open.
    public static var bleedHold: OutputLines { OutputLines(rawValue: 1 << 4) }
    public static var lamp: OutputLines { OutputLines(rawValue: 1 << 5) }
    public static var buzzer: OutputLines { OutputLines(rawValue: 1 << 6) }
    /// Marks each delivered pulse for recording equipment.
    public static var triggerOut: OutputLines { OutputLines(rawValue: 1 << 7) }
    /// The lines that the safety task owns.
    public static var safetyTask: OutputLines { .charge | .fire | .lamp | .buzzer | .triggerOut }
    /// The lines that the guardian owns.
    public static var guardian: OutputLines { .arm | .heartbeat | .bleedHold }
    /// How many lines there are: bit numbers are 0 ..< count.
    public static var count: Int { 8 }
}

/// Input lines of the board, as a set of levels. All have external pulls to the safe level; a set bit means what the name says.
public struct InputLines: LineSet {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The emergency stop is pressed (or its wire is broken).
    public static var emergencyStop: InputLines { InputLines(rawValue: 1 << 0) }
    /// The patient's (bench: second) stop button is pressed.
    public static var patientStop: InputLines { InputLines(rawValue: 1 << 1) }
    /// The door interlock is closed.
    public static var interlock: InputLines { InputLines(rawValue: 1 << 2) }
    /// A coil is plugged in.
    public static var coilPresent: InputLines { InputLines(rawValue: 1 << 3) }
    /// The key switch is on.
    public static var keySwitch: InputLines { InputLines(rawValue: 1 << 4) }
    /// Current is seen in the coil.
    public static var fireSense: InputLines { InputLines(rawValue: 1 << 5) }
    public static var triggerIn: InputLines { InputLines(rawValue: 1 << 6) }
    /// ENABLE is up (the charge pump runs).
    public static var enableSense: InputLines { InputLines(rawValue: 1 << 7) }
    /// The supply contactor is closed (mirror contact).
    public static var contactorSense: InputLines { InputLines(rawValue: 1 << 8) }
    /// The bleed relay is open, so the capacitor can hold charge.
    public static var bleedSense: InputLines { InputLines(rawValue: 1 << 9) }
    /// The over-voltage comparator has latched.
    public static var overvoltageLatched: InputLines { InputLines(rawValue: 1 << 10) }
    /// How many lines there are: bit numbers are 0 ..< count.
    public static var count: Int { 11 }
}
