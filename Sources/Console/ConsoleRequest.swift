import StimulatorCore

/// What a session asks of its surroundings, not of the safety side.
public enum ConsoleRequest: BitwiseCopyable, Hashable, Sendable {
    /// Show the newest `count` records, oldest first, each by `show`, then call `journalShown`.
    case journal(count: Int)
    /// A hand moves an input of the simulated board.
    case operate(input: Int, on: Bool)
    /// A part of the simulated board fails; nil is for ever.
    case inject(component: Int, mode: Int, duration: Nanoseconds?)
    /// Who holds control.
    case control(ControlRequest)
}
