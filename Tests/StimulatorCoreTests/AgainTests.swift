import Testing

@testable import StimulatorCore

/// What has to be over before the board does something again.
@Suite("kernel: again") struct AgainTests {
    @Test("H-09 a coil that was too hot may arm again at 37 C, not before") func cooledDown() {
        var plant = Plant.armed(.ready)
        func show(_ millicelsius: Int32) {
            plant.tamper = {
                $0.sampler.coilA.value = Millicelsius(millicelsius)
                $0.sampler.coilB.value = Millicelsius(millicelsius - 500)
            }
        }
        show(40_001)
        plant.run(.seconds(6)) { $0.kernel.state == .safe }
        for millicelsius in [Int32(40_000), 37_001] {
            show(millicelsius)
            plant.run(for: .milliseconds(20))
            #expect(plant.ask(.arm(intensity: PerMille(600)))?.detail == Trip.coilOvertemperature.rawValue)
        }
        show(37_000)
        plant.run(for: .milliseconds(20))
        #expect(plant.kernel.trips.isEmpty)
        #expect(plant.ask(.arm(intensity: PerMille(600))) == nil)
    }

    @Test("after any train, however weak, the next one waits half a second") func leastWait() {
        var plant = Plant.ready(40)
        let pulse = PulsePattern.single(intensity: PerMille(40))
        #expect(plant.ask(.start(pulse)) == nil)
        plant.run { $0.events.contains { $0.kind == .trainFinished } }
        plant.run(for: .milliseconds(400))
        let refusal = plant.ask(.start(pulse))
        #expect(refusal?.rule == .cooldown && (refusal?.wouldAdmit ?? 0) <= 100_001)
        plant.run(for: .milliseconds(100))
        #expect(plant.ask(.start(pulse)) == nil)
    }

    @Test("H-23 a watchdog that still fails is not cleared by a passing self-test") func watchdog() {
        var plant = Plant.safe
        plant.tamper = { $0.guardian.watchdogFailed = true }
        plant.run(for: .milliseconds(5))
        #expect(plant.kernel.state == .safe)
        #expect(plant.ask(.arm(intensity: PerMille(600)))?.detail == Trip.watchdogFailed.rawValue)
        plant.forgetEvents()
        #expect(plant.ask(.selfTest) == nil)
        #expect(plant.run(.seconds(10)) { $0.kernel.state == .faulted })
        #expect(!plant.events.contains { $0.kind == .tripCleared })
        plant.tamper = nil
        #expect(plant.ask(.selfTest) == nil)
        #expect(plant.run(.seconds(10)) { $0.kernel.state == .safe })
        #expect(plant.kernel.trips.isEmpty)
    }
}
