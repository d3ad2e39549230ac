import FirmwareUpdate
import StimulatorCore

/// What would be admitted instead of what was refused.
extension LineOutput {
    mutating func remedy<Simulation: SimulationVocabulary>(_ denial: Denial, in simulation: Simulation.Type) {
        switch denial.reason {
        case .rule: remedy(denial.refusal, denial)
        case .misfit(let misfit): remedy(misfit, name: denial.name, in: simulation)
        case .lineTooLong:
            put("a line of at most ")
            put(denial.refusal.limit)
            put(" bytes")
        case .noAnswer: put("the same again, once `status` shows that the board runs")
        case .overtaken: put("the same again, once the board is discharged")
        case .queueFull: put("the same again, after their answers")
        case .update(let refusal): refusal.remedy { put($0) }
        }
    }

    private mutating func remedy<Simulation: SimulationVocabulary>(
        _ misfit: Misfit, name: CommandName?, in simulation: Simulation.Type
    ) {
        if let nearest = misfit.nearest {
            put(nearest)
        } else if misfit.expected == .command {
            put("help")
        } else if let kind = misfit.kind {
            words(of: kind, in: simulation)
        } else if misfit.isOutOfRange {
            put(misfit.refusal.wouldAdmit, in: misfit.refusal.unit)
        } else if let name {
            put(name.entry.usage)
        } else {
            put("help")
        }
    }

    /// Every word of a list.
    private mutating func words<Simulation: SimulationVocabulary>(of kind: WordKind, in simulation: Simulation.Type) {
        var isFirst = true
        for index in 0..<Vocabulary<Simulation>.count(of: kind) {
            guard let word = Vocabulary<Simulation>.word(of: kind, at: index) else { continue }
            if !isFirst { put(", ") }
            isFirst = false
            put(word)
        }
    }

    private mutating func remedy(_ refusal: Refusal, _ denial: Denial) {
        switch refusal.rule {
        case .badValue where denial.name == .clear: put("`clear` alone, for every trip that holds")
        case .rateForPower, .recharge, .energy, .temperatureForecast, .pulsesPerSecond, .dose, .trainLength, .interval,
            .badValue:
            admissible(refusal, denial.admissibleIntensity)
        case .cooldown:
            put("the same again in ")
            put(refusal.wouldAdmit, in: refusal.unit)
        case .notArmed where denial.state.isArmed: put("`start` once the board is ready")
        case .notArmed: put("`arm`; once the board is ready, `start` gives the pattern that is set")
        case .wrongState: wayOut(refusal, denial)
        case .tripped:
            let trip = Trip(rawValue: refusal.detail)
            // A condition that has not tripped needs no acknowledgement.
            guard let trip, denial.trips.contains(trip) else {
                return put("the same again, once the condition is gone")
            }
            if trip == .boardMismatch { put("the board and its file put right (`status` says what is wrong), ") }
            if trip.clearing == .whenConditionClears || trip.clearing == .onDisarm { put("the same again, ") }
            put(trip.clearing.text)
        case .key where denial.name == .arm || denial.name == .update: put("the key switch on, then the same again")
        case .key: put("the key switch turned off and on, then the same again within 10 s")
        case .posture:
            put(
                Guarantee(rawValue: refusal.detail) == nil
                    ? "the same again, after a `selftest` that passes"
                    : "the same after a start that has all of what `posture` lists")
        case .unknownCommand: put("help")
        case .noPattern: put("a pattern such as `train 10Hz 50`, then `start`")
        case .busy: put("the same again in a moment")
        case .update: put("`update status` says which")
        case .journal: put("the same again, once `status` shows a writable journal")
        }
    }

    private mutating func admissible(_ refusal: Refusal, _ intensity: PerMille?) {
        if refusal.wouldAdmit > 0 {
            put(refusal.wouldAdmit, in: refusal.wouldAdmitUnit)
            if refusal.unit == .microseconds { paceText(refusal.wouldAdmit) }
        }
        if let intensity {
            if refusal.wouldAdmit > 0 { put(", or ") }
            put("the same at ")
            put(intensity)
        } else if refusal.wouldAdmit <= 0 {
            put(lessText(refusal.rule))
        }
    }

    /// An interval, said as a rate too; rounded down, so that it would be admitted.
    private mutating func paceText(_ microseconds: Int64) {
        put(" from start to start (")
        let tenths = 10_000_000 / microseconds
        put(tenths > 0 ? Millihertz(tenths * 100) : Millihertz(1_000_000_000 / microseconds))
        put(")")
    }

    private func lessText(_ rule: RefusalRule) -> StaticString {
        switch rule {
        case .rateForPower, .recharge, .pulsesPerSecond, .interval: "a slower pattern"
        case .energy, .temperatureForecast: "fewer or weaker pulses, or the same after a pause"
        case .dose: "nothing more in this session"
        default: "a smaller value"
        }
    }

    private mutating func wayOut(_ refusal: Refusal, _ denial: Denial) {
        if denial.name == .abort { return put("`start`, which gives the pattern that is set") }
        if denial.patternRuns { return put("`abort` first, or the same again after the pattern") }
        put(way(outOf: StimulatorState(rawValue: refusal.detail) ?? denial.state))
    }

    private func way(outOf state: StimulatorState) -> StaticString {
        switch state {
        case .selfTest: "the same again, after the self-test"
        case .safe: "`arm` first"
        case .arming, .charging, .ready, .firing, .recovering: "`disarm` first"
        case .discharging: "the same again, once the board is discharged"
        case .faulted: "`clear`, after `faults` has said what it wants"
        }
    }
}
