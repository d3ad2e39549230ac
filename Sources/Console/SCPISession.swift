import StimulatorCore

/// Program messages: one line each, carried out unit by unit.
///
///     line ─▶ read whole, nothing done ─▶ unit ─▶ unit ─ waits for the safety side ─▶ unit ... ─▶ responses, one line
///              └ a fault anywhere: error, and none of it is done       └ refused: error, and the rest is not done
///
/// Lines that come meanwhile wait. Nothing is written that was not asked for.
extension ShellSession {
    /// The line is a program message: it begins with a header of the tree that is no word of the shell.
    ///
    /// Once one has come, every line is one, until `mode` or `help` brings the shell back: a slip in a header must not be taken for
    /// something that the shell does.
    func isProgramMessage(_ line: LineBuffer) -> Bool {
        let words = WordList(line, upTo: line.count)
        if mode == .scpi {
            if JSONRequest.isMeant(line), isRequest(line) { return false }
            return !line.matches(words[0], "mode") && !line.matches(words[0], "help")
        }
        guard line.firstHeader != nil else { return false }
        return Vocabulary<Simulation>.index(of: words[0], in: line, kind: .command) == nil
    }

    /// Begins a program message. A fault anywhere in it leaves all of it undone.
    mutating func begin(_ message: LineBuffer) {
        if mode != .scpi { mode = .scpi }
        var scanner = SCPIScanner(message)
        do throws(SCPIFault) {
            while let unit = try scanner.unit() { _ = try action(of: unit, in: message) }
            scpi.scanner = SCPIScanner(message)
            scpi.hasResponded = false
        } catch {
            note(error, in: message)
        }
    }

    /// Carries out what can be carried out now: units, then the lines that wait.
    mutating func attendMessages() {
        if mode == .scpi { noteConditions() }
        guard !scpi.isPerforming else { return }
        while isWaitOver() {
            if !scpi.scanner.isAtEnd {
                carryOutUnit()
            } else {
                if scpi.hasResponded { endResponses() }
                guard let line = waitingLines.take() else { return }
                take(line)
            }
        }
    }

    /// Device clear (IEEE 488.2, 5.8): what was sent and what was to be read are forgotten; registers and errors stay.
    mutating func clearDevice() {
        waitingLines.clear()
        scpi.endMessage()
        scpi.hasResponded = false
        scpi.isCompletionNoted = false
        output.discard()
    }

    private func action(of unit: SCPIUnit, in line: LineBuffer) throws(SCPIFault) -> SCPIAction {
        let ranges = SCPIRanges(board: board, intensity: intensity)
        var reader = SCPIReader<Simulation>(unit, in: line, ranges: ranges, firstIntensity: Self.firstIntensity)
        return try reader.action()
    }

    private mutating func carryOutUnit() {
        do throws(SCPIFault) {
            guard let unit = try scpi.scanner.unit() else { return }
            scpi.header = unit.header
            carryOut(try action(of: unit, in: scpi.scanner.line))
        } catch {
            note(error, in: scpi.scanner.line)
            scpi.endMessage()
        }
    }

    private mutating func carryOut(_ action: SCPIAction) {
        switch action {
        case .perform(let command, let name): carryOut(command, as: name)
        case .setPattern(let given): set(given)
        case .setMask(let header, let mask): setMask(header, mask)
        case .query(let query) where query.header == .opc: scpi.wait = .completionQuery
        case .query(let query) where query.header == .tst: carryOut(.selfTest, as: .selftest)
        case .query(let query): respond(to: query)
        case .act(.rst): reset()
        case .act(let header): act(header)
        }
    }

    /// Does what the shell does for a command line, and waits for the answer where one is to come.
    private mutating func carryOut(_ command: ShellCommand, as name: CommandName) {
        scpi.isPerforming = true
        scpi.isSettled = false
        scpi.awaitedToken = 0
        perform(command, as: name)
        scpi.isPerforming = false
        if !scpi.isSettled { scpi.wait = .answer }
    }

    /// Disarms; the settings are a new session's from here on, whatever the safety side answers.
    private mutating func reset() {
        forgetSettings()
        thresholdRun = nil
        scpi.isCompletionNoted = false
        carryOut(.disarm, as: .disarm)
    }

    // MARK: Waiting

    /// False while the message waits for something.
    private mutating func isWaitOver() -> Bool {
        switch scpi.wait {
        case .nothing: return true
        case .answer: return false
        case .completion, .completionQuery:
            if isOperationPending { return giveUpWhenSilent() }
            if scpi.wait == .completionQuery { respond(1) }
        case .selfTest:
            if isOperationPending { return giveUpWhenSilent() }
            respond(snapshot.selfTestPassed ? 0 : 1)
        }
        scpi.wait = .nothing
        return true
    }

    /// A safety side that has fallen silent completes nothing.
    private mutating func giveUpWhenSilent() -> Bool {
        guard isSafetySilent else { return false }
        noteError(-240) { $0.put("the safety side is silent") }
        scpi.endMessage()
        return true
    }

    // MARK: Answers

    /// The command of the unit was accepted, or refused: nothing of the message that follows a refusal is done.
    ///
    /// Answers to what was sent before this message began are nobody's any more.
    mutating func settleUnit(_ denial: Denial?, line: LineBuffer) {
        let isAwaited =
            scpi.isPerforming
            ? !scpi.isSettled && scpi.answeringToken == 0
            : scpi.wait == .answer && scpi.answeringToken == scpi.awaitedToken
        guard isAwaited else { return }
        scpi.isSettled = true
        if scpi.wait == .answer { scpi.wait = .nothing }
        if let denial, !isHarmless(denial) {
            note(denial, line: line)
            if scpi.header == .tst { respond(1) }
            scpi.endMessage()
        } else if scpi.header == .tst {
            scpi.wait = .selfTest
        }
    }

    /// `ABORt` with nothing to abort is no error (SCPI-99, volume 2, 2).
    private func isHarmless(_ denial: Denial) -> Bool {
        scpi.header == .abort && denial.refusal.rule == .wrongState
    }
}
