import ArgumentParser
import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// `stim matrix`: the single-fault rule, for every part, every way it can fail, at every phase.
struct Matrix: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Injects every single fault at every phase and prints what came of it.",
        discussion: """
            Every (part, mode) at every phase, and the emergency stop against software frozen at its worst. The checkers watch the true \
            world: no unwanted pulse, true voltage below 110 % of the maximum, below 60 V in the board's time after a stop. Exit \
            status 1 when a case breaks the rule.
            """)

    @Option(help: "Seed of the board's tolerances and of every jitter.") var seed: UInt64 = 1
    @Option(help: "Only parts whose name contains this.") var only: String = ""
    @Flag(help: "Print every phase, not only the worst of each fault.") var phases = false

    func run() throws {
        let memory = try RigMemory()
        say(MatrixText.head)
        var bad = 0
        var count = 0
        for cases in MatrixPlan.rows(only: only) {
            let outcomes = cases.map { $0(seed).run(in: memory) }
            count += outcomes.count
            bad += outcomes.count { !$0.isGood }
            say(MatrixText.rows(outcomes, each: phases, withEmergencyStop: cases[0](seed).withEmergencyStop))
        }
        say("\(count) cases, \(bad) break the single-fault rule\n")
        if bad > 0 { throw ExitCode(1) }
    }
}

/// Which cases there are.
enum MatrixPlan {
    typealias Make = (UInt64) -> MatrixCase

    /// One row a fault, one case a phase; the last row is the emergency stop against frozen software.
    static func rows(only part: String = "") -> [[Make]] {
        var rows: [[Make]] = []
        for raw in 0..<UInt8(FaultComponent.count) {
            guard let component = FaultComponent(rawValue: raw), text(component.name).contains(part) || part.isEmpty
            else { continue }
            for rawMode in 0..<UInt8(FaultMode.count) {
                guard let mode = FaultMode(rawValue: rawMode), Fault.isValid(component, mode),
                    mode != .frozenAtWorst
                else { continue }
                rows.append(
                    MatrixPhase.allCases.map { phase in
                        { seed in MatrixCase(component: component, mode: mode, phase: phase, seed: seed) }
                    })
            }
        }
        if part.isEmpty || "software".contains(part) {
            rows.append(
                MatrixPhase.allCases.map { phase in
                    { seed in
                        MatrixCase(
                            component: .software, mode: .frozenAtWorst, phase: phase, seed: seed,
                            withEmergencyStop: true)
                    }
                })
        }
        return rows
    }
}

/// The matrix as a table.
enum MatrixText {
    static let head =
        pad("part", 24) + pad("mode", 16) + pad("phase", 12) + pad("first trip", 26) + pad("detected ms", 13)
        + pad("below 60 V s", 14) + pad("peak V", 8) + "verdict\n"

    /// The rows of one fault: each phase, or the slowest detection, the slowest discharge and the highest peak of all.
    static func rows(_ outcomes: [MatrixOutcome], each: Bool, withEmergencyStop: Bool) -> String {
        if each { return outcomes.map { row($0, phase: $0.phase.rawValue, withEmergencyStop) }.joined() }
        var worst = outcomes.first { !$0.isGood } ?? outcomes.max { ($0.detection ?? .zero) < ($1.detection ?? .zero) }
        guard worst != nil else { return "" }
        let phase = worst.map { $0.isGood ? "all" : $0.phase.rawValue } ?? ""
        worst?.discharge = outcomes.map(\.discharge).max() ?? .zero
        worst?.peak = outcomes.map(\.peak).max() ?? 0
        return worst.map { row($0, phase: phase, withEmergencyStop) } ?? ""
    }

    private static func row(_ outcome: MatrixOutcome, phase: String, _ withEmergencyStop: Bool) -> String {
        let verdict: String
        if let violation = outcome.violation {
            verdict = "VIOLATION \(text(violation.kind.name)) \(violation.value) at \(violation.at.raw / 1000) us"
        } else if let complaint = outcome.complaint {
            verdict = "VIOLATION \(complaint)"
        } else if outcome.fault.isPulseByItself {
            verdict = outcome.excusedPulses > 0 ? "detected, locked out" : "safe"
        } else if outcome.fault.isDeadBleed {
            verdict = "detected, locked out"
        } else {
            verdict = "safe"
        }
        let mode = text(outcome.fault.mode.name) + (withEmergencyStop ? "+E-stop" : "")
        return pad(text(outcome.fault.component.name), 24) + pad(mode, 24 - 8) + pad(phase, 12)
            + pad(outcome.trip.map { text($0.name) } ?? "-", 26)
            + pad(outcome.detection.map { decimal($0.raw, 1_000_000, 1) } ?? "-", 13)
            + pad(decimal(outcome.discharge.raw, 1_000_000_000, 2), 14) + pad("\(outcome.peak / 1000)", 8) + verdict
            + "\n"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
    }

    /// `value / unit` with `places` decimals, rounded down.
    private static func decimal(_ value: Int64, _ unit: Int64, _ places: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let digits = String(value % unit * scale / unit)
        return "\(value / unit)." + String(repeating: "0", count: max(0, places - digits.count)) + digits
    }
}

/// A static string as text.
func text(_ name: StaticString) -> String { "\(name)" }
