import StimulatorCore
import Testing

private func curve(_ seed: UInt64) throws -> PulseSteps {
    let entry = try #require(ProtocolLibrary.builtIn.entry(named: ProtocolName("io-curve".utf8) ?? ProtocolName()))
    return try #require(entry.steps(threshold: MotorThreshold(PerMille(500), method: .relativeFrequency), seed: seed))
}

@Suite("steps") struct StepTests {
    @Test("an input-output curve gives every intensity once a round, in an order of its own, with pauses of 3 to 5 s")
    func rounds() throws {
        let steps = try curve(7)
        #expect(steps.total == 40 && steps.strongest == PerMille(600))
        var orders: Set<[Int32]> = []
        for round: UInt32 in 0..<10 {
            let order = (0..<4).map { steps.intensity(of: round * 4 + $0).raw }
            #expect(Set(order) == [450, 500, 550, 600])
            orders.insert(order)
        }
        #expect(orders.count > 3)
        let waits = (0..<UInt32(40)).map { steps.wait(after: $0).raw }
        #expect(waits.allSatisfy { (3_000_000_000...5_000_000_000).contains($0) })
        #expect(Set(waits).count > 30)
    }

    @Test("the same seed gives the same curve, another seed another") func seeds() throws {
        func course(_ seed: UInt64) throws -> [Int64] {
            let steps = try curve(seed)
            return (0..<UInt32(40)).flatMap { [Int64(steps.intensity(of: $0).raw), steps.wait(after: $0).raw] }
        }
        #expect(try course(7) == course(7))
        #expect(try course(7) != course(8))
    }

    @Test("steps are admitted by their strongest, at their shortest pauses") func admitted() throws {
        let plan = PulsePlan(.single(intensity: PerMille(1)), steps: try curve(1))
        let context = AdmissionContext(board: BoardDescription(), snapshot: .rested)
        let verdict = try Admission.verdict(plan, in: context)
        #expect(verdict.forecast.pulses == 40 && verdict.forecast.duration == .seconds(117))
        #expect(verdict.forecast.guideline == .singlePulses)
        var strong = plan
        strong.steps?.intensities[3] = PerMille(1001)
        #expect(throws: Refusal.self) { try Admission.verdict(strong, in: context) }
        var close = plan
        close.pattern = .train(intensity: PerMille(1), rate: .hertz(15), pulses: 100)
        close.steps?.waitLeast = .seconds(1)
        do throws(Refusal) {
            _ = try Admission.verdict(close, in: context)
            Issue.record("trains of 6.6 s with a pause of 1 s are admitted")
        } catch {
            #expect(error.rule == .cooldown && error.pulseIndex > 0 && error.pulseIndex % 100 == 0)
        }
    }
}
