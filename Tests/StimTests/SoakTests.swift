import SimulatedBoard
import StimulatorCore
import Testing

@testable import stim

/// The operators of the soak, and that a seed decides everything.
@Suite("The soak")
struct SoakTests {
    private func outcome(seed: UInt64, seconds: Int64) throws -> SoakOutcome {
        try withRig(seed: seed) { rig in
            SoakRun(rig: rig, seed: seed, time: .seconds(seconds), keepsAll: true).run()
        }
    }

    /// The faults of a seed's first episodes.
    private func faults(seed: UInt64, episodes: Int) -> [(count: Int, deeds: [Deed])] {
        var person = BenchOperator(seed: seed)
        return (0..<episodes).map { _ in
            let deeds = person.episode()
            let faults = deeds.filter { if case .fault = $0 { true } else { false } }
            return (faults.count, faults)
        }
    }

    @Test("an operator does the same for the same seed, and something else for another") func deterministic() {
        for seed in UInt64(1)...100 {
            var (first, second, other) = (
                BenchOperator(seed: seed), BenchOperator(seed: seed), BenchOperator(seed: seed + 1)
            )
            let episodes = (0..<5).map { _ in first.episode() }
            #expect(episodes == (0..<5).map { _ in second.episode() }, "seed \(seed)")
            #expect(episodes != (0..<5).map { _ in other.episode() }, "seed \(seed)")
        }
    }

    @Test("an episode has at most one fault, one that the part can have, of 1 ms to 10 s; every fault is drawn")
    func faultsDrawn() {
        var drawn = Set<String>()
        for seed in UInt64(1)...200 {
            for episode in faults(seed: seed, episodes: 20) {
                #expect(episode.count <= 1, "seed \(seed)")
                guard case .fault(let component, let mode, let after, let lasting)? = episode.deeds.first else {
                    continue
                }
                #expect(Fault.isValid(component, mode), "seed \(seed)")
                #expect(after >= .zero && lasting >= .milliseconds(1) && lasting <= .seconds(10), "seed \(seed)")
                drawn.insert("\(component.name) \(mode.name)")
            }
        }
        #expect(drawn.count == BenchOperator.failures.count)
        #expect(drawn.contains("power off") && drawn.contains("software frozen-at-worst"))
    }

    @Test("faults never overlap, and a seed gives the same history twice") func replays() throws {
        var hashes = Set<UInt64>()
        for seed in UInt64(1)...3 {
            let (first, second) = (try outcome(seed: seed, seconds: 40), try outcome(seed: seed, seconds: 40))
            #expect(first.violation == nil, "\(first.complaint(seed: seed, hours: 40.0 / 3600))")
            #expect(first.hash == second.hash && first.history == second.history, "seed \(seed)")
            for (earlier, later) in zip(first.faults, first.faults.dropFirst()) {
                #expect(earlier.until < later.from, "seed \(seed)")
            }
            #expect(!first.faults.isEmpty, "seed \(seed)")
            hashes.insert(first.hash)
        }
        #expect(hashes.count == 3)
    }

    @Test("a history that is not kept whole changes nothing") func shortHistory() throws {
        let whole = try outcome(seed: 9, seconds: 30)
        let short = try withRig(seed: 9) { rig in SoakRun(rig: rig, seed: 9, time: .seconds(30)).run() }
        #expect(whole.hash == short.hash)
        #expect(whole.history.suffix(50) == short.history.suffix(50))
    }

    @Test(
        "seeds are one number, or a first and a last",
        arguments: [("7", 7, 7), ("1..40", 1, 40)] as [(String, UInt64, UInt64)])
    func ranges(text: String, first: UInt64, last: UInt64) {
        #expect(SeedRange(argument: text) == SeedRange(first: first, last: last))
    }

    @Test(
        "anything else is no range",
        arguments: ["", "..", "1..", "..2", "2..1", "1...3", "1..2..3", "a", "-1", "1..18446744073709551615"])
    func badRanges(text: String) {
        #expect(SeedRange(argument: text) == nil)
    }
}
