import StimulatorCore
import Testing

@Suite struct PatternTests {
    @Test("a theta burst's times are the nested sums") func thetaBurst() {
        let pattern = PulsePattern.thetaBurst(intensity: PerMille(400), bursts: 10, trains: 20)
        #expect(pattern.pulseCount == 600)
        #expect(pattern.time(of: 0) == .zero)
        #expect(pattern.time(of: 2) == .milliseconds(40))
        #expect(pattern.time(of: 3) == .milliseconds(200))
        #expect(pattern.time(of: 30) == .seconds(10))
    }
}
