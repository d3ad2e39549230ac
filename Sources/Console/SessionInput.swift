import StimulatorCore

/// From bytes to lines.
extension ShellSession {
    /// Takes one byte from the line.
    public mutating func receive(_ byte: UInt8, at now: Instant) {
        self.now = now
        lease.key(at: now)
        renewIfDue()
        if byte == 0x18 {
            endPin()
            openLines()
            stop(asCommand: false)
        } else {
            act(on: editor.receive(byte, editing: isInteractive))
        }
        refreshInput()
    }

    private mutating func act(on action: EditorAction) {
        if isWatching, isInteractive {
            guard action != .nothing else { return }
            editor.reset()
            endWatch()
            if action == .interrupt { interrupt() }
            return
        }
        switch action {
        case .nothing: break
        case .echo(let byte): echo(byte)
        case .redraw: drawInput()
        case .submit: submit()
        case .tooLong(let length):
            endPin()
            endInput()
            refuse(.lineTooLong(length), line: LineBuffer())
        case .complete: complete()
        case .interrupt: interrupt()
        case .clearScreen:
            output.put("\u{1B}[2J\u{1B}[H")
            drawInput()
        }
    }

    private mutating func submit() {
        if let role = pinRole {
            endInput()
            return submitPin(for: role)
        }
        let line = editor.line
        endInput()
        var grammar = Grammar<Simulation>(line, intensity: intensity)
        // Somebody may have put a PIN there.
        let isSecret = grammar.words.count > 2 && line.matches(grammar.words[0], CommandName.role.word)
        if isSecret { editor.wipe() } else { editor.remember() }
        editor.reset()
        guard grammar.words.count > 0 else { return }
        var name: CommandName?
        do throws(Misfit) {
            let command = try grammar.name()
            name = command
            perform(try grammar.arguments(of: command), as: command)
        } catch {
            var denial = Denial(error.refusal, reason: .misfit(error))
            denial.name = name
            refuse(denial, line: line)
        }
    }

    /// Ctrl-C: the line is emptied, a running pattern is ended.
    private mutating func interrupt() {
        endPin()
        if isInteractive {
            if isInputShown { output.put("^C") }
            endInput()
        }
        if patternRuns { perform(.abort, as: .abort) }
    }

    /// TAB: puts in what all fitting words have in common; lists them where that is nothing.
    private mutating func complete() {
        let cursor = editor.cursor
        guard pinRole == nil, cursor == editor.line.count || isBlank(editor.line.bytes[cursor]) else { return }
        let completion = Completion<Simulation>(editor.line, cursor: cursor)
        guard completion.count > 0 else { return }
        let begun = completion.begun.count
        for index in begun..<completion.common where !editor.line.isFull {
            editor.add(completion.first.byte(at: index))
        }
        if completion.count == 1 {
            if !editor.line.isFull { editor.add(UInt8(ascii: " ")) }
        } else if completion.common == begun {
            openLines()
            for index in 0..<completion.indexCount {
                guard let word = completion.candidate(at: index) else { continue }
                output.put(word)
                output.put("  ")
            }
            output.endLine()
        }
        drawInput()
    }
}
