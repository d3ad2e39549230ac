import ArgumentParser
import CSystem
import Foundation
import StimulatorCore

/// `stim bench console`: from a command on the console's line to the FIRE edge that it asks for.
struct BenchConsole: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Measure the time from a command on the line to FIRE's edge, on a running firmware.",
        discussion: """
            Needs a firmware on a bench that notes FIRE's edges in a file, a line each: nanoseconds on \
            CLOCK_MONOTONIC, "fire 1" (the plant of Tools/vm), and its key switch on. \
            Arms, asks for single pulses, disarms.
            """)

    @Option(help: "The client's end of the firmware's line: a path, or the number of a descriptor that is open.")
    var line: String
    @Option(help: "The file with the edges.") var edges: String
    @Option(help: "Pulses to ask for.") var count = 100

    /// What common clients see from their command to the edge, milliseconds.
    private static let common = "8.5 ... 11.5"
    private static let goal = 2.0

    func validate() throws {
        guard count >= 1, count <= 5_000 else { throw ValidationError("--count: 1 ... 5000") }
    }

    func run() throws {
        var client = try LineClient(line: line)
        try client.ask("set intensity 30%", until: "intensity 30 %", seconds: 5)
        try client.ask("arm", until: "state: ready", seconds: 15)
        var histogram = WideHistogram()
        for _ in 0..<count {
            // After a train the board rests for half a second; what the pulse took must be charged again.
            _ = csystem_sleep_until(csystem_now() + 600_000_000)
            let seen = try countEdges().count
            let asked = try client.ask("pulse", until: "complete: 1 of 1", seconds: 5)
            let after = try countEdges()
            guard after.count == seen + 1, let at = after.last else {
                throw SystemFailure(attempt: "one pulse was asked for, \(after.count - seen) edges seen", code: EPROTO)
            }
            histogram.add(at - asked)
        }
        try client.ask("disarm", until: "state: safe", seconds: 15)
        say(report(histogram))
    }

    private func countEdges() throws -> [Int64] {
        try String(contentsOfFile: edges, encoding: .utf8).split(separator: "\n").compactMap { text in
            text.hasSuffix(" fire 1") ? text.split(separator: " ").first.flatMap { Int64($0) } : nil
        }
    }

    private func report(_ histogram: WideHistogram) -> String {
        func cells(less lead: Nanoseconds) -> String {
            [0.5, 0.99, 1].map { fixed(Double(histogram.percentile($0) - lead.raw) / 1e6, 2) }.joined(separator: " / ")
        }
        let lead = SafetyKernel.startLead
        let p99 = Double(histogram.percentile(0.99) - lead.raw) / 1e6
        return """
            from the command to FIRE, \(count) pulses, ms, p50 / p99 / worst: \(cells(less: .zero))
            of these \(fixed(Double(lead.raw) / 1e6, 0)) are the kernel's lead: ARM must be up 10 ms before a pulse
            without the lead: \(cells(less: lead))   goal p99 \(fixed(BenchConsole.goal)): \
            \(p99 <= BenchConsole.goal ? "met" : "NOT met")   common clients: \(BenchConsole.common)

            """
    }
}

/// A client of the console's line that waits for what it expects.
struct LineClient {
    private let descriptor: Int32
    private var heard = ""

    /// - Parameter line: a path, or the number of a descriptor.
    init(line: String) throws {
        descriptor = try Int32(line) ?? check(unsafe csystem_terminal_open(line, 0), line)
    }

    /// Types a line, in one write, and waits for a text.
    /// - Returns: the moment just before the write.
    @discardableResult mutating func ask(_ command: String, until text: String, seconds: Int64) throws -> Int64 {
        heard = ""
        var bytes = Array(command.utf8) + [0x0D]
        let begin = csystem_now()
        try check(unsafe csystem_write_all(descriptor, &bytes, bytes.count), line(command))
        while !heard.contains(text) {
            guard csystem_now() - begin < seconds * 1_000_000_000 else {
                throw SystemFailure(
                    attempt: "\(line(command)): no \"\(text)\" in \"\(heard.suffix(300))\"", code: ETIME)
            }
            listen()
        }
        return begin
    }

    private func line(_ command: String) -> String { "typing \(command)" }

    private mutating func listen() {
        _ = csystem_poll(descriptor, -1, 20_000_000)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe csystem_read(descriptor, &bytes, bytes.count)
        if count > 0 { heard += String(decoding: bytes[..<Int(count)], as: UTF8.self) }
    }
}
