import FirmwareUpdate
import StimulatorCore

/// What would be admitted instead of what was refused.
extension LineOutput {
    mutating func remedy<Simulation: SimulationVocabulary>(_ denial: Denial, in simulation: Simulation.Type) {
        switch denial.reason {
        case .rule: remedy(denial.refusal, denial)
        case .misfit(let misfit): remedy(misfit, name: denial.name, in: simulation)
        case .request: put("a request such as {\"id\": 1, \"command\": \"train 10Hz 50\"}")
        case .lineTooLong:
            put("a line of at most ")
            put(denial.refusal.limit)
            put(" bytes")
        case .noAnswer: put("the same again, once `status` shows that the board runs")
        case .overtaken: put("the same again, once the board is discharged")
        case .queueFull: put("the same again, after their answers")
        case .breach(let breaches): remedy(breaches, denial.proposals)
        case .unknownProtocol: put("a name of `protocol list`")
        case .nothingToOverride: put("`start`, which needs no override")
        case .reasonTooLong: put("a shorter reason")
        case .stepsRun: put("`abort` first, or the same again after the last step")
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
            admissible(refusal, denial.proposals)
        case .cooldown:
            put("the same again in ")
            put(refusal.wouldAdmit, in: refusal.unit)
            if denial.name == .role, refusal.detail == 0 { put(", or once the key switch was turned off and on") }
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
        case .guideline where !denial.proposals.isEmpty:
            put("the same ")
            put(denial.proposals)
        case .guideline:
            put(refusal.wouldAdmit, in: refusal.unit)
            put(
                refusal.unit == .perMille
                    ? " of the motor threshold" : refusal.detail == 1 ? " or more between trains" : " or more")
        case .threshold where denial.name == .protocol && denial.subject.isEmpty:
            put("the same with `threshold 45%` or what output stands for it")
        case .threshold: put("the same once the threshold has been measured or stated; single pulses need none")
        case .noPattern: put("a pattern such as `train 10Hz 50`, then `start`")
        case .busy: put("the same again in a moment")
        case .update: put("`update status` says which")
        case .journal: put("the same again, once `status` shows a writable journal")
        case .session, .answer: wayToSubject(refusal)
        case .role: wayToRole(refusal, denial)
        case .control: wayToControl(denial)
        }
    }

    /// An operator's way, and the ways without one.
    private mutating func remedy(_ breaches: GuidelineBreaches, _ proposals: Proposals) {
        put("`override REASON`, then `start`")
        if proposals.isEmpty { return }
        put("; or without one the same ")
        put(proposals)
    }

    private mutating func admissible(_ refusal: Refusal, _ proposals: Proposals) {
        if !proposals.isEmpty {
            put("the same ")
            put(proposals)
        } else if refusal.wouldAdmit > 0 {
            put(refusal.wouldAdmit, in: refusal.wouldAdmitUnit)
            if refusal.unit == .microseconds { paceText(refusal.wouldAdmit) }
        } else {
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

    private mutating func alternative(_ isFirst: inout Bool) {
        if !isFirst { put(", or ") }
        isFirst = false
    }

    /// `at 19.6 Hz, or with 312 pulses, or at 61 %`: each was judged.
    private mutating func put(_ proposals: Proposals) {
        var isFirst = true
        if let slower = proposals.slower {
            alternative(&isFirst)
            pace(slower)
        }
        if let fewer = proposals.fewer {
            alternative(&isFirst)
            put("with ")
            put(Int64(fewer.pulseCount), in: .pulses)
            repeats(fewer)
        }
        if let weaker = proposals.weaker {
            alternative(&isFirst)
            put("at ")
            put(weaker.intensity)
        }
    }

    /// The innermost rate, and the pause where there is one.
    private mutating func pace(_ pattern: PulsePattern) {
        var isFirst = true
        for index in 0..<4 where pattern.levels[index].count > 1 {
            if isFirst {
                put("at ")
                let tenths = 10_000_000_000 / max(1, pattern.levels[index].interval.raw)
                put(Millihertz(tenths * 100))
                isFirst = false
            } else {
                put(" every ")
                put(pattern.levels[index].interval)
            }
        }
    }

    private mutating func repeats(_ pattern: PulsePattern) {
        var levels = 0
        for index in 0..<4 where pattern.levels[index].count > 1 { levels += 1 }
        guard levels > 1 else { return }
        put(" (")
        var isFirst = true
        for index in 0..<4 where pattern.levels[index].count > 1 {
            if !isFirst { put(" x ") }
            isFirst = false
            put(Int64(pattern.levels[index].count))
        }
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
