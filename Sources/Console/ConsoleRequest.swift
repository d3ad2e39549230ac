import StimulatorCore

/// What a session asks of its surroundings, not of the safety side.
public enum ConsoleRequest: BitwiseCopyable, Hashable, Sendable {
    /// Show the newest `count` records, oldest first, each by `show`, then call `journalShown`.
    case journal(count: Int)
    /// Put this on record. `isAwaited`: a command line waits for it: call `recorded` once the entry is on the medium, or cannot be.
    case record(JournalEntry, isAwaited: Bool)
    /// A virtual subject of this seed lies under the simulated coil; nil takes it away.
    case virtualSubject(seed: UInt64?)
    /// Receive an update: call `updateAnswered` with what became of it.
    case update(UpdateRequest)
    /// A hand moves an input of the simulated board.
    case operate(input: Int, on: Bool)
    /// A part of the simulated board fails; nil is for ever.
    case inject(component: Int, mode: Int, duration: Nanoseconds?)
    /// Who holds control.
    case control(ControlRequest)
}
