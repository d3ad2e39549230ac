import BoardInterface
import SimulatedBoard
import StimulatorCore
import Testing

@Suite("the hardware that acts without software") struct HardwareTests {
    @Test("a new board is off, discharged and bleeding, with the coil in and the door closed") func start() {
        var bench = Bench()
        #expect(bench.inputs == (.coilPresent | .interlock))
        #expect(bench.world.isBleeding)
        #expect(bench.world.volts == 0)
    }

    @Test("levels stay when nobody writes, and the charger goes on") func levelsStay() {
        var bench = Bench()
        bench.charge(to: 800)
        bench.wait(.seconds(20))
        #expect(bench.world.pins.contains(.charge | .arm | .bleedHold))
        #expect(bench.world.levels == bench.world.pins)
    }

    @Test("ENABLE is gone 50 ms after the last heartbeat edge: charger off, contactor open, bleed closed") func enable()
    {
        var bench = Bench()
        bench.charge(to: 1600)
        bench.lower(.heartbeat)
        bench.raise(.heartbeat)
        bench.wait(Nanoseconds(49_999_999))
        #expect(bench.inputs.contains(.enableSense | .contactorSense | .bleedSense))
        bench.wait(Nanoseconds(1))
        #expect(!bench.inputs.contains(.enableSense))
        bench.wait(.milliseconds(20))
        #expect(bench.inputs & (.contactorSense | .bleedSense | .enableSense) == .none)
        bench.wait(.milliseconds(4_700))
        #expect(bench.world.volts < 60)
    }

    @Test("a heartbeat that stands still, high or low, is no heartbeat", arguments: [OutputLines.heartbeat, .none])
    func standingHeartbeat(level: OutputLines) {
        var bench = Bench()
        bench.raise(.heartbeat)
        bench.set(level, .heartbeat)
        bench.wait(.milliseconds(51))
        #expect(!bench.inputs.contains(.enableSense))
    }

    @Test("contactor and bleed take the time of their parts: 8-20 ms and 5-15 ms, drop-out never above 20 ms")
    func relayTimes() {
        for seed in UInt64(1)...100 {
            var bench = Bench(seed: seed)
            bench.raise(.bleedHold)
            bench.beat(Nanoseconds(4_900_000))
            #expect(bench.inputs & (.contactorSense | .bleedSense) == .none, "seed \(seed)")
            bench.beat(Nanoseconds(15_200_000))
            #expect(bench.inputs.contains(.contactorSense | .bleedSense), "seed \(seed)")
            bench.world.operate(.emergencyStop, on: true, at: bench.now)
            bench.beat(Nanoseconds(4_900_000))
            #expect(bench.inputs.contains(.contactorSense | .bleedSense), "seed \(seed)")
            bench.beat(Nanoseconds(15_200_000))
            #expect(bench.inputs & (.contactorSense | .bleedSense) == .none, "seed \(seed)")
        }
    }

    @Test("the charger runs only with CHARGE and ARM and ENABLE and the chain and mains") func chargerConditions() {
        for missing in 0..<5 {
            var bench = Bench(volts: 0)
            bench.setPoint(1000)
            if missing == 0 { bench.world.operate(.interlock, on: false, at: bench.now) }
            if missing == 1 { bench.inject(Fault(.mains, .off, from: bench.now)) }
            bench.raise((missing == 2 ? .none : .arm) | (missing == 3 ? .none : .charge) | .bleedHold)
            if missing == 4 { bench.wait(.milliseconds(200)) } else { bench.beat(.milliseconds(200)) }
            #expect(bench.world.volts == 0, "missing \(missing)")
        }
    }

    @Test("any stop of the chain discharges the board with all software frozen at its worst", arguments: 0..<3)
    func stopAgainstFrozenSoftware(which: Int) {
        for seed in UInt64(1)...20 {
            var bench = Bench(seed: seed)
            bench.charge(to: 1650)
            bench.inject(Fault(.software, .frozenAtWorst, from: bench.now))
            bench.wait(.milliseconds(500))
            #expect(bench.world.volts > 1600, "seed \(seed): the frozen software keeps the charge")
            switch which {
            case 0: bench.world.operate(.emergencyStop, on: true, at: bench.now)
            case 1: bench.world.operate(.patientStop, on: true, at: bench.now)
            default: bench.world.operate(.interlock, on: false, at: bench.now)
            }
            bench.wait(.milliseconds(4_800))
            #expect(bench.world.volts < 60, "seed \(seed): \(bench.world.volts) V")
        }
    }

    @Test("a runaway charger is stopped by comparator and contactor below 110 % on 200 boards") func runaway() {
        var highest = 0.0
        for seed in UInt64(1)...200 {
            var bench = Bench(seed: seed)
            bench.charge(to: 1650)
            bench.inject(Fault(.charger, .runaway, from: bench.now))
            bench.beat(.milliseconds(200))
            #expect(bench.inputs.contains(.overvoltageLatched), "seed \(seed)")
            #expect(!bench.inputs.contains(.contactorSense), "seed \(seed)")
            #expect(bench.world.highestVolts < 1815, "seed \(seed): \(bench.world.highestVolts) V")
            #expect(bench.world.highestVolts > 1749, "seed \(seed)")
            highest = max(highest, bench.world.highestVolts)
        }
        #expect(highest > 1790)
    }

    @Test("the comparator's latch stays until ENABLE is down and the capacitor is below 60 V") func latch() {
        var bench = Bench(volts: 0)
        bench.charge(to: 1650)
        bench.inject(Fault(.charger, .runaway, from: bench.now, until: bench.now + .milliseconds(100)))
        bench.beat(.milliseconds(110))
        #expect(bench.inputs.contains(.overvoltageLatched))
        bench.lower(.bleedHold)
        bench.beat(.seconds(6))
        #expect(bench.world.volts < 60)
        #expect(bench.inputs.contains(.overvoltageLatched))
        bench.wait(.milliseconds(51))
        #expect(!bench.inputs.contains(.overvoltageLatched))
    }

    @Test("without ENABLE the latch goes at 60 V by itself") func latchDecays() {
        var bench = Bench(volts: 1760)
        bench.wait(.seconds(4))
        #expect(bench.inputs.contains(.overvoltageLatched))
        #expect(bench.world.volts > 60)
        bench.wait(.milliseconds(300))
        #expect(bench.world.volts < 60)
        #expect(!bench.inputs.contains(.overvoltageLatched))
    }

    @Test("power off drops every output, discharges, and forgets the set-point; power on brings no level back")
    func power() {
        var bench = Bench()
        bench.charge(to: 1600)
        bench.inject(Fault(.power, .off, from: bench.now, until: bench.now + .seconds(6)))
        #expect(bench.world.pins == .none)
        #expect(bench.inputs == (.emergencyStop | .patientStop))
        bench.raise(.charge | .arm)
        #expect(bench.world.pins == .none)
        bench.wait(.seconds(5))
        #expect(bench.world.volts < 60)
        bench.lower(.charge | .arm)
        bench.wait(.seconds(2))
        #expect(bench.world.pins == .none)
        #expect(bench.inputs == (.coilPresent | .interlock))
    }

    @Test("the watchdog takes the outputs back 15 s after it was last petted, and not before it was ever petted")
    func watchdog() {
        var bench = Bench()
        bench.raise(.lamp)
        bench.wait(.seconds(30))
        #expect(bench.world.pins == .lamp)
        do throws(LineFault) { try bench.world.pet(at: bench.now) } catch { Issue.record("petting failed") }
        bench.wait(Nanoseconds(14_999_999_999))
        #expect(bench.world.pins == .lamp)
        bench.wait(Nanoseconds(1))
        #expect(bench.world.pins == .none)
        #expect(bench.world.watchdogResets == 1)
    }

    @Test("same seed, same calls, same hash; another seed, another") func determinism() {
        func run(_ seed: UInt64) -> UInt64 {
            var bench = Bench(seed: seed)
            bench.charge(to: 1200)
            bench.inject(Fault(.fireLine, .intermittent, from: bench.now))
            bench.beat(.milliseconds(100))
            _ = bench.convert(.capacitor)
            return bench.hash
        }
        #expect(run(7) == run(7))
        #expect(run(7) != run(8))
    }

    @Test("a run's hash is the same on every machine and in every build") func goldenHash() {
        var bench = Bench(seed: 42)
        bench.charge(to: 1650)
        bench.fire()
        bench.beat(.milliseconds(200))
        _ = bench.convert(.capacitor)
        #expect(bench.hash == 17_861_987_815_056_880_452)
    }
}
