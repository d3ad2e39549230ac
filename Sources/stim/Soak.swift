import ArgumentParser
import CSystem
import StimulatorCore

/// `A..B`, or one number: seeds from the first to the last.
struct SeedRange: ExpressibleByArgument, Equatable {
    let first: UInt64
    let last: UInt64

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
struct SoakLength: ParsableArguments {
    @Option(help: "Simulated hours for each seed, above 0, at most 24.")
    var hours = 0.05

    mutating func validate() throws {
        guard hours > 0, hours <= 24 else { throw ValidationError("--hours: above 0, at most 24") }
    }

    var time: Nanoseconds { .milliseconds(Int64(hours * 3_600_000)) }
}

/// `stim soak`: random operators and random faults, under the checkers.
struct Soak: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let random operators and random faults loose on a simulated board, under the checkers.",
        discussion: """
            A seed decides everything: what people do, what breaks and when, the parts' tolerances. One fault at a time; \
            after each the bench is brought back. The exit status is 1 when anything happened that must never happen.
            """)

    @Option(help: "The seeds, A..B.")
    var seeds: SeedRange

    @OptionGroup var length: SoakLength

    @Flag(help: "One line for every seed, with its history hash.")
    var verbose = false

    func run() throws {
        let memory = try RigMemory()
        var summary = SoakSummary()
        let begin = csystem_now()
        for seed in seeds.first...seeds.last {
            let outcome = withExtendedLifetime(memory) {
                SoakRun(rig: memory.makeRig(seed: seed), seed: seed, time: length.time).run()
            }
            summary.add(outcome)
            if verbose { say("seed \(seed): history \(hexadecimal(outcome.hash))\n") }
            say(outcome.complaint(seed: seed, hours: length.hours))
        }
        say(summary.text(wall: csystem_now() - begin))
        if !summary.isClean { throw ExitCode(1) }
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
            say("\(SoakOutcome.seconds(entry.at)) s  \(entry.isDeed ? "> " : "  ")\(entry.text)\n")
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
