import StimulatorCore
import Testing

@testable import stim

@Suite("thresholds of many virtual subjects")
struct ThresholdTrialTests {
    private func trial(_ method: ThresholdMethod, _ start: ThresholdTrial.Start, subjects: Int = 120) -> (
        pulses: Double, median: Double
    ) {
        let outcomes = ThresholdTrial(method: method, start: start).run(subjects: subjects, seed: 1)
        let errors = outcomes.compactMap { $0.error?.magnitude }.sorted()
        let pulses = outcomes.map { Double($0.pulses) }.reduce(0, +) / Double(subjects)
        return (pulses, errors[errors.count / 2])
    }

    @Test("stochastic approximation from the hot spot: about the published 25 pulses and median error of 1.5 %")
    func stochastic() {
        let found = trial(.stochasticApproximation, .hotSpot)
        #expect((22...28).contains(found.pulses) && found.median < 1.8, "\(found)")
    }

    @Test("maximum likelihood: about the published 17 or 18 pulses, and a fifth of what the relative frequency takes")
    func likelihood() {
        let found = trial(.maximumLikelihood, .own)
        #expect((15...24).contains(found.pulses) && found.median < 2.2, "\(found)")
        let frequency = trial(.relativeFrequency, .own, subjects: 40)
        #expect(frequency.pulses > 3 * found.pulses, "\(frequency)")
    }

    @Test("the same seed gives the same numbers") func deterministic() {
        let trial = ThresholdTrial.all[4]
        let lines = (0..<2).map { _ in trial.summary(of: trial.run(subjects: 5, seed: 3)) }
        #expect(lines[0] == lines[1])
    }
}
