import BoardInterface
import SimulatedBoard
import StimulatorCore
import Testing

@Suite("faults as data") struct FaultTests {
    @Test("every part has a mode and a name of its own, every mode a part and a name of its own") func tables() {
        var names = Set<String>()
        var used = Set<UInt8>()
        for (component, mode) in valid {
            names.insert("\(component.name)")
            used.insert(mode.rawValue)
        }
        #expect(names.count == FaultComponent.count)
        #expect(used.count == FaultMode.count)
        #expect(Set(used.compactMap { FaultMode(rawValue: $0).map { "\($0.name)" } }).count == FaultMode.count)
        #expect(FaultComponent(rawValue: UInt8(FaultComponent.count)) == nil)
        #expect(FaultMode(rawValue: UInt8(FaultMode.count)) == nil)
        #expect(OutputLines.count == 8 && InputLines.count == 11, "the raw values of the lines' faults follow the bits")
    }

    @Test("a fault that a part cannot have, that is over, or that is the ninth is refused") func refusals() {
        var bench = Bench()
        bench.wait(.seconds(1))
        #expect(bench.refuses(Fault(.charger, .welded, from: bench.now)))
        #expect(bench.refuses(Fault(.charger, .off, from: Instant(0), until: bench.now)))
        for _ in 0..<8 {
            let fault = Fault(.lampLine, .stuckHigh, from: bench.now, until: bench.now + .seconds(1))
            bench.inject(fault)
        }
        #expect(bench.refuses(Fault(.charger, .off, from: bench.now)))
        bench.wait(.seconds(1))
        bench.inject(Fault(.charger, .off, from: bench.now))
    }

    @Test("a fault lasts from its first moment to the one before its end") func span() {
        var bench = Bench()
        let fault = Fault(.lampLine, .stuckHigh, from: Instant(2_000), until: Instant(5_000))
        bench.inject(fault)
        for (at, isUp) in [(Int64(1_999), false), (2_000, true), (4_999, true), (5_000, false)] {
            bench.world.advance(to: Instant(at))
            #expect(bench.world.pins.contains(.lamp) == isUp, "\(at) ns")
        }
    }

    /// Every fault of the world that a healthy, busy board shows; the ones with tests of their own below are left out.
    @Test("every fault of the hardware changes what a busy board does or tells") func everyFault() {
        let healthy = story(nil)
        let apart: [FaultComponent] = [.overvoltageComparator, .contactor, .watchdog]
        for (component, mode) in valid where !component.isScheduled && !apart.contains(component) {
            // Nothing raises these two lines here.
            if mode == .stuckLow, component == .overvoltageLine || component == .triggerInLine { continue }
            let faulty = story(Fault(component, mode, from: Instant(300_000_000)))
            let isSeen = faulty != healthy
            #expect(isSeen, "\(component.name) \(mode.name) changes nothing")
        }
    }

    @Test("a fault in the scheduler's parts changes nothing in the world, and the world tells that it is there")
    func scheduled() {
        let healthy = story(nil)
        for (component, mode) in valid where component.isScheduled && component != .software {
            #expect(
                story(Fault(component, mode, from: Instant(300_000_000))) == healthy, "\(component.name) \(mode.name)")
            var bench = Bench()
            bench.inject(Fault(component, mode, from: Instant(10), until: Instant(20)))
            #expect(!bench.world.isActive(component, mode, at: Instant(9)))
            #expect(bench.world.isActive(component, mode, at: Instant(10)))
            #expect(!bench.world.isActive(component, mode, at: Instant(20)))
        }
    }

    @Test("a welded contactor stays closed, one stuck open never closes, a slow one takes three times as long")
    func contactor() {
        var welded = Bench(volts: 0)
        welded.arm()
        welded.inject(Fault(.contactor, .welded, from: welded.now))
        welded.wait(.seconds(1))
        #expect(welded.inputs & (.enableSense | .contactorSense) == .contactorSense)
        welded.world.endFaults(at: welded.now)
        #expect(!welded.inputs.contains(.contactorSense))
        var open = Bench(volts: 0)
        open.inject(Fault(.contactor, .stuckOpen, from: open.now))
        open.charge(to: 500)
        #expect(open.world.volts == 0 && !open.inputs.contains(.contactorSense))
        var slow = Bench(volts: 0)
        slow.inject(Fault(.contactor, .slow, from: slow.now))
        slow.beat(.milliseconds(41))
        #expect(!slow.inputs.contains(.contactorSense))
        slow.beat(.milliseconds(1))
        #expect(slow.inputs.contains(.contactorSense))
    }

    @Test("the comparator: off lets a runaway charger pass 110 %, stuck on keeps the contactor open") func comparator()
    {
        var off = Bench(volts: 0)
        off.charge(to: 1650)
        off.inject(Fault(.overvoltageComparator, .off, from: off.now))
        off.inject(Fault(.charger, .runaway, from: off.now))
        off.beat(.milliseconds(100))
        #expect(off.world.volts > 1815)
        var stuck = Bench(volts: 0)
        stuck.inject(Fault(.overvoltageComparator, .stuckOn, from: stuck.now))
        stuck.charge(to: 500)
        #expect(stuck.inputs.contains(.overvoltageLatched))
        #expect(stuck.world.volts == 0)
        stuck.inject(Fault(.overvoltageLine, .stuckLow, from: stuck.now))
        #expect(!stuck.inputs.contains(.overvoltageLatched))
    }

    @Test("a watchdog that is off fails to be petted and never bites") func watchdog() {
        var bench = Bench()
        bench.raise(.lamp)
        try? bench.world.pet(at: bench.now)
        bench.inject(Fault(.watchdog, .off, from: bench.now))
        #expect(throws: LineFault.self) { try bench.world.pet(at: bench.now) }
        bench.wait(.seconds(20))
        #expect(bench.world.pins == .lamp)
    }

    @Test("a wedged bus takes 10 ms of its task, and fails") func wedged() {
        var bench = Bench()
        bench.inject(Fault(.bus, .wedged, from: bench.now))
        #expect(throws: BusFault.timeout) { try bench.world.read16(register: 0, address: 0x48, at: bench.now) }
        #expect(bench.world.transferEndsAt == bench.now + .milliseconds(10))
    }

    @Test("a charger that is stuck on charges without CHARGE but keeps its set-point; only the contactor stops it")
    func stuckCharger() {
        var bench = Bench(volts: 0)
        bench.setPoint(500)
        bench.arm()
        bench.inject(Fault(.charger, .stuckOn, from: bench.now))
        bench.beat(.milliseconds(300))
        #expect(bench.world.volts > 498 && bench.world.volts < 501)
        bench.lower(.bleedHold)
        bench.wait(.seconds(5))
        #expect(bench.world.volts < 60)
    }

    @Test("only pulses by themselves and a dead bleed are exempt from the single-fault rule") func exemptions() {
        var exempt: [String] = []
        for (component, mode) in valid {
            let fault = Fault(component, mode, from: Instant(0))
            if fault.isPulseByItself || fault.isDeadBleed { exempt.append("\(component.name) \(mode.name)") }
        }
        #expect(
            exempt == [
                "fire-line stuck-high", "fire-line intermittent", "bleed-relay stuck-open", "thyristor self-trigger",
            ])
    }

    private var valid: [(FaultComponent, FaultMode)] {
        var pairs: [(FaultComponent, FaultMode)] = []
        for component in 0..<UInt8(FaultComponent.count) {
            for mode in 0..<UInt8(FaultMode.count) {
                if let component = FaultComponent(rawValue: component), let mode = FaultMode(rawValue: mode),
                    Fault.isValid(component, mode)
                {
                    pairs.append((component, mode))
                }
            }
        }
        return pairs
    }

    /// A busy half minute of one board; what its lines, its chips and its voltage say at each step.
    private func story(_ fault: Fault?) -> [Int64] {
        var bench = Bench(seed: 3)
        var told: [Int64] = []
        if let fault { bench.inject(fault) }
        func look(_ bench: inout Bench) {
            told.append(Int64(bench.inputs.rawValue))
            told.append(Int64(bench.world.pins.rawValue))
            told.append(Int64(bench.world.volts * 10))
            told.append(Int64(bench.edges.count))
            for channel in [ADCChannel.capacitor, .reference] {
                told.append(Int64(Int16(bitPattern: bench.convert(channel))))
            }
            for address in [SimulatedAddresses.coilSensorA, SimulatedAddresses.coilSensorB] {
                told.append(Int64(bench.millidegrees(address) ?? -1))
            }
        }
        bench.charge(to: 1000, in: .milliseconds(200))
        look(&bench)
        bench.raise(.lamp | .buzzer | .triggerOut)
        bench.world.operate(.key, on: true, at: bench.now)
        bench.setPoint(1300)
        for _ in 0..<4 {
            bench.beat(.milliseconds(150))
            bench.fire()
            bench.beat(.milliseconds(1))
            look(&bench)
        }
        bench.setPoint(600)
        bench.lower(.charge | .bleedHold | .lamp | .buzzer | .triggerOut)
        for _ in 0..<7 {
            bench.beat(Nanoseconds(1_700_000))
            look(&bench)
        }
        bench.raise(.charge)
        bench.beat(.seconds(1))
        look(&bench)
        bench.lower(.arm | .charge)
        bench.wait(.seconds(5))
        for hand in [HandInput.key, .coil, .emergencyStop, .patientStop, .interlock] {
            bench.world.operate(hand, on: hand.line & (.emergencyStop | .patientStop) != .none, at: bench.now)
            look(&bench)
        }
        return told
    }
}
