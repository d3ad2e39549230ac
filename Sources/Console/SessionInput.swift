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
            waitingLines.clear()
            scpi.endMessage()
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
            if mode == .scpi {
                noteError(-363) { $0.why(.lineTooLong(length), line: LineBuffer()) }
            } else {
                refuse(.lineTooLong(length), line: LineBuffer())
            }
        case .complete: complete()
        case .interrupt: interrupt()
        case .clearScreen:
            output.put("\u{1B}[2J\u{1B}[H")
            drawInput()
        }
    }

    /// A line is complete. While a program message is being carried out, it waits.
    private mutating func submit() {
        if let role = pinRole {
            endInput()
            return submitPin(for: role)
        }
        let line = editor.line
        if mode != .scpi, isProgramMessage(line) {
            // A program reads no echo.
            if let echoMark { output.retract(to: echoMark) }
            isInputShown = false
            editor.reset()
            begin(line)
        } else if mode == .scpi {
            editor.reset()
            if !waitingLines.add(line) { noteError(-363) { $0.put("too many messages wait") } }
        } else {
            endInput()
            if isSecret(line) { editor.wipe() } else { editor.remember() }
            editor.reset()
            obey(line)
        }
        attendMessages()
    }

    /// Somebody may have put a PIN on the line of the command; requests are a program's, and nobody recalls them.
    private func isSecret(_ line: LineBuffer) -> Bool {
        let words = WordList(line, upTo: line.count)
        return JSONRequest.isMeant(line) || words.count > 2 && line.matches(words[0], CommandName.role.word)
    }

    /// Takes a line that had to wait.
    mutating func take(_ line: LineBuffer) {
        if isProgramMessage(line) { return begin(line) }
        if mode == .scpi { mode = .human }
        obey(line)
    }

    /// Does what a line says, in the shell's words or as a request in JSON.
    private mutating func obey(_ line: LineBuffer) {
        guard JSONRequest.isMeant(line) else { return obeyWords(of: line) }
        do throws(JSONFault) {
            let request = try JSONRequest(line)
            if mode != .json { mode = .json }
            output.replyID = request.id
            obeyWords(of: request.words)
        } catch {
            output.replyID = error.id
            refuse(Denial(Refusal(.badValue), reason: .request(error)), line: LineBuffer())
        }
        output.replyID = RequestID()
    }

    /// The line is a request that can be read.
    func isRequest(_ line: LineBuffer) -> Bool {
        do throws(JSONFault) {
            _ = try JSONRequest(line)
            return true
        } catch {
            return false
        }
    }

    private mutating func obeyWords(of line: LineBuffer) {
        var grammar = Grammar<Simulation>(line, intensity: intensity)
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
        if mode == .scpi { clearDevice() }
        if isGiving { perform(.abort, as: .abort) }
    }

    /// TAB: puts in what all fitting words have in common; lists them where that is nothing.
    private mutating func complete() {
        let cursor = editor.cursor
        guard pinRole == nil, cursor == editor.line.count || isBlank(editor.line.bytes[cursor]) else { return }
        let completion = Completion<Simulation>(editor.line, cursor: cursor, library: library)
        guard completion.count > 0 else { return }
        let begun = completion.begun.count
        for index in begun..<completion.common where !editor.line.isFull {
            editor.add(completion.first[index])
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
