import Console
import SimulatedBench
import SimulatedRig
import StimulatorCore

/// Runs a script in virtual time.
///
/// A shell line is typed when what the line before began has come to its end: `arm` has reached ready or given up, a train
/// has finished, the console is silent. A `wait` replaces that: the line after it is typed at once, so that a script can act
/// in the middle of a train (`start`, `wait 2s`, `operate coilPresent off`).
struct ScriptRunner: ~Copyable {
    private static var waitLimit: Nanoseconds { .seconds(60) }

    private var bench: FastBench<Transcript>
    /// True when the next line need not wait for the last one.
    private var rested = false

    /// - Parameters:
    ///   - json: the console speaks JSON, and the script's lines are not repeated, so that all output is JSON lines.
    ///   - output: the descriptor that the transcript is written to.
    init(rig: consuming SimulatedRig, json: Bool, output: Int32 = 1) {
        bench = FastBench(rig: rig, listener: Transcript(repeatsLines: !json, output: output))
        if json {
            rest()
            type("mode json")
        }
    }

    /// Runs to the end, or to the first line that cannot come to its end.
    /// - Returns: what failed, by line; empty for a run as the script has it.
    consuming func run(_ script: Script) -> [Ledger.Failure] {
        for line in script.lines {
            guard execute(line) else { return finish() }
        }
        rest()
        return finish()
    }

    private consuming func finish() -> [Ledger.Failure] {
        bench.listener.writer.flush()
        return bench.listener.ledger.finish()
    }

    /// - Returns: false when the run cannot go on.
    private mutating func execute(_ line: Script.Line) -> Bool {
        switch line.statement {
        case .shell(let text, let channel):
            guard rest() else { return false }
            bench.listener.begin(line)
            type(text, on: channel)
        case .connect(let kind):
            guard rest() else { return false }
            bench.listener.begin(line)
            guard let channel = bench.connect(kind) else { return giveUp("all channels are taken") }
            bench.listener.name(channel, ChannelName(kind, number: channel))
        case .leave(let channel):
            guard rest() else { return false }
            bench.listener.begin(line)
            bench.hangUp(channel)
            bench.awaitAnswer()
            rested = false
        case .wait(let time):
            bench.listener.begin(line)
            bench.run(for: time)
            rested = true
        case .waitState(let state):
            bench.listener.begin(line)
            guard bench.run(until: state, limit: ScriptRunner.waitLimit) else {
                return giveUp("not \(state.name) after 60 s")
            }
            rested = true
        case .expect(let incident):
            guard rest() else { return false }
            bench.listener.expect(incident, at: line)
        }
        return true
    }

    private mutating func type(_ text: String, on channel: Int = ChannelNumber.line) {
        for byte in text.utf8 { bench.type(byte, on: channel) }
        bench.type(0x0A, on: channel)
        bench.awaitAnswer()
        rested = false
    }

    /// Waits for the end of what the last line began.
    @discardableResult private mutating func rest() -> Bool {
        if rested { return true }
        rested = true
        return bench.settle() == .atRest || giveUp("does not come to its end")
    }

    private mutating func giveUp(_ message: String) -> Bool {
        let state = bench.rig.state.name
        bench.listener.ledger.fail("\(message); the board is in \(state)", line: bench.listener.line)
        return false
    }
}

/// Writes the script's lines and the console's answers, and keeps the ledger.
struct Transcript: BenchListener {
    var writer: OutputWriter
    var ledger = Ledger()
    /// The line that runs; 0 before the first.
    private(set) var line = 0
    private let repeatsLines: Bool
    /// Of each channel the name, and what it has said of a line.
    private var others = [(name: String, line: [UInt8])](repeating: ("", []), count: ChannelNumber.count)

    init(repeatsLines: Bool, output: Int32) {
        self.repeatsLines = repeatsLines
        writer = OutputWriter(descriptor: output)
    }

    /// A line that is no expectation begins.
    mutating func begin(_ line: Script.Line) {
        self.line = line.number
        ledger.proceed()
        write(line.text)
    }

    mutating func expect(_ incident: Incident, at line: Script.Line) {
        write(line.text)
        ledger.expect(incident, line: line.number)
    }

    mutating func hear(_ byte: UInt8) { writer.put(byte) }

    /// A channel other than the line is called so from now on.
    mutating func name(_ channel: Int, _ name: ChannelName) {
        others[channel] = ("", [])
        name.spell { others[channel].name.append(Character(UnicodeScalar($0))) }
    }

    /// Whole lines of other channels, each behind its channel's name.
    mutating func hear(_ byte: UInt8, on channel: Int) {
        others[channel].line.append(byte)
        guard byte == 0x0A else { return }
        for byte in Array("\(others[channel].name): ".utf8) + others[channel].line { writer.put(byte) }
        others[channel].line = []
    }

    mutating func see(_ event: Event) {
        if let refusal = event.refusal { ledger.note(.refusal(refusal.rule), line: line) }
        if event.kind == .trip, let trip = Trip(rawValue: event.detail) { ledger.note(.trip(trip), line: line) }
    }

    private mutating func write(_ text: String) {
        guard repeatsLines else { return }
        for byte in "> \(text)\n".utf8 { writer.put(byte) }
    }
}
