import ArgumentParser
import CReference
import CSystem
import Foundation
import LinuxBoard

/// `stim bench edges`: how late edges on an absolute schedule are met.
struct BenchEdges: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edges",
        abstract: "Measure how late scheduled edges are met: a C loop, the firmware's loop, cyclictest.",
        discussion: """
            The C loop and the firmware's sleep to 200 us before an edge and spin the rest; cyclictest sleeps to the \
            moment itself. They take turns, so that what else the machine does hits all three. Needs root and, for \
            its column, cyclictest (Debian: rt-tests). A machine that is not quiet, or virtual, measures itself.
            """)

    @Option(help: "Edges in each column.") var count = 10_000
    @Option(help: "From one edge to the next, microseconds, 300 or more.") var interval: Int64 = 1_000
    @Option(help: "How often the columns take turns.") var turns = 10
    @Flag(help: "Beside it, on every CPU, a program that copies memory and makes system calls.") var load = false
    @Option(help: "Write the distributions here, a file a column, as HdrHistogram's tools read them: PREFIX.NAME.hgrm.")
    var histograms: String?
    @Flag(help: .hidden) var burden = false

    func validate() throws {
        guard count >= 1, count <= 1_000_000 else { throw ValidationError("--count: 1 ... 1000000") }
        guard interval >= 300, interval <= 1_000_000 else { throw ValidationError("--interval: 300 ... 1000000") }
        guard turns >= 1, turns <= count else { throw ValidationError("--turns: 1 ... the number of edges") }
    }

    func run() throws {
        if burden { return Burden.carry() }
        let loads = load ? try Burden.start() : []
        defer { for load in loads { load.terminate() } }
        let pace = try EdgePace(capacity: count / turns, interval: interval * 1_000)
        var columns = [TimeColumn("C loop"), TimeColumn("firmware"), TimeColumn("cyclictest")]
        for _ in 0..<turns {
            try pace.meet(.reference, into: &columns[0].histogram)
            try pace.meet(.firmware, into: &columns[1].histogram)
            try Cyclictest.run(count: count / turns, interval: interval, into: &columns[2].histogram)
        }
        say(TimeTable(columns, title: title).text)
        guard let histograms else { return }
        for column in columns {
            let name = column.name.replacingOccurrences(of: " ", with: "-")
            try column.histogram.distribution.write(
                toFile: "\(histograms).\(name).hgrm", atomically: false, encoding: .utf8)
        }
    }

    private var title: String {
        "lateness of \(count / turns * turns) edges \(interval) us apart\(load ? ", with a load beside it" : "")"
    }
}

/// One way of doing a thing, and the times that it took or was late, nanoseconds.
struct TimeColumn {
    var name: String
    var histogram = WideHistogram()

    init(_ name: String) { self.name = name }
}

/// The columns side by side, and the goals: the firmware's each percentile at most 1.1 times the C loop's, half of cyclictest's.
struct TimeTable {
    private static let shares: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("worst", 1),
    ]
    private let columns: [TimeColumn]
    private let title: String

    /// - Parameter columns: the C loop, the firmware, cyclictest; one without values was not measured.
    init(_ columns: [TimeColumn], title: String) {
        self.columns = columns
        self.title = title
    }

    var text: String {
        var text = TimeTable.heading("\(title), us", "goal")
        for column in columns where column.histogram.count > 0 { text += TimeTable.row(column) }
        return text + ratio(to: 0, most: 1.1) + ratio(to: 2, most: 0.5)
    }

    /// The first line: what the numbers are, and the names of the percentiles.
    static func heading(_ title: String, _ last: String = "") -> String {
        row(title, TimeTable.shares.map(\.name), last)
    }

    /// A column's percentiles, microseconds.
    static func row(_ column: TimeColumn) -> String {
        row(column.name, shares.map { fixed(Double(column.histogram.percentile($0.share)) / 1000, 3) })
    }

    private func ratio(to other: Int, most: Double) -> String {
        let (own, reference) = (columns[1].histogram, columns[other].histogram)
        guard reference.count > 0 else { return "firmware / \(columns[other].name): not measured, it did not run\n" }
        let ratios = TimeTable.shares.map {
            Double(own.percentile($0.share)) / Double(max(1, reference.percentile($0.share)))
        }
        // The worst of some thousands is one event of the machine: shown, and no part of the goal.
        let isMet = ratios.dropLast().allSatisfy { $0 <= most }
        let goal = "\(fixed(most, 1)): \(isMet ? "met" : "NOT met")"
        return TimeTable.row("firmware / \(columns[other].name)", ratios.map { fixed($0, 3) }, goal)
    }

    private static func row(_ name: String, _ cells: [String], _ last: String = "") -> String {
        let wide = cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
        let line = name + String(repeating: " ", count: max(1, 68 - name.count)) + wide + "  " + last
        return line.trimmingCharacters(in: .whitespaces) + "\n"
    }
}

/// cyclictest, of rt-tests.
enum Cyclictest {
    /// Values up to here have a class of their own, nanoseconds; what is above counts as this much, which flatters cyclictest.
    private static let range = 1_000_000

    /// Adds its latencies to the histogram; adds nothing where there is no cyclictest.
    static func run(count: Int, interval: Int64, into histogram: inout WideHistogram) throws {
        let report = FileManager.default.temporaryDirectory.appendingPathComponent("cyclictest.\(getpid()).json")
        defer { try? FileManager.default.removeItem(at: report) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            "cyclictest -q -m -N -t1 -p80 -i\(interval) -l\(count) -h\(range) --histfile=/dev/null --json=\(report.path)"
            .split(separator: " ").map(String.init)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let data = try? Data(contentsOf: report) else { return }
        try add(data, to: &histogram)
    }

    /// Reads cyclictest's own report.
    static func add(_ report: Data, to histogram: inout WideHistogram) throws {
        let thread = try JSONDecoder().decode(Report.self, from: report).thread["0"]
        guard let thread else { return }
        var counted = 0
        for (text, times) in thread.histogram {
            guard let value = Int64(text) else { continue }
            histogram.add(value, times: times)
            counted += times
        }
        if counted < thread.cycles { histogram.add(Int64(range), times: thread.cycles - counted - 1) }
        if counted < thread.cycles { histogram.add(max(Int64(range), thread.max)) }
    }

    private struct Report: Decodable {
        struct Measured: Decodable {
            var histogram: [String: Int]
            var cycles: Int
            var max: Int64
        }
        var thread: [String: Measured]
    }
}
