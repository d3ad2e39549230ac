import ArgumentParser
import CSystem
import StimulatorCore

/// `A..B`, or one number: seeds from the first to the last.
struct SeedRange: ExpressibleByArgument, Equatable, Sendable {
    let first: UInt64
    let last: UInt64

    init(first: UInt64, last: UInt64) {
        self.first = first
        self.last = last
    }

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: false)
        if ends.count == 1, let only = UInt64(argument) {
            (first, last) = (only, only)
        } else if ends.count == 3, ends[1].isEmpty, let first = UInt64(ends[0]), let last = UInt64(ends[2]),
            first <= last,
            last < .max
        {
            (self.first, self.last) = (first, last)
        } else {
            return nil
        }
    }
}

/// Simulated hours for each seed.
struct SoakLength: ParsableArguments, Sendable {
    @Option(help: "Simulated hours for each seed, above 0, at most 24.")
    var hours = 0.05

    mutating func validate() throws {
        guard hours > 0, hours <= 24 else { throw ValidationError("--hours: above 0, at most 24") }
    }

    var time: Nanoseconds { .milliseconds(Int64(hours * 3_600_000)) }
}

/// `stim soak`: random operators and random faults, under the checkers.
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let random operators and random faults loose on a simulated board, under the checkers.",
        discussion: """
            A seed decides everything: what people do, what breaks and when, the parts' tolerances. One fault at a time; \
            after each the bench is brought back. The exit status is 1 when anything happened that must never happen.
            """)

    @Option(help: "The seeds, A..B. The default is the share of every change.")
    var seeds = SeedRange(first: 1, last: 100)

    @OptionGroup var length: SoakLength

    @Option(help: "How many seeds run at the same time.")
    var jobs = 1

    @Flag(help: "One line for every seed, with its history hash.")
    var verbose = false

    mutating func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs: 1 to 256") }
    }

    func run() async throws {
        let campaign = SoakCampaign(seeds, length: length, verbose: verbose)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<jobs {
                group.addTask { [length] in
                    let memory = try RigMemory()
                    while let seed = await campaign.nextSeed() {
                        let outcome = withExtendedLifetime(memory) {
                            SoakRun(rig: memory.makeRig(seed: seed), seed: seed, time: length.time).run()
                        }
                        await campaign.add(outcome, seed: seed)
                    }
                }
            }
            try await group.waitForAll()
        }
        if await !campaign.finish() { throw ExitCode(1) }
    }
}

/// The seeds of a soak on their way to its workers, and what came of them.
private actor SoakCampaign {
    private var seeds: ClosedRange<UInt64>.Iterator
    private var summary = SoakSummary()
    private let length: SoakLength
    private let verbose: Bool
    private let begin = csystem_now()

    init(_ seeds: SeedRange, length: SoakLength, verbose: Bool) {
        self.seeds = (seeds.first...seeds.last).makeIterator()
        self.length = length
        self.verbose = verbose
    }

    func nextSeed() -> UInt64? { seeds.next() }

    func add(_ outcome: SoakOutcome, seed: UInt64) {
        summary.add(outcome)
        if verbose { say("seed \(seed): history \(hexadecimal(outcome.hash))\n") }
        say(outcome.complaint(seed: seed, hours: length.hours))
    }

    /// Says what the seeds gave together.
    /// - Returns: true when nothing happened that must never happen.
    func finish() -> Bool {
        say(summary.text(wall: csystem_now() - begin))
        return summary.isClean
    }
}

/// `stim replay`: one seed of a soak again, with its history.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Repeat one seed of a soak and print what happened.",
        discussion: "The last line is the hash of the history: the same as that of the soak, on every machine.")

    @Argument(help: "The seed.")
    var seed: UInt64

    @OptionGroup var length: SoakLength

    func run() throws {
        let outcome = try withRig(seed: seed) { rig in
            SoakRun(rig: rig, seed: seed, time: length.time, keepsAll: true).run()
        }
        for entry in outcome.history {
            say("\(SoakOutcome.seconds(entry.at)) s  \(entry.text)\n")
        }
        say(outcome.complaint(seed: seed, hours: length.hours))
        say("seed \(seed): history \(hexadecimal(outcome.hash))\n")
        if outcome.violation != nil { throw ExitCode(1) }
    }
}

/// Sixteen digits.
func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
