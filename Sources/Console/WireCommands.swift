import StimulatorCore

/// What each packet of the wire emulation does, and its answer.
extension WireSession {
    mutating func obey(_ packet: WirePacket) {
        let status = status
        guard isWellFormed(packet) else { return refuseData(of: packet.command) }
        switch packet.command {
        case .takeRemote: takeRemote()
        case .releaseRemote: releaseRemote()
        case .energise: energise(packet.letter, status)
        case .power: setPower(packet.number ?? 0, status)
        case .frequency, .pulses, .duration: setTrain(packet.command, packet.number ?? 0, status)
        case .setChargeDelay: setChargeDelay(packet.number ?? 0, status)
        case .enhancedOn, .enhancedOff, .ignoreInterlock: refuse(packet.command, .wrongState)
        case .version: answerVersion()
        case .parameters, .temperatures, .trainParameters, .errorCode, .systemStatus, .chargeDelay:
            confirm(packet.command, status)
        }
    }

    /// Data of the form and in the range that the command has, whatever the state.
    private func isWellFormed(_ packet: WirePacket) -> Bool {
        switch packet.command {
        case .power: packet.number.map { $0 <= 100 } ?? false
        case .frequency: packet.number.map { $0 >= 1 } ?? false
        case .pulses: packet.number.map { $0 >= 1 && $0 <= Int(Ceiling.pulsesPerPattern) } ?? false
        case .duration: packet.number != nil
        case .setChargeDelay: packet.number.map { $0 <= 10_000 } ?? false
        case .energise: isDeed(packet.letter)
        case .version: packet.letter == UInt8(ascii: "D")
        default: packet.letter == UInt8(ascii: "@")
        }
    }

    private func isDeed(_ letter: UInt8) -> Bool {
        letter == UInt8(ascii: "A") || letter == UInt8(ascii: "B") || letter == UInt8(ascii: "H")
    }

    // MARK: Control

    private mutating func takeRemote() {
        if isRemote, authority.holdsControl { return confirm(.takeRemote, status) }
        guard awaited == nil, !requests.isFull else { return refuse(.takeRemote, .busy) }
        requests.add(.control(.take))
        awaited = WireAwaited(
            kind: .control, command: .takeRemote, status: status, deadline: now + WireSession.answerTime)
    }

    private mutating func releaseRemote() {
        let wasRemote = isRemote
        // Asked for and given back in one breath: what is given now comes too late.
        if let waiting = awaited, waiting.kind == .control { conclude(waiting, .busy) }
        if wasRemote { giveBack() }
        guard wasRemote, snapshot.state.isArmed, awaited == nil else { return confirm(.releaseRemote, status) }
        awaited = WireAwaited(
            kind: .release, command: .releaseRemote, status: status, deadline: now + WireSession.answerTime)
    }

    // MARK: Energy

    private mutating func energise(_ letter: UInt8, _ status: WireStatus) {
        switch letter {
        case UInt8(ascii: "B"): arm(status)
        case UInt8(ascii: "H"): fire(status)
        default:
            disarm()
            confirm(.energise, status)
        }
    }

    /// Disarms, whoever asks: never refused.
    mutating func disarm() {
        overtake()
        outbox.add(TokenedCommand(token: nextToken(), .disarm))
    }

    /// Byte 0x18: as a disarm, from any state, ahead of everything.
    mutating func stop() {
        overtake()
        outbox.stop(token: nextToken())
        answer(WireReply(WireFailure.unknown))
    }

    /// What has not gone out yet does not any more.
    private mutating func overtake() {
        while let unsent = outbox.takeWaiting() {
            if let waiting = awaited, waiting.token == unsent.token { conclude(waiting, .busy) }
        }
    }

    private mutating func arm(_ status: WireStatus) {
        guard mayCommand(.energise) else { return }
        if isSilent { return refuse(.energise, .busy) }
        guard !snapshot.state.isArmed else { return refuse(.energise, .wrongState) }
        guard intensity >= leastIntensity else { return refuse(.energise, .badValue) }
        activeAt = now
        send(.arm(intensity: intensity), as: .energise, status)
    }

    /// A pulse or a train, when the board stands ready at the power that is shown, the wait is over, and the pattern is admitted.
    private mutating func fire(_ status: WireStatus) {
        guard mayCommand(.energise) else { return }
        if isSilent { return refuse(.energise, .busy) }
        guard snapshot.state == .ready, snapshot.intensity == intensity else { return refuse(.energise, .notArmed) }
        if !train.isOn, now < refireAt - WireSession.refireEarly { return refuse(.energise, .cooldown) }
        let pattern = train.pattern(intensity: intensity)
        if let rule = hindrance(to: pattern) { return refuse(.energise, rule) }
        send(.start(pattern), as: .energise, status, refireAt: max(now, refireAt) + WireSession.refire)
    }

    /// Why a pattern is not given. What an operator could override, with a reason on record, is refused too: nobody can say one here.
    private func hindrance(to pattern: PulsePattern) -> RefusalRule? {
        let context = AdmissionContext(
            board: board, snapshot: snapshot, subject: subject, cooldown: library.cooldown(of: pattern, for: subject))
        do throws(Refusal) {
            switch try Admission.verdict(PulsePlan(pattern), in: context) {
            case .admitted: return nil
            case .needsOverride: return .guideline
            }
        } catch {
            return error.rule
        }
    }

    // MARK: Settings

    /// The power, at once where nothing is charged; of an armed board once the safety side has accepted it.
    private mutating func setPower(_ power: Int, _ status: WireStatus) {
        guard mayCommand(.power) else { return }
        if isLocked { return refuse(.power, .cooldown) }
        guard snapshot.state.isArmed else {
            self.power = power
            return confirm(.power, status)
        }
        let intensity = PerMille(Int32(power) * 10)
        guard intensity >= leastIntensity else { return refuse(.power, .badValue) }
        send(.intensity(intensity), as: .power, status, power: power)
    }

    private mutating func setTrain(_ command: WireCommand, _ number: Int, _ status: WireStatus) {
        guard mayCommand(command) else { return }
        if isLocked { return refuse(command, .cooldown) }
        switch command {
        case .frequency:
            guard Int64(number) * 100 <= board.rate(at: intensity).raw else { return refuse(command, .rateForPower) }
            train.frequency = number
        case .pulses: train.pulses = number
        default:
            let turnsMode = number == 0 || (number == 10 && !train.isOn)
            // What fire means does not change under a charged capacitor.
            if turnsMode, snapshot.state.isArmed { return refuse(command, .wrongState) }
            if turnsMode { train.isOn = number == 10 }
            if number > 0 { train.duration = number }
        }
        confirm(command, status)
    }

    /// The board recharges as soon as a pulse is proven, always: a delay is refused, and said to be none.
    private mutating func setChargeDelay(_ milliseconds: Int, _ status: WireStatus) {
        guard mayCommand(.setChargeDelay) else { return }
        milliseconds == 0 ? confirm(.setChargeDelay, status) : refuse(.setChargeDelay, .badValue)
    }

    // MARK: Shared

    /// The power as an intensity.
    var intensity: PerMille { PerMille(Int32(power) * 10) }

    /// The lowest that the charger regulates: a power below it is kept as a setting, and nothing can be armed with it.
    private var leastIntensity: PerMille { Admission.leastIntensity(board: board) }

    /// The safety side has not reported for so long that what it last showed is not the present.
    var isSilent: Bool { snapshot.ticks == 0 || now - snapshot.now > WireSession.silence }

    /// The status now.
    var status: WireStatus {
        WireStatus(
            snapshot, board, isSilent: isSilent, isRemote: isRemote, train: train,
            waits: isLocked || snapshot.energyBacklog > .zero)
    }

    /// A train runs, or has ended just now: its parameters stay as they are.
    private var isLocked: Bool {
        snapshot.trainTotal > 0 || (now >= trainEndedAt && now - trainEndedAt < WireSession.lock)
    }

    /// True when the client may move the board; otherwise the command is refused.
    private mutating func mayCommand(_ command: WireCommand) -> Bool {
        if !isRemote || !authority.holdsControl {
            refuse(command, .control)
        } else if awaited != nil {
            refuse(command, .busy)
        } else {
            return true
        }
        return false
    }

    /// Sends a command; the answer follows the safety side's.
    private mutating func send(
        _ command: Command, as wire: WireCommand, _ status: WireStatus, power: Int? = nil, refireAt: Instant? = nil
    ) {
        guard !outbox.isFull else { return refuse(wire, .busy) }
        let token = nextToken()
        outbox.add(TokenedCommand(token: token, command))
        awaited = WireAwaited(
            kind: .command, command: wire, token: token, status: status, deadline: now + WireSession.answerTime,
            power: power, refireAt: refireAt)
    }
}
