import StimulatorCore

/// Events for people.
extension LineOutput {
    /// One event in one line, without the line's end.
    mutating func event(_ event: Event) {
        switch event.kind {
        case .state:
            put("state: ")
            put(StimulatorState(rawValue: event.detail)?.name ?? "unknown")
        case .trip: trip(event)
        case .tripCleared:
            put("cleared: ")
            put(Trip(rawValue: event.detail)?.name ?? "unknown")
        case .accepted:
            put("accepted: command ")
            put(Int64(event.index))
        case .refused:
            put("refused: command ")
            put(Int64(event.index))
            put(", ")
            put(event.refusal?.rule.name ?? "unknown")
        case .trainStarted:
            put("pattern begun: ")
            put(Int64(event.index), in: .pulses)
            put(" at ")
            put(PerMille(saturating: event.values[1]))
        case .pulse: pulse(event)
        case .omitted:
            put("omitted: pulse ")
            put(Int64(event.index) + 1)
            put(", ")
            put(OmissionCause(rawValue: event.detail)?.name ?? "unknown")
            put(" at ")
            put(Millivolts(saturating: event.values[2]))
        case .trainFinished:
            put("pattern ")
            put(TrainReport.Outcome(rawValue: event.detail)?.name ?? "ended")
            put(": ")
            put(Int64(event.index))
            put(" delivered, ")
            put(event.values[0])
            put(" omitted")
        case .coilWarning:
            put("warning: ", in: .caution)
            put("the coil is at ")
            put(Millicelsius(saturating: event.values[0]))
            put(", the warning is at ")
            put(Millicelsius(saturating: event.values[1]))
        case .selfTest:
            let passed: StaticString = "self-test passed: lines, bleed at start, sensors, ENABLE on and off"
            put(event.extra == 1 ? passed : "self-test failed at: ")
            if event.extra != 1 { put(selfTestStep(event.detail)) }
        case .idle:
            put("idle for ")
            put(event.values[0], in: .microseconds)
            put(": disarms")
        case .posture: posture(Posture(word: UInt64(bitPattern: event.values[0])))
        }
    }

    /// Events whose sequence numbers are missing.
    mutating func eventsLost(_ count: UInt64) {
        put(count)
        put(count == 1 ? " event lost" : " events lost")
    }

    /// The steps in the order in which the self-test goes through them.
    private func selfTestStep(_ step: UInt8) -> StaticString {
        switch step {
        case 0: "lines at safe levels"
        case 1: "bleed at start"
        case 2: "sensors"
        case 3: "ENABLE comes with the heartbeat"
        case 4: "ENABLE goes without the heartbeat"
        default: "an unknown step"
        }
    }

    private mutating func trip(_ event: Event) {
        colour(.alarm)
        put("trip: ")
        put(Trip(rawValue: event.detail)?.name ?? "unknown")
        colour(.plain)
        guard let trip = Trip(rawValue: event.detail) else { return }
        put("  ")
        put(trip.meaning)
        tripValues(trip, limit: event.values[0], actual: event.values[1])
        put("; ")
        put(trip.action.text)
        put("; clears: ")
        put(trip.clearing.text)
    }

    private mutating func tripValues(_ trip: Trip, limit: Int64, actual: Int64) {
        if trip == .lineMismatch {
            put(":")
            for bit in 0..<InputLines.count where actual & 1 << Int64(bit) != 0 {
                put(" ")
                put(LineNames.input(bit))
            }
        }
        guard trip.unit != .none, limit != 0 || actual != 0 else { return }
        if limit != 0 {
            put(", limit ")
            put(limit, in: trip.unit)
        }
        put(", was ")
        put(actual, in: trip.unit)
    }

    private mutating func pulse(_ event: Event) {
        put("pulse ")
        put(Int64(event.index) + 1)
        put(": ")
        put(Nanoseconds(event.values[1] &- event.values[0]))
        put(" after its time, ")
        put(Millivolts(saturating: event.values[2]))
        put(" before, ")
        put(Millivolts(saturating: event.values[3]))
        put(" after, coil ")
        put(Millicelsius(saturating: event.values[4]))
    }
}
