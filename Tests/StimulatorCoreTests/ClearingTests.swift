import Testing

@testable import StimulatorCore

@Suite("arming, clearing and the self-test") struct ClearingTests {
    /// A board in `faulted` with one trip, its cause gone.
    private func faulted(by provocation: Provocation) -> Plant {
        var plant = Plant.armed(provocation.states.contains(.ready) ? .ready : provocation.states[0])
        provocation.prepare(&plant)
        plant.tamper = provocation.provoke
        plant.step()
        if provocation.lasts < .seconds(60) { plant.tamper = nil }
        plant.run { $0.kernel.state == .faulted }
        // The key edge of the start is too old now.
        plant.run(for: .seconds(11))
        plant.forgetEvents()
        return plant
    }

    @Test(
        "H-21 a fault is cleared by an acknowledgement within 10 s of a key edge, and then the board arms",
        arguments: Provocation.faults)
    func faults(_ provocation: Provocation) {
        var plant = faulted(by: provocation)
        let trip = provocation.trip
        #expect(plant.ask(.arm(intensity: PerMille(600)))?.rule == .tripped, "\(trip)")
        #expect(plant.ask(.clear(nil))?.rule == .key, "\(trip)")
        #expect(plant.kernel.trips.contains(trip) && plant.kernel.state == .faulted, "\(trip)")
        plant.turnKey()
        #expect(plant.ask(.clear(trip)) == nil, "\(trip)")
        #expect(plant.kernel.trips.isEmpty && plant.kernel.state == .safe, "\(trip)")
        #expect(plant.kernel.firstTrip == nil)
        let cleared = plant.events.filter { $0.kind == .tripCleared }
        #expect(cleared.map(\.detail) == [trip.rawValue], "\(trip)")
        if provocation.lasts < .seconds(60) { plant.tamper = nil }
        #expect(plant.ask(.arm(intensity: PerMille(600))) == nil, "\(trip)")
        #expect(plant.run(.seconds(2)) { $0.kernel.state == .ready }, "\(trip)")
    }

    @Test(
        "H-21 a fault whose cause is still there is not cleared, and the refusal names it",
        arguments: Provocation.faults)
    func held(_ provocation: Provocation) {
        let atRest: Set<Trip> = [
            .emergencyStop, .patientStop, .overvoltageLatched, .outputFailed, .coilTemperatureImplausible,
        ]
        guard atRest.contains(provocation.trip) else { return }
        var plant = faulted(by: provocation)
        plant.turnKey()
        plant.tamper = provocation.provoke
        let refusal = plant.ask(.clear(nil))
        #expect(refusal?.rule == .tripped && refusal?.detail == provocation.trip.rawValue, "\(provocation.trip)")
        #expect(plant.kernel.state == .faulted && plant.kernel.trips.contains(provocation.trip))
    }

    @Test("H-21 a key edge is an edge: a key that was on from the start, or lines that could not be read, make none")
    func keyEdges() {
        var kernel = SafetyKernel(board: BoardDescription())
        func edge(_ at: Int64, _ lines: InputLines, failed: Bool = false) -> Bool {
            var inputs = KernelInputs(now: Instant(at * 1_000_000))
            inputs.lines = lines
            inputs.portFailed = failed
            let outputs = kernel.step(inputs)
            return kernel.snapshot(inputs, outputs: outputs.lines).keyEdge
        }
        #expect(!edge(1, .none, failed: true))
        #expect(!edge(2, .keySwitch))
        #expect(!edge(3, .none, failed: true))
        #expect(!edge(4, .keySwitch))
        for bounce in stride(from: Int64(5), to: 60, by: 6) {
            #expect(!edge(bounce, .none))
            #expect(!edge(bounce + 5, .keySwitch))
        }
        #expect(!edge(80, .none))
        #expect(!edge(99, .none))
        #expect(edge(100, .keySwitch))
        #expect(edge(10_100, .keySwitch))
        #expect(!edge(10_101, .keySwitch))
    }

    @Test("H-21 an acknowledgement wants the key on: an edge of a key that was turned off again is none") func keyOff()
    {
        var plant = faulted(by: Provocation.severe[0])
        plant.turnKey()
        plant.hands = plant.hands - .keySwitch
        plant.run(for: .milliseconds(2))
        #expect(plant.ask(.clear(nil))?.rule == .key)
        #expect(plant.kernel.lockouts.contains(.pulseUnexpected))
    }

    @Test("H-21 a lockout wants a key edge, a trusted voltage under 60 V and a passing self-test; then the board arms")
    func lockout() {
        var plant = faulted(by: Provocation.severe[0])
        #expect(plant.kernel.lockouts.contains(.pulseUnexpected))
        #expect(plant.ask(.clear(nil))?.rule == .key)
        plant.turnKey()
        plant.faults.samplerIsDead = true
        plant.run(for: .milliseconds(11))
        #expect(plant.ask(.clear(.pulseUnexpected))?.rule == .tripped)
        plant.faults.samplerIsDead = false
        plant.run(for: .milliseconds(11))
        #expect(plant.ask(.clear(.pulseUnexpected)) == nil)
        #expect(plant.kernel.state == .selfTest && plant.kernel.trips.contains(.pulseUnexpected))
        #expect(plant.run(.seconds(10)) { $0.kernel.state == .safe })
        #expect(plant.kernel.trips.isEmpty)
        #expect(plant.ask(.arm(intensity: PerMille(600))) == nil)
    }

    @Test("H-21 a lockout that was not acknowledged, or that comes again during the test, stays") func notAcknowledged()
    {
        var plant = faulted(by: Provocation.severe[0])
        plant.kernel.trips.insert(.contactorWelded)
        plant.turnKey()
        #expect(plant.ask(.clear(.contactorWelded)) == nil)
        plant.run { $0.kernel.state != .selfTest }
        #expect(plant.kernel.state == .faulted && plant.kernel.trips == TripSet(.pulseUnexpected))

        plant.turnKey()
        #expect(plant.ask(.clear(.pulseUnexpected)) == nil)
        plant.run(for: .seconds(2))
        plant.tamper = { $0.fireSense = EdgeCount(count: $0.fireSense.count + 2, lastAt: $0.now) }
        plant.run { $0.kernel.state != .selfTest }
        #expect(plant.kernel.state == .faulted && plant.kernel.trips == TripSet(.pulseUnexpected))
    }

    @Test("H-21 lockouts that survived a restart block from the first step, whatever the self-test says") func latched()
    {
        var plant = Plant(latched: TripSet(.dischargeFailed))
        plant.run { $0.kernel.state != .selfTest }
        #expect(plant.kernel.state == .faulted)
        plant.turnKey()
        #expect(plant.ask(.arm(intensity: PerMille(600)))?.rule == .tripped)
        #expect(plant.ask(.clear(nil)) == nil)
        #expect(plant.run(.seconds(10)) { $0.kernel.state == .safe })
    }

    @Test("H-23 a part that is broken at the start fails the self-test at its step, and a passing test clears it")
    func selfTest() {
        func failing(_ change: (inout Plant) -> Void) -> Plant {
            var plant = Plant()
            change(&plant)
            plant.run(.seconds(10)) { $0.kernel.state != .selfTest }
            return plant
        }
        let lines: [@Sendable (inout Plant) -> Void] = [
            { $0.faults.enableIsStuck = true }, { $0.faults.contactorIsWelded = true },
            { $0.faults.bleedStaysOpen = true },
            { $0.tamper = { $0.lines = $0.lines | .fireSense } }, { $0.faults.partsAreUnknown = true },
            { $0.faults.samplerIsDead = true }, { $0.tamper = { $0.sampler.voltage.value = .volts(60) } },
            { $0.tamper = { $0.sampler.setPointHeld = Millivolts(-1) } },
            { $0.tamper = { $0.sampler.coilA.value = Millicelsius(30_001) } },
            { $0.tamper = { $0.lines = $0.lines - .enableSense } },
        ]
        for change in lines {
            var plant = failing(change)
            #expect(plant.kernel.state == .faulted && plant.kernel.firstTrip == .selfTestFailed)
            #expect(plant.events.contains { $0.kind == .selfTest && $0.extra == 0 })
            #expect(
                plant.kernel.trips.contains(.boardMismatch)
                    == (plant.faults.partsAreUnknown || plant.faults.samplerIsDead))
            #expect(plant.kernel.trips.contains(.enableStuck) == plant.faults.enableIsStuck)
            #expect(plant.kernel.trips.contains(.contactorWelded) == plant.faults.contactorIsWelded)
            if plant.faults.enableIsStuck || plant.faults.contactorIsWelded || plant.faults.bleedStaysOpen { continue }
            plant.faults = Plant.Faults()
            plant.tamper = nil
            plant.run(for: .milliseconds(20))
            #expect(plant.ask(.selfTest) == nil)
            #expect(plant.run(.seconds(10)) { $0.kernel.state == .safe })
            #expect(plant.kernel.trips.isEmpty && plant.events.contains { $0.kind == .selfTest && $0.extra == 1 })
        }
        let good = failing { _ in }
        #expect(good.kernel.state == .safe && good.now >= .init(0) + .seconds(5))
    }

    @Test("H-23 ENABLE that stays after the heartbeat of the self-test is a lockout") func enableStays() {
        var plant = Plant()
        plant.run(.seconds(10)) { $0.inputs.lines.contains(.enableSense) }
        plant.faults.enableIsStuck = true
        plant.run(.seconds(2)) { $0.kernel.state != .selfTest }
        #expect(plant.kernel.state == .faulted && plant.kernel.trips.contains(.enableStuck))
    }

    @Test("H-18 arming is refused by name for everything that would trip at once, and nothing is energised")
    func hindrances() {
        func refusal(_ intensity: Int32 = 600, _ change: (inout Plant) -> Void) -> Refusal? {
            var plant = Plant.safe
            change(&plant)
            plant.run(for: .milliseconds(10))
            let refusal = plant.ask(.arm(intensity: PerMille(intensity)))
            #expect((refusal == nil) == plant.kernel.state.isArmed)
            #expect(refusal == nil || plant.outputs == KernelOutputs())
            return refusal
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.hands = $0.hands - .keySwitch }?.rule == .key)
        let hindered: [(Trip, (inout Plant) -> Void)] = [
            (.interlockOpen, { $0.hands = $0.hands - .interlock }),
            (.coilMissing, { $0.hands = $0.hands - .coilPresent }),
            (
                .leaseExpired,
                { plant in
                    plant.tamper = { _ in }; plant.kernel.leaseEnds = plant.now; plant.faults.consoleIsDead = true
                }
            ),
            (.journalFailed, { $0.kernel.journalWritable = false }),
            (.guardianDisagrees, { $0.tamper = { $0.guardian.permits = false } }),
            (.guardianDisagrees, { $0.tamper = { $0.guardian.at = .distantPast } }),
            (
                .voltageStale,
                {
                    $0.faults.samplerIsDead = true; $0.run(for: .milliseconds(10))
                }
            ),
            (
                .chargeRunaway,
                {
                    // The rise from nothing would be a trip of its own: it was not seen.
                    ($0.volts, $0.kernel.chargeOffAt, $0.kernel.lowestSinceOff) = (75, .distantFuture, Millivolts(.max))
                }
            ),
            (.coilTemperatureStale, { $0.tamper = { $0.sampler.coilA.quality = .failed } }),
            (.coilTemperatureImplausible, { $0.tamper = { $0.sampler.coilA.value = Millicelsius(30_001) } }),
            (
                .coilOvertemperature,
                {
                    $0.tamper = {
                        $0.sampler.coilA.value = .celsius(41); $0.sampler.coilB.value = .celsius(40)
                    }
                }
            ),
            (.lineMismatch, { $0.tamper = { $0.lines = $0.lines | .fireSense } }),
        ]
        for (trip, change) in hindered {
            let found = refusal(600, change)
            #expect(found?.rule == .tripped && found?.detail == trip.rawValue, "\(trip): \(String(describing: found))")
        }
        for (intensity, limit) in [(39, 40), (0, 40), (-5, 40), (1001, 1000), (Int32.max, 1000), (Int32.min, 40)] {
            let found = refusal(intensity) { _ in }
            #expect(found?.rule == .badValue && found?.limit == Int64(limit) && found?.wouldAdmit == Int64(limit))
        }
        #expect(refusal(40) { _ in } == nil)
        #expect(refusal(1000) { _ in } == nil)
    }

    @Test("the set-point can change during the arming second, up and down, without a fault") func changeWhileArming() {
        for intensity in [Int32(300), 900] {
            var plant = Plant.armed(.arming)
            #expect(plant.ask(.intensity(PerMille(intensity))) == nil)
            #expect(plant.run(.seconds(2)) { $0.kernel.state == .ready })
            #expect(abs(plant.volts - 1.65 * Double(intensity)) < 0.015 * 1.65 * Double(intensity))
        }
    }

    @Test("a held set-point goes up through the charger and down through the bleed; outside its range it is refused")
    func changeWhileReady() {
        var plant = Plant.armed(.ready)
        for intensity in [Int32(900), 250, 40, 1000] {
            #expect(plant.ask(.intensity(PerMille(intensity))) == nil)
            plant.run(for: .milliseconds(3))
            let target = 1.65 * Double(intensity)
            #expect(plant.run(.seconds(6)) { $0.kernel.state == .ready && abs($0.volts - target) <= 0.0151 * target })
        }
        #expect(plant.ask(.intensity(PerMille(39)))?.limit == 40)
        #expect(plant.ask(.intensity(PerMille(1001)))?.limit == 1000)
        #expect(plant.kernel.trips.isEmpty)
    }

    @Test("each command is refused by name where it does not belong") func wrongPlace() {
        var safe = Plant.safe
        let pattern = PulsePattern.single(intensity: PerMille(500))
        #expect(safe.ask(.start(pattern))?.rule == .notArmed)
        #expect(safe.ask(.intensity(PerMille(500)))?.rule == .notArmed)
        #expect(safe.ask(.abort)?.rule == .wrongState)
        #expect(safe.ask(.clear(.emergencyStop))?.rule == .badValue)
        #expect(safe.ask(.disarm) == nil)
        #expect(safe.ask(.stop) == nil)
        var ready = Plant.armed(.ready)
        #expect(ready.ask(.arm(intensity: PerMille(500)))?.rule == .wrongState)
        #expect(ready.ask(.selfTest)?.rule == .wrongState)
        #expect(ready.ask(.clear(nil))?.rule == .wrongState)
        #expect(ready.ask(.start(PulsePattern(intensity: PerMille(0))))?.rule == .badValue)
        #expect(ready.ask(.start(.single(intensity: PerMille(10))))?.rule == .badValue)
        #expect(ready.ask(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 20))) == nil)
        #expect(ready.ask(.start(pattern))?.rule == .wrongState)
        #expect(ready.ask(.intensity(PerMille(500)))?.rule == .wrongState)
        var started = Plant()
        #expect(started.ask(.arm(intensity: PerMille(500)))?.rule == .wrongState)
    }
}

@Suite("a board file that cannot be used") struct BoardFaultTests {
    @Test("H-28 blocks arming as boardMismatch from the start, and no self-test clears it") func blocks() {
        var board = BoardDescription()
        board.identity.fault = .hash
        var plant = Plant(board: board)
        plant.hands = plant.hands.setting(.keySwitch, true)
        plant.run(for: .seconds(7))
        #expect(plant.events.first?.kind == .trip && plant.events.first?.detail == Trip.boardMismatch.rawValue)
        #expect(plant.events.first?.values[1] == BoardFault.hash.code)
        #expect(plant.kernel.state == .faulted && plant.kernel.selfTest.passed)
        #expect(plant.ask(.selfTest) == nil)
        plant.run(for: .seconds(7))
        #expect(plant.kernel.state == .faulted && plant.kernel.trips == TripSet(.boardMismatch))
        #expect(plant.ask(.arm(intensity: PerMille(500)))?.rule == .tripped)
    }

    @Test("a description without a fault starts with no trip") func sound() {
        #expect(SafetyKernel(board: BoardDescription()).trips.isEmpty)
    }
}

extension TripSet {
    init(_ trip: Trip) {
        self.init()
        insert(trip)
    }
}
