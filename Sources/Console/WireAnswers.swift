import StimulatorCore

/// One answer to every packet of the wire emulation.
extension WireSession {
    /// The firmware that clients are told: the newest that they know.
    private static var version: StaticString { "V10.0.0" }

    /// The safety side's answer to what is awaited.
    mutating func settle(_ event: Event) {
        guard let waiting = awaited, waiting.kind == .command, waiting.token == event.index else { return }
        conclude(waiting, event.kind == .accepted ? nil : event.refusal?.rule ?? .busy)
    }

    /// What has waited too long is refused; a release is answered once the board has left its armed state.
    mutating func settleOverdue() {
        guard let waiting = awaited else { return }
        if waiting.kind == .release {
            guard now >= waiting.deadline || !snapshot.state.isArmed else { return }
            awaited = nil
            finish(confirmation(of: .releaseRemote, status))
        } else if now >= waiting.deadline {
            conclude(waiting, .busy)
        }
    }

    /// Answers what is awaited; `rule` says why not.
    mutating func conclude(_ waiting: WireAwaited, _ rule: RefusalRule?) {
        awaited = nil
        if let rule {
            count(rule)
            return finish(.refusal(of: waiting.command, UInt8(ascii: "S")))
        }
        lastRefusal = nil
        if let power = waiting.power { self.power = power }
        if let refireAt = waiting.refireAt { self.refireAt = refireAt }
        statusAt = now
        // Of all commands these two alone show what they have done.
        finish(confirmation(of: waiting.command, waiting.kind == .control ? status : waiting.status))
    }

    private mutating func finish(_ reply: WireReply) {
        output.append(reply)
        output.append(contentsOf: &held)
    }

    /// Says yes, with the status.
    mutating func confirm(_ command: WireCommand, _ status: WireStatus) {
        statusAt = now
        lastRefusal = nil
        answer(confirmation(of: command, status))
    }

    /// The state does not allow it.
    mutating func refuse(_ command: WireCommand, _ rule: RefusalRule) {
        count(rule)
        answer(.refusal(of: command, UInt8(ascii: "S")))
    }

    /// The data is not what the command has.
    mutating func refuseData(of command: WireCommand) {
        count(.badValue)
        answer(.refusal(of: command, UInt8(ascii: "?")))
    }

    /// The version is no status: it does not count as asking for one.
    mutating func answerVersion() {
        var reply = WireReply(.version)
        reply.put(WireSession.version)
        reply.put(0)
        reply.seal()
        answer(reply)
    }

    mutating func answer(_ reply: WireReply) { awaited == nil ? output.append(reply) : held.append(reply) }

    private func confirmation(of command: WireCommand, _ status: WireStatus) -> WireReply {
        var reply = WireReply(command)
        reply.put(status.instrument)
        switch command {
        case .parameters:
            reply.put(Int64(power), digits: 3)
            reply.put("000000")
        case .temperatures:
            reply.put(tenths(snapshot.coilA), digits: 3)
            reply.put(tenths(snapshot.coilB), digits: 3)
        case .errorCode: reply.put(errorCode, digits: 3)
        case .trainParameters:
            reply.put(status.rapid)
            reply.put(Int64(power), digits: 3)
            reply.put(Int64(train.frequency), digits: 4)
            reply.put(Int64(train.pulses), digits: 5)
            reply.put(Int64(train.duration), digits: 4)
            reply.put(train.wait(board: board, intensity: intensity), digits: 4)
        case .frequency, .pulses, .duration: reply.put(status.rapid)
        case .systemStatus, .setChargeDelay:
            reply.put(status.rapid)
            // Two bytes of which clients read the one or the other: nothing, then the flags, of which none is ever set here.
            reply.put(0)
            reply.put(0)
        case .chargeDelay: reply.put(0, digits: 5)
        default: break
        }
        reply.seal()
        return reply
    }

    /// A coil temperature in tenths of a degree; one that cannot be believed is shown as the hottest, never as a cool coil.
    private func tenths(_ reading: Reading<Millicelsius>) -> Int64 {
        if isSilent { return 999 }
        return WireStatus.temperature(reading, snapshot, board).map { Int64($0.raw) / 100 } ?? 999
    }

    /// 000: no trip. 001 ...: the first trip's number and one. 999: the safety side does not report.
    private var errorCode: Int64 {
        if isSilent { return 999 }
        return (snapshot.firstTrip ?? snapshot.trips.first).map { Int64($0.rawValue) + 1 } ?? 0
    }
}
