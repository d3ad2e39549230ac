import Foundation
import StimulatorCore

@testable import Console

/// The words of a small simulated board.
enum TestRig: SimulationVocabulary {
    static var inputCount: Int { 2 }
    static func inputName(_ input: Int) -> StaticString { input == 0 ? "key" : "coil" }
    static var componentCount: Int { 2 }
    static func componentName(_ component: Int) -> StaticString { component == 0 ? "charger" : "coil-sensor-a" }
    static var modeCount: Int { 2 }
    static func modeName(_ mode: Int) -> StaticString { mode == 0 ? "stuck" : "garbage" }
    static func isValid(component: Int, mode: Int) -> Bool { component == 1 || mode == 0 }
}

/// A session with somebody at the line: what they type, what they read, and the safety side's side of it.
final class Bench {
    var session: ShellSession<TestRig>
    var now = Instant(0)
    var sequence: UInt64 = 1

    init(terminal: Bool = false, mode: OutputMode = .human) {
        session = ShellSession(board: BoardDescription())
        session.isTerminal = terminal
        session.mode = mode
    }

    /// Types bytes.
    func type(_ text: String) { for byte in text.utf8 { session.receive(byte, at: now) } }

    /// Everything written since the last look.
    func read() -> String {
        var bytes: [UInt8] = []
        while let byte = session.takeOutput() { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Every command that waits, renewals left out.
    func commands() -> [TokenedCommand] {
        var commands: [TokenedCommand] = []
        while let command = session.takeCommand() {
            if case .renew = command.command { continue }
            commands.append(command)
        }
        return commands
    }

    /// The next command, renewals as well.
    func next() -> Command? { session.takeCommand()?.command }

    /// The only command that waits, renewals left out.
    func command() -> Command? {
        let all = commands()
        return all.count == 1 ? all[0].command : nil
    }

    var isAwaitingReply: Bool { session.isAwaitingReply }
    var lastRefusal: RefusalRule? { session.lastRefusal }
    var pattern: PulsePattern? { session.pattern }

    func hangUp() { session.hangUp(at: now) }

    func tell(_ event: Event) {
        var event = event
        event.sequence = sequence
        sequence += 1
        session.receive(event)
    }

    /// Accepts every command that waits.
    func acceptAll() {
        for command in commands() { tell(Event(.accepted, index: command.token, at: now)) }
    }

    /// Types a line, lets the safety side accept what it asks for, and reads the answer.
    func say(_ line: String) -> String {
        _ = read()
        type(line + "\n")
        acceptAll()
        return read()
    }

    func run(at milliseconds: Int64) -> Instant {
        now = Instant(milliseconds * 1_000_000)
        return session.run(at: now)
    }

    /// The state of the board, as its snapshot says.
    func board(_ change: (inout Snapshot) -> Void) {
        var snapshot = session.snapshot
        change(&snapshot)
        session.update(snapshot)
    }
}

/// The objects of JSON lines; nil when a line is none.
func objects(_ text: String) -> [[String: Any]]? {
    var objects: [[String: Any]] = []
    for line in text.split(separator: "\n") {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            return nil
        }
        objects.append(object)
    }
    return objects
}

/// SplitMix64: the same numbers from the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
