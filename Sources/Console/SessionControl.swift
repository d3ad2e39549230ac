import StimulatorCore

/// Who may move the board: what the session asks before it sends, and what it is told.
extension ShellSession {
    /// True for what moves the board, or keeps it armed. Looking and stopping is everyone's; so is what stays in the session.
    func needsControl(_ command: ShellCommand) -> Bool {
        switch command {
        case .arm, .give, .start, .abort, .clear, .selfTest, .renew, .override: true
        case .subject(let command): command.needsControl
        case .update(let request): request.isStaging
        case .setIntensity: snapshot.state.isArmed || pending.contains(.arm)
        case .help, .status, .disarm, .stop, .check, .limits, .posture, .faults, .watch, .journal, .mode, .control,
            .role, .request,
            .protocolList, .protocolShow, .protocolLoad:
            false
        }
    }

    /// Says no to a command that this session may not send; asks for control where nobody holds it.
    /// - Returns: false when it said no.
    mutating func hasControl(for command: ShellCommand, as name: CommandName) -> Bool {
        if let refusal = authority.refusal ?? engineerRefusal(of: command) {
            refuse(Denial(refusal), as: name)
            return false
        }
        if authority.holdsControl { return true }
        guard !requests.isFull else {
            refuse(.queueFull, as: name)
            return false
        }
        requests.add(.control(.ask))
        return true
    }

    private func engineerRefusal(of command: ShellCommand) -> Refusal? {
        guard case .clear(let trip) = command, snapshot.trips.wouldClearLockout(trip) else { return nil }
        return authority.engineerRefusal
    }

    /// True while somebody is there who keeps an armed board armed.
    public func isActive(at now: Instant) -> Bool {
        lease.isActive(at: now, patternHolds: patternHolds, span: board.lease)
    }

    /// A command was not passed on: the command line gets its reply.
    public mutating func refused(_ refusal: Refusal, token: UInt32) {
        settleOverride(token: token, isAccepted: false)
        settleStart(token: token, isAccepted: false)
        if let run = steps, run.token == token, token != 0 { endSteps("ended, refused") }
        guard let entry = pending.takeFirst(where: { $0.token != 0 && $0.token == token }) else { return }
        refuse(refusal.rule == .busy ? .overtaken : Denial(refusal), entry: entry)
        refreshInput()
    }

    /// The answer to `control take` or `control release`.
    public mutating func controlAnswered(_ refusal: Refusal?) { answer(.control, refusal) }

    /// Tells what happened to control without this session's asking.
    public mutating func receive(_ notice: ControlNotice) {
        switch notice {
        case .takenOver(let channel, let role):
            endSteps("ended, control was taken over")
            if mode == .json {
                output.openObject()
                output.field("event", "controlTakenOver")
                output.field("by", channel)
                output.field("role", role.name)
                output.endObjectLine()
            } else {
                openLines()
                output.put("control was taken over by ")
                output.put(channel)
                output.put(" (")
                output.put(role.name)
                output.put("): disarming")
                output.endLine()
            }
        }
        refreshInput()
    }

    /// The channel has somebody new: nothing of the last one's is left but the count of the tokens, so that a late answer to the last
    /// one is not taken for an answer to this one.
    public mutating func startAnew() {
        let token = lastToken
        self = ShellSession(board: board, protocols: library)
        lastToken = token
    }
}

extension TripSet {
    /// True when clearing `trip` (nil: all that hold) would clear a lockout.
    public func wouldClearLockout(_ trip: Trip?) -> Bool {
        !filtered { $0.action == .lockout && (trip == nil || $0 == trip) }.isEmpty
    }
}

extension LineOutput {
    mutating func put(_ channel: ChannelName) { channel.spell { put($0) } }

    mutating func field(_ name: StaticString, _ channel: ChannelName?) {
        key(name)
        guard let channel else { return put("null") }
        openString()
        put(channel)
        quote()
    }

    /// What a session may do, and who holds control.
    mutating func put(_ authority: Authority) {
        put(authority.role.name)
        put(authority.holdsControl ? ", holds control" : "; ")
        if authority.holdsControl { return }
        guard let holder = authority.holder else { return put("control is free") }
        put(holder)
        put(authority.isHolderActive ? " holds control" : " holds control and is idle")
    }

    mutating func fields(_ authority: Authority) {
        field("role", authority.role.name)
        field("holdsControl", authority.holdsControl)
        field("holder", authority.holder)
        field("holderActive", authority.isHolderActive)
    }

    mutating func whyControl(_ refusal: Refusal, _ denial: Denial) {
        guard let holder = denial.authority.holder ?? ChannelName(rawValue: refusal.detail) else {
            return put("this channel does not hold control")
        }
        put(holder)
        put(denial.authority.isHolderActive ? " holds control" : " holds control and is idle")
    }

    mutating func wayToControl(_ denial: Denial) {
        guard denial.authority.holder != nil, denial.authority.isHolderActive else {
            return put("`control take`, then the same again")
        }
        put(
            denial.authority.role == .engineer
                ? "`control take`, which disarms and takes over, or the same once control is free"
                : "the same once control is released or its holder is idle; Ctrl-X stops the board from here")
    }
}
