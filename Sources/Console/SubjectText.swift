import StimulatorCore

/// What is said of subjects, for people and for programs.
extension ShellSession {
    mutating func subjectText(_ name: CommandName) {
        switch name {
        case .session: sessionText()
        case .threshold where thresholdRun == nil: thresholdsText()
        case .threshold, .yes, .no: procedureText()
        case .clock: clockText()
        case .note: output.put("on record")
        default: output.put("done")
        }
    }

    mutating func subjectFields(_ name: CommandName) {
        switch name {
        case .session: sessionFields()
        case .threshold, .yes, .no:
            procedureFields()
            output.field("resting", subject.resting)
            output.field("active", subject.active)
        case .clock: clockFields()
        default: break
        }
    }

    // MARK: The session

    private mutating func sessionText() {
        guard subject.hasSubject else {
            output.put("no session runs")
            guard !subjectNews.interrupted.isEmpty else { return }
            output.put("; that of ")
            output.put(subjectNews.interrupted)
            output.put(" was broken off: `session start ")
            output.put(subjectNews.interrupted)
            return output.put("` goes on with it")
        }
        output.put("session of ")
        output.put(subject.code)
        output.put(", ")
        output.put(subjectNews.profile?.name ?? "unknown")
        doseLine("given", subject.session, of: subject.sessionLimit)
        doseLine("today", subject.today, of: subject.dayLimit)
        if let left = subject.doseLeft {
            newLine("left")
            output.put(Int64(left.pulses), in: .pulses)
            output.put(", ")
            output.put(left.energy)
        }
        newLine("threshold")
        thresholdsText()
        newLine("clock")
        clockText()
    }

    private mutating func newLine(_ label: StaticString) {
        output.endLine()
        output.put("  ")
        output.label(label)
    }

    private mutating func doseLine(_ label: StaticString, _ dose: Dose, of limit: Dose?) {
        newLine(label)
        output.put(Int64(dose.pulses))
        if let limit {
            output.put(" of ")
            output.put(Int64(limit.pulses))
        }
        output.put(" pulses, ")
        output.put(dose.energy)
        if let limit {
            output.put(" of ")
            output.put(limit.energy)
        }
    }

    private mutating func sessionFields() {
        output.key("subject")
        if subject.hasSubject { output.quoted(subject.code) } else { output.put("null") }
        output.field("profile", subjectNews.profile?.name)
        output.key("interrupted")
        if subjectNews.interrupted.isEmpty { output.put("null") } else { output.quoted(subjectNews.interrupted) }
        output.field("sessionPulses", subject.session.pulses)
        output.field("sessionMillijoules", subject.session.energy.raw)
        output.field("dayPulses", subject.today.pulses)
        output.field("dayMillijoules", subject.today.energy.raw)
        if let left = subject.doseLeft {
            output.field("leftPulses", left.pulses)
            output.field("leftMillijoules", left.energy.raw)
        }
        output.field("resting", subject.resting)
        output.field("active", subject.active)
        clockFields()
    }

    // MARK: Thresholds

    private mutating func thresholdsText() {
        guard subject.resting != nil || subject.active != nil else { return output.put("no motor threshold is known") }
        if let resting = subject.resting { thresholdText(resting, .resting) }
        if subject.resting != nil, subject.active != nil { output.put("; ") }
        if let active = subject.active { thresholdText(active, .active) }
    }

    private mutating func thresholdText(_ threshold: MotorThreshold, _ kind: ThresholdKind) {
        output.put(kind.name)
        output.put(" motor threshold ")
        output.put(threshold.intensity)
        output.put(" (")
        output.put(threshold.method.name)
        output.put(", ")
        if threshold.date == 0 {
            output.put("date not known")
        } else {
            output.put(CivilTime(nanoseconds: threshold.date))
        }
        output.put(")")
    }

    /// Where a procedure is.
    mutating func procedureText() {
        guard let run = thresholdRun else { return output.put("ended") }
        output.put(run.procedure.method.name)
        output.put(": ")
        if let found = run.procedure.estimate {
            output.put(run.kind.name)
            output.put(" motor threshold ")
            output.put(found.threshold)
            output.put(" (95 %: ")
            output.put(found.low)
            output.put(" to ")
            output.put(found.high)
            output.put(") from ")
            output.put(Int64(found.pulses), in: .pulses)
            output.put("; `threshold accept` puts it on record")
        } else if run.procedure.isFinished {
            output.put("ended without a threshold after ")
            output.put(Int64(run.procedure.pulses), in: .pulses)
            output.put("; `threshold stop`, then another method or coil position")
        } else {
            output.put("pulse ")
            output.put(Int64(run.procedure.pulses) + 1)
            output.put(" at ")
            output.put(intensity)
            output.put(
                run.question != nil
                    ? " waits for `yes` or `no`" : snapshot.state.isArmed ? ": `pulse`" : ": `arm`, then `pulse`")
        }
    }

    mutating func procedureFields() {
        guard let run = thresholdRun else { return output.field("method", nil as StaticString?) }
        output.field("method", run.procedure.method.name)
        output.field("kind", run.kind.name)
        output.field("pulses", Int64(run.procedure.pulses))
        output.field("finished", run.procedure.isFinished)
        if let proposal = run.procedure.proposal { output.field("nextPermille", Int64(proposal.raw)) }
        guard let found = run.procedure.estimate else { return }
        output.field("thresholdPermille", Int64(found.threshold.raw))
        output.field("lowPermille", Int64(found.low.raw))
        output.field("highPermille", Int64(found.high.raw))
    }

    // MARK: The clock

    private var wall: CivilTime? {
        subjectNews.clockOffset.map { CivilTime(nanoseconds: now.raw &+ $0) }
    }

    private mutating func clockText() {
        guard let wall else {
            return output.put("not set: the previous session counts as today's; `clock set 2026-11-27T20:30`, in UTC")
        }
        output.put(wall)
    }

    private mutating func clockFields() {
        output.key("clock")
        guard let wall else { return output.put("null") }
        output.openString()
        output.put(wall)
        output.quote()
    }
}

extension LineOutput {
    /// `2026-11-27T20:30:05Z`.
    mutating func put(_ time: CivilTime) {
        decimals(time.year, 4)
        put("-")
        decimals(time.month, 2)
        put("-")
        decimals(time.day, 2)
        put("T")
        decimals(time.hour, 2)
        put(":")
        decimals(time.minute, 2)
        put(":")
        decimals(time.second, 2)
        put("Z")
    }

    private mutating func decimals(_ number: Int64, _ count: Int) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    mutating func quoted<let capacity: Int>(_ text: FixedText<capacity>) {
        openString()
        put(text)
        quote()
    }

    mutating func field(_ name: StaticString, _ threshold: MotorThreshold?) {
        key(name)
        guard let threshold else { return put("null") }
        openObject()
        field("permille", Int64(threshold.intensity.raw))
        field("method", threshold.method.name)
        field("dateNs", threshold.date)
        closeObject()
    }

    mutating func whySubject(_ refusal: Refusal, _ denial: Denial) {
        switch (refusal.rule, refusal.detail) {
        case (.session, 1):
            put("the session of ")
            put(denial.subject)
            put(" runs")
        case (.session, _): put("no session runs, and this belongs to a subject")
        case (_, 0): put("no pulse waits for an answer")
        case (_, 1): put("the last pulse waits for the muscle's answer")
        case (_, 2): put("no threshold is being determined")
        case (_, 3): put("the procedure has not ended")
        case (_, 4): put("the procedure ended without a threshold")
        default: put("a threshold is being determined")
        }
    }

    mutating func wayToSubject(_ refusal: Refusal) {
        switch (refusal.rule, refusal.detail) {
        case (.session, 1): put("`session end` first")
        case (.session, _): put("`session start CODE` first")
        case (_, 0): put("`pulse` first")
        case (_, 1): put("`yes` or `no` first, or `threshold stop`")
        case (_, 2): put("`threshold start METHOD` first, or `threshold set INTENSITY method METHOD`")
        case (_, 3): put("`pulse` and `yes` or `no` until it has, or `threshold stop`")
        default: put("`threshold stop` first")
        }
    }
}
