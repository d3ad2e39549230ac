import StimulatorCore

/// What would be admitted instead of what was refused.
extension LineOutput {
    mutating func remedy(_ denial: Denial) {
        switch denial.reason {
        case .rule: remedy(denial.refusal, denial)
        case .misfit(let misfit): remedy(misfit, name: denial.name)
        case .lineTooLong:
            put("a line of at most ")
            put(denial.refusal.limit)
            put(" bytes")
        case .noAnswer: put("the same again, once `status` shows that the board runs")
        case .overtaken: put("the same again, once the board is discharged")
        case .queueFull: put("the same again, after their answers")
        }
    }

    private mutating func remedy(_ misfit: Misfit, name: CommandName?) {
        if let nearest = misfit.nearest {
            put(nearest)
        } else if misfit.expected == .command {
            put("help")
        } else if misfit.isOutOfRange {
            put(misfit.refusal.wouldAdmit, in: misfit.refusal.unit)
        } else if let name {
            put(name.entry.usage)
        } else {
            put("help")
        }
    }

    private mutating func remedy(_ refusal: Refusal, _ denial: Denial) {
        switch refusal.rule {
        case .rateForPower, .recharge, .energy, .temperatureForecast, .pulsesPerSecond, .dose, .trainLength, .interval,
            .badValue:
            admissible(refusal, denial.admissibleIntensity)
        case .notArmed: put("`arm`; once the board is ready, `start` gives the pattern that is set")
        case .wrongState: put(way(outOf: StimulatorState(rawValue: refusal.detail) ?? denial.state))
        case .tripped:
            guard let trip = Trip(rawValue: refusal.detail) else { return put("`faults` says what ends it") }
            put(trip.clearing.text)
        case .key: put("the key switch turned off and on, then the same again within 10 s")
        case .posture: put("the same again, once `status` shows every line as it should be and `selftest` has passed")
        case .unknownCommand: put("help")
        case .noPattern: put("a pattern such as `train 10Hz 50`, then `start`")
        case .busy: put("the same again in a moment")
        case .cooldown:
            put("the same again in ")
            put(refusal.wouldAdmit, in: refusal.unit)
        }
    }

    private mutating func admissible(_ refusal: Refusal, _ intensity: PerMille?) {
        if refusal.wouldAdmit > 0 {
            let isCount = refusal.rule == .energy || refusal.rule == .temperatureForecast
            put(refusal.wouldAdmit, in: isCount ? .pulses : refusal.unit)
            if refusal.unit == .microseconds { put(" from start to start") }
        }
        if let intensity {
            if refusal.wouldAdmit > 0 { put(", or ") }
            put("the same at ")
            put(intensity)
        } else if refusal.wouldAdmit <= 0 {
            put(lessText(refusal.rule))
        }
    }

    private func lessText(_ rule: RefusalRule) -> StaticString {
        switch rule {
        case .rateForPower, .recharge, .pulsesPerSecond, .interval: "a slower pattern"
        case .energy, .temperatureForecast: "fewer or weaker pulses, or the same after a pause"
        case .dose: "nothing more in this session"
        default: "a smaller value"
        }
    }

    private func way(outOf state: StimulatorState) -> StaticString {
        switch state {
        case .selfTest: "the same again, after the self-test"
        case .safe: "`arm` first"
        case .arming, .charging: "the same again once the board is ready, or `disarm` first"
        case .ready: "`disarm` first"
        case .firing, .recovering: "`abort` first, or the same again after the pattern"
        case .discharging: "the same again, once the board is discharged"
        case .faulted: "`clear`, after `faults` has said what it wants"
        }
    }
}
