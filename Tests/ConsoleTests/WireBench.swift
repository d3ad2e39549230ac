import StimulatorCore

@testable import Console

/// A client of the wire emulation, and the board's side of its session: a safety side that accepts what it is asked, and control that is
/// given to who asks.
final class WireBench {
    var session: WireSession
    var now = Instant.zero
    /// What the safety side shows.
    var board = Snapshot()
    /// Every command that went out, renewals left out.
    var commands: [Command] = []
    /// Every renewal that went out.
    var renewals = 0
    /// Why control is not given.
    var controlRefusal: Refusal?
    /// Why commands are not accepted.
    var refusal: Refusal?
    /// The safety side answers.
    var answers = true

    init(remote: Bool = false) {
        session = WireSession(board: BoardDescription())
        session.authority = Authority(role: .operator, holdsControl: false)
        session.journalHealth(true)
        board.state = .safe
        board.inputs = .coilPresent | .keySwitch | .interlock
        show { _ in }
        if remote { _ = ask("Q@") }
        commands = []
    }

    /// Changes what the safety side shows, now.
    func show(_ change: (inout Snapshot) -> Void) {
        change(&board)
        board.ticks += 1
        board.now = now
        board.coilA = Reading(Millicelsius(23_450), takenAt: now, quality: .good)
        board.coilB = Reading(Millicelsius(23_000), takenAt: now, quality: .good)
        session.update(board)
    }

    /// Armed and at the set-point of `power` per cent.
    func arm(_ power: Int32) { show { ($0.state, $0.intensity) = (.ready, PerMille(power * 10)) } }

    /// Time passes, the console runs every 10 ms.
    func pass(_ milliseconds: Int64) {
        let end = now + .milliseconds(milliseconds)
        while now < end {
            now = min(end, now + .milliseconds(10))
            if answers { show { _ in } }
            run()
        }
    }

    /// Bytes as they are.
    func send(_ bytes: [UInt8]) {
        for byte in bytes { session.receive(byte, at: now) }
        run()
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// A command with its check byte, and what comes back.
    func ask(_ command: String) -> [UInt8] {
        _ = read()
        send(packet(command))
        return read()
    }

    /// What was written.
    func read() -> [UInt8] {
        var bytes: [UInt8] = []
        while let byte = session.takeOutput() { bytes.append(byte) }
        return bytes
    }

    // What tests look at: macros copy what they compare, and a session cannot be.
    var isRemote: Bool { session.isRemote }
    var holdsControl: Bool { session.authority.holdsControl }
    var isActive: Bool { session.isActive(at: now) }
    var lastRefusal: RefusalRule? { session.lastRefusal }

    func tell(_ event: Event) { session.receive(event) }

    /// The console side's run.
    private func run() {
        _ = session.run(at: now)
        while let request = session.takeRequest() { attend(request) }
        while let command = session.takeCommand() { carryOut(command) }
        _ = session.run(at: now)
    }

    private func attend(_ request: ConsoleRequest) {
        switch request {
        case .control(.take):
            session.authority.holdsControl = controlRefusal == nil
            session.controlAnswered(controlRefusal)
        case .control(.release): session.authority.holdsControl = false
        default: break
        }
    }

    private func carryOut(_ command: TokenedCommand) {
        if case .renew = command.command { return renewals += 1 }
        commands.append(command.command)
        guard answers else { return }
        if let refusal { return tell(.refused(refusal, token: command.token, at: now)) }
        tell(Event(.accepted, index: command.token, at: now))
        switch command.command {
        case .disarm, .stop: if board.state.isArmed { show { ($0.state, $0.trainTotal) = (.discharging, 0) } }
        case .arm(let intensity): show { ($0.state, $0.intensity) = (.arming, intensity) }
        case .intensity(let intensity): show { $0.intensity = intensity }
        default: break
        }
    }
}

extension Instant {
    static var zero: Instant { Instant(0) }
}

/// A command's bytes with the check byte, computed as the clients do.
func packet(_ command: String) -> [UInt8] { packet(Array(command.utf8)) }

func packet(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8(truncatingIfNeeded: ~bytes.reduce(0) { $0 + Int($1) })] }

/// The answer by which a command is refused.
func no(_ command: String, _ letter: String) -> [UInt8] { packet(String(command.prefix(1)) + letter) }
