import StimulatorCore

/// One channel's session with the board, as the console side sees it: bytes in, commands out; events and snapshots in, bytes out.
///
///     channel ── receive(byte) ─▶ session ─ takeCommand ──▶ console side ─▶ safety side
///     channel ◀─ takeOutput ───── session ◀─ receive(event), update(snapshot) ◀┘
///
/// Reads no clock and does no I/O. Tokens are the session's own, 1 ... `ChannelToken.most`; the console side puts the channel's
/// number above them.
public protocol ChannelSession: ~Copyable {
    /// What this session may do; the console side sets it.
    var authority: Authority { get set }
    /// The journal's head tag, first eight bytes.
    var journalHead: UInt64 { get set }
    /// Lines refused since the start.
    var refusalCount: UInt64 { get }
    /// The rule of the last refusal; nil when the last command was not refused.
    var lastRefusal: RefusalRule? { get }

    /// Takes one byte from the channel. 0x18 stops the board, whatever the session may do.
    mutating func receive(_ byte: UInt8, at now: Instant)
    /// Takes an event of the safety side. An answer that is another channel's comes with token 0.
    mutating func receive(_ event: Event)
    /// Takes the newest snapshot of the safety side.
    mutating func update(_ snapshot: Snapshot)
    /// Says whether the journal can be written; it goes with every renewal.
    mutating func journalHealth(_ ok: Bool)
    /// The channel is down: forget what was asked for and what was written.
    mutating func hangUp(at now: Instant)
    /// Does what time asks for.
    /// - Returns: when to be called again at the latest.
    mutating func run(at now: Instant) -> Instant

    /// The next command for the safety side; nil when there is none. A stop comes first.
    mutating func takeCommand() -> TokenedCommand?
    /// The next request to the surroundings; nil when there is none.
    mutating func takeRequest() -> ConsoleRequest?
    /// The next byte for the channel; nil when there is none.
    mutating func takeOutput() -> UInt8?

    /// The session would keep an armed board armed now: somebody is there. False for a channel that is down or idle.
    func isActive(at now: Instant) -> Bool
    /// A command was not passed on. `Refusal.rule` is `role`, `control`, or `busy` for one that a stop overtook.
    mutating func refused(_ refusal: Refusal, token: UInt32)
    /// The answer to a request to take or to release control; nil for yes.
    mutating func controlAnswered(_ refusal: Refusal?)
    /// The oldest entry that the session awaits is on the medium, or could not be put there.
    mutating func recorded(_ isOnMedium: Bool)
    /// The answer to a request for another role; nil for yes.
    mutating func roleAnswered(_ refusal: Refusal?)
    /// Takes news about control.
    mutating func receive(_ notice: ControlNotice)
}

extension ChannelSession where Self: ~Copyable {
    /// A session that asks for no other role gets no answer.
    public mutating func roleAnswered(_ refusal: Refusal?) {}
}

/// Tokens of commands: the low 28 bits are the session's own number, the top four the channel's.
public enum ChannelToken {
    /// The largest number that a session may use; 0 marks commands whose answer nobody waits for.
    public static var most: UInt32 { 0x0FFF_FFFF }

    /// A session's token as it goes to the safety side; 0 stays 0.
    public static func tagged(_ token: UInt32, channel: Int) -> UInt32 {
        token == 0 ? 0 : UInt32(truncatingIfNeeded: channel) << 28 | token & most
    }

    /// Whose token it is.
    public static func channel(of token: UInt32) -> Int { Int(token >> 28) }

    /// The session's own part of a token.
    public static func own(_ token: UInt32) -> UInt32 { token & most }
}
