import Console
import SimulatedBench
import StimulatorCore
import SystemIO

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
