import FirmwareUpdate
import StimulatorCore

/// A refusal with what the session knows about its reason: enough to say why, and what would work.
struct Denial {
    enum Reason {
        /// A rule of the board: the refusal says it all.
        case rule
        /// The line does not fit the grammar.
        case misfit(Misfit)
        /// The line was longer than the limit.
        case lineTooLong
        /// The safety side did not answer.
        case noAnswer
        /// A stop came before the command was sent.
        case overtaken
        /// Too many commands wait.
        case queueFull
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
    /// The highest intensity at which the same pattern would be admitted; nil where that was not asked.
    var admissibleIntensity: PerMille?
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
    static var overtaken: Denial { Denial(Refusal(.busy), reason: .overtaken) }
    static var queueFull: Denial {
        let limit = Int64(Outbox.capacity)
        return Denial(Refusal(.busy, limit: limit, actual: limit + 1, wouldAdmit: limit), reason: .queueFull)
    }
}

extension PulsePattern {
    /// The highest intensity at which this pattern would be admitted; nil when there is none.
    ///
    /// Bisection: every limit on a pattern gets tighter with the intensity.
    func highestIntensity(board: BoardDescription, snapshot: Snapshot) -> PerMille? {
        var admitted = Admission.leastIntensity(board: board)
        guard isAdmitted(at: admitted, board, snapshot) else { return nil }
        var refused = PerMille(1001)
        while refused.raw - admitted.raw > 1 {
            let middle = PerMille((admitted.raw + refused.raw) / 2)
            if isAdmitted(at: middle, board, snapshot) { admitted = middle } else { refused = middle }
        }
        return admitted
    }

    private func isAdmitted(at intensity: PerMille, _ board: BoardDescription, _ snapshot: Snapshot) -> Bool {
        var pattern = self
        pattern.intensity = intensity
        do throws(Refusal) {
            _ = try Admission.forecast(pattern, board: board, snapshot: snapshot)
            return true
        } catch {
            return false
        }
    }
}

extension Refusal {
    /// The unit of `wouldAdmit`: where energy or heat is the limit, it says how many pulses.
    var wouldAdmitUnit: ValueUnit { rule == .energy || rule == .temperatureForecast ? .pulses : unit }
}
