import ArgumentParser
import CSystem
import SimulatedBench
import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// `stim admission`: whatever admission admits, the kernel gives whole.
struct AdmissionCampaign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admission",
        abstract: "Give random patterns to a board without a fault: what is admitted must be given whole.",
        discussion: """
            A seed decides the board's parts within their tolerances and 25 patterns, most of them near a limit. What admission \
            admits is given; a pulse that is then omitted, a trip or a refusal is a failure, told with seed and line. The exit \
            status is 1 when there is one.
            """)

    @Option(help: "How many patterns are drawn. The default is the share of every change.")
    var patterns = 500

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds run at the same time.")
    var jobs = 1

    mutating func validate() throws {
        guard (1...1_000_000).contains(patterns) else { throw ValidationError("--patterns: 1 to 1000000") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs: 1 to 256") }
        guard seed <= .max - 1_000_000 else { throw ValidationError("--seed: the last seed must fit too") }
    }

    func run() async throws {
        let runs = UInt64((patterns + AdmissionRun.patterns - 1) / AdmissionRun.patterns)
        let ledger = AdmissionLedger(first: seed, count: runs)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<jobs {
                group.addTask {
                    let memory = try RigMemory()
                    while let seed = await ledger.nextSeed() {
                        let outcome = withExtendedLifetime(memory) {
                            AdmissionRun(rig: memory.makeRig(seed: seed), seed: seed).run()
                        }
                        await ledger.add(outcome)
                    }
                }
            }
            try await group.waitForAll()
        }
        if await !ledger.finish() { throw ExitCode(1) }
    }
}

/// What became of the patterns of one seed, or of several.
struct AdmissionOutcome: Sendable {
    var drawn = 0
    var admitted = 0
    var pulses = 0
    var time = Nanoseconds.zero
    var longest = Nanoseconds.zero
    /// Refusals by the rule's raw value.
    var refused = [Int](repeating: 0, count: RefusalRule.count)
    var failures: [String] = []

    mutating func add(_ other: AdmissionOutcome) {
        drawn += other.drawn
        admitted += other.admitted
        pulses += other.pulses
        time += other.time
        longest = max(longest, other.longest)
        for index in refused.indices { refused[index] += other.refused[index] }
        failures += other.failures
    }
}

/// The seeds on their way to the workers, and what came of them.
private actor AdmissionLedger {
    private var next: UInt64
    private let end: UInt64
    private var sum = AdmissionOutcome()
    private let begin = csystem_now()

    init(first: UInt64, count: UInt64) {
        next = first
        end = first + count
    }

    func nextSeed() -> UInt64? {
        guard next < end else { return nil }
        defer { next += 1 }
        return next
    }

    func add(_ outcome: AdmissionOutcome) {
        sum.add(outcome)
        for failure in outcome.failures { say("\(failure)\n") }
    }

    func finish() -> Bool {
        let seconds = Double(csystem_now() - begin) / 1e9
        var refusals: [String] = []
        for raw in 0..<RefusalRule.count where sum.refused[raw] > 0 {
            guard let rule = RefusalRule(rawValue: UInt8(raw)) else { continue }
            refusals.append("\(rule.name) \(sum.refused[raw])")
        }
        say(
            """
            \(sum.drawn) patterns drawn, \(sum.admitted) admitted and given: \(sum.pulses) pulses in \
            \(sum.time.raw / 1_000_000_000) s of the board's time (the longest pattern \(sum.longest.raw / 1_000_000_000) s), \
            \((seconds * 10).rounded() / 10) s of this machine's
            refused: \(refusals.isEmpty ? "none" : refusals.joined(separator: ", "))
            \(sum.failures.isEmpty ? "every admitted pattern was given whole" : "\(sum.failures.count) FAILED")

            """)
        return sum.failures.isEmpty
    }
}

/// One seed: a board, and the patterns that it is asked for.
struct AdmissionRun: ~Copyable {
    /// Patterns of one seed.
    static let patterns = 25

    private var bench: FastBench<AdmissionEar>
    private var source: PatternSource
    private let seed: UInt64
    private var outcome = AdmissionOutcome()

    init(rig: consuming SimulatedRig, seed: UInt64) {
        bench = FastBench(rig: rig, listener: AdmissionEar())
        source = PatternSource(seed: seed)
        self.seed = seed
    }

    consuming func run() -> AdmissionOutcome {
        let begin = bench.rig.now
        bench.settle()
        say("operate key on")
        for _ in 0..<AdmissionRun.patterns where outcome.failures.isEmpty {
            let drawn = source.next(on: bench.rig.board)
            outcome.drawn += 1
            makeReady(for: drawn.pattern.intensity)
            if outcome.failures.isEmpty { give(drawn) }
        }
        outcome.time = bench.rig.now - begin
        return outcome
    }

    private mutating func say(_ line: String) {
        for byte in line.utf8 { bench.type(byte) }
        bench.type(0x0A)
        bench.settle()
    }

    /// Ready at an intensity, whatever the last pattern left: what it owes drains first, and a coil near its limit sometimes cools for
    /// twenty minutes.
    private mutating func makeReady(for intensity: PerMille) {
        let coil = max(bench.rig.snapshot.coilA.value, bench.rig.snapshot.coilB.value)
        if coil > .celsius(34), source.isSometimes {
            say("disarm")
            bench.run(for: .seconds(1_200))
        }
        bench.run(
            for: EnergyBudget.wait(
                for: bench.rig.snapshot.energyBacklog, sustained: bench.rig.board.sustainedPower))
        // The wait after a pattern, and the one after a change of the intensity.
        bench.run(for: .milliseconds(1_100))
        bench.listener = AdmissionEar()
        say("set intensity \(Double(intensity.raw) / 10)%")
        if bench.rig.state != .ready { say("arm") }
        guard bench.rig.state != .ready || !bench.listener.complaints.isEmpty else { return }
        outcome.failures.append(
            "seed \(seed): \(bench.rig.state.name) before pattern \(outcome.drawn), "
                + bench.listener.complaints.joined(separator: ", "))
    }

    private mutating func give(_ drawn: DrawnPattern) {
        bench.listener = AdmissionEar()
        do throws(Refusal) {
            let forecast = try Admission.forecast(
                drawn.pattern, board: bench.rig.board, snapshot: bench.rig.snapshot)
            outcome.longest = max(outcome.longest, forecast.duration)
        } catch {
            outcome.refused[Int(error.rule.rawValue)] += 1
            return
        }
        outcome.admitted += 1
        say(drawn.line)
        outcome.pulses += bench.listener.delivered
        let whole = bench.listener.delivered == Int(drawn.pattern.pulseCount) && bench.listener.isComplete
        guard !whole || !bench.listener.complaints.isEmpty else { return }
        let what = bench.listener.complaints.isEmpty ? "not whole" : bench.listener.complaints.joined(separator: ", ")
        outcome.failures.append(
            "seed \(seed), pattern \(outcome.drawn): \(drawn.line) at \(drawn.pattern.intensity.raw) permille: "
                + "\(bench.listener.delivered) of \(drawn.pattern.pulseCount) delivered, \(what)")
    }
}

/// Hears what became of a pattern.
private struct AdmissionEar: BenchListener {
    private(set) var delivered = 0
    private(set) var isComplete = false
    private(set) var complaints: [String] = []

    mutating func hear(_ byte: UInt8) {}

    mutating func see(_ event: Event) {
        switch event.kind {
        case .trainFinished:
            delivered += Int(event.index)
            isComplete = event.detail == TrainEnding.complete.rawValue
        case .omitted:
            complaints.append(
                "pulse \(event.index + 1) omitted: \(OmissionCause(rawValue: event.detail)?.name ?? "?")")
        case .trip: complaints.append("trip \(Trip(rawValue: event.detail)?.name ?? "?")")
        case .refused: complaints.append("refused \(event.refusal?.rule.name ?? "?")")
        default: break
        }
    }
}

/// A pattern, and the line of the shell that asks for it.
struct DrawnPattern {
    var pattern: PulsePattern
    var line: String
}

/// Draws patterns, most of them near what the board bears.
struct PatternSource {
    private var dice: Dice

    init(seed: UInt64) { dice = Dice(seed: seed ^ 0xAD_1551_04) }

    /// True every third time.
    var isSometimes: Bool { mutating get { dice.below(3) == 0 } }

    mutating func next(on board: BoardDescription) -> DrawnPattern {
        let least = Admission.leastIntensity(board: board).raw
        let most = dice.below(3) == 0 ? 1000 : max(least, 520)
        let intensity = PerMille(least + Int32(dice.below(UInt64(most - least + 1))))
        switch dice.below(12) {
        case 0: return DrawnPattern(pattern: .single(intensity: intensity), line: "pulse")
        case 1: return theta(intensity, least)
        case 2: return quadripulse(intensity, least)
        case 3: return paired(intensity, board)
        default: return train(intensity, board)
        }
    }

    /// A rate between half of what the intensity bears for ever and a tenth above it, in tenths of a hertz.
    private mutating func tenths(_ intensity: PerMille, _ board: BoardDescription) -> Int64 {
        let rates = SustainedRates(at: intensity, board: board)
        let fastest = min(rates.byTable, rates.byRecharge).raw / 100
        return max(1, min(500, fastest * Int64(500 + dice.below(601)) / 1000))
    }

    private mutating func train(_ intensity: PerMille, _ board: BoardDescription) -> DrawnPattern {
        let tenths = tenths(intensity, board)
        // One in forty is as long as a pattern may be; most last some seconds.
        let isLong = dice.below(40) == 0
        let most = isLong ? 6_000 : max(2, tenths * Int64(1 + dice.below(12)) / 10)
        let pulses = UInt32(1 + dice.below(UInt64(most)))
        let rate = Millihertz(tenths * 100)
        let text = "train \(tenths / 10).\(tenths % 10)Hz \(pulses)"
        guard dice.below(3) == 0, pulses < 600 else {
            return DrawnPattern(pattern: .train(intensity: intensity, rate: rate, pulses: pulses), line: text)
        }
        let repeats = UInt32(2 + dice.below(isLong ? 9 : 3))
        let length = rate.interval.raw / 1_000_000 * Int64(pulses)
        let every = Nanoseconds.milliseconds(length + 100 + Int64(dice.below(8_000)))
        return DrawnPattern(
            pattern: .train(intensity: intensity, rate: rate, pulses: pulses, repeats: repeats, every: every),
            line: "\(text) x \(repeats) every \(every.raw / 1_000_000)ms")
    }

    private mutating func theta(_ intensity: PerMille, _ least: Int32) -> DrawnPattern {
        let weak = PerMille(max(least, intensity.raw * 450 / 1000 + 20))
        let bursts = UInt32(1 + dice.below(dice.below(10) == 0 ? 200 : 20))
        let trains = bursts <= 10 && dice.below(3) == 0 ? UInt32(2 + dice.below(3)) : 1
        return DrawnPattern(
            pattern: .thetaBurst(intensity: weak, bursts: bursts, trains: trains),
            line: trains > 1 ? "theta \(bursts) x \(trains)" : "theta \(bursts)")
    }

    private mutating func quadripulse(_ intensity: PerMille, _ least: Int32) -> DrawnPattern {
        let interval = Int64(5 + dice.below(60))
        let bursts = UInt32(1 + dice.below(dice.below(20) == 0 ? 360 : 6))
        let weak = PerMille(max(least, 20 + intensity.raw * Int32(min(interval, 50)) / 60))
        return DrawnPattern(
            pattern: .quadripulse(intensity: weak, interval: .milliseconds(interval), bursts: bursts),
            line: "qps \(interval)ms \(bursts)")
    }

    private mutating func paired(_ intensity: PerMille, _ board: BoardDescription) -> DrawnPattern {
        let least = CapacitorPlan.leastInterval(after: intensity, next: intensity, board: board).raw / 1_000_000
        let interval = max(2, least * Int64(800 + dice.below(1000)) / 1000)
        let repeats = UInt32(1 + dice.below(8))
        let every = Nanoseconds.milliseconds(interval * 4 + Int64(dice.below(3_000)))
        return DrawnPattern(
            pattern: .paired(
                intensity: intensity, interval: .milliseconds(interval), repeats: repeats, every: every),
            line: "paired \(interval)ms x \(repeats) every \(every.raw / 1_000_000)ms")
    }
}
