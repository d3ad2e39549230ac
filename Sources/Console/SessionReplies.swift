import StimulatorCore

/// One reply to every command line.
extension ShellSession {
    /// Answers the command lines that wait for this event.
    mutating func settle(_ event: Event) {
        while let entry = pending.takeFirst(where: { $0.token != 0 && $0.token == event.index }) {
            openLines()
            scpi.answeredAt = max(scpi.answeredAt, event.at)
            if let refusal = event.refusal {
                refuse(refusal.rule.isAboutPatterns ? denial(refusal) : Denial(refusal), entry: entry)
            } else if event.kind == .accepted {
                reply(to: entry) { $0.accept(entry.name) }
            } else {
                refuse(.noAnswer, entry: entry)
            }
        }
    }

    /// Says yes to a command line.
    mutating func accept(_ name: CommandName) {
        count(nil)
        // A new set-point: tell when it is reached.
        if name == .set, snapshot.state.isArmed { shownState = .charging }
        switch mode {
        case .json:
            output.openReply(name)
            acceptedFields(name)
            output.endObjectLine()
        case .human:
            acceptedText(name)
            output.endLine()
        case .scpi: settleUnit(nil, line: LineBuffer())
        }
    }

    /// Says no to a command line whose answer was awaited.
    mutating func refuse(_ denial: Denial, entry: PendingReplies.Entry) {
        openLines()
        intensity = entry.name == .set ? entry.previousIntensity : intensity
        reply(to: entry) { $0.refuse(denial, as: entry.name) }
    }

    /// Replies to a command line that had to wait, under the name that its request had.
    mutating func reply(to entry: PendingReplies.Entry, _ write: (inout Self) -> Void) {
        let id = output.replyID
        output.replyID = entry.id
        scpi.answeringToken = entry.token
        write(&self)
        scpi.answeringToken = 0
        output.replyID = id
    }

    /// Says no to a command.
    mutating func refuse(_ denial: Denial, as name: CommandName) {
        var denial = denial
        denial.name = name
        refuse(denial, line: LineBuffer())
    }

    /// Says no to a line: which rule, the limit, the value, and what would work.
    mutating func refuse(_ denial: Denial, line: LineBuffer) {
        count(denial.refusal.rule)
        var denial = denial
        denial.state = snapshot.state
        denial.trips = snapshot.trips
        denial.patternRuns = patternRuns
        denial.isKeyOn = snapshot.inputs.contains(.keySwitch)
        denial.authority = authority
        denial.subject = subject.code
        if mode == .scpi { return settleUnit(denial, line: line) }
        if mode == .json { return output.refusalReply(denial, line: line, in: Simulation.self) }
        output.put("refused: ", in: .caution)
        output.put(denial.refusal.rule.name)
        output.put("  ")
        output.why(denial, line: line)
        output.endLine()
        output.put("         would be admitted: ")
        output.remedy(denial, in: Simulation.self)
        output.endLine()
    }

    /// The records that `journal` asked for have all been shown: the command line gets its reply.
    public mutating func journalShown(count records: Int) {
        guard let entry = pending.takeFirst(where: { $0.name == .journal }) else { return }
        count(nil)
        openLines()
        if mode == .json {
            reply(to: entry) {
                $0.output.openReply(entry.name)
                $0.output.field("records", Int64(records))
                $0.output.endObjectLine()
            }
        } else if records == 0 {
            output.put("the journal is empty")
            output.endLine()
        }
        refreshInput()
    }

    /// The oldest entry that a command line waits for is on the medium, or could not be put there: the line gets its reply.
    public mutating func recorded(_ isOnMedium: Bool) {
        guard let entry = pending.takeFirst(where: { $0.token == 0 && !$0.name.isAnsweredAtOnce }) else { return }
        if entry.name == .override { overrideRecorded(isOnMedium) }
        if entry.name == .threshold, isOnMedium { thresholdRun = nil }
        openLines()
        if isOnMedium {
            reply(to: entry) { $0.accept(entry.name) }
        } else {
            refuse(Denial(Refusal(.journal)), entry: entry)
        }
        refreshInput()
    }

    /// Shows one record of the journal that holds an event.
    public mutating func show(sequence: UInt64, at: Instant, event: Event) {
        openRecord(sequence, at)
        if mode == .json {
            output.eventFields(event)
        } else {
            output.event(event)
        }
        closeRecord()
    }

    /// Shows one record of the journal that holds text.
    public mutating func show(sequence: UInt64, at: Instant, text: Span<UInt8>) {
        openRecord(sequence, at)
        if mode == .json {
            output.key("text")
            output.openString()
            for index in 0..<text.count { output.put(text[index]) }
            output.quote()
        } else {
            for index in 0..<text.count { output.putVisible(text[index]) }
        }
        closeRecord()
    }

    /// Shows one record of the journal that somebody's words are in.
    public mutating func show(sequence: UInt64, at: Instant, kind: StaticString, note: Note) {
        openRecord(sequence, at)
        if mode == .json {
            output.field("kind", kind)
            output.key("text")
            output.openString()
            for index in 0..<note.count { output.put(note[index]) }
            output.quote()
        } else {
            output.put(kind)
            output.put(": ")
            for index in 0..<note.count { output.putVisible(note[index]) }
        }
        closeRecord()
    }

    /// Shows a record of the journal that says how many events never came.
    public mutating func show(sequence: UInt64, at: Instant, lostEvents count: UInt64) {
        openRecord(sequence, at)
        if mode == .json {
            output.field("event", "eventsLost")
            output.field("count", count)
        } else {
            output.eventsLost(count)
        }
        closeRecord()
    }

    private mutating func openRecord(_ sequence: UInt64, _ at: Instant) {
        openLines()
        if mode == .json {
            output.openObject()
            output.field("record", sequence)
            output.field("recordedNs", at.raw)
        } else {
            output.put(sequence)
            output.put("  ")
            output.decimal(at.raw, scale: 9, least: 6, most: 6)
            output.put(" s  ")
        }
    }

    private mutating func closeRecord() {
        mode == .json ? output.endObjectLine() : output.endLine()
        refreshInput()
    }

    /// A refusal from the safety side of the pattern that is set.
    private func denial(_ refusal: Refusal) -> Denial {
        guard let plan else { return Denial(refusal) }
        return denial(refusal, of: plan)
    }

    private mutating func acceptedFields(_ name: CommandName) {
        switch name {
        case .arm, .set:
            output.field("intensityPermille", Int64(intensity.raw))
            output.field("setPointMillivolts", Int64(board.setPoint(for: intensity).raw))
        case .start, .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired:
            guard let pattern else { return }
            output.field("pulses", pattern.pulseCount)
            output.field("durationNs", pattern.duration.raw)
            if let steps, let pauses = steps.plan.steps {
                output.field("steps", pauses.total)
                output.field("seed", pauses.seed)
            }
        case .session, .threshold, .note, .clock, .yes, .no, .subject: subjectFields(name)
        case .watch: output.field("on", isWatching)
        case .mode: output.field("mode", mode == .json ? "json" : "human")
        case .control, .role: output.fields(authority)
        default: break
        }
    }

    private mutating func acceptedText(_ name: CommandName) {
        switch name {
        case .arm:
            output.put("arming: a second of checks, then charging to ")
            output.put(board.setPoint(for: intensity))
        case .set:
            output.put("intensity ")
            output.put(intensity)
            output.put(" = ")
            output.put(board.setPoint(for: intensity))
        case .start, .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired: startedText()
        case .disarm: output.put("disarming")
        case .stop: output.put("stopped")
        case .abort: output.put("aborting")
        case .clear: output.put("acknowledged")
        case .selftest: output.put("self-test begun")
        case .mode: output.put("text for people")
        case .override: output.put("on record, for this pattern alone: `start` gives it once")
        case .watch: output.put(isWatching ? "watching" : "no longer watching")
        case .control, .role: output.put(authority)
        case .session, .threshold, .note, .clock, .yes, .no, .subject: subjectText(name)
        default: output.put("done")
        }
    }

    private mutating func startedText() {
        guard let pattern else { return }
        output.put("started: ")
        if let steps { return output.stepsStarted(steps) }
        output.put(Int64(pattern.pulseCount), in: .pulses)
        output.put(" at ")
        output.put(pattern.intensity)
        if pattern.pulseCount > 1 {
            output.put(" in ")
            output.put(pattern.duration)
        }
        if isThreeWire, pattern.duration > board.idle, !lease.isProgramOwned {
            output.put("; press a key every ")
            output.put(board.idle)
            output.put(" meanwhile: this line does not show that you are there")
        }
    }
}

extension RefusalRule {
    /// True for the rules that admission judges patterns by.
    var isAboutPatterns: Bool {
        switch self {
        case .rateForPower, .recharge, .energy, .temperatureForecast: true
        default: false
        }
    }
}
