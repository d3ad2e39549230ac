import StimulatorCore

/// How faults, refusals and trips come into the error queue: the standard's number, and the text that the shell gives.
extension ShellSession {
    /// Adds an error with the text that `write` writes.
    mutating func noteError(_ number: Int16, _ write: (inout LineOutput) -> Void) {
        let sink = output.sink
        output.sink = .capture
        write(&output)
        output.sink = sink
        scpi.errors.add(number, output.takeCaptured())
        scpi.eventStatus |= SCPIError.eventBit(number)
    }

    /// A message that is none: nothing of it was done.
    mutating func note(_ fault: SCPIFault, in line: LineBuffer) {
        count(fault.denial?.refusal.rule ?? (fault.number == -113 ? .unknownCommand : .badValue))
        noteError(fault.number) { output in
            if let denial = fault.denial {
                output.why(denial, line: line)
                output.put("; would be admitted: ")
                output.remedy(denial, in: Simulation.self)
            } else if fault.word.count > 0 {
                output.put(UInt8(ascii: "'"))
                output.put(fault.word, of: line)
                output.put("' at byte ")
                output.put(Int64(fault.word.start + 1))
                if fault.number == -113 { output.put("; SYST:HELP:HEAD? lists the headers") }
            } else {
                output.put("the message ends too early")
            }
        }
    }

    /// A refusal: the text that people get, and what is left undone.
    mutating func note(_ denial: Denial, line: LineBuffer) {
        let isLast = scpi.scanner.isAtEnd
        noteError(scpi.header.number(of: denial)) { output in
            output.why(denial, line: line)
            output.put("; would be admitted: ")
            output.remedy(denial, in: Simulation.self)
            if !isLast { output.put("; the rest of the message was not done") }
        }
    }

    /// A trip that came by itself.
    mutating func noteTrip(_ event: Event) { noteError(-300) { $0.event(event) } }
}

extension SCPIHeader {
    /// The standard's number for a refusal of this header's command.
    func number(of denial: Denial) -> Int16 {
        switch denial.refusal.rule {
        case .unknownCommand: -113
        case .badValue where self == .tripClear: -221
        case .badValue, .trainLength, .interval: -222
        case .role, .control: -203
        case .notArmed, .wrongState, .cooldown, .tripped, .posture, .key, .busy: ignored(denial.refusal.rule)
        default: -221
        }
    }

    /// The state of the board is what refuses: arming, the pattern's start and the trigger each have a number of their own.
    private func ignored(_ rule: RefusalRule) -> Int16 {
        switch self {
        case .arm: -212
        case .initiate: -213
        case .trg: -211
        default: rule == .key ? -203 : rule == .tripped ? -240 : rule == .busy ? -200 : -221
        }
    }
}
