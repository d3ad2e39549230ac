import Testing

@testable import StimulatorCore

/// One way to provoke one trip on an armed board, by what the kernel sees in one step.
struct Provocation: CustomTestStringConvertible, Sendable {
    let trip: Trip
    /// The armed states in which it applies.
    var states: [StimulatorState] = [.arming, .charging, .ready, .firing, .recovering]
    /// How long the condition lasts after the trip.
    var lasts = Nanoseconds.zero
    /// What happened before.
    var prepare: @Sendable (inout Plant) -> Void = { _ in }
    let provoke: @Sendable (inout KernelInputs) -> Void

    var testDescription: String { trip.name.text }

    /// A line that is up, or that is missing.
    private static func line(_ trip: Trip, _ line: InputLines, _ level: Bool) -> Provocation {
        Provocation(trip: trip, lasts: .milliseconds(500)) { $0.lines = $0.lines.setting(line, level) }
    }

    private static let charged: [StimulatorState] = [.charging, .ready, .firing, .recovering]

    static let disarming: [Provocation] = [
        line(.interlockOpen, .interlock, false), line(.coilMissing, .coilPresent, false),
        line(.keyRemoved, .keySwitch, false),
        Provocation(trip: .leaseExpired, prepare: { $0.kernel.leaseEnds = $0.now }) { _ in },
        Provocation(trip: .journalFailed, prepare: { $0.kernel.journalWritable = false }) { _ in },
        Provocation(trip: .coilOvertemperature, lasts: .milliseconds(500)) {
            $0.sampler.coilA.value = Millicelsius(40_001)
            $0.sampler.coilB.value = Millicelsius(38_000)
        },
        Provocation(trip: .coilTemperatureStale, lasts: .milliseconds(500)) {
            $0.sampler.coilB.takenAt = $0.now - .milliseconds(200) - Nanoseconds(1)
        },
        Provocation(trip: .tickLate) { $0.lateness = .milliseconds(5) + Nanoseconds(1) },
    ]

    static let faults: [Provocation] = [
        line(.emergencyStop, .emergencyStop, true), line(.patientStop, .patientStop, true),
        line(.overvoltageLatched, .overvoltageLatched, true), line(.lineMismatch, .enableSense, false),
        Provocation(trip: .capacitorOvervoltage) { $0.sampler.voltage.value = Millivolts(1_732_501) },
        Provocation(trip: .voltageStale) { $0.sampler.voltage.takenAt = $0.now - .milliseconds(10) - Nanoseconds(1) },
        Provocation(trip: .voltageImplausible) { $0.sampler.voltage.quality = .implausible },
        Provocation(trip: .coilTemperatureImplausible, lasts: .milliseconds(500)) {
            $0.sampler.coilA.value = Millicelsius(30_001)
        },
        Provocation(trip: .coilTemperatureImplausible) { $0.sampler.coilB.quality = .implausible },
        Provocation(trip: .outputFailed, lasts: .milliseconds(500)) { $0.portFailed = true },
        Provocation(trip: .outputFailed) { $0.guardian.outputFailed = true },
        Provocation(trip: .tickStalled, lasts: .seconds(60)) { $0.guardian.stalls += 1 },
        Provocation(trip: .guardianDisagrees) { $0.guardian.at = $0.now - .milliseconds(20) - Nanoseconds(1) },
        Provocation(trip: .guardianDisagrees, states: charged) { $0.guardian.permits = false },
        Provocation(
            trip: .chargeTimeout, states: [.charging],
            prepare: { $0.kernel.chargeBeganAt = $0.now - .seconds(1) }
        ) { _ in },
        Provocation(
            trip: .chargeRunaway, states: [.arming],
            prepare: {
                $0.volts = 49
                $0.kernel.known.value = .volts(49)
            }
        ) { $0.sampler.voltage = Reading(Millivolts(50_001), takenAt: $0.now, quality: .good) },
        Provocation(
            trip: .chargeRunaway, states: [.charging, .ready],
            prepare: { $0.kernel.known.value = .volts(1_045) }
        ) { $0.sampler.voltage = Reading(Millivolts(990_000 * 105 / 100 + 10_001), takenAt: $0.now, quality: .good) },
        Provocation(trip: .voltageImplausible, states: [.charging, .ready]) {
            $0.sampler.voltage = Reading(Millivolts(0), takenAt: $0.now, quality: .good)
        },
    ]

    static let severe: [Provocation] = [
        Provocation(trip: .pulseUnexpected, lasts: .seconds(60)) {
            $0.fireSense = EdgeCount(count: $0.fireSense.count + 1, lastAt: $0.now)
        },
        Provocation(trip: .watchdogFailed) { $0.guardian.watchdogFailed = true },
    ]
}

@Suite("every trip from every armed state") struct TripProvocationTests {
    /// The step that sees the condition takes everything away, names the trip and says so once; the rest of the stop follows.
    private func check(_ provocation: Provocation, in state: StimulatorState) {
        var plant = Plant.armed(state)
        let trip = provocation.trip
        plant.forgetEvents()
        provocation.prepare(&plant)
        plant.tamper = provocation.provoke
        plant.step()
        let outputs = plant.outputs
        #expect(plant.kernel.firstTrip == trip && plant.kernel.state == .discharging, "\(trip) in \(state)")
        #expect(outputs.lines == .none && outputs.setPoint == .zero, "\(trip) in \(state)")
        #expect(!outputs.wantsArm && !outputs.wantsHeartbeat && !outputs.wantsBleedOpen, "\(trip) in \(state)")
        #expect(outputs.nextEdge == .distantFuture, "\(trip) in \(state)")
        let fires = plant.fires.count
        plant.run(for: provocation.lasts)
        if provocation.lasts < .seconds(60) { plant.tamper = nil }
        #expect(plant.run(.seconds(6)) { [.safe, .faulted].contains($0.kernel.state) }, "\(trip) in \(state)")
        plant.run(for: .milliseconds(300))
        let said = plant.trips(trip)
        #expect(said.count == 1 && said.first?.extra == 1, "\(trip) in \(state): said \(said.count) times")
        #expect(plant.events.first { $0.kind == .trip }?.detail == trip.rawValue, "\(trip) in \(state)")
        #expect(plant.fires.count == fires && plant.volts < 60, "\(trip) in \(state)")
        let held = Trip.all.filter(plant.kernel.trips.contains)
        #expect(plant.kernel.state == (trip.action == .disarm ? .safe : .faulted), "\(trip) in \(state): \(held)")
        #expect(plant.kernel.trips.contains(trip) == (trip.action != .disarm), "\(trip) in \(state)")
        // The values say what was broken; where a quality or a count was, there is no number above a limit.
        if trip.unit != .none, let event = said.first, event.values[0] != 0 {
            let hasNoExcess = [.voltageImplausible, .coilTemperatureImplausible, .tickStalled].contains(trip)
            let isNamed = event.values[1] >= event.values[0] || hasNoExcess
            #expect(isNamed, "\(trip) in \(state): limit \(event.values[0]), actual \(event.values[1])")
        }
    }

    @Test(
        "H-14 H-17 H-22 a disarming trip: all off in the same step, discharged, then safe again",
        arguments: Provocation.disarming)
    func disarming(_ provocation: Provocation) {
        for state in provocation.states { check(provocation, in: state) }
    }

    @Test("H-19 a fault: all off in the same step, discharged, then latched", arguments: Provocation.faults)
    func fault(_ provocation: Provocation) {
        for state in provocation.states { check(provocation, in: state) }
    }

    @Test(
        "H-01 a lockout or a failed watchdog: all off in the same step, discharged, then blocked",
        arguments: Provocation.severe)
    func severe(_ provocation: Provocation) {
        for state in provocation.states { check(provocation, in: state) }
    }

    @Test("H-20 a pulse without current, without sag or without its sample trips within 9 ms of FIRE")
    func pulseMissing() {
        for part in 0..<3 {
            var plant = Plant.ready()
            plant.faults.currentSensorIsDead = part == 0
            plant.faults.oneShotIsDead = part == 1
            plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 5)))
            plant.run { $0.kernel.state == .firing }
            let fired = plant.now
            plant.faults.samplerIsDead = part == 2
            #expect(plant.run(.milliseconds(11)) { $0.kernel.firstTrip != nil })
            #expect(plant.kernel.firstTrip == .pulseMissing && plant.now - fired <= .milliseconds(10))
        }
        var odd = Plant.ready()
        odd.residual = 0.95
        odd.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 5)))
        #expect(odd.run(.seconds(1)) { $0.kernel.firstTrip == .voltageImplausible })
        #expect(odd.fires.count == 1)
    }

    @Test("H-11 H-12 limits that admission let pass stop the train at the pulse that breaks them") func limits() {
        func first(_ pattern: PulsePattern, _ change: (inout SafetyKernel) -> Void = { _ in }) -> (Trip?, Int) {
            var plant = Plant.ready(pattern.intensity.raw)
            plant.say(.start(pattern))
            plant.run { $0.kernel.train.isActive }
            change(&plant.kernel)
            plant.run(.seconds(70)) { !$0.kernel.train.isActive }
            return (plant.kernel.firstTrip, plant.fires.count)
        }
        let tooFast = first(.train(intensity: PerMille(40), rate: .hertz(60), pulses: 20))
        #expect(tooFast.0 == .pulseTooSoon && tooFast.1 == 4)
        let tooMuch = first(.train(intensity: PerMille(730), rate: .hertz(10), pulses: 600))
        #expect(tooMuch.0 == .energyExceeded && tooMuch.1 > 440 && tooMuch.1 < 472)
        let train = PulsePattern.train(intensity: PerMille(300), rate: .hertz(10), pulses: 20)
        let tooMany = first(train) { $0.sessionPulses = 20_000 - 7 }
        #expect(tooMany.0 == .doseExceeded && tooMany.1 == 7)
        var short = BoardDescription()
        short.pulsesPerPattern = 20
        var plant = Plant.ready(300, from: .safe(short))
        plant.say(.start(train))
        plant.run { $0.kernel.train.isActive }
        plant.kernel.train.pattern.levels[0].count = 30
        plant.kernel.train.total = 30
        plant.run(.seconds(5)) { !$0.kernel.train.isActive }
        #expect(plant.kernel.firstTrip == .trainTooLong && plant.fires.count == 20)
    }

    @Test("H-03 a charger that does not obey is noticed: in the arming second, at rest, and while it charges")
    func charger() {
        var arming = Plant.armed(.arming)
        arming.faults.chargerIgnoresOff = true
        #expect(arming.run(.milliseconds(100)) { $0.kernel.firstTrip != nil })
        #expect(arming.kernel.firstTrip == .chargeRunaway && arming.volts < 150)
        for state in [StimulatorState.ready, .charging] {
            var plant = Plant.armed(state)
            plant.faults.chargerIgnoresOff = true
            #expect(plant.run(.milliseconds(600)) { $0.kernel.firstTrip != nil })
            #expect(plant.kernel.firstTrip == .chargeRunaway)
            #expect(plant.volts < 990 * 1.05 + 40)
        }
        for state in [StimulatorState.arming, .charging] {
            var dead = Plant.armed(state)
            dead.faults.chargerIsDead = true
            #expect(dead.run(.seconds(3)) { $0.kernel.firstTrip == .chargeTimeout })
            #expect(dead.kernel.state == .discharging)
        }
    }

    @Test(
        "H-23 H-06 what cannot be seen to rise to 50 V is not charged any further: a divider that reads nothing, little, or no change"
    )
    func unseenRise() {
        for shown in [0, 10_000, 39_999] as [Int32] {
            var plant = Plant.safe
            #expect(plant.ask(.arm(intensity: PerMille(1000))) == nil)
            plant.tamper = { $0.sampler.voltage.value = min($0.sampler.voltage.value, Millivolts(shown)) }
            var highest = 0.0
            #expect(
                plant.run(.seconds(3)) {
                    highest = max(highest, $0.volts); return $0.kernel.firstTrip != nil
                })
            #expect(plant.kernel.firstTrip == .chargeTimeout && highest > 45 && highest < 60, "\(shown)")
        }
        var low = Plant.safe
        #expect(low.ask(.arm(intensity: PerMille(1000))) == nil)
        low.tamper = { $0.sampler.voltage.value = min($0.sampler.voltage.value, Millivolts(40_000)) }
        #expect(low.run(.seconds(3)) { $0.kernel.state == .charging })
    }

    @Test("H-06 H-21 a lockout that was cleared over a divider that still reads nothing ends at 50 V")
    func clearedBlind() {
        var plant = Plant.armed(.ready)
        plant.faults.dividerIsBroken = true
        plant.run(.seconds(7)) { $0.kernel.state == .faulted }
        #expect(plant.kernel.trips.contains(.dischargeFailed))
        plant.turnKey()
        #expect(plant.ask(.clear(nil)) == nil)
        #expect(plant.run(.seconds(10)) { $0.kernel.state == .safe } && plant.volts < 60)
        #expect(plant.ask(.arm(intensity: PerMille(1000))) == nil)
        var highest = 0.0
        plant.run(.seconds(3)) {
            highest = max(highest, $0.volts); return $0.kernel.firstTrip != nil
        }
        #expect(plant.kernel.firstTrip == .chargeTimeout && highest < 60)
    }

    @Test("H-06 a divider that breaks while armed is implausible, and then nothing counts as discharged") func divider()
    {
        for state in [StimulatorState.charging, .ready, .recovering] {
            var plant = Plant.armed(state)
            plant.faults.dividerIsBroken = true
            #expect(plant.run(.milliseconds(20)) { $0.kernel.firstTrip != nil })
            #expect(plant.kernel.firstTrip == .voltageImplausible)
            #expect(plant.run(.seconds(6)) { $0.kernel.state == .faulted })
            #expect(plant.kernel.trips.contains(.dischargeFailed))
        }
        var atStop = Plant.armed(.ready)
        atStop.say(.disarm)
        atStop.faults.dividerIsBroken = true
        #expect(atStop.run(.seconds(6)) { $0.kernel.state == .faulted })
        #expect(atStop.kernel.trips.contains(.dischargeFailed))
    }

    @Test("H-05 H-19 what does not let go after a stop is named and locked out") func stuck() {
        func after(_ change: (inout Plant.Faults) -> Void) -> SafetyKernel {
            var plant = Plant.armed(.ready)
            change(&plant.faults)
            plant.say(.disarm)
            plant.run(for: .seconds(6))
            return plant.kernel
        }
        #expect(after { _ in }.state == .safe)
        #expect(after { $0.contactorIsWelded = true }.trips.contains(.contactorWelded))
        #expect(after { $0.enableIsStuck = true }.trips.contains(.enableStuck))
        let open = after { $0.bleedStaysOpen = true }
        #expect(open.trips.contains(.dischargeFailed) && open.trips.contains(.lineMismatch) && open.state == .faulted)
        #expect(after { $0.leaks = 5 }.trips.contains(.dischargeFailed))
        #expect(after { $0.samplerIsDead = true }.trips.contains(.dischargeFailed))
    }

    @Test("H-17 a console that dies disarms the board when its lease of 1 s is over") func lease() {
        var plant = Plant.armed(.ready)
        plant.faults.consoleIsDead = true
        let died = plant.now
        #expect(plant.run(.seconds(2)) { $0.kernel.firstTrip == .leaseExpired })
        #expect(plant.now - died <= .milliseconds(1_010) && plant.now - died > .milliseconds(890))
    }
}
