import Console
import SimulatedBoard

/// What hands and faults can do on the simulated board, as the shell names it.
public enum SimulatedBenchWords: SimulationVocabulary {
    public static var inputCount: Int { HandInput.count }
    public static func inputName(_ input: Int) -> StaticString {
        HandInput(rawValue: UInt8(truncatingIfNeeded: input))?.name ?? ""
    }
    public static var componentCount: Int { FaultComponent.count }
    public static func componentName(_ component: Int) -> StaticString {
        FaultComponent(rawValue: UInt8(truncatingIfNeeded: component))?.name ?? ""
    }
    public static var modeCount: Int { FaultMode.count }
    public static func modeName(_ mode: Int) -> StaticString {
        FaultMode(rawValue: UInt8(truncatingIfNeeded: mode))?.name ?? ""
    }
    public static func isValid(component: Int, mode: Int) -> Bool {
        guard let component = FaultComponent(rawValue: UInt8(truncatingIfNeeded: component)),
            let mode = FaultMode(rawValue: UInt8(truncatingIfNeeded: mode))
        else { return false }
        return Fault.isValid(component, mode)
    }
}
