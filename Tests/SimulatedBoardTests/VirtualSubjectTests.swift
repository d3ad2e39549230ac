import SimulatedBoard
import StimulatorCore
import Testing

@Suite("the virtual subject") struct VirtualSubjectTests {
    @Test("the population's thresholds are those that were published for the model: 65.8 % of maximum, deviation 9 %")
    func population() {
        let thresholds = (0..<600).map { VirtualSubject(seed: UInt64($0)).threshold / 10 }
        let mean = thresholds.reduce(0, +) / 600
        let variance = thresholds.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 599
        #expect(abs(mean - 65.8) < 1.5, "\(mean)")
        #expect(abs(variance.squareRoot() - 9) < 1.5, "\(variance.squareRoot())")
    }

    @Test("about half the pulses at the threshold are answered, nearly none far below and nearly all far above")
    func curve() {
        var counts = [0, 0, 0]
        for seed in UInt64(0)..<100 {
            var subject = VirtualSubject(seed: seed)
            for (place, part) in [0.75, 1, 1.35].enumerated() {
                for _ in 0..<20 where subject.potential(at: part * subject.threshold) >= VirtualSubject.criterion {
                    counts[place] += 1
                }
            }
        }
        #expect(counts[0] < 60 && (800...1200).contains(counts[1]) && counts[2] > 1940, "\(counts)")
    }

    @Test("a subject answers more strongly to stronger pulses, and without noise 500 microvolts above its threshold")
    func order() {
        for seed in UInt64(0)..<50 {
            let subject = VirtualSubject(seed: seed)
            #expect(subject.hotSpotIntensity > subject.threshold && subject.threshold > 300)
        }
    }

    @Test("the same seed is the same subject, bit for bit on every machine") func golden() {
        var hash = HistoryHash()
        for seed in UInt64(0)..<20 {
            var subject = VirtualSubject(seed: seed)
            hash.add(subject.threshold.bitPattern)
            for step in 0..<50 { hash.add(subject.potential(at: Double(step * 20)).bitPattern) }
        }
        #expect(hash.value == 3_412_128_278_930_292_178)
    }
}
