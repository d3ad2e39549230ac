import Foundation
import StimulatorCore
import Testing

@Suite("the motor threshold's estimators") struct ThresholdTests {
    private let least = PerMille(20)
    private let procedures: [ThresholdMethod] = [
        .relativeFrequency, .maximumLikelihood, .maximumAPosteriori, .stochasticApproximation,
    ]

    @Test("the normal distribution's logarithm agrees with libm, far into both tails") func normal() {
        var worst = 0.0
        for step in -3_700...3_700 {
            let z = Double(step) / 100
            let exact = log(0.5 * erfc(-z / 2.0.squareRoot()))
            // From 8 on libm's own logarithm of nearly one is no measure any more.
            let size = z < 5 ? abs(exact) : 1
            worst = max(worst, abs(NormalDistribution.logCumulative(z) - exact) / size)
        }
        #expect(worst < 1e-6)
        #expect(NormalDistribution.logCumulative(-200) < -20_000)
        #expect(NormalDistribution.logCumulative(200) == 0)
    }

    /// Runs a procedure on a subject whose answers follow the model itself.
    private func run(_ method: ThresholdMethod, threshold: Double, _ random: inout Seeded) -> ThresholdEstimate? {
        var procedure = ThresholdProcedure(method, least: least)
        while let intensity = procedure.proposal {
            let z = (Double(intensity.raw) - threshold) / (ThresholdLikelihood.spread * threshold)
            let responds = Double.random(in: 0..<1, using: &random) < exp(NormalDistribution.logCumulative(z))
            procedure.answer(responds, at: intensity)
        }
        return procedure.estimate
    }

    @Test("where the model is true, the likelihood methods have no bias and the interval holds 95 times of 100")
    func likelihood() throws {
        for method in [ThresholdMethod.maximumLikelihood, .maximumAPosteriori] {
            var random = Seeded(7)
            var (sum, squares, inside, pulses) = (0.0, 0.0, 0, 0.0)
            let count = 240
            for _ in 0..<count {
                let threshold = Double.random(in: 500...800, using: &random)
                let found = try #require(run(method, threshold: threshold, &random))
                let error = (Double(found.threshold.raw) - threshold) / threshold
                sum += error
                squares += error * error
                pulses += Double(found.pulses)
                if Double(found.low.raw) <= threshold, threshold <= Double(found.high.raw) { inside += 1 }
            }
            let deviation = (squares / Double(count)).squareRoot()
            // Each pulse at the threshold tells 2 / (pi spread^2); the search before tells less.
            let bound = ThresholdLikelihood.spread * (Double.pi / 2 / (pulses / Double(count))).squareRoot()
            #expect(abs(sum / Double(count)) < 0.003, "\(method)")
            #expect(deviation > 0.9 * bound && deviation < 1.35 * bound, "\(method): \(deviation), bound \(bound)")
            #expect((0.92...0.98).contains(Double(inside) / Double(count)), "\(method): \(inside)")
        }
    }

    @Test("maximum likelihood begins in the middle of what no answer has ruled out, and halves it")
    func begin() throws {
        var procedure = ThresholdProcedure(.maximumLikelihood, least: least)
        var (low, high) = (0, 1000)
        for _ in 0..<3 {
            let proposal = Int(try #require(procedure.proposal).raw)
            #expect(proposal > low && proposal < high)
            low = proposal
            procedure.answer(false, at: PerMille(Int32(proposal)))
        }
        high = low
        procedure.answer(true, at: PerMille(1000))
        #expect(try #require(procedure.proposal).raw > high)
    }

    @Test("maximum a posteriori begins at the population's mean, and answers move it less than maximum likelihood")
    func prior() throws {
        let posterior = ThresholdProcedure(.maximumAPosteriori, least: least)
        #expect(abs(Double(try #require(posterior.proposal).raw) - ThresholdProcedure.priorMean) < 2)
        var estimates: [Double] = []
        for method in [ThresholdMethod.maximumAPosteriori, .maximumLikelihood] {
            var procedure = ThresholdProcedure(method, least: least)
            for _ in 0..<4 {
                procedure.answer(true, at: PerMille(400))
                procedure.answer(false, at: PerMille(360))
            }
            estimates.append(Double(try #require(procedure.proposal).raw))
        }
        #expect(estimates[0] > estimates[1] && estimates[0] < 420)
    }

    /// Answers of a muscle without any noise.
    private func step(_ method: ThresholdMethod, at threshold: Int32, from start: Int32) -> ThresholdProcedure {
        var procedure = ThresholdProcedure(method, from: PerMille(start), least: least)
        while let intensity = procedure.proposal { procedure.answer(intensity.raw >= threshold, at: intensity) }
        return procedure
    }

    @Test("the relative frequency finds the lowest step that always answers, with the pulses that its rule takes")
    func frequency() throws {
        for threshold in stride(from: Int32(40), through: 1000, by: 37) {
            let start: Int32 = 350
            let found = try #require(step(.relativeFrequency, at: threshold, from: start).estimate, "\(threshold)")
            // Up by 50 to the first step that answers, down by 10 to the last that does.
            var ups: Int32 = 0
            var top = start
            while top < threshold {
                ups += 1
                top = min(1000, top + 50)
            }
            let downs = (top - threshold) / 10
            #expect(found.threshold.raw == top - 10 * downs, "\(threshold)")
            let ends = top - 10 * downs - 10 >= least.raw
            #expect(Int32(found.pulses) == ups + 10 + 10 * downs + (ends ? 11 : 0), "\(threshold)")
        }
    }

    @Test("stochastic approximation ends within its last steps of a muscle without noise") func approximation() throws {
        for threshold in stride(from: Int32(100), through: 950, by: 17) {
            let found = try #require(step(.stochasticApproximation, at: threshold, from: 500).estimate)
            #expect(abs(found.threshold.raw - threshold) <= 5, "\(threshold)")
        }
    }

    @Test("a muscle that never answers has no threshold by relative frequency, and the others end at the maximum")
    func silent() throws {
        #expect(step(.relativeFrequency, at: 2000, from: 350).estimate == nil)
        let other = step(.stochasticApproximation, at: 2000, from: 350)
        #expect(other.estimate == nil && other.pulses == ThresholdProcedure.mostPulses)
        let likely = try #require(step(.maximumLikelihood, at: 2000, from: 350).estimate)
        #expect(likely.high.raw >= 990)
    }

    @Test("any answers at all: a procedure ends, proposes what the board gives, and its interval holds its estimate")
    func anyAnswers() {
        for seed in UInt64(1)...60 {
            var random = Seeded(seed)
            let method = procedures[Int(random.next() % 4)]
            let bias = Double.random(in: 0...1, using: &random)
            let start = random.oneIn(2) ? nil : PerMille(Int32(truncatingIfNeeded: random.hostile()))
            var procedure = ThresholdProcedure(method, from: start, least: least)
            while let intensity = procedure.proposal {
                #expect(intensity >= least && intensity.raw <= 1000, "seed \(seed)")
                let given = random.oneIn(5) ? PerMille(Int32(truncatingIfNeeded: random.hostile())) : intensity
                procedure.answer(Double.random(in: 0..<1, using: &random) < bias, at: given)
            }
            #expect(procedure.isFinished && procedure.pulses <= ThresholdProcedure.mostPulses, "seed \(seed)")
            guard let found = procedure.estimate else { continue }
            #expect(found.low <= found.threshold && found.threshold <= found.high, "seed \(seed)")
        }
    }

    @Test("an answer at another intensity than the proposed one is no answer for the relative frequency")
    func otherIntensity() throws {
        var procedure = ThresholdProcedure(.relativeFrequency, from: PerMille(500), least: least)
        for _ in 0..<30 { procedure.answer(false, at: PerMille(480)) }
        #expect(procedure.proposal == PerMille(500) && procedure.pulses == 30)
    }
}
