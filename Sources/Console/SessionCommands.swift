import StimulatorCore

/// What each command does.
extension ShellSession {
    mutating func perform(_ command: ShellCommand, as name: CommandName) {
        if needsControl(command), !hasControl(for: command, as: name) { return }
        switch command {
        case .help(let topic):
            count(nil)
            mode == .json
                ? output.helpReply(topic, in: Simulation.self) : output.help(topic, in: Simulation.self)
        case .status, .limits, .posture, .faults: show(command)
        case .selfTest: send(.selfTest, as: name)
        case .arm: send(.arm(intensity: intensity), as: name)
        case .disarm:
            endSteps("ended")
            send(.disarm, as: name)
        case .stop: stop(asCommand: true)
        case .setIntensity(let chosen): setIntensity(chosen)
        case .give(let given):
            guard steps == nil else { return refuse(.stepsRun, as: name) }
            setPattern(given)
            start(as: name)
        case .check(let given): check(given)
        case .start: start(as: name)
        case .abort: abort()
        case .protocolList: listProtocols()
        case .protocolShow(let name): showProtocol(name)
        case .protocolLoad(let choice): loadProtocol(choice)
        case .override(let reason): recordOverride(reason)
        case .clear(let trip): send(.clear(trip), as: name)
        case .watch(let on): watch(on ?? !isWatching)
        case .mode(let json):
            lease.returnToShell()
            mode = json ? .json : .human
            accept(name)
        case .renew:
            lease.renewByProgram(at: now)
            outbox.renew(journal: isJournalWritable)
            accept(name)
        case .control(let wish): wish.map { ask(.control($0), as: name) } ?? accept(name)
        case .update(let request): update(request)
        case .journal(let count): ask(.journal(count: count), as: name)
        case .subject(let command): perform(command, as: name)
        case .request(let request): ask(request, as: name)
        }
    }

    /// A stop goes ahead of everything, and whatever waited is answered.
    ///
    /// Stops that have not been taken yet are one; `asCommand` is true for a command line, which always gets its own reply.
    mutating func stop(asCommand: Bool) {
        endSteps("stopped")
        while let waiting = outbox.takeWaiting() {
            if let entry = pending.takeFirst(where: { $0.token == waiting.token }) { refuse(.overtaken, entry: entry) }
        }
        let isRepeated = outbox.stopToken != nil
        let token = outbox.stopToken ?? nextToken()
        outbox.stop(token: token)
        if pending.isFull {
            if asCommand { accept(.stop) }
        } else if asCommand || !isRepeated {
            expectAnswer(to: token, as: .stop)
        }
    }

    private mutating func setIntensity(_ chosen: PerMille) {
        guard steps == nil else { return refuse(.stepsRun, as: .set) }
        let least = Admission.leastIntensity(board: board)
        guard chosen >= least else {
            let limit = Int64(least.raw)
            let refusal = Refusal(
                .badValue, unit: .perMille, limit: limit, actual: Int64(chosen.raw), wouldAdmit: limit)
            refuse(Denial(refusal), as: .set)
            return
        }
        let previous = intensity
        isIntensityChosen = true
        if snapshot.state.isArmed || pending.contains(.arm) {
            // Patterns that follow on the line are already meant at the new intensity.
            if send(.intensity(chosen), as: .set, previousIntensity: previous) { intensity = chosen }
        } else {
            intensity = chosen
            accept(.set)
        }
    }

    /// Gives the pattern that is set, at the present intensity, when it is admitted, or overridden on record.
    private mutating func start(as name: CommandName) {
        guard steps == nil else { return refuse(.stepsRun, as: name) }
        guard thresholdRun?.question == nil else { return refuse(Denial(Refusal(.answer, detail: 1)), as: name) }
        guard let plan else {
            refuse(Denial(Refusal(.noPattern)), as: name)
            return
        }
        do throws(Refusal) {
            switch try Admission.verdict(plan, in: context(for: plan.pattern, loaded: loaded)) {
            case .admitted: begin(plan, as: name)
            case .needsOverride(_, let breaches):
                guard isOverridden(plan, breaches) else { return refuse(denial(breaches, of: plan), as: name) }
                if begin(plan, as: name) { useOverride(token: lastToken) }
            }
        } catch {
            refuse(denial(error, of: plan), as: name)
        }
    }

    /// Sends the first, or only, pattern of a plan.
    @discardableResult private mutating func begin(_ plan: PulsePlan, as name: CommandName) -> Bool {
        let first = plan.pattern(of: 0)
        pattern = first
        guard send(.start(first), as: name) else { return false }
        if plan.steps != nil { steps = StepRun(plan: plan, token: lastToken) }
        starting = ProtocolStart(token: lastToken, name: context(for: first, loaded: loaded).cooldown?.name)
        return true
    }

    /// Ends the running pattern and the steps; between two steps there is no pattern to end.
    private mutating func abort() {
        let isBetween = steps?.due != nil && !patternRuns
        endSteps("aborted")
        if isBetween { accept(.abort) } else { send(.abort, as: .abort) }
    }

    /// Says whether a pattern would be admitted. Nothing moves; one that is not refused is kept for `start`.
    private mutating func check(_ given: PulsePattern?) {
        if given != nil, steps != nil { return refuse(.stepsRun, as: .check) }
        var checked = plan
        if var given {
            given.intensity = intensity
            checked = PulsePlan(given)
        }
        guard let checked else {
            refuse(Denial(Refusal(.noPattern)), as: .check)
            return
        }
        do throws(Refusal) {
            let context = context(for: checked.pattern, loaded: given == nil ? loaded : nil)
            let verdict = try Admission.verdict(checked, in: context)
            if let given { setPattern(given) }
            count(nil)
            show(verdict, of: checked)
        } catch {
            refuse(denial(error, of: checked), as: .check)
            showAllowance(of: checked)
        }
    }

    /// The refusal of a plan, with the nearest patterns that would be admitted.
    func denial(_ refusal: Refusal, of plan: PulsePlan) -> Denial {
        var denial = Denial(refusal)
        guard plan.steps == nil else { return denial }
        denial.proposals = Admission.proposals(
            for: plan.pattern, refused: refusal, in: context(for: plan.pattern, loaded: loaded))
        return denial
    }

    /// The refusal of a plan that wants an override.
    func denial(_ breaches: GuidelineBreaches, of plan: PulsePlan) -> Denial {
        let first = breaches.first
        var denial = Denial(
            Refusal(
                first.rule == .cooldown ? .cooldown : .guideline, unit: first.unit, limit: first.limit,
                actual: first.actual), reason: .breach(breaches))
        if plan.steps == nil {
            denial.proposals = Admission.proposals(
                for: plan.pattern, outside: breaches, in: context(for: plan.pattern, loaded: loaded))
        }
        return denial
    }

    private mutating func show(_ command: ShellCommand) {
        count(nil)
        switch (command, mode == .json) {
        case (.limits, false): output.limits(board, intensity: intensity)
        case (.limits, true): output.limitsReply(board, intensity: intensity)
        case (.posture, false): output.postureTable(snapshot.posture)
        case (.posture, true): output.postureReply(snapshot.posture)
        case (.faults, false): showFaults()
        case (.faults, true): output.faultsReply(snapshot)
        case (_, false): output.status(snapshot, board, statusContext)
        case (_, true): output.statusReply(snapshot, board, statusContext)
        }
    }

    private mutating func showFaults() {
        if snapshot.trips.isEmpty {
            output.put("no trip holds")
            output.endLine()
        }
        for number in 0..<Trip.count {
            guard let trip = Trip(rawValue: UInt8(number)), snapshot.trips.contains(trip) else { continue }
            output.fault(trip, isFirst: trip == snapshot.firstTrip)
        }
    }

    var statusContext: StatusContext {
        StatusContext(
            intensity: intensity, isIntensityChosen: isIntensityChosen, isJournalWritable: isJournalWritable,
            isSafetySilent: isSafetySilent, journalHead: journalHead, now: now)
    }

    // MARK: Sending

    /// Sends a command; its reply is written when the answer comes.
    /// - Returns: false when it was refused because too many wait.
    @discardableResult
    private mutating func send(_ command: Command, as name: CommandName, previousIntensity: PerMille? = nil) -> Bool {
        guard !outbox.isFull, !pending.isFull else {
            refuse(.queueFull, as: name)
            return false
        }
        let token = nextToken()
        outbox.add(TokenedCommand(token: token, command))
        expectAnswer(to: token, as: name, previousIntensity: previousIntensity)
        return true
    }

    private mutating func expectAnswer(to token: UInt32, as name: CommandName, previousIntensity: PerMille? = nil) {
        if scpi.isPerforming { scpi.awaitedToken = token }
        pending.add(
            PendingReplies.Entry(
                token: token, name: name, deadline: now + Self.answerTime,
                previousIntensity: previousIntensity ?? intensity, id: output.replyID))
    }

    /// Asks the surroundings. What hands and faults do needs no answer; the journal is shown, or an entry written, first; control is
    /// granted or not.
    mutating func ask(_ request: ConsoleRequest, as name: CommandName) {
        guard !requests.isFull, !pending.isFull else {
            refuse(.queueFull, as: name)
            return
        }
        requests.add(request)
        switch request {
        case .journal, .update, .control, .record(_, isAwaited: true): expectAnswer(to: 0, as: name)
        default: accept(name)
        }
    }
}
