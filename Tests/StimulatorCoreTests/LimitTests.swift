import StimulatorCore
import Testing

@Suite("limits and ceilings") struct LimitTests {
    @Test("H-04 a board file can only tighten: whatever it asks for, no limit is wider than its ceiling")
    func ceilings() {
        for seed in UInt64(0)..<5_000 {
            var random = Seeded(seed)
            let board = BoardDescription.hostile(&random).withinCeilings
            #expect(board.maximumVoltage <= .volts(2800) && board.maximumVoltage.raw > 0, "seed \(seed)")
            let trip = Int64(board.maximumVoltage.raw) * Int64(board.overvoltageTrip.raw) / 1000
            #expect(trip <= 3_000_000, "seed \(seed)")
            #expect((1...50).contains(board.readyTolerance.raw), "seed \(seed)")
            #expect(board.chargeTimeout <= .seconds(10) && board.dischargeTime <= .seconds(10), "seed \(seed)")
            #expect(board.pulseLateness <= .milliseconds(1), "seed \(seed)")
            #expect(board.pulsesPerSecond <= 100 && board.pulsesPerPattern <= 6000, "seed \(seed)")
            #expect(board.coilTrip <= .celsius(41) && board.coilWarning <= board.coilTrip, "seed \(seed)")
            #expect(board.voltageAge <= .milliseconds(50) && board.coilTemperatureAge <= .seconds(1), "seed \(seed)")
            #expect(board.tickLateness <= .milliseconds(10), "seed \(seed)")
            #expect(board.guardianTickAge <= .milliseconds(20), "seed \(seed)")
            #expect(board.idle <= .seconds(60) && board.lease <= .seconds(2), "seed \(seed)")
            #expect(board.withinCeilings == board, "seed \(seed)")
            #expect(SafetyKernel(board: board).board == board, "seed \(seed)")
        }
    }

    @Test("the default board is within the ceilings as it stands, and has the limits of the table") func defaults() {
        let board = BoardDescription()
        #expect(board.withinCeilings == board)
        #expect(board.maximumVoltage == .volts(1650))
        #expect(Int64(board.maximumVoltage.raw) * Int64(board.overvoltageTrip.raw) / 1000 == 1_732_500)
        #expect(board.readyTolerance == PerMille(15))
        #expect(board.chargeTimeout == .seconds(1))
        #expect(board.pulseLateness == .microseconds(200))
        #expect(board.pulsesPerSecond == 50)
        #expect(
            board.coilWarning == .celsius(37) && board.coilTrip == .celsius(40) && board.coilAgreement == .celsius(5))
        #expect(board.voltageAge == .milliseconds(10) && board.coilTemperatureAge == .milliseconds(200))
        #expect(board.tickLateness == .milliseconds(5) && board.guardianTickAge == .milliseconds(7))
        #expect(board.dischargeTime == .seconds(5))
        #expect(board.idle == .seconds(60) && board.armingDelay == .seconds(1) && board.lease == .seconds(1))
    }

    @Test("the kernel itself takes a board's limits from within the ceilings") func kernelTightens() {
        var board = BoardDescription()
        board.maximumVoltage = .volts(4000)
        board.coilTrip = .celsius(90)
        board.voltageAge = .seconds(5)
        let kernel = SafetyKernel(board: board)
        #expect(kernel.board.maximumVoltage == .volts(2800))
        #expect(kernel.board.coilTrip == .celsius(41))
        #expect(kernel.board.voltageAge == .milliseconds(50))
    }

    @Test("stored energy is half C V squared: 252 J at 1650 V, and 0.0252 J per cent squared") func energy() {
        let board = BoardDescription()
        #expect(board.energy(at: .volts(1650)) == Millijoules(251_831))
        for percent in stride(from: 5, through: 100, by: 5) {
            let stored = board.energy(at: board.setPoint(for: PerMille(Int32(percent * 10))))
            #expect(abs(Double(stored.raw) / 1000 - 0.0252 * Double(percent * percent)) < 0.19, "\(percent) %")
        }
        #expect(board.energy(at: .volts(-5)) == .zero)
        #expect(board.energy(at: Millivolts(.max)) == board.energy(at: .volts(4000)))
        #expect(board.energy(at: Millivolts(.min)) == .zero)
    }

    @Test("set-points saturate and rates follow the table: 50 Hz to 30 %, 30 Hz at 50 %, 15 Hz at 100 %") func rates() {
        let board = BoardDescription()
        #expect(board.setPoint(for: PerMille(730)) == Millivolts(1_204_500))
        #expect(board.setPoint(for: PerMille(.max)) == Millivolts(.max))
        #expect(board.setPoint(for: PerMille(.min)) == Millivolts(.min))
        for (intensity, hertz) in [(1, 50), (300, 50), (500, 30), (1000, 15), (0, 50), (Int32.min, 50)] {
            #expect(board.rate(at: PerMille(intensity)) == .hertz(Int64(hertz)))
        }
    }
}

extension BoardDescription {
    /// A board whose every number may be anything.
    static func hostile(_ random: inout Seeded) -> BoardDescription {
        var board = BoardDescription()
        board.capacitance = random.hostile()
        board.maximumVoltage = Millivolts(Int32(truncatingIfNeeded: random.hostile()))
        board.minimumVoltage = Millivolts(Int32(truncatingIfNeeded: random.hostile()))
        board.chargerPower = Milliwatts(random.hostile())
        board.chargerCurrent = random.hostile()
        board.bleedTimeConstant = Nanoseconds(random.hostile())
        board.dischargeTime = Nanoseconds(random.hostile())
        board.residualLeast = PerMille(Int32(truncatingIfNeeded: random.hostile()))
        board.residualMost = PerMille(Int32(truncatingIfNeeded: random.hostile()))
        board.sagTime = Nanoseconds(random.hostile())
        board.verifyTime = Nanoseconds(random.hostile())
        board.coilHeatPerFullPulse = Millijoules(random.hostile())
        board.windingHeatCapacity = random.hostile()
        board.caseHeatCapacity = random.hostile()
        board.windingTimeConstant = Nanoseconds(random.hostile())
        board.caseTimeConstant = Nanoseconds(random.hostile())
        board.ambient = Millicelsius(Int32(truncatingIfNeeded: random.hostile()))
        board.overvoltageTrip = PerMille(Int32(truncatingIfNeeded: random.hostile()))
        board.readyTolerance = PerMille(Int32(truncatingIfNeeded: random.hostile()))
        board.chargeTimeout = Nanoseconds(random.hostile())
        board.pulseLateness = Nanoseconds(random.hostile())
        board.pulsesPerSecond = UInt32(truncatingIfNeeded: random.hostile())
        board.pulsesPerPattern = UInt32(truncatingIfNeeded: random.hostile())
        board.maximumRate = Millihertz(random.hostile())
        board.rateTimesPercent = random.hostile()
        board.energyPerMinute = Millijoules(random.hostile())
        board.sustainedPower = Milliwatts(random.hostile())
        board.leastWait = Nanoseconds(random.hostile())
        board.coilWarning = Millicelsius(Int32(truncatingIfNeeded: random.hostile()))
        board.coilTrip = Millicelsius(Int32(truncatingIfNeeded: random.hostile()))
        board.coilAgreement = Millicelsius(Int32(truncatingIfNeeded: random.hostile()))
        board.voltageAge = Nanoseconds(random.hostile())
        board.coilTemperatureAge = Nanoseconds(random.hostile())
        board.tickLateness = Nanoseconds(random.hostile())
        board.guardianTickAge = Nanoseconds(random.hostile())
        board.idle = Nanoseconds(random.hostile())
        board.armingDelay = Nanoseconds(random.hostile())
        board.lease = Nanoseconds(random.hostile())
        board.pulsesPerSession = UInt32(truncatingIfNeeded: random.hostile())
        return board
    }
}
