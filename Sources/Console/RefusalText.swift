import FirmwareUpdate
import StimulatorCore

/// Why something was refused, in one sentence: the rule's limit and the value, with their units.
extension LineOutput {
    mutating func why(_ denial: Denial, line: LineBuffer) {
        switch denial.reason {
        case .rule: why(denial.refusal, denial)
        case .misfit(let misfit): why(misfit, line: line)
        case .request(let fault):
            put("byte ")
            put(Int64(fault.position))
            put(" of the request: expected ")
            put(fault.expected)
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
        case .breach(let breaches):
            breach(breaches.first)
            put(" (")
            put(breaches.first.source.citation)
            put(")")
        case .unknownProtocol(let name): whyUnknown(name)
        case .nothingToOverride: put("the pattern that is set is inside all guidelines")
        case .reasonTooLong: put("with what it is for, the reason does not fit into a record")
        case .stepsRun: put("the steps of a protocol are being given")
        case .update(let refusal): refusal.why { put($0) }
        }
    }

    private mutating func why(_ misfit: Misfit, line: LineBuffer) {
        guard misfit.word.count > 0 else {
            put(misfit.expected == .pinLine ? "the command wants " : "the line ends where it wants ")
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

    /// A rule's text. The unit comes with the refusal: a limit of the same rule may be a time or a rate.
    private mutating func why(_ refusal: Refusal, _ denial: Denial) {
        switch refusal.rule {
        case .rateForPower, .pulsesPerSecond, .recharge, .interval, .trainLength, .dose: whyPace(refusal)
        case .energy, .temperatureForecast: whyForecast(refusal)
        case .cooldown:
            switch denial.name {
            case .set: put("the wait after the last change")
            case .role, .control:
                put(refusal.detail == 0 ? "the wait after a wrong PIN" : "the wait after so many changes")
            default: put("the wait after the last pattern")
            }
            put(" is over in ")
            put(refusal.limit, in: refusal.unit)
        case .notArmed:
            put("the board is ")
            put(denial.state.name)
            put(denial.state.isArmed ? ", not ready yet" : ", not armed")
        case .wrongState: whyState(refusal, denial)
        case .tripped: whyTripped(refusal, denial)
        case .key:
            put(
                denial.isKeyOn
                    ? "the key switch was not turned off and on after the stop, within the last 10 s"
                    : "the key switch is off")
        case .posture:
            put(Guarantee(rawValue: refusal.detail)?.missing ?? "the self-test has not passed")
        case .badValue where denial.name == .clear: put("this trip does not hold")
        case .badValue where denial.name == .protocol:
            put("the value is ")
            limitAndActual(
                Refusal(.badValue, unit: refusal.unit, limit: refusal.actual, actual: refusal.limit),
                ", the protocol or the subject wants ")
        case .badValue:
            put("the value is ")
            put(refusal.actual, in: refusal.unit)
            put(refusal.actual < refusal.limit ? ", the least is " : ", the most is ")
            put(refusal.limit, in: refusal.unit)
        case .unknownCommand: put("not a command")
        case .noPattern: put("no pattern has been set")
        case .guideline: whyGuideline(refusal)
        case .threshold:
            put(denial.name == .protocol ? "the " : "the subject's ")
            put((ThresholdKind(rawValue: refusal.detail) ?? .resting).name)
            put(" motor threshold is not known, and the ")
            put(denial.name == .protocol ? "protocol counts" : "guidelines count")
            put(" in per cent of it")
        case .busy: put("the safety side is busy")
        case .update: put("an update is not taken")
        case .journal: put("the journal could not be written")
        case .session, .answer: whySubject(refusal, denial)
        case .role: whyRole(refusal, denial)
        case .control: whyControl(refusal, denial)
        }
    }

    /// What no override reaches.
    private mutating func whyGuideline(_ refusal: Refusal) {
        if refusal.unit == .perMille {
            put("in a train at most ")
            limitAndActual(refusal, " of the motor threshold are given, this one has ")
        } else if refusal.detail == 1 {
            put("above the motor threshold a pause between trains of ")
            limitAndActual(refusal, " or less is unsafe, this one is ")
        } else {
            put("in a train pulses are at least ")
            limitAndActual(refusal, " apart, these are ")
        }
        put(" (")
        put((refusal.detail == 1 ? GuidelineSource.chen1997 : .rossi2009).citation)
        put(")")
    }

    private mutating func whyState(_ refusal: Refusal, _ denial: Denial) {
        if denial.name == .abort { return put("no pattern runs") }
        if denial.patternRuns { return put("a pattern runs") }
        put("not possible while the board is ")
        put((StimulatorState(rawValue: refusal.detail) ?? denial.state).name)
    }

    /// A trip that holds, or one that would come at once.
    private mutating func whyTripped(_ refusal: Refusal, _ denial: Denial) {
        guard let trip = Trip(rawValue: refusal.detail) else { return put("a trip holds") }
        put(trip.name)
        if !denial.trips.contains(trip) {
            put(" would come at once: ")
        } else if denial.name == .clear {
            put(" still holds: ")
        } else {
            put(trip.action >= .fault ? " is latched: " : " holds: ")
        }
        put(trip.meaning)
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
            put("the session gives ")
            limitAndActual(refusal, " more, this pattern has ")
        }
        guard refusal.pulseIndex > 0 else { return }
        put(", first at pulse ")
        put(Int64(refusal.pulseIndex) + 1)
    }

    /// The limit is broken by one pulse's worth: a temperature wants more digits than elsewhere to show it.
    private mutating func whyForecast(_ refusal: Refusal) {
        let isHeat = refusal.rule == .temperatureForecast
        put(
            isHeat
                ? "the coil's forecast may be at most "
                : "in any minute the stored energy of the pulses may be at most ")
        put(refusal.limit, in: refusal.unit)
        put(", pulse ")
        put(Int64(refusal.pulseIndex) + 1)
        put(" would make it ")
        guard isHeat else { return put(refusal.actual, in: refusal.unit) }
        decimal(refusal.actual, scale: 3, least: 1, most: 3)
        put(" C")
    }

    private mutating func limitAndActual(_ refusal: Refusal, _ between: StaticString) {
        put(refusal.limit, in: refusal.unit)
        put(between)
        put(refusal.actual, in: refusal.unit)
    }
}
