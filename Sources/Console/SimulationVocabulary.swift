import StimulatorCore

/// Names of what hands and faults can do on a simulated board.
///
/// Indices are 0 ..< the count that goes with them. Names are single words without blanks.
public protocol SimulationVocabulary {
    /// Inputs that a hand operates: key, coil, emergency stop, door.
    static var inputCount: Int { get }
    /// The word for an input, 0 ..< inputCount.
    static func inputName(_ input: Int) -> StaticString
    /// Parts that may fail.
    static var componentCount: Int { get }
    /// The word for a part, 0 ..< componentCount.
    static func componentName(_ component: Int) -> StaticString
    /// Ways in which a part may fail.
    static var modeCount: Int { get }
    /// The word for a way to fail, 0 ..< modeCount.
    static func modeName(_ mode: Int) -> StaticString
    /// True where the part can fail in this way.
    static func isValid(component: Int, mode: Int) -> Bool
}

/// The vocabulary of a real board: `operate` and `inject` do not exist.
public enum NoSimulation: SimulationVocabulary {
    public static var inputCount: Int { 0 }
    public static func inputName(_ input: Int) -> StaticString { "" }
    public static var componentCount: Int { 0 }
    public static func componentName(_ component: Int) -> StaticString { "" }
    public static var modeCount: Int { 0 }
    public static func modeName(_ mode: Int) -> StaticString { "" }
    public static func isValid(component: Int, mode: Int) -> Bool { false }
}
