import SimulatedBoard
import StimulatorCore
import Testing

@Suite("the one-shot and the coil's current") struct OneShotTests {
    /// What happens, in which order, to a charged board whose gate is closed.
    private enum Step: CaseIterable { case fire, arm, enable, chain }

    @Test("of all orders of FIRE, ARM, ENABLE and chain only those with FIRE last give a pulse") func everyOrder() {
        for order in permutations(Step.allCases) {
            var bench = Bench(volts: 500)
            bench.world.operate(.emergencyStop, on: true, at: bench.now)
            bench.wait(.milliseconds(1))
            for step in order {
                switch step {
                case .fire: bench.raise(.fire)
                case .arm: bench.raise(.arm)
                case .enable: bench.raise(.heartbeat)
                case .chain: bench.world.operate(.emergencyStop, on: false, at: bench.now)
                }
                bench.wait(.microseconds(10))
            }
            #expect(bench.world.pulses.count == (order.last == .fire ? 1 : 0), "\(order)")
        }
    }

    private func permutations(_ steps: [Step]) -> [[Step]] {
        if steps.count < 2 { return [steps] }
        return steps.flatMap { first in permutations(steps.filter { $0 != first }).map { [first] + $0 } }
    }

    @Test("FIRE together with ARM or with the first heartbeat edge gives nothing") func together() {
        var withArm = Bench(volts: 500)
        withArm.raise(.heartbeat)
        withArm.wait(.milliseconds(1))
        withArm.raise(.arm | .fire)
        #expect(withArm.world.pulses.count == 0)
        var withHeartbeat = Bench(volts: 500)
        withHeartbeat.raise(.arm)
        withHeartbeat.wait(.milliseconds(1))
        withHeartbeat.raise(.heartbeat | .fire)
        #expect(withHeartbeat.world.pulses.count == 0)
    }

    @Test("dead time: an edge before 1.8 ms gives nothing, one at 1.8 ms a pulse") func deadTime() {
        for (gap, pulses) in [(Int64(400_000), UInt64(1)), (1_799_999, 1), (1_800_000, 2)] {
            var bench = Bench(volts: 500)
            bench.raise(.arm | .heartbeat)
            bench.raise(.fire)
            bench.wait(.microseconds(100))
            bench.lower(.fire)
            bench.wait(Nanoseconds(gap - 100_000))
            bench.raise(.fire)
            #expect(bench.world.pulses.count == pulses, "\(gap) ns")
        }
    }

    @Test("FIRE's level gives one pulse, however long it stays") func level() {
        var bench = Bench(volts: 500)
        bench.raise(.arm | .heartbeat)
        bench.raise(.fire)
        bench.beat(.milliseconds(40))
        #expect(bench.world.pulses.count == 1)
    }

    @Test("coil current is seen for 346 us; its edge carries the moment of the pulse, not of the question")
    func fireSense() {
        var bench = Bench(volts: 500)
        bench.raise(.arm | .heartbeat)
        bench.wait(.milliseconds(3))
        let fired = bench.now
        bench.fire()
        #expect(bench.inputs.contains(.fireSense))
        bench.wait(.microseconds(245))
        #expect(bench.inputs.contains(.fireSense))
        bench.wait(.microseconds(1))
        #expect(!bench.inputs.contains(.fireSense))
        bench.wait(.milliseconds(5))
        #expect(bench.edges.count == 1)
        #expect(bench.edges.lastAt == fired)
    }

    @Test("no coil or no voltage: no current, and the capacitor keeps what it has") func noCurrent() {
        var unplugged = Bench(volts: 500)
        unplugged.world.operate(.coil, on: false, at: unplugged.now)
        unplugged.raise(.arm | .heartbeat)
        unplugged.fire()
        #expect(unplugged.world.pulses.count == 0)
        #expect(unplugged.world.volts > 499)
        var empty = Bench(volts: 4.9)
        empty.raise(.arm | .heartbeat)
        empty.fire()
        #expect(empty.edges.count == 0)
    }

    @Test("the charger rests from FIRE until 2 ms after") func inhibit() {
        var bench = Bench(volts: 0)
        bench.charge(to: 1500)
        bench.raise(.fire)
        #expect(!bench.world.isCharging)
        bench.wait(Nanoseconds(1_999_999))
        #expect(!bench.world.isCharging)
        bench.wait(Nanoseconds(1))
        #expect(bench.world.isCharging)
    }
}
