import Console
import Journal
import StimulatorCore

/// Who holds control: one channel at a time, or none.
///
///     free                  whoever asks, if it is an operator
///     the holder is idle    whoever says `control take`
///     the holder is active  an engineer who says `control take`; anybody else is refused by the holder's name
///
/// Control never passes from one channel to another, nor becomes free, without a disarm ahead of it. Who takes it, and who arms or starts
/// with it, is on record before it is done.
extension ConsoleSide where Store: ~Copyable {
    /// The channel that holds control; nil when nobody does.
    public var controlHolder: ChannelName? { holder.map { channels.name($0) } }

    /// Says to every session what it may do now.
    mutating func grantAuthority(at now: Instant) {
        let isActive = holder.map { channels.isActive($0, at: now) } ?? false
        for channel in 0..<ChannelNumber.count where channels.isOpen(channel) {
            channels.setAuthority(
                Authority(
                    role: roles.ofChannels[channel], holdsControl: channel == holder,
                    holder: holder.map { channels.name($0) }, isHolderActive: isActive,
                    freeRole: roles.pins.freeRole, pins: roles.pins.bits),
                of: channel)
        }
    }

    /// Nothing more comes on a channel. If it holds control, the board is disarmed and control is free; it may still be answered.
    public mutating func endInput(of channel: Int, at now: Instant) {
        guard holder == channel else { return }
        sender.sendLater(.disarm)
        holder = nil
        grantAuthority(at: now)
    }

    /// Of what a channel that went down had asked for, a stop still counts.
    mutating func keepStop(_ command: TokenedCommand, of channel: Int) {
        if case .stop = command.command { sender.sendLater(.stop) }
    }

    // MARK: Requests

    mutating func attend(_ wish: ControlRequest, of channel: Int, at now: Instant) {
        let refusal: Refusal?
        switch wish {
        case .ask: refusal = holder == nil ? take(by: channel, at: now) : nil
        case .take: refusal = take(by: channel, at: now)
        case .release: refusal = release(by: channel)
        }
        grantAuthority(at: now)
        if wish != .ask { channels.answerControl(refusal, of: channel) }
    }

    /// - Returns: why not; nil when the channel holds control now.
    private mutating func take(by channel: Int, at now: Instant) -> Refusal? {
        let role = roles.ofChannels[channel]
        if role < .operator { return Refusal(.role, detail: Role.operator.rawValue) }
        if let holder {
            if holder == channel { return nil }
            if let refusal = allow(channel, at: now) { return refusal }
            if role < .engineer, channels.isActive(holder, at: now) {
                return Refusal(.control, detail: channels.name(holder).rawValue)
            }
            guard record(words(channel, " takes control from ", holder).configuration) else { return Refusal(.journal) }
            // Nothing that the new holder sends may come before it.
            guard sender.send(TokenedCommand(token: 0, .disarm)) else { return Refusal(.busy) }
            channels.tell(.takenOver(by: channels.name(channel), role: role), to: holder)
        } else {
            if let refusal = allow(channel, at: now) { return refusal }
            if sender.hasWaitingStop { return Refusal(.busy) }
            guard record(words(channel, " takes control", nil).configuration) else { return Refusal(.journal) }
        }
        holder = channel
        // What it is about to ask for finds a lease.
        if channels.isActive(channel, at: now) { renew(at: now) }
        return nil
    }

    private mutating func release(by channel: Int) -> Refusal? {
        guard holder == channel else {
            return Refusal(.control, detail: holder.map { channels.name($0).rawValue } ?? .max)
        }
        guard record(words(channel, " releases control", nil).configuration) else { return Refusal(.journal) }
        guard sender.send(TokenedCommand(token: 0, .disarm)) else { return Refusal(.busy) }
        holder = nil
        return nil
    }

    /// Who did what, and to whom.
    private func words(_ channel: Int, _ deed: StaticString, _ other: Int?) -> EntryWords {
        var words = EntryWords()
        words.put(channels.name(channel))
        words.put(" (")
        words.put(roles.ofChannels[channel].name)
        words.put(")")
        words.put(deed)
        if let other { words.put(channels.name(other)) }
        return words
    }

    private mutating func renew(at now: Instant) {
        sender.send(TokenedCommand(token: 0, .renew(journal: isJournalHealthy(at: now))))
    }

    // MARK: Commands

    /// Passes on what the sessions send: stops from everyone, everything else from the holder of control alone.
    mutating func forwardCommands(at now: Instant) {
        var stopper: Int?
        for channel in 0..<ChannelNumber.count where channels.isOpen(channel) {
            while let command = channels.takeCommand(of: channel) {
                if case .stop = command.command { stopper = channel }
                forward(command, from: channel, isOvertaken: stopper != nil && stopper != channel)
            }
        }
    }

    /// - Parameter isOvertaken: another channel's stop came in the same moment: what moves the board was sent without knowing of it. So
    ///   was what finds a stop that has not been sent yet.
    private mutating func forward(_ command: TokenedCommand, from channel: Int, isOvertaken: Bool) {
        let isHolder = holder == channel
        switch command.command {
        case .stop: break
        // A disarm that nobody typed is that of an idle session: it counts for the holder.
        case .disarm: if command.token == 0, !isHolder { return }
        // No channel keeps alive what another one armed.
        case .renew: if !isHolder { return }
        case .arm, .intensity, .start, .abort, .clear, .selfTest:
            let refusal =
                isOvertaken || sender.hasWaitingStop ? Refusal(.busy) : refusal(of: command.command, from: channel)
            if let refusal = refusal ?? recordRefusal(of: command.command, from: channel) {
                return channels.refuse(refusal, token: command.token, of: channel)
            }
        }
        let token = ChannelToken.tagged(command.token, channel: channel)
        sender.send(TokenedCommand(token: token, command.command))
    }

    /// Why a command that moves the board is not passed on, however its session came to send it.
    private func refusal(of command: Command, from channel: Int) -> Refusal? {
        let authority = channels.authority(of: channel)
        if let refusal = authority.refusal { return refusal }
        if !authority.holdsControl { return Refusal(.control, detail: .max) }
        if case .clear(let trip) = command, snapshot.trips.wouldClearLockout(trip) { return authority.engineerRefusal }
        return nil
    }

    /// Puts on record who arms, starts and clears. What cannot be put on record is not done.
    private mutating func recordRefusal(of command: Command, from channel: Int) -> Refusal? {
        let deed: StaticString
        switch command {
        case .arm: deed = " arms"
        case .start: deed = " starts a pattern"
        case .clear: deed = " clears"
        default: return nil
        }
        return record(words(channel, deed, nil).remark) ? nil : Refusal(.journal)
    }
}
