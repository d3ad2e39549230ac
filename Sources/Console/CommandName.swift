import StimulatorCore

/// The first word of every command line. Raw values are contiguous.
enum CommandName: UInt8, BitwiseCopyable, Hashable {
    case help = 0
    case status, selftest, arm, disarm, stop, set
    case pulse, train, theta, itbs, ctbs, qps, paired
    case check, start, abort, limits, posture, faults, clear, watch, journal, mode, renew, control, `protocol`,
        override, update
    case session, threshold, note, clock, yes, no
    case operate, inject, subject

    /// How many there are: raw values are 0 ..< count.
    static var count: Int { 38 }

    /// The word itself.
    var word: StaticString { entry.word }

    /// True for the commands that define a pattern, and may follow `check`.
    var isPattern: Bool {
        switch self {
        case .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired: true
        default: false
        }
    }

    /// True for what the console side answers by itself, without the journal's task.
    var isAnsweredAtOnce: Bool { self == .journal || self == .control || self == .update }

    /// True where the command exists: hands and faults are of the simulated board only.
    func exists<Simulation: SimulationVocabulary>(in simulation: Simulation.Type) -> Bool {
        switch self {
        case .operate: Simulation.inputCount > 0
        case .inject: Simulation.componentCount > 0
        case .subject: Simulation.inputCount > 0
        default: true
        }
    }
}

/// What the manual says of a command.
struct CommandEntry {
    var word: StaticString
    /// The grammar: CAPITALS are values, brackets may be left out.
    var usage: StaticString
    var summary: StaticString
    /// More than the summary; empty where that is all.
    var details: StaticString
    var example: StaticString

    init(
        _ word: StaticString, _ usage: StaticString, _ summary: StaticString, details: StaticString = "",
        example: StaticString
    ) {
        self.word = word
        self.usage = usage
        self.summary = summary
        self.details = details
        self.example = example
    }
}
