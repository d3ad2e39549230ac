import StimulatorCore

/// What a line asks for.
enum ShellCommand: BitwiseCopyable, Hashable {
    case help(CommandName?)
    case status
    case selfTest
    case arm
    case disarm
    case stop
    case setIntensity(PerMille)
    /// Set a pattern and give it at once.
    case give(PulsePattern)
    /// Nil: the pattern that is set.
    case check(PulsePattern?)
    case start
    case abort
    case limits
    case posture
    case faults
    case clear(Trip?)
    /// Nil: the other way round.
    case watch(Bool?)
    case journal(count: Int)
    case mode(json: Bool)
    case renew
    /// Nil: say who holds control.
    case control(ControlRequest?)
    case protocolList
    case protocolShow(ProtocolName)
    case protocolLoad(ProtocolChoice)
    /// The reason.
    case override(Note)
    /// Sessions of subjects, their thresholds, remarks, and the clock.
    case subject(SubjectCommand)
    case update(UpdateRequest)
    case request(ConsoleRequest)
}
