import StimulatorCore
import Testing

/// The hazards that a bench engineer meets, through the whole controller at full charge: hands, faults, true voltage.
@Suite("Hazards at the bench")
struct HazardTests {
    /// The board's time to below 60 V, from the stop.
    private static let dischargeTime = Nanoseconds.seconds(5)

    /// A board charged to 100 %.
    private func armed() throws -> Bench {
        let bench = try Bench()
        bench.settle(after: "arm")
        try #require(bench.state == .ready && bench.volts > 1_600)
        return bench
    }

    /// The board is below 60 V in its time, holds the trip, and arming stays refused.
    private func expectStopped(_ bench: Bench, by trip: Trip, within limit: Nanoseconds = dischargeTime) throws {
        let time = bench.timeToDischarge(within: limit)
        #expect(time != nil, "\(bench.volts) V after \(limit.raw / 1_000_000) ms")
        bench.run(for: .seconds(1))
        #expect(bench.trips.contains(trip), "trips \(bench.trips.bits)")
        #expect(bench.refusesToArm())
        #expect(bench.violations == 0)
    }

    @Test("H-01 a thyristor that fires by itself is named, locks out and is followed by no other pulse")
    func unaskedPulse() throws {
        let bench = try armed()
        bench.say("inject thyristor self-trigger for 1s")
        try expectStopped(bench, by: .pulseUnexpected)
    }

    @Test(
        "H-03 a stuck charger switch: the contactor opens, the capacitor is below 60 V in the board's time, arming stays refused"
    )
    func chargerRunsAway() throws {
        let bench = try armed()
        bench.say("inject charger runaway")
        try expectStopped(bench, by: .chargeRunaway)
    }

    @Test("H-04 a set-point output 8 % high never brings the true voltage above 110 % of the board's maximum")
    func overvoltage() throws {
        let bench = try Bench()
        bench.say("inject set-point-dac wrong")
        bench.settle(after: "arm")
        bench.run(for: .seconds(5))
        #expect(bench.violations == 0)
        #expect(bench.volts < 1_815)
    }

    @Test("H-05 a bleed relay that sticks open is found within half a second of the stop, and locks out")
    func bleedStuckOpen() throws {
        let bench = try armed()
        bench.say("inject bleed-relay stuck-open")
        bench.say("disarm")
        bench.run(for: .milliseconds(500))
        #expect(bench.trips.contains(.dischargeFailed))
        #expect(bench.state == .faulted)
        #expect(bench.refusesToArm())
    }

    @Test("H-06 a divider that breaks over a charged capacitor does not look like a discharge")
    func brokenDivider() throws {
        let bench = try armed()
        bench.say("inject voltage-divider off")
        try expectStopped(bench, by: .voltageImplausible)
        bench.run(for: .seconds(5))
        #expect(bench.trips.contains(.dischargeFailed))
    }

    @Test("H-07 a bus that hangs makes the voltage too old, and the board stops")
    func staleVoltage() throws {
        let bench = try armed()
        bench.say("inject bus wedged for 50ms")
        try expectStopped(bench, by: .voltageStale)
    }

    @Test(
        "H-08 a converter that keeps its number, or a wrong reference, is not believed",
        arguments: ["adc stuck", "reference wrong"])
    func wrongVoltage(fault: String) throws {
        let bench = try armed()
        bench.say("inject \(fault)")
        try expectStopped(bench, by: .voltageImplausible)
    }

    @Test("H-10 a coil sensor that reads 8 K off, or has gone, stops the board", arguments: ["wrong", "off"])
    func coilSensor(mode: String) throws {
        let bench = try armed()
        bench.say("inject coil-sensor-a \(mode)")
        try expectStopped(bench, by: mode == "off" ? .coilTemperatureStale : .coilTemperatureImplausible)
    }

    @Test("H-13 the emergency stop discharges the board with all software frozen at its worst levels")
    func emergencyStopAlone() throws {
        let bench = try armed()
        bench.say("inject software frozen-at-worst")
        bench.run(for: .seconds(1))
        #expect(bench.volts > 1_600)
        bench.say("operate emergency-stop on")
        #expect(bench.timeToDischarge(within: Self.dischargeTime) != nil)
        #expect(bench.violations == 0)
    }

    @Test(
        "H-14 the door, the coil, the key: each ends a train before its next pulse",
        arguments: ["interlock", "coil", "key"])
    func handMidTrain(hand: String) throws {
        let bench = try Bench()
        bench.say("set intensity 60%")
        bench.settle(after: "arm")
        bench.say("train 10Hz 50")
        bench.run(for: .seconds(2))
        bench.say("operate \(hand) off")
        try expectStopped(bench, by: hand == "interlock" ? .interlockOpen : hand == "coil" ? .coilMissing : .keyRemoved)
    }

    @Test("H-15 a safety task that stands still for 20 ms is stopped by the guardian, and for ever by the hardware")
    func stalledTask() throws {
        let short = try armed()
        short.say("inject safety-task off for 20ms")
        try expectStopped(short, by: .tickStalled)
        let long = try armed()
        long.say("inject safety-task off")
        #expect(long.timeToDischarge(within: Self.dischargeTime) != nil)
        #expect(long.violations == 0)
    }

    @Test("H-16 a safety process that dies with its outputs up leaves a board that the hardware discharges")
    func deadProcess() throws {
        let bench = try armed()
        bench.say("inject safety-process killed")
        #expect(bench.timeToDischarge(within: Self.dischargeTime + .milliseconds(200)) != nil)
        #expect(bench.violations == 0)
    }

    @Test("H-17 a console that dies costs its lease of 1 s, then the board discharges; a hang-up costs nothing")
    func deadConsole() throws {
        let bench = try armed()
        bench.say("inject console-process killed")
        #expect(bench.timeToDischarge(within: Self.dischargeTime + .seconds(1)) != nil)
        #expect(bench.trips.contains(.leaseExpired))
        let cut = try armed()
        cut.hangUp()
        cut.run(for: .milliseconds(50))
        #expect(cut.state == .discharging)
        #expect(cut.timeToDischarge(within: Self.dischargeTime) != nil)
    }

    @Test(
        "H-18 what operators may not ask is refused: without the key, above the maximum, and hostile text moves nothing"
    )
    func hostileConsole() throws {
        let bench = try Bench()
        bench.say("operate key off")
        #expect(bench.refusesToArm())
        bench.say("set intensity 101%")
        bench.say("arm --force")
        bench.say("train 10Hz 50; arm")
        #expect(bench.state == .safe && bench.volts < 60)
    }

    @Test("H-19 a welded contactor and an ENABLE that stays up are found when the board stops, and lock out")
    func stuckHardware() throws {
        for (fault, trip) in [("contactor welded", Trip.contactorWelded), ("charge-pump stuck-on", .enableStuck)] {
            let bench = try armed()
            bench.say("inject \(fault)")
            bench.say("disarm")
            try expectStopped(bench, by: trip)
        }
    }

    @Test("H-20 a one-shot that gives no pulse ends the train at its first missing pulse")
    func missingPulse() throws {
        let bench = try Bench()
        bench.say("set intensity 60%")
        bench.settle(after: "arm")
        bench.say("inject one-shot off")
        bench.say("train 10Hz 50")
        bench.run(for: .milliseconds(100))
        try expectStopped(bench, by: .pulseMissing)
    }

    @Test("H-21 a fault is cleared only by a key edge, and not while its cause is there")
    func clearing() throws {
        let bench = try armed()
        bench.settle(after: "operate emergency-stop on")
        bench.run(for: .seconds(10))
        bench.say("clear")
        #expect(bench.state == .faulted)
        bench.say("operate key off")
        bench.say("operate key on")
        bench.say("clear")
        #expect(bench.state == .faulted)
        bench.say("operate emergency-stop off")
        bench.say("clear")
        #expect(bench.state == .safe)
    }

    @Test("H-22 an armed board that nobody uses for a minute discharges")
    func leftAlone() throws {
        let bench = try armed()
        bench.run(for: .seconds(57))
        #expect(bench.state.isArmed)
        bench.run(for: .seconds(9))
        #expect(bench.state == .safe && bench.volts < 60)
    }

    @Test("H-24 a disk that does not write disarms, and arming is refused until a record is on it")
    func journalFails() throws {
        let bench = try armed()
        bench.say("inject disk off for 8s")
        // Nothing is written while nothing happens: a change of intensity is.
        bench.say("set intensity 90%")
        try expectStopped(bench, by: .journalFailed, within: .seconds(7))
        bench.run(for: .seconds(5))
        bench.settle(after: "arm")
        #expect(bench.state == .ready)
    }

    @Test("H-25 byte 0x18 stops a train from the middle of a line and from behind 100 kB of garbage")
    func stopByte() throws {
        let bench = try Bench()
        bench.say("set intensity 60%")
        bench.settle(after: "arm")
        bench.say("train 10Hz 50")
        for _ in 0..<100_000 { bench.type(0x41) }
        #expect(bench.state.isArmed)
        bench.type(0x18)
        bench.run(for: .milliseconds(50))
        #expect(bench.state == .discharging)
        #expect(bench.timeToDischarge(within: Self.dischargeTime) != nil)
    }
}
