import StimulatorCore

/// Why something was refused, in one sentence: the rule's limit and the value, with their units.
extension LineOutput {
    mutating func why(_ denial: Denial, line: LineBuffer) {
        switch denial.reason {
        case .rule: why(denial.refusal, state: denial.state)
        case .misfit(let misfit): why(misfit, line: line)
        case .lineTooLong:
            put("line of ")
            put(denial.refusal.actual)
            put(" bytes, the limit is ")
            put(denial.refusal.limit)
        case .noAnswer: put("the safety side did not answer within 1 s")
        case .overtaken: put("a stop came before the command was sent")
        case .queueFull:
            put(denial.refusal.limit)
            put(" commands wait for their answers")
        }
    }

    private mutating func why(_ misfit: Misfit, line: LineBuffer) {
        guard misfit.word.count > 0 else {
            put("the line ends where it wants ")
            return put(misfit.expected.text)
        }
        put(UInt8(ascii: "\""))
        put(misfit.word, of: line)
        put(UInt8(ascii: "\""))
        if misfit.isOutOfRange {
            put(" is ")
            put(misfit.refusal.actual, in: misfit.refusal.unit)
            put(misfit.refusal.actual > misfit.refusal.limit ? ", the most is " : ", the least is ")
            put(misfit.refusal.limit, in: misfit.refusal.unit)
        } else if misfit.expected == .nothing {
            put(" is one word too many")
        } else {
            put(" is not ")
            put(misfit.expected.text)
        }
    }

    /// A rule's text. The unit comes with the refusal: a limit of the same rule may be a time, a rate or an energy.
    private mutating func why(_ refusal: Refusal, state: StimulatorState) {
        switch refusal.rule {
        case .rateForPower, .pulsesPerSecond, .recharge, .interval, .trainLength, .dose: whyPace(refusal)
        case .energy, .temperatureForecast: whyForecast(refusal)
        case .notArmed:
            put("the board is ")
            put(state.name)
            put(", not armed")
        case .wrongState:
            put("not possible while the board is ")
            put((StimulatorState(rawValue: refusal.detail) ?? state).name)
        case .tripped:
            guard let trip = Trip(rawValue: refusal.detail) else { return put("a trip holds") }
            put(trip.name)
            put(" holds: ")
            put(trip.meaning)
        case .key: put("the key switch is off, or was not turned off and on within the last 10 s")
        case .posture: put("the board does not give a guarantee that arming needs")
        case .badValue:
            put("the value is ")
            put(refusal.actual, in: refusal.unit)
            put(", the limit is ")
            put(refusal.limit, in: refusal.unit)
        case .unknownCommand: put("not a command")
        case .noPattern: put("no pattern has been set")
        case .busy: put("the safety side is busy")
        case .cooldown:
            put("the energy of the pulses already given wants a wait of ")
            put(refusal.limit, in: refusal.unit)
        }
    }

    private mutating func whyPace(_ refusal: Refusal) {
        switch refusal.rule {
        case .rateForPower:
            put("at this intensity the power stage gives ")
            limitAndActual(refusal, ", the pattern wants ")
        case .pulsesPerSecond:
            put("in any second at most ")
            limitAndActual(refusal, ", the pattern wants ")
        case .recharge where refusal.unit == .microseconds:
            put("the capacitor is ready again after ")
            limitAndActual(refusal, ", the pattern wants its next pulse after ")
        case .recharge:
            put("the capacitor is ready again in time up to ")
            limitAndActual(refusal, ", the pattern wants ")
        case .interval:
            put(refusal.actual > refusal.limit ? "at most " : "at least ")
            limitAndActual(refusal, " from start to start, the pattern wants ")
        case .trainLength:
            put("a pattern has at most ")
            limitAndActual(refusal, ", this one has ")
        default:
            put("the session has left ")
            limitAndActual(refusal, ", the pattern has ")
        }
        whichPulse(refusal)
    }

    private mutating func whyForecast(_ refusal: Refusal) {
        switch refusal.rule {
        case .temperatureForecast:
            put("the coil may reach ")
            limitAndActual(refusal, ", the pattern would heat it to ")
        default:
            put("in any minute at most ")
            limitAndActual(refusal, " of stored energy, the pattern would make it ")
        }
        whichPulse(refusal)
    }

    private mutating func limitAndActual(_ refusal: Refusal, _ between: StaticString) {
        put(refusal.limit, in: refusal.unit)
        put(between)
        put(refusal.actual, in: refusal.unit)
    }

    private mutating func whichPulse(_ refusal: Refusal) {
        guard refusal.pulseIndex > 0 else { return }
        put(", first broken by pulse ")
        put(Int64(refusal.pulseIndex) + 1)
    }
}
