import FirmwareUpdate
import StimulatorCore

/// Updates, as a session sees them: it asks, whoever receives them answers.
extension ShellSession {
    /// Asks the receiver; what puts something in place is refused before.
    mutating func update(_ request: UpdateRequest) {
        if request.isStaging, let denial = updateDenial {
            refuse(denial, as: .update)
        } else {
            ask(.update(request), as: .update)
        }
    }

    /// Who may send an update, and when: an engineer where that role has a PIN, with the key, while nothing is energised. The one place
    /// that says so.
    private var updateDenial: Denial? {
        if snapshot.state != .safe { return Denial(Refusal(.wrongState, detail: snapshot.state.rawValue)) }
        if !snapshot.inputs.contains(.keySwitch) { return Denial(Refusal(.key)) }
        if let refusal = authority.engineerRefusal { return Denial(refusal) }
        return isSafetySilent ? .noAnswer : nil
    }

    /// The receiver answers the oldest `update` line.
    public mutating func updateAnswered(_ answer: UpdateAnswer) {
        guard let entry = pending.takeFirst(where: { $0.name == .update }) else { return }
        if case .refused(let refusal) = answer {
            refuse(Denial(refusal), entry: entry)
        } else {
            count(nil)
            openLines()
            if mode == .json { reply(to: entry) { $0.output.updateReply(answer) } } else { output.updateText(answer) }
        }
        refreshInput()
    }
}

extension Denial {
    init(_ update: UpdateRefusal) {
        let numbers = update.numbers
        let refusal = Refusal(
            .update, limit: numbers.limit, actual: numbers.actual, wouldAdmit: update.wouldAdmit)
        self.init(refusal, reason: .update(update))
    }
}

extension LineOutput {
    mutating func updateText(_ answer: UpdateAnswer) {
        switch answer {
        case .received(let count, let length):
            put("received ")
            put(count)
            put(" of ")
            put(length)
            put(" bytes")
        case .staged(let version):
            put("version ")
            put(Int64(version))
            put(" is whole and signed: it is taken at the next start")
        case .discarded: put("nothing is kept for the next start")
        case .status(let status): return updateStatus(status)
        case .refused: return
        }
        endLine()
    }

    private mutating func updateStatus(_ status: UpdateStatus) {
        label("runs")
        if let slots = status.slots {
            put(slots.chosen.name)
            if slots.chosen != .factory {
                put(slots.trial == nil ? ", confirmed" : ", on trial until its self-test has passed")
            }
            endLine()
            label("installed")
            put("version ")
            put(Int64(slots.version))
            put(": only a later one is taken")
            if slots.lastTried != .factory {
                endLine()
                label("last trial")
                put("slot ")
                put(slots.lastTried.name)
                put(": ")
                put(slots.lastEnd.text)
            }
        } else {
            put("without slots: no update is taken")
        }
        endLine()
        label("keys")
        if status.keys.count == 0 { put("none: no update is taken") }
        for index in 0..<status.keys.count {
            if index > 0 { put(UInt8(ascii: " ")) }
            hexadecimal(status.keys[index].identity)
        }
        endLine()
        label("received")
        if let received = status.received {
            put(received)
            put(" of ")
            put(status.length)
            put(" bytes")
        } else if let staged = status.staged {
            put("version ")
            put(Int64(staged))
            put(", taken at the next start")
        } else {
            put("nothing")
        }
        endLine()
    }

    mutating func updateReply(_ answer: UpdateAnswer) {
        openReply(.update)
        switch answer {
        case .received(let count, let length):
            field("received", count)
            field("length", length)
        case .staged(let version): field("staged", version)
        case .status(let status): updateFields(status)
        case .discarded, .refused: break
        }
        endObjectLine()
    }

    private mutating func updateFields(_ status: UpdateStatus) {
        field("slot", status.slots?.chosen.name)
        if let slots = status.slots {
            field("onTrial", slots.trial != nil)
            field("installed", slots.version)
            if slots.lastTried != .factory {
                field("lastTried", slots.lastTried.name)
                field("lastEnd", slots.lastEnd.text)
            }
        }
        openList("keys")
        for index in 0..<status.keys.count {
            separate()
            quote()
            hexadecimal(status.keys[index].identity)
            quote()
        }
        closeList()
        if let received = status.received {
            field("received", received)
            field("length", status.length)
        }
        if let staged = status.staged { field("staged", staged) }
    }
}
