import Testing

@testable import StimulatorCore

@Suite("lowering the held voltage") struct LoweringTests {
    /// How long after the change to 30 % the board of 90 % takes to trip, and over what.
    private func trip(after change: (inout Plant) -> Void) -> (trip: Trip?, after: Nanoseconds) {
        var plant = Plant.ready(900)
        change(&plant)
        plant.say(.intensity(PerMille(300)))
        let asked = plant.now
        plant.run(.seconds(10)) { !$0.kernel.state.isArmed }
        return (plant.kernel.firstTrip, plant.now - asked)
    }

    @Test("H-19 H-05 a bleed relay that does not close while the voltage is lowered is noticed in 60 ms")
    func bleedStaysOpen() {
        let found = trip { $0.faults.bleedStaysOpen = true }
        #expect(found.trip == .lineMismatch && found.after <= .milliseconds(60))
    }

    @Test("H-05 a bleed that seems closed and does not bleed is noticed when the time of lowering is over")
    func bleedIsDead() {
        let found = trip {
            $0.faults.bleedStaysOpen = true
            $0.tamper = { $0.lines = $0.lines.setting(.bleedSense, $0.sampler.setPointHeld > .volts(500)) }
        }
        #expect(found.trip == .chargeTimeout && found.after > .seconds(5) && found.after < .seconds(7))
    }

    @Test("lowering by any amount, and raising again on the way, trips nothing") func ordinary() {
        for (first, second) in [(900, 20), (1000, 500), (600, 599), (25, 21)] as [(Int32, Int32)] {
            var board = BoardDescription()
            board.minimumVoltage = .volts(33)
            var plant = Plant.ready(first, from: .safe(board))
            #expect(plant.ask(.intensity(PerMille(second))) == nil)
            #expect(plant.run(.seconds(6)) { $0.kernel.state == .ready && $0.volts < Double(second) * 1.65 * 1.016 })
            plant.run(for: .milliseconds(200))
            #expect(plant.ask(.intensity(PerMille(first))) == nil)
            plant.run(for: .milliseconds(400))
            #expect(plant.ask(.intensity(PerMille(second))) == nil)
            plant.run(for: .milliseconds(400))
            #expect(plant.ask(.intensity(PerMille((first + second) / 2))) == nil)
            #expect(plant.run(.seconds(6)) { $0.kernel.state == .ready })
            #expect(plant.kernel.trips.isEmpty, "\(first) to \(second)")
        }
    }

    /// Asks for two intensities in turn with every step, for five seconds.
    private func flood(_ first: Int32, _ second: Int32, _ plant: inout Plant) -> Int {
        var moves = 0
        var open = plant.outputs.wantsBleedOpen
        let end = plant.now + .seconds(5)
        var isFirst = true
        while plant.now < end, plant.kernel.state.isArmed {
            plant.say(.intensity(PerMille(isFirst ? first : second)))
            isFirst.toggle()
            plant.step()
            if plant.outputs.wantsBleedOpen != open { moves += 1 }
            open = plant.outputs.wantsBleedOpen
        }
        return moves
    }

    @Test("H-18 a flood of changes moves the bleed relay at most ten times a second each way") func chatter() {
        var plant = Plant.ready(600)
        plant.forgetEvents()
        let moves = flood(560, 600, &plant)
        #expect(plant.kernel.trips.isEmpty && moves > 4 && moves <= 100)
        let refused = plant.events.compactMap(\.refusal)
        #expect(refused.count > 4_000 && refused.allSatisfy { $0.rule == .cooldown && $0.limit <= 100_001 })
    }

    @Test(
        "H-18 H-03 a flood of changes puts off no watch: not the charge's time, not the bleed's, not the charger's obedience"
    )
    func watches() {
        var dead = Plant.ready(600)
        dead.faults.chargerIsDead = true
        dead.faults.leaks = 1
        _ = flood(600, 599, &dead)
        #expect(dead.kernel.firstTrip == .chargeTimeout)
        var open = Plant.ready(600)
        open.faults.bleedStaysOpen = true
        _ = flood(560, 600, &open)
        #expect(open.kernel.firstTrip == .lineMismatch)
        var runaway = Plant.ready(600)
        runaway.faults.chargerIgnoresOff = true
        _ = flood(560, 600, &runaway)
        #expect(runaway.kernel.firstTrip == .chargeRunaway && runaway.volts < 990 * 1.05 + 40)
    }
}
