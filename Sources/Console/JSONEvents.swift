import StimulatorCore

/// Events as JSON. Each begins `{"event":NAME,"sequence":N,"atNs":T`.
extension LineOutput {
    /// Any event but the end of a pattern, which has its report.
    mutating func eventLine(_ event: Event) {
        openObject()
        eventFields(event)
        endObjectLine()
    }

    /// The end of a pattern, from its report.
    mutating func trainFinishedLine(_ event: Event, _ report: TrainReport) {
        openObject()
        openEvent(event)
        field("outcome", report.outcome.name)
        field("total", report.total)
        field("delivered", report.delivered)
        field("omitted", report.omitted)
        key("causes")
        openObject()
        for number in 0..<OmissionCause.count {
            guard let cause = OmissionCause(rawValue: UInt8(number)), report.omittedBy[number] > 0 else { continue }
            field(cause.name, report.omittedBy[number])
        }
        closeObject()
        field("intervalMeanNs", report.intervalMean.raw)
        field("intervalSpreadNs", report.intervalSpread.raw)
        field("worstLatenessNs", report.worstLateness.raw)
        field("millivoltsBefore", Int64(report.voltageBefore.raw))
        field("millivoltsAfter", Int64(report.voltageAfter.raw))
        field("coilMillicelsius", Int64(report.coil.raw))
        key("joules")
        decimal(report.energy.raw, scale: 3, least: 1, most: 3)
        field("durationNs", report.duration.raw)
        trips(report.trips)
        endObjectLine()
    }

    /// Events that never came: their sequence numbers are missing.
    mutating func eventsLostLine(_ count: UInt64) {
        openObject()
        field("event", "eventsLost")
        field("count", count)
        endObjectLine()
    }

    /// An event's fields inside an open object; used by the journal's records, too.
    mutating func eventFields(_ event: Event) {
        openEvent(event)
        switch event.kind {
        case .state:
            field("state", StimulatorState(rawValue: event.detail)?.name)
            field("from", StimulatorState(rawValue: event.extra)?.name)
        case .trip: tripFields(event)
        case .tripCleared: field("trip", Trip(rawValue: event.detail)?.name)
        case .accepted: field("token", event.index)
        case .refused:
            field("token", event.index)
            field("refusal", event.refusal?.rule.name)
            field("limit", event.values[0])
            field("actual", event.values[1])
            field("wouldAdmit", event.values[2])
            field("unit", ValueUnit(rawValue: event.extra)?.symbol)
        case .trainStarted:
            field("total", event.index)
            field("firstPulseAtNs", event.values[0])
            field("intensityPermille", event.values[1])
        case .pulse: pulseFields(event)
        case .omitted:
            field("index", event.index)
            field("cause", OmissionCause(rawValue: event.detail)?.name)
            field("scheduledNs", event.values[0])
            field("decidedNs", event.values[1])
            field("millivolts", event.values[2])
        case .trainFinished:
            field("outcome", TrainReport.Outcome(rawValue: event.detail)?.name)
            field("delivered", event.index)
            field("omitted", event.values[0])
            field("millijoules", event.values[1])
            field("coilMillicelsius", event.values[2])
            field("durationNs", event.values[3])
            field("total", event.values[4])
        case .coilWarning:
            field("coilMillicelsius", event.values[0])
            field("limit", event.values[1])
        case .selfTest:
            field("step", Int64(event.detail))
            field("passed", event.extra == 1)
        case .idle: field("limitUs", event.values[0])
        case .posture: postureFields(Posture(word: UInt64(bitPattern: event.values[0])))
        }
    }

    private mutating func openEvent(_ event: Event) {
        field("event", event.kind.name)
        field("sequence", event.sequence)
        field("atNs", event.at.raw)
    }

    private mutating func tripFields(_ event: Event) {
        let trip = Trip(rawValue: event.detail)
        field("trip", trip?.name)
        field("first", event.extra == 1)
        field("limit", event.values[0])
        field("actual", event.values[1])
        field("unit", trip?.unit.symbol)
        field("action", trip?.action.text)
        field("clears", trip?.clearing.text)
    }

    private mutating func pulseFields(_ event: Event) {
        field("index", event.index)
        field("scheduledNs", event.values[0])
        field("firedNs", event.values[1])
        field("millivoltsBefore", event.values[2])
        field("millivoltsAfter", event.values[3])
        field("coilMillicelsius", event.values[4])
    }
}

extension EventKind {
    /// The name in JSON and in the journal's listing.
    var name: StaticString {
        switch self {
        case .state: "state"
        case .trip: "trip"
        case .tripCleared: "tripCleared"
        case .accepted: "accepted"
        case .refused: "refused"
        case .trainStarted: "trainStarted"
        case .pulse: "pulse"
        case .omitted: "omitted"
        case .trainFinished: "trainFinished"
        case .coilWarning: "coilWarning"
        case .selfTest: "selfTest"
        case .idle: "idle"
        case .posture: "posture"
        }
    }
}
