import StimulatorCore

/// What the safety side tells, and how it is shown.
extension ShellSession {
    /// Takes an event of the safety side.
    public mutating func receive(_ event: Event) {
        noteGap(before: event)
        report.add(event)
        switch event.kind {
        case .accepted, .refused:
            settleOverride(token: event.index, isAccepted: event.kind == .accepted)
            settleStart(token: event.index, isAccepted: event.kind == .accepted)
            settleStep(event)
            settle(event)
        case .state:
            if let state = StimulatorState(rawValue: event.detail) { snapshot.state = state }
            showState(event)
            if !snapshot.state.isArmed { endSteps("ended, the board is not armed") }
        case .trainStarted:
            shownOmissions = 0
            shownProgress = 0
            nextProgress = event.at + progressPeriod
            noteStart(event)
            if mode == .json { output.eventLine(event) }
        case .pulse: if mode == .json { output.eventLine(event) }
        case .omitted: showOmission(event)
        case .trainFinished:
            showReport(event)
            finishStep(event)
            noteUse(delivered: event.index)
            if event.index == 1 { askForAnswer() }
        case .trip:
            showNow(event)
            if mode == .scpi { noteTrip(event) }
        case .tripCleared, .coilWarning, .selfTest, .idle, .posture: if !isScreenWatched { showNow(event) }
        }
        attendMessages()
        refreshInput()
    }

    private mutating func noteGap(before event: Event) {
        // A smaller number than expected is a new start of the safety side, not a loss.
        if let expected = nextSequence, event.sequence > expected {
            let lost = event.sequence - expected
            openLines()
            if mode == .json {
                output.eventsLostLine(lost)
            } else {
                output.eventsLost(lost)
                output.endLine()
            }
        }
        nextSequence = event.sequence &+ 1
    }

    private mutating func showNow(_ event: Event) {
        if mode == .json { return output.eventLine(event) }
        openLines()
        output.event(event)
        if event.kind == .trip, event.detail == Trip.boardMismatch.rawValue, let fault = board.identity.fault {
            output.put("; the board file cannot be used: ")
            output.put(fault)
        }
        output.endLine()
    }

    /// The states of single pulses are not told while a pattern runs; and people, once told `ready`, are told nothing of
    /// topping up.
    private mutating func showState(_ event: Event) {
        let state = snapshot.state
        let wasArmed = StimulatorState(rawValue: event.extra)?.isArmed ?? false
        if report.isRunning, state.isArmed, wasArmed { return }
        if mode == .json { return output.eventLine(event) }
        if isScreenWatched || state == shownState { return }
        if shownState == .ready, state.isArmed, wasArmed { return }
        shownState = state
        showNow(event)
    }

    /// The first omissions of a pattern are told one by one; the report counts them all.
    private mutating func showOmission(_ event: Event) {
        if mode == .json { return output.eventLine(event) }
        guard shownOmissions < 3, !isScreenWatched else { return }
        shownOmissions += 1
        showNow(event)
    }

    private mutating func showReport(_ event: Event) {
        nextProgress = .distantFuture
        if mode == .json { return output.trainFinishedLine(event, report) }
        openLines()
        if let steps { return output.stepLine(steps, report) }
        output.report(report)
    }
}
