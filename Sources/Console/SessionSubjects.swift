import StimulatorCore

/// What each command about subjects does.
extension ShellSession {
    /// Takes what the console side knows of the subject. A procedure belongs to one subject's session, and ends with it.
    public mutating func update(_ news: SubjectNews, at now: Instant) {
        self.now = max(self.now, now)
        if news.context.code != subject.code { thresholdRun = nil }
        subjectNews = news
        subject = news.context
    }

    mutating func perform(_ command: SubjectCommand, as name: CommandName) {
        switch command {
        case .showSession, .showThreshold, .showClock: accept(name)
        case .startSession(let code, let profile): startSession(code, profile)
        case .endSession:
            guard subject.hasSubject else { return refuse(Denial(Refusal(.session)), as: name) }
            recordDisarmed(.subject(.sessionEnded), as: name)
        case .startThreshold(let method, let kind, let first): startThreshold(method, kind, from: first)
        case .setThreshold(let intensity, let method, let kind):
            let estimate = ThresholdEstimate(threshold: intensity, low: .zero, high: .zero, pulses: 0)
            recordOfSubject(.threshold(kind, method, estimate), as: name)
        case .acceptThreshold: acceptThreshold()
        case .stopThreshold:
            guard thresholdRun != nil else { return refuse(Denial(Refusal(.answer, detail: 2)), as: name) }
            thresholdRun = nil
            accept(name)
        case .note(let note): ask(.record(.note(note), isAwaited: true), as: name)
        case .sideEffect(let note): recordOfSubject(.sideEffect(note), as: name)
        case .pain(let rating): recordOfSubject(.pain(rating), as: name)
        case .setClock(let moment): recordDisarmed(.clock(moment), as: name)
        case .answer(let response): answer(response, as: name)
        case .virtual(let seed): ask(.virtualSubject(seed: seed), as: name)
        }
    }

    // MARK: Sessions

    private mutating func startSession(_ code: SubjectCode, _ profile: SessionProfile) {
        guard !subject.hasSubject else { return refuse(Denial(Refusal(.session, detail: 1)), as: .session) }
        // The console side knows whether it is the one that was broken off.
        recordDisarmed(.subject(.sessionBegan(code, profile, continues: false)), as: .session)
    }

    /// Puts on record what the whole journal is read for, which takes too long for an armed board.
    private mutating func recordDisarmed(_ entry: JournalEntry, as name: CommandName) {
        guard !snapshot.state.isArmed, !pending.contains(.arm) else {
            return refuse(Denial(Refusal(.wrongState, detail: snapshot.state.rawValue)), as: name)
        }
        ask(.record(entry, isAwaited: true), as: name)
    }

    /// Puts on record what belongs to a subject.
    private mutating func recordOfSubject(_ entry: SubjectEntry, as name: CommandName) {
        guard subject.hasSubject else { return refuse(Denial(Refusal(.session)), as: name) }
        ask(.record(.subject(entry), isAwaited: true), as: name)
    }

    // MARK: Thresholds

    private mutating func startThreshold(_ method: ThresholdMethod, _ kind: ThresholdKind, from first: PerMille?) {
        guard subject.hasSubject else { return refuse(Denial(Refusal(.session)), as: .threshold) }
        guard thresholdRun == nil else { return refuse(Denial(Refusal(.answer, detail: 5)), as: .threshold) }
        guard steps == nil else { return refuse(.stepsRun, as: .threshold) }
        let procedure = ThresholdProcedure(
            method, from: first, least: Admission.leastIntensity(board: board))
        thresholdRun = ThresholdRun(procedure: procedure, kind: kind)
        propose()
        accept(.threshold)
    }

    /// The next pulse is given at the proposed intensity; by `pulse`, and by nothing else.
    private mutating func propose() {
        guard let proposal = thresholdRun?.procedure.proposal else { return }
        intensity = proposal
        isIntensityChosen = true
    }

    private mutating func acceptThreshold() {
        guard let run = thresholdRun else { return refuse(Denial(Refusal(.answer, detail: 2)), as: .threshold) }
        guard run.procedure.isFinished else { return refuse(Denial(Refusal(.answer, detail: 3)), as: .threshold) }
        guard let found = run.procedure.estimate else {
            return refuse(Denial(Refusal(.answer, detail: 4)), as: .threshold)
        }
        recordOfSubject(.threshold(run.kind, run.procedure.method, found), as: .threshold)
    }

    /// A pattern begins: a single pulse of a procedure will want an answer.
    func isAsked(by event: Event) -> Bool { event.index == 1 && thresholdRun?.procedure.isFinished == false }

    mutating func noteStart(_ event: Event) {
        let given = isAsked(by: event) ? PerMille(saturating: event.values[1]) : nil
        thresholdRun?.given = given
    }

    /// A pulse was given: the muscle's answer is asked for.
    mutating func askForAnswer() {
        guard let given = thresholdRun?.given else { return }
        thresholdRun?.given = nil
        thresholdRun?.question = given
        showQuestion()
    }

    private mutating func answer(_ response: Bool, as name: CommandName) {
        guard take(response) else {
            return refuse(Denial(Refusal(.answer, detail: thresholdRun == nil ? 2 : 0)), as: name)
        }
        accept(name)
    }

    /// - Returns: false when no pulse waits for an answer.
    private mutating func take(_ response: Bool) -> Bool {
        guard let question = thresholdRun?.question else { return false }
        thresholdRun?.question = nil
        thresholdRun?.procedure.answer(response, at: question)
        propose()
        return true
    }

    /// True while a pulse waits for the muscle's answer.
    public var awaitsResponse: Bool { thresholdRun?.question != nil }

    /// The muscle's answer comes from an instrument.
    /// - Parameter nanovolts: of the potential, from peak to peak.
    public mutating func hearResponse(_ response: Bool, nanovolts: Int64) {
        guard take(response) else { return }
        openLines()
        if mode == .json {
            output.openObject()
            output.field("event", "response")
            output.field("nanovolts", nanovolts)
            output.field("response", response)
            procedureFields()
            output.endObjectLine()
        } else {
            output.put("electromyogram ")
            output.decimal(nanovolts, scale: 3, least: 1, most: 1)
            output.put(response ? " uV: yes; " : " uV: no; ")
            procedureText()
            output.endLine()
        }
        refreshInput()
    }

    private mutating func showQuestion() {
        guard let run = thresholdRun, let question = run.question else { return }
        openLines()
        if mode == .json {
            output.openObject()
            output.field("event", "responseWanted")
            output.field("pulse", Int64(run.procedure.pulses) + 1)
            output.field("permille", Int64(question.raw))
            output.endObjectLine()
        } else {
            output.put("did the muscle answer the pulse at ")
            output.put(question)
            output.put("? `yes` or `no`")
            output.endLine()
        }
    }
}
