import Testing

@testable import StimulatorCore

@Suite("a pulse that a stop cuts short") struct PulseRecordTests {
    /// A train whose first pulse has just been fired; nothing of it is known yet.
    private func firing(_ change: (inout Plant) -> Void = { _ in }) -> Plant {
        var plant = Plant.ready()
        plant.forgetEvents()
        change(&plant)
        plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 5)))
        plant.run { $0.kernel.state == .firing }
        return plant
    }

    private func pulses(_ plant: Plant) -> Int { plant.events.filter { $0.kind == .pulse }.count }

    /// A line that cannot be read, or a hand that stops, in the step after FIRE; that step knows of no current yet.
    private static let stops: [@Sendable (inout KernelInputs) -> Void] = [
        { $0.portFailed = true }, { $0.lines = $0.lines - .keySwitch }, { $0.lines = $0.lines | .emergencyStop },
        { $0.command = TokenedCommand(token: 9, .stop) },
    ]

    @Test("H-24 a pulse whose current becomes known only after a stop is recorded, once", arguments: 0..<4)
    func lateNews(stop: Int) {
        var plant = firing()
        let change = Self.stops[stop]
        plant.tamper = {
            $0.fireSense = EdgeCount()
            change(&$0)
        }
        plant.step()
        #expect(plant.kernel.state == .discharging && pulses(plant) == 0)
        plant.tamper = nil
        plant.run(.seconds(6)) { !$0.kernel.state.isArmed && $0.kernel.state != .discharging }
        #expect(plant.fires.count == 1 && pulses(plant) == 1)
        #expect(!plant.kernel.trips.contains(.pulseUnexpected) && plant.kernel.sessionPulses == 1)
    }

    @Test("H-24 a pulse without current that the voltage shows is recorded: the sensor is broken, the pulse was given")
    func currentSensor() {
        var plant = firing { $0.faults.currentSensorIsDead = true }
        plant.run(.seconds(1)) { $0.kernel.firstTrip != nil }
        #expect(plant.kernel.firstTrip == .pulseMissing && pulses(plant) == 1)
        #expect(plant.events.first { $0.kind == .trainFinished }?.index == 1)
    }

    @Test("H-24 a pulse that was not given is not recorded") func notGiven() {
        var plant = firing { $0.faults.oneShotIsDead = true }
        plant.run(.seconds(6)) { $0.kernel.state == .faulted }
        #expect(plant.fires.isEmpty && pulses(plant) == 0)
        #expect(plant.events.first { $0.kind == .trainFinished }?.index == 0)
    }
}
