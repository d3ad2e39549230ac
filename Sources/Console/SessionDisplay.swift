import StimulatorCore

/// The prompt, the progress line and the watched screen.
///
/// On a terminal the last line belongs to the input: what the board tells is written above it, and it is drawn again.
extension ShellSession {
    /// The terminal's width, less one column so that no line wraps by itself (VT100: 80).
    private var width: Int { 79 }

    /// On a terminal the line is redrawn; elsewhere every progress is a line of its own.
    var progressPeriod: Nanoseconds { isInteractive ? .milliseconds(200) : .seconds(1) }

    /// The status fills a terminal's screen.
    var isScreenWatched: Bool { isWatching && isInteractive }

    /// Makes room for lines above the input.
    mutating func openLines() {
        if isScreenWatched { endWatch() }
        if isInputShown { output.put("\r\u{1B}[K") }
        isInputShown = false
        echoMark = nil
    }

    /// Ends the input line where it stands, as Enter does.
    mutating func endInput() {
        guard isInteractive else { return }
        if !isInputShown || isForPrograms { drawInput(isComplete: true) }
        output.endLine()
        isInputShown = false
    }

    /// Draws the input line again after lines were written above it; not before an awaited reply is there.
    mutating func refreshInput() {
        if isInteractive, !isInputShown, !isWatching, pending.isEmpty { drawInput() }
        // Whatever was written without an end of line goes out.
        output.commit()
    }

    /// Echoes a byte at the end of the line, or draws the line where it has become too long for that.
    mutating func echo(_ byte: UInt8) {
        if editor.line.count == 1 { echoMark = output.mark }
        if isForPrograms { return }
        guard pinRole == nil, isInputShown, !isProgressShown,
            snapshot.state.name.byteCount + 2 + editor.line.count < width,
            editor.line.count > 1
        else { return drawInput() }
        output.put(byte)
    }

    /// A line that begins as program messages and requests in JSON do is not echoed: a program would read it as an answer.
    private var isForPrograms: Bool {
        switch editor.line.isEmpty ? 0 : editor.line.bytes[0] {
        case UInt8(ascii: "*"), UInt8(ascii: ":"), UInt8(ascii: "{"): true
        default: false
        }
    }

    /// Draws prompt and line, or the progress of a pattern while nothing is being written.
    mutating func drawInput(isComplete: Bool = false) {
        guard isInteractive, !isWatching, isComplete || !isForPrograms else { return }
        output.put(UInt8(0x0D))
        isInputShown = true
        if let pinRole {
            output.put("PIN for ")
            output.put(pinRole.name)
            output.put(": \u{1B}[K")
            return
        }
        if isProgressShown {
            output.progress(snapshot)
            output.put("\u{1B}[K")
            return
        }
        output.put(snapshot.state.name, in: snapshot.state.colour)
        output.put("> ")
        let room = width - snapshot.state.name.byteCount - 2
        let first = max(0, editor.cursor - room + 1)
        let last = min(editor.line.count, first + room)
        for index in first..<last { output.put(editor.line.bytes[index]) }
        output.put("\u{1B}[K")
        if editor.cursor < last {
            output.put("\u{1B}[")
            output.put(Int64(last - editor.cursor))
            output.put(UInt8(ascii: "D"))
        }
    }

    /// While a pattern runs and nothing is being written, the input line shows its progress.
    private var isProgressShown: Bool { patternRuns && editor.line.isEmpty }

    /// The progress of a running pattern, when its time has come.
    mutating func showProgress() {
        guard report.isRunning else {
            nextProgress = .distantFuture
            return
        }
        guard now >= nextProgress else { return }
        nextProgress = now + progressPeriod
        guard patternRuns, mode == .human, !isWatching else { return }
        if isTerminal {
            if isProgressShown, pending.isEmpty { drawInput() }
        } else if shownProgress != snapshot.trainDelivered + snapshot.trainOmitted {
            // Between two trains there is nothing new to tell.
            shownProgress = snapshot.trainDelivered + snapshot.trainOmitted
            output.progress(snapshot)
            output.endLine()
        }
    }

    // MARK: Watching

    mutating func watch(_ on: Bool) {
        isWatching = on
        nextWatch = on ? now : .distantFuture
        accept(.watch)
        if isScreenWatched { output.put("\u{1B}[2J") }
    }

    mutating func endWatch() {
        isWatching = false
        nextWatch = .distantFuture
        output.put("\u{1B}[2J\u{1B}[H")
    }

    /// The watched status, when its time has come.
    mutating func showWatch() {
        guard isWatching, now >= nextWatch else { return }
        if isScreenWatched {
            nextWatch = now + .milliseconds(500)
            output.put("\u{1B}[H")
            output.erasesLineEnds = true
            output.status(snapshot, board, statusContext)
            output.erasesLineEnds = false
            output.put("any key ends this, Ctrl-X stops everything\u{1B}[J")
        } else {
            nextWatch = now + .seconds(1)
            mode == .json ? output.statusEvent(snapshot, statusContext) : output.briefStatus(snapshot, statusContext)
        }
    }

    /// Says that the shell disarms an armed board that nobody uses.
    mutating func tellIdle() {
        if mode == .scpi {
            noteError(-300) { $0.put("idle for too long: the board disarms") }
        } else if mode == .json {
            output.openObject()
            output.field("event", "idle")
            output.field("limitUs", board.idle.raw / 1_000)
            output.endObjectLine()
        } else {
            openLines()
            output.put("no key for ")
            output.put(board.idle)
            output.put(": disarming")
            output.endLine()
        }
    }

    /// Says whether the safety side is silent.
    mutating func tellSilence() {
        if mode == .json {
            output.openObject()
            output.field("event", "safetySilent")
            output.field("silent", isSafetySilent)
            output.field("lastReportNs", snapshot.now.raw)
            output.endObjectLine()
        } else {
            openLines()
            if isSafetySilent { output.put("WARNING: ", in: .alarm) }
            output.put(
                isSafetySilent
                    ? "the safety side is silent: what is shown is old, the hardware stops the board"
                    : "the safety side reports again")
            output.endLine()
        }
    }

    /// Says that the line was too slow for what was written.
    mutating func tellDroppedLines() {
        guard let dropped = output.takeDroppedLines() else { return }
        if mode == .scpi {
            noteError(-430) { $0.put("responses were dropped: nobody reads them") }
        } else if mode == .json {
            output.openObject()
            output.field("event", "linesDropped")
            output.field("count", dropped)
            output.endObjectLine()
        } else {
            openLines()
            output.put(dropped)
            output.put(" lines dropped: the line is too slow")
            output.endLine()
        }
    }
}

extension StimulatorState {
    /// The colour of the state's name: whether there may be voltage on the capacitor, or something is wrong.
    var colour: TextColour {
        switch self {
        case .selfTest, .safe: .plain
        case .arming, .charging, .ready, .firing, .recovering, .discharging: .caution
        case .faulted: .alarm
        }
    }
}
