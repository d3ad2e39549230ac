import Testing

@testable import StimulatorCore

@Suite("the arming second at its edges") struct ArmingEdgeTests {
    @Test(
        "the lowest intensities arm: what the proof charged above the set-point is bled, and no runaway",
        arguments: 20...31)
    func lowest(intensity: Int32) {
        // Of a board whose file allows less than this one's.
        var board = BoardDescription()
        board.minimumVoltage = .volts(33)
        var plant = Plant.safe(board)
        #expect(plant.ask(.arm(intensity: PerMille(intensity))) == nil)
        #expect(plant.run(.seconds(4)) { $0.kernel.state == .ready || $0.kernel.firstTrip != nil })
        #expect(plant.kernel.trips.isEmpty)
        #expect(abs(plant.volts - Double(intensity) * 1.65) <= 2)
    }

    @Test("a converter that misses one look in the rise is no charger that does not obey") func flicker() {
        var plant = Plant.safe
        #expect(plant.ask(.arm(intensity: PerMille(600))) == nil)
        plant.run(.seconds(2)) { $0.volts > 45 }
        plant.run(for: .milliseconds(20))
        plant.tamper = { $0.sampler.setPointHeld = Millivolts(-1) }
        plant.run(for: .milliseconds(5))
        plant.tamper = nil
        plant.run(.seconds(3)) { $0.kernel.state == .ready || $0.kernel.firstTrip != nil }
        #expect(plant.kernel.trips.isEmpty && plant.kernel.state == .ready)
    }
}
