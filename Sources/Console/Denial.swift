import FirmwareUpdate
import StimulatorCore

/// A refusal with what the session knows about its reason: enough to say why, and what would work.
struct Denial {
    enum Reason {
        /// A rule of the board: the refusal says it all.
        case rule
        /// The line does not fit the grammar.
        case misfit(Misfit)
        /// The line is no request in JSON.
        case request(JSONFault)
        /// The line was longer than the limit.
        case lineTooLong
        /// The safety side did not answer.
        case noAnswer
        /// A stop came before the command was sent.
        case overtaken
        /// Too many commands wait.
        case queueFull
        /// A guideline that an operator may override, and has not.
        case breach(GuidelineBreaches)
        /// No protocol of the library has this name.
        case unknownProtocol(ProtocolName)
        /// The set pattern is inside all guidelines.
        case nothingToOverride
        /// The journal has no room for so long a reason.
        case reasonTooLong
        /// Steps are being given.
        case stepsRun
        /// The receiver of updates says it all.
        case update(UpdateRefusal)
    }

    var refusal: Refusal
    var reason: Reason
    /// What the board was doing.
    var state = StimulatorState.safe
    /// Trips that held.
    var trips = TripSet()
    /// A pattern ran.
    var patternRuns = false
    /// The key switch was on.
    var isKeyOn = false
    /// The nearest patterns that would be admitted.
    var proposals = Proposals()
    /// What the session may do, and who holds control.
    var authority = Authority.alone
    /// Who the pulses are for.
    var subject = SubjectCode()
    /// The command, where the first word was one.
    var name: CommandName?

    init(_ refusal: Refusal, reason: Reason = .rule) {
        self.refusal = refusal
        self.reason = reason
    }

    static func lineTooLong(_ length: Int64) -> Denial {
        let limit = Int64(LineBuffer.limit)
        return Denial(Refusal(.badValue, limit: limit, actual: length, wouldAdmit: limit), reason: .lineTooLong)
    }

    static var noAnswer: Denial { Denial(Refusal(.busy), reason: .noAnswer) }
    static var stepsRun: Denial { Denial(Refusal(.wrongState), reason: .stepsRun) }
    static var overtaken: Denial { Denial(Refusal(.busy), reason: .overtaken) }
    static var queueFull: Denial {
        let limit = Int64(Outbox.capacity)
        return Denial(Refusal(.busy, limit: limit, actual: limit + 1, wouldAdmit: limit), reason: .queueFull)
    }
}

extension Refusal {
    /// The unit of `wouldAdmit`: where energy or heat is the limit, it says how many pulses.
    var wouldAdmitUnit: ValueUnit {
        rule == .energy || rule == .temperatureForecast || rule == .dose ? .pulses : unit
    }
}
