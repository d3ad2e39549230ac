import Console
import Journal
import StimulatorCore

/// Roles and their PINs.
struct Roles {
    var pins = PinTable()
    /// Of each channel.
    var ofChannels = Fixed<5, Role>(repeating: .operator)
    var pinGuard = PinGuard()
    var restarts = 0
    /// The PIN that is being looked at; one at a time.
    var check: PinCheck?
    var allowances = Fixed<5, Allowance>(repeating: Allowance())
}

/// How often a channel may change what goes on record: eight times at once, then once a second. Somebody who keeps changing roles must
/// neither fill the journal nor have the disk hold up the others.
struct Allowance: BitwiseCopyable {
    private static var most: Int64 { 8 }
    private static var period: Nanoseconds { .seconds(1) }
    /// When the allowance is whole again.
    private var wholeAt = Instant.distantPast

    /// Uses one.
    /// - Returns: how long to wait for the next one; zero when there was one.
    mutating func use(at now: Instant) -> Nanoseconds {
        let from = max(wholeAt, now)
        let wait = from - now - Nanoseconds((Allowance.most - 1) * Allowance.period.raw)
        if wait > .zero { return wait }
        wholeAt = from + Allowance.period
        return .zero
    }
}

extension ConsoleSide where Store: ~Copyable {
    /// Takes the PINs: every channel has the role that it has without one.
    /// - Parameter restarts: how many console processes there were before this one.
    public mutating func setPins(_ pins: PinTable, restarts: Int = 0, at now: Instant) {
        roles.pins = pins
        roles.restarts = restarts
        roles.pinGuard = PinGuard(restarts: restarts, at: now)
        for channel in 0..<ChannelNumber.count { forgetRole(of: channel) }
        grantAuthority(at: now)
    }

    /// The channel has somebody new, or nobody.
    mutating func forgetRole(of channel: Int) {
        // The wire emulation has no words for a PIN: the board's file says whether it may be served at all.
        roles.ofChannels[channel] = channel == ChannelNumber.wire ? .operator : roles.pins.freeRole
        // A PIN that is being looked at still counts if it is wrong.
        if roles.check?.channel == channel { roles.check?.channel = nil }
    }

    mutating func attend(_ role: Role, _ pin: Pin?, of channel: Int, at now: Instant) {
        if role <= max(roles.ofChannels[channel], roles.pins.freeRole) {
            let refusal = allow(channel, at: now) ?? change(to: role, channel, at: now)
            return channels.answerRole(refusal, of: channel)
        }
        if let refusal = begin(pin, for: role, channel, at: now) { channels.answerRole(refusal, of: channel) }
    }

    /// - Returns: why the PIN is not looked at; nil when it is, and the answer comes later.
    private mutating func begin(_ pin: Pin?, for role: Role, _ channel: Int, at now: Instant) -> Refusal? {
        guard let pin, roles.pins.hasPin(for: role) else { return Refusal(.role, detail: role.rawValue) }
        let wait = roles.pinGuard.wait(for: role, at: now)
        if wait > .zero {
            let left = wait.raw / 1_000 + 1
            return Refusal(.cooldown, unit: .microseconds, limit: left, wouldAdmit: left)
        }
        guard roles.check == nil else { return Refusal(.busy) }
        roles.check = PinCheck(pin, for: role, channel: channel, entry: roles.pins[role])
        return nil
    }

    /// Goes on with the PIN that is being looked at.
    /// - Returns: when to go on; nil when there is none.
    mutating func lookAtPin(at now: Instant) -> Instant? {
        roles.pinGuard.update(keyEdge: snapshot.keyEdge)
        guard var check = roles.check else { return nil }
        check.step()
        roles.check = check
        guard check.isDone else { return now }
        roles.check = nil
        let refusal = conclude(check, at: now)
        if let channel = check.channel { channels.answerRole(refusal, of: channel) }
        return nil
    }

    private mutating func conclude(_ check: PinCheck, at now: Instant) -> Refusal? {
        guard check.isRight else {
            roles.pinGuard.fail(check.role, at: now)
            let wait = roles.pinGuard.wait(for: check.role, at: now)
            var words = EntryWords()
            words.put("wrong PIN for ")
            words.put(check.role.name)
            if let channel = check.channel { words.put(" on ", channels.name(channel)) }
            words.put(", number ")
            words.put(roles.pinGuard.count(for: check.role))
            words.put("; the next one waits for ")
            words.put(Int(wait.raw / 1_000_000_000))
            words.put(" s")
            // Without room for it the wait is the same.
            _ = record(words.configuration)
            let left = wait.raw / 1_000
            return Refusal(
                .role, unit: .microseconds, limit: left, wouldAdmit: left, detail: check.role.rawValue)
        }
        roles.pinGuard.succeed(check.role)
        return check.channel.flatMap { change(to: check.role, $0, at: now) }
    }

    /// - Returns: why not; nil when the channel has the role.
    private mutating func change(to role: Role, _ channel: Int, at now: Instant) -> Refusal? {
        var words = EntryWords()
        words.put(channels.name(channel))
        words.put(" is ")
        words.put(role.name)
        guard record(words.configuration) else { return Refusal(.journal) }
        roles.ofChannels[channel] = role
        // An observer moves nothing.
        if role < .operator {
            endInput(of: channel, at: now)
            sender.sendWaiting()
        }
        grantAuthority(at: now)
        return nil
    }

    /// Takes from a channel's allowance.
    /// - Returns: why not; nil when there was some left.
    mutating func allow(_ channel: Int, at now: Instant) -> Refusal? {
        let wait = roles.allowances[channel].use(at: now)
        if wait <= .zero { return nil }
        let left = wait.raw / 1_000 + 1
        return Refusal(.cooldown, unit: .microseconds, limit: left, wouldAdmit: left, detail: 1)
    }

    /// Puts who did what on record; false when there is no room, and it is not to be done then.
    mutating func record(_ entry: JournalEntry) -> Bool { entries.add(entry, awaitedBy: nil) }
}

/// The words of an entry in the journal.
struct EntryWords {
    private var note = Note()

    /// What does not fit any more is left out: 200 bytes hold all that is written here.
    mutating func put(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { unsafe put(byte: text.utf8Start[index]) }
    }

    mutating func put(_ channel: ChannelName) { channel.spell { put(byte: $0) } }

    mutating func put(_ text: StaticString, _ channel: ChannelName) {
        put(text)
        put(channel)
    }

    /// A number of at least 0, in decimals.
    mutating func put(_ number: Int) {
        if number >= 10 { put(number / 10) }
        put(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    private mutating func put(byte: UInt8) { _ = note.append(byte) }

    var configuration: JournalEntry { .configuration(note) }
    var remark: JournalEntry { .note(note) }
}
