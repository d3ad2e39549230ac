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
        case .disarm: send(.disarm, as: name)
        case .stop: stop(asCommand: true)
        case .setIntensity(let chosen): setIntensity(chosen)
        case .give(let given):
            pattern = given
            start(as: name)
        case .check(let given): check(given)
        case .start: start(as: name)
        case .abort: send(.abort, as: name)
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
        case .role(let role): perform(role: role)
        case .control(let wish): wish.map { ask(.control($0), as: name) } ?? accept(name)
        case .journal(let count): ask(.journal(count: count), as: name)
        case .request(let request): ask(request, as: name)
        }
    }

    /// A stop goes ahead of everything, and whatever waited is answered.
    ///
    /// Stops that have not been taken yet are one; `asCommand` is true for a command line, which always gets its own reply.
    mutating func stop(asCommand: Bool) {
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

    /// Gives the pattern that is set, at the present intensity, when it is admitted.
    private mutating func start(as name: CommandName) {
        guard var chosen = pattern else {
            refuse(Denial(Refusal(.noPattern)), as: name)
            return
        }
        chosen.intensity = intensity
        pattern = chosen
        do throws(Refusal) {
            _ = try Admission.forecast(chosen, board: board, snapshot: snapshot)
            send(.start(chosen), as: name)
        } catch {
            refuse(denial(error, of: chosen), as: name)
        }
    }

    /// Says whether a pattern would be admitted. Nothing moves; an admitted one is kept for `start`.
    private mutating func check(_ given: PulsePattern?) {
        guard var chosen = given ?? pattern else {
            refuse(Denial(Refusal(.noPattern)), as: .check)
            return
        }
        chosen.intensity = intensity
        do throws(Refusal) {
            let forecast = try Admission.forecast(chosen, board: board, snapshot: snapshot)
            pattern = chosen
            count(nil)
            mode == .json ? output.forecastReply(forecast) : output.forecast(forecast, intensity: intensity)
        } catch {
            refuse(denial(error, of: chosen), as: .check)
        }
    }

    /// The refusal of a pattern, with the intensity at which it would be admitted where that is the way out.
    func denial(_ refusal: Refusal, of pattern: PulsePattern) -> Denial {
        var denial = Denial(refusal)
        switch refusal.rule {
        case .rateForPower, .recharge, .energy, .temperatureForecast:
            denial.admissibleIntensity = pattern.highestIntensity(board: board, snapshot: snapshot)
        default: break
        }
        return denial
    }

    private mutating func show(_ command: ShellCommand) {
        count(nil)
        switch (command, mode) {
        case (.limits, .human): output.limits(board, intensity: intensity)
        case (.limits, .json): output.limitsReply(board, intensity: intensity)
        case (.posture, .human): output.postureTable(snapshot.posture)
        case (.posture, .json): output.postureReply(snapshot.posture)
        case (.faults, .human): showFaults()
        case (.faults, .json): output.faultsReply(snapshot)
        case (_, .human): output.status(snapshot, board, statusContext)
        case (_, .json): output.statusReply(snapshot, board, statusContext)
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
        pending.add(
            PendingReplies.Entry(
                token: token, name: name, deadline: now + Self.answerTime,
                previousIntensity: previousIntensity ?? intensity))
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
        case .journal, .record(_, isAwaited: true), .control, .role: expectAnswer(to: 0, as: name)
        default: accept(name)
        }
    }
}
