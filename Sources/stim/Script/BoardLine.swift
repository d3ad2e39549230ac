import CSystem
import Foundation
import SimulatedBench
import StimulatorCore

/// A board's shell at the other end of a serial line or pseudo-terminal, spoken to in JSON.
///
///     script's line ──▶ board      reply ◀── prints it, notes a refusal
///     `status`      ──▶ board      state ◀── twenty times a second while something is waited for; not printed
///
/// When it ends, however it ends, the line goes down: the board then disarms by itself.
struct BoardLine: ScriptTarget, ~Copyable {
    /// A board answers within 1 s or says that its safety side did not.
    private static var answerTime: Nanoseconds { .seconds(3) }
    private static var pollPeriod: Nanoseconds { .milliseconds(50) }

    var transcript: Transcript
    private(set) var state = StimulatorState.selfTest
    private var trainTotal: UInt32 = 0
    private let descriptor: Int32
    private var heard: [UInt8] = []
    /// What the next replies answer: true = our own `status`.
    private var awaited: [Bool] = []
    private var settling = Settling(at: Instant(0))
    /// Nothing comes back any more, or a signal asks for the end.
    private var isGone = false

    /// Takes over an open line.
    init(descriptor: Int32, transcript: Transcript) {
        self.descriptor = descriptor
        self.transcript = transcript
    }

    /// Has the shell speak JSON.
    /// - Returns: false when no board's shell answers.
    mutating func begin() -> Bool {
        // Whatever another left on the line is ended first.
        say("\r", to: descriptor)
        pass(.milliseconds(200))
        enter("mode json")
        askStatus()
        return !isGone
    }

    deinit {
        say("mode human\r", to: descriptor)
        csystem_close(descriptor)
    }

    // MARK: The script's side

    mutating func enter(_ text: String) { enter(text, isOurs: false) }

    mutating func comeToRest() -> Bool {
        settling = Settling(at: now)
        while !isGone {
            askStatus()
            pass(Self.pollPeriod)
            switch settling.judge(at: now, state: state, trainTotal: trainTotal) {
            case .atRest: return true
            case .stuck: return false
            case .moving: continue
            }
        }
        return false
    }

    mutating func pass(_ time: Nanoseconds) {
        let end = now + time
        while !isGone, now < end { receive(until: end) }
    }

    mutating func reach(_ wanted: StimulatorState, limit: Nanoseconds) -> Bool {
        let end = now + limit
        while !isGone, now < end {
            askStatus()
            if state == wanted { return true }
            pass(Self.pollPeriod)
        }
        return false
    }

    /// The journal stays with the board.
    mutating func readJournal(_ take: (UInt8) -> Void) {}

    // MARK: The board's side

    private var now: Instant { Instant(csystem_now()) }

    private mutating func askStatus() { enter("status", isOurs: true) }

    /// Sends a line and waits for every reply that is due.
    private mutating func enter(_ text: String, isOurs: Bool) {
        guard !isGone else { return }
        awaited.append(isOurs)
        say(text + "\r", to: descriptor)
        let deadline = now + Self.answerTime
        while !awaited.isEmpty, !isGone {
            guard now < deadline else {
                isGone = true
                return
            }
            receive(until: deadline)
        }
    }

    /// Takes what the line has, or waits for it, a tenth of a second at most.
    private mutating func receive(until end: Instant) {
        if csystem_signal() != 0 {
            isGone = true
            say("\u{18}", to: descriptor)
            return
        }
        let wait = min(.milliseconds(100), max(.zero, end - now))
        guard Int(csystem_poll(descriptor, -1, wait.raw)) & (CSYSTEM_READABLE | CSYSTEM_HUNG_UP) != 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe csystem_read(descriptor, &bytes, bytes.count)
        if count == CSYSTEM_AGAIN { return }
        guard count > 0 else {
            isGone = true
            return
        }
        for byte in bytes.prefix(Int(count)) where byte != 0x0D {
            if byte == 0x0A { takeLine() } else { heard.append(byte) }
        }
    }

    private mutating func takeLine() {
        let bytes = heard
        heard.removeAll(keepingCapacity: true)
        // Prompt, echo and texts for people are what was there before `mode json`.
        guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else { return }
        if object["reply"] != nil {
            take(reply: object, bytes: bytes)
        } else {
            write(bytes)
            note(event: object)
        }
    }

    private mutating func take(reply: [String: Any], bytes: [UInt8]) {
        let isOurs = awaited.isEmpty ? false : awaited.removeFirst()
        if reply["reply"] as? String == "status" { noteStatus(reply) }
        if isOurs { return }
        write(bytes)
        if reply["ok"] as? Bool == false, let name = reply["refusal"] as? String,
            let rule = all(RefusalRule.count, RefusalRule.init(rawValue:)).first(where: { "\($0.name)" == name })
        {
            transcript.ledger.note(.refusal(rule), line: transcript.line)
        }
    }

    private mutating func note(event: [String: Any]) {
        guard event["event"] as? String == "trip", let name = event["trip"] as? String,
            let trip = all(Trip.count, Trip.init(rawValue:)).first(where: { "\($0.name)" == name })
        else { return }
        transcript.ledger.note(.trip(trip), line: transcript.line)
    }

    private mutating func noteStatus(_ status: [String: Any]) {
        let named = status["state"] as? String
        if let now = all(StimulatorState.count, StimulatorState.init(rawValue:)).first(where: { "\($0.name)" == named })
        {
            state = now
        }
        trainTotal = UInt32(clamping: status["total"] as? Int ?? 0)
    }

    private mutating func write(_ line: [UInt8]) {
        settling.heard(at: now)
        for byte in line { transcript.hear(byte) }
        transcript.hear(0x0A)
    }
}

/// Every member of a closed set, by its raw values 0 ..< count.
func all<Member>(_ count: Int, _ member: (UInt8) -> Member?) -> [Member] { (0..<UInt8(count)).compactMap(member) }
