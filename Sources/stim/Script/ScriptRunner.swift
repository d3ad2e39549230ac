import Console
import SimulatedBench
import SimulatedRig
import StimulatorCore

/// What a script runs on: the simulated board in virtual time, or a board at the other end of a line.
protocol ScriptTarget: ~Copyable {
    /// What was said, and what it came upon.
    var transcript: Transcript { get set }
    /// The board's state, as last seen.
    var state: StimulatorState { get }
    /// Types a line and waits for its answer.
    mutating func enter(_ text: String)
    /// The same on a channel that sockets take.
    mutating func enter(_ text: String, on channel: Int)
    /// Somebody comes through a socket; nil when there is no channel for it.
    mutating func come(through kind: ChannelName.Kind) -> Int?
    /// A channel goes down.
    mutating func leave(_ channel: Int)
    /// Waits until what the last line began has come to its end.
    /// - Returns: false when it does not, or the board no longer answers.
    mutating func comeToRest() -> Bool
    /// Lets time pass.
    mutating func pass(_ time: Nanoseconds)
    /// Waits until the board is in a state; false when it is not after `limit`.
    mutating func reach(_ state: StimulatorState, limit: Nanoseconds) -> Bool
    /// Hands over every byte of the run's journal, where it is at hand.
    mutating func readJournal(_ take: (UInt8) -> Void)
}

/// A target with one line.
extension ScriptTarget where Self: ~Copyable {
    mutating func enter(_ text: String, on channel: Int) { enter(text) }
    mutating func come(through kind: ChannelName.Kind) -> Int? { nil }
    mutating func leave(_ channel: Int) {}
}

extension FastBench: ScriptTarget where Listener == Transcript {
    var transcript: Transcript {
        get { listener }
        set { listener = newValue }
    }

    var state: StimulatorState { rig.state }

    mutating func enter(_ text: String) { enter(text, on: ChannelNumber.line) }

    mutating func enter(_ text: String, on channel: Int) {
        for byte in text.utf8 { type(byte, on: channel) }
        type(0x0A, on: channel)
        awaitAnswer()
    }

    mutating func come(through kind: ChannelName.Kind) -> Int? { connect(kind) }

    mutating func leave(_ channel: Int) {
        hangUp(channel)
        awaitAnswer()
    }

    mutating func comeToRest() -> Bool { settle() == .atRest }
    mutating func pass(_ time: Nanoseconds) { run(for: time) }
    mutating func reach(_ state: StimulatorState, limit: Nanoseconds) -> Bool { run(until: state, limit: limit) }
}

/// Runs a script.
///
/// A shell line is typed when what the line before began has come to its end: `arm` has reached ready or given up, a train
/// has finished, the console is silent. A `wait` replaces that: the line after it is typed at once, so that a script can act
/// in the middle of a train (`start`, `wait 2s`, `operate coilPresent off`).
struct ScriptRunner<Target: ScriptTarget & ~Copyable>: ~Copyable {
    private static var waitLimit: Nanoseconds { .seconds(60) }

    private var target: Target
    /// True when the next line need not wait for the last one.
    private var rested = false

    init(on target: consuming Target) { self.target = target }

    /// Runs to the end, or to the first line that cannot come to its end.
    /// - Parameter journal: is handed every byte of the run's journal at the end.
    /// - Returns: what failed, by line; empty for a run as the script has it.
    consuming func run(_ script: Script, journal: (UInt8) -> Void = { _ in }) -> [Ledger.Failure] {
        for line in script.lines {
            guard execute(line) else { return finish(journal) }
        }
        rest()
        return finish(journal)
    }

    private consuming func finish(_ journal: (UInt8) -> Void) -> [Ledger.Failure] {
        target.readJournal(journal)
        target.transcript.writer.flush()
        return target.transcript.ledger.finish()
    }

    /// - Returns: false when the run cannot go on.
    private mutating func execute(_ line: Script.Line) -> Bool {
        switch line.statement {
        case .shell(let text, let channel):
            guard rest() else { return false }
            target.transcript.begin(line)
            if channel == ChannelNumber.line { target.enter(text) } else { target.enter(text, on: channel) }
            rested = false
        case .connect(let kind):
            guard rest() else { return false }
            target.transcript.begin(line)
            guard let channel = target.come(through: kind) else { return giveUp("there is no channel for it") }
            target.transcript.name(channel, ChannelName(kind, number: channel))
        case .leave(let channel):
            guard rest() else { return false }
            target.transcript.begin(line)
            target.leave(channel)
            rested = false
        case .wait(let time):
            target.transcript.begin(line)
            target.pass(time)
            rested = true
        case .waitState(let state):
            target.transcript.begin(line)
            guard target.reach(state, limit: Self.waitLimit) else { return giveUp("not \(state.name) after 60 s") }
            rested = true
        case .expect(let incident):
            guard rest() else { return false }
            target.transcript.expect(incident, at: line)
        }
        return true
    }

    /// Waits for the end of what the last line began.
    @discardableResult private mutating func rest() -> Bool {
        if rested { return true }
        rested = true
        return target.comeToRest() || giveUp("does not come to its end")
    }

    private mutating func giveUp(_ message: String) -> Bool {
        let state = target.state.name
        target.transcript.ledger.fail("\(message); the board is in \(state)", line: target.transcript.line)
        return false
    }
}

/// A script's bench: the simulated board in virtual time.
/// - Parameters:
///   - json: the console speaks JSON, and the script's lines are not repeated, so that all output is JSON lines.
///   - output: the descriptor that the transcript is written to.
func scriptBench(rig: consuming SimulatedRig, json: Bool, output: Int32 = 1) -> FastBench<Transcript> {
    var bench = FastBench(rig: rig, listener: Transcript(repeatsLines: !json, output: output))
    if json {
        bench.settle()
        bench.enter("mode json")
    }
    return bench
}
