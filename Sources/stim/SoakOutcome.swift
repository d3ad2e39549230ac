import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// How one seed went.
struct SoakOutcome: Sendable {
    let violation: SoakViolation?
    /// The end of the history, or all of it.
    let history: [SoakBench.Entry]
    let hash: UInt64
    let simulated: Nanoseconds
    let pulses: UInt64
    let excused: UInt64
    let longestDischarge: Nanoseconds
    let highestMillivolts: Int64
    let tripCounts: [Int]
    let faults: [Fault]

    init(bench: borrowing SoakBench, violation: SoakViolation?) {
        self.violation = violation
        history = bench.history
        hash = bench.rig.historyHash
        simulated = bench.rig.now - Instant(0)
        let checkers = bench.rig.checkers
        pulses = checkers.wantedPulses
        excused = checkers.excusedPulses
        longestDischarge = checkers.longestDischarge
        highestMillivolts = checkers.highestMillivolts
        tripCounts = bench.tripCounts
        faults = bench.faults
    }

    /// What went wrong, the last ten deeds before it, and how to see it again; empty when nothing did.
    func complaint(seed: UInt64, hours: Double) -> String {
        guard let violation else { return "" }
        let deeds = history.filter { $0.isDeed && $0.at <= violation.at }.suffix(10)
        let lines = deeds.map { "    \(SoakOutcome.seconds($0.at)) s  \($0.text)\n" }.joined()
        return "seed \(seed): at \(SoakOutcome.seconds(violation.at)) s  \(violation.message)\n\(lines)"
            + "    again with: stim replay \(seed) --hours \(hours)\n"
    }

    /// A moment in seconds with three decimals.
    static func seconds(_ at: Instant) -> String {
        let milliseconds = at.raw / 1_000_000
        return "\(milliseconds / 1_000).\("\(1_000 + milliseconds % 1_000)".dropFirst())"
    }
}

/// All seeds together.
struct SoakSummary: Sendable {
    private var seeds = 0
    private var violations = 0
    private var simulated: Int64 = 0
    private var pulses: UInt64 = 0
    private var excused: UInt64 = 0
    private var longestDischarge = Nanoseconds.zero
    private var highestMillivolts: Int64 = 0
    private var tripCounts = [Int](repeating: 0, count: Trip.count)
    private var faultCounts = [Int](repeating: 0, count: FaultComponent.count)

    var isClean: Bool { violations == 0 }

    mutating func add(_ outcome: SoakOutcome) {
        seeds += 1
        if outcome.violation != nil { violations += 1 }
        simulated += outcome.simulated.raw
        pulses += outcome.pulses
        excused += outcome.excused
        longestDischarge = max(longestDischarge, outcome.longestDischarge)
        highestMillivolts = max(highestMillivolts, outcome.highestMillivolts)
        for index in 0..<Trip.count { tripCounts[index] += outcome.tripCounts[index] }
        for fault in outcome.faults { faultCounts[Int(fault.component.rawValue)] += 1 }
    }

    /// - Parameter wall: nanoseconds that the seeds took.
    func text(wall: Int64) -> String {
        let hours = Double(simulated / 36_000_000_000) / 100
        let trips = named(tripCounts) { Trip(rawValue: $0)?.name }
        let faults = named(faultCounts) { FaultComponent(rawValue: $0)?.name }
        return """
            seeds       \(seeds), \(violations) with a violation
            simulated   \(hours) h, \(simulated / max(1, wall)) simulated seconds a second
            pulses      \(pulses) given as meant, \(excused) by faults that are a pulse
            discharge   \(longestDischarge.raw / 1_000_000) ms at most from the stop to below 60 V
            voltage     \(highestMillivolts / 1_000) V at most
            trips       \(tripCounts.reduce(0, +)): \(trips)
            faults      \(faultCounts.reduce(0, +)): \(faults)

            """
    }

    private func named(_ counts: [Int], _ name: (UInt8) -> StaticString?) -> String {
        counts.indices.filter { counts[$0] > 0 }.map { "\(name(UInt8($0)) ?? "") \(counts[$0])" }.joined(
            separator: ", ")
    }
}
