import SimulatedBoard
import StimulatorCore
import Testing

@testable import SimulatedRig

@Suite("Attempts to leave the capacitor charged") struct StoredEnergyTests {
    /// The operator acknowledges whatever holds and arms again at once, twice over, then goes away.
    private func armAgainAtOnce(_ bench: Bench) {
        for _ in 0..<2 {
            bench.run(.seconds(8)) { $0.state == .faulted || $0.state == .safe }
            bench.turnKey()
            bench.type("clear")
            bench.run(.milliseconds(50))
            bench.type("arm")
            bench.run(.seconds(3)) { !$0.state.isArmed }
        }
        bench.run(.seconds(7))
    }

    @Test(
        "H-06 a divider that broke at rest is found at 50 V, however often it is acknowledged and armed again",
        arguments: [1, 2, 3] as [UInt64])
    func brokenDividerAtRest(seed: UInt64) {
        let bench = Bench(seed: seed)
        bench.becomeSafe()
        bench.fail(.voltageDivider, .off)
        bench.type("arm")
        #expect(bench.run(.seconds(4)) { $0.trips.contains(.chargeTimeout) })
        armAgainAtOnce(bench)
        #expect(bench.rig.checkers.first == nil)
        #expect(bench.rig.checkers.highestMillivolts <= 60_000)
    }

    @Test("a converter that froze at rest is no empty capacitor either", arguments: [1, 2, 3] as [UInt64])
    func frozenConverterAtRest(seed: UInt64) {
        let bench = Bench(seed: seed)
        bench.becomeSafe()
        bench.fail(.adc, .stuck)
        bench.type("arm")
        bench.run(.seconds(4)) { !$0.state.isArmed }
        armAgainAtOnce(bench)
        #expect(bench.rig.checkers.first == nil)
    }

    @Test("a divider that breaks at any moment of a pulse is no empty capacitor", arguments: Array(Int64(0)..<8))
    func dividerBreaksInPulse(step: Int64) {
        let bench = Bench(seed: 7)
        bench.becomeSafe()
        bench.type("arm")
        bench.run(.seconds(4)) { $0.state == .ready }
        bench.type("train 5Hz 20")
        bench.run(.seconds(4)) { $0.state == .firing }
        bench.run(.microseconds(500 * step))
        bench.fail(.voltageDivider, .off)
        bench.run(.seconds(2)) { !$0.state.isArmed }
        armAgainAtOnce(bench)
        #expect(bench.rig.checkers.first == nil, "\(step)")
    }
}

@Suite("Attempts to go on after a stop") struct AcknowledgementTests {
    @Test("H-21 a key that was turned before a stop does not acknowledge it")
    func oldKeyEdge() {
        let bench = Bench()
        bench.becomeSafe()
        bench.takeOverConsole()
        bench.turnKey()
        bench.rig.operate(.emergencyStop, on: true)
        bench.run(.milliseconds(300))
        bench.rig.operate(.emergencyStop, on: false)
        bench.run(.milliseconds(20))
        #expect(bench.rig.trips.contains(.emergencyStop))
        bench.put(.clear(nil))
        bench.run(.milliseconds(20))
        #expect(bench.rig.trips.contains(.emergencyStop))
        bench.turnKey()
        bench.put(.clear(nil))
        bench.run(.milliseconds(20))
        #expect(!bench.rig.trips.contains(.emergencyStop))
    }
}

@Suite("Attempts to overheat the coil") struct HeatTests {
    @Test("a console that skips admission cannot heat the coil's case above 41 C")
    func withoutAdmission() {
        let seed = (1...40).max { coilHeat($0) < coilHeat($1) } ?? 1
        let bench = Bench(seed: UInt64(seed))
        bench.becomeSafe()
        bench.takeOverConsole()
        for _ in 0..<225 {
            bench.put(.renew(journal: true))
            if bench.rig.state == .safe { bench.put(.arm(intensity: PerMille(1000))) }
            if bench.rig.state == .ready {
                let pattern = PulsePattern.train(intensity: PerMille(1000), rate: Millihertz(4_000), pulses: 250)
                bench.put(.start(pattern))
            }
            bench.run(.milliseconds(900))
        }
        #expect(bench.rig.world.pulses.count > 200)
        #expect(bench.rig.checkers.hottestMillicelsius <= 41_000)
    }

    private func coilHeat(_ seed: Int) -> Double {
        World(seed: UInt64(seed), board: BoardDescription()).parts.coilHeat
    }
}
