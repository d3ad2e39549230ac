import Testing

@testable import StimulatorCore

@Suite("trains through the kernel alone") struct TrainTests {
    /// Starts a pattern on a ready board and lets it end.
    private func give(
        _ pattern: PulsePattern, intensity: Int32? = nil, change: (inout Plant) -> Void = { _ in }
    ) -> (plant: Plant, report: Event?) {
        var plant = Plant.ready(intensity ?? pattern.intensity(of: 0).raw)
        plant.forgetEvents()
        change(&plant)
        plant.say(.start(pattern))
        plant.run(.seconds(60)) { $0.events.contains { $0.kind == .trainFinished } }
        return (plant, plant.events.first { $0.kind == .trainFinished })
    }

    /// Every pulse at its scheduled time, to the nanosecond, at a voltage within the tolerance.
    private func isExact(_ plant: Plant, _ pattern: PulsePattern) -> Bool {
        guard let first = plant.fires.first?.at, plant.fires.count == pattern.pulseCount else { return false }
        let started = plant.events.first { $0.kind == .trainStarted }
        return started?.values[0] == first.raw
            && plant.fires.indices.allSatisfy { number in
                let fire = plant.fires[number]
                let target = Double(plant.kernel.board.setPoint(for: pattern.intensity(of: UInt32(number))).raw) / 1000
                return fire.at - first == pattern.time(of: UInt32(number)) && abs(fire.volts - target) <= target * 0.015
            }
    }

    @Test("10 Hz x 50 at 60 %: fifty pulses at exactly 100.0 ms, each proven, and a report that adds up")
    func tenHertz() {
        let pattern = PulsePattern.train(intensity: PerMille(600), rate: .hertz(10), pulses: 50)
        let (plant, report) = give(pattern)
        #expect(isExact(plant, pattern))
        let pulses = plant.events.filter { $0.kind == .pulse }
        #expect(pulses.map(\.index) == Array(0..<50))
        #expect(pulses.allSatisfy { $0.values[0] == $0.values[1] })
        #expect(report?.detail == TrainEnding.complete.rawValue && report?.index == 50 && report?.values[0] == 0)
        let energy = plant.fires.reduce(0.0) { $0 + 0.5 * 185e-6 * $1.volts * $1.volts }
        #expect(abs(Double(report?.values[1] ?? 0) / 1000 - energy) < 1)
        #expect(report?.values[2] == 25_000)
        #expect(plant.kernel.trips.isEmpty && plant.kernel.state.isArmed)
    }

    @Test("an edge between ticks is exact too: 7.3 Hz falls on no millisecond") func betweenTicks() {
        let pattern = PulsePattern.train(intensity: PerMille(500), rate: Millihertz(7_300), pulses: 30)
        #expect(isExact(give(pattern).plant, pattern))
    }

    @Test("theta burst at 20 %: ten bursts of three, exact") func thetaBurst() {
        let pattern = PulsePattern.thetaBurst(intensity: PerMille(200), bursts: 10)
        let (plant, report) = give(pattern)
        #expect(isExact(plant, pattern))
        #expect(report?.index == 30)
    }

    @Test("a ramp rises pulse by pulse, each within the tolerance of its own set-point") func ramp() {
        var pattern = PulsePattern.train(intensity: PerMille(700), rate: .hertz(5), pulses: 12)
        pattern.rampPulses = 8
        pattern.rampFrom = PerMille(300)
        let (plant, report) = give(pattern)
        #expect(isExact(plant, pattern))
        #expect(report?.index == 12 && plant.kernel.trips.isEmpty)
    }

    @Test("a train below the voltage that is held waits for the bleed, then is exact") func lowering() {
        let pattern = PulsePattern.train(intensity: PerMille(300), rate: .hertz(10), pulses: 10)
        let (plant, _) = give(pattern, intensity: 900)
        #expect(isExact(plant, pattern))
        #expect(plant.kernel.trips.isEmpty)
    }

    @Test("H-02 a paired pulse that the charger cannot follow: the second is omitted with its cause, never given late")
    func paired() {
        let close = PulsePattern.paired(
            intensity: PerMille(500), interval: .milliseconds(3), repeats: 3, every: .seconds(1))
        let (plant, report) = give(close)
        #expect(plant.fires.count == 3 && report?.index == 3 && report?.values[0] == 3)
        let omitted = plant.events.filter { $0.kind == .omitted }
        #expect(omitted.map(\.index) == [1, 3, 5])
        let causes = omitted.compactMap { OmissionCause(rawValue: $0.detail) }
        #expect(causes.count == 3 && causes.allSatisfy { [.unverified, .undervoltage].contains($0) })
        #expect(plant.kernel.trips.isEmpty)
        let far = PulsePattern.paired(intensity: PerMille(500), interval: .milliseconds(15))
        let second = give(far)
        #expect(second.plant.fires.count == 1)
        let details = second.plant.events.filter { $0.kind == .omitted }.map(\.detail)
        #expect(details == [OmissionCause.undervoltage.rawValue])
    }

    @Test("H-02 a pulse that is due while the loop is away is omitted as late; the others are on time") func late() {
        var plant = Plant.ready()
        plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 5)))
        plant.run { $0.fires.count == 2 }
        let due = plant.fires[1].at + .milliseconds(100)
        plant.run { $0.now + .milliseconds(2) >= due }
        // The kernel steps next 201 us after the pulse's time.
        var kernel = plant.kernel
        var inputs = plant.inputs
        inputs.now = due + .microseconds(201)
        inputs.sampler.voltage.takenAt = due
        inputs.command = nil
        let outputs = kernel.step(inputs)
        #expect(!outputs.lines.contains(.fire))
        let event = (0..<kernel.events.count).map { kernel.events[$0] }.first { $0.kind == .omitted }
        #expect(event?.detail == OmissionCause.late.rawValue && event?.index == 2)
        kernel = plant.kernel
        inputs.now = due + .microseconds(200)
        #expect(kernel.step(inputs).lines.contains(.fire))
    }

    @Test("H-02 each cause of an omission is named") func causes() {
        var plant = Plant.ready()
        plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 9)))
        plant.run { $0.fires.count == 2 }
        let due = plant.fires[1].at + .milliseconds(100)
        plant.run { $0.outputs.nextEdge == due && due - $0.now <= .milliseconds(1) }
        func cause(_ change: (inout KernelInputs) -> Void) -> OmissionCause? {
            var kernel = plant.kernel
            var inputs = plant.inputs
            inputs.now = due
            inputs.command = nil
            inputs.guardian = GuardianReport(at: due, permits: true, armIsUp: true)
            inputs.sampler.voltage.takenAt = due
            change(&inputs)
            let outputs = kernel.step(inputs)
            let event = (0..<kernel.events.count).map { kernel.events[$0] }.first { $0.kind == .omitted }
            #expect((event == nil) == outputs.lines.contains(.fire))
            return event.flatMap { OmissionCause(rawValue: $0.detail) }
        }
        #expect(cause { _ in } == nil)
        #expect(cause { $0.sampler.voltage.value = Millivolts(990_000 * 985 / 1000) } == nil)
        #expect(cause { $0.sampler.voltage.value = Millivolts(990_000 * 985 / 1000 - 1) } == .undervoltage)
        #expect(cause { $0.sampler.voltage.value = Millivolts(990_000 * 1015 / 1000 + 1) } == .overvoltage)
        #expect(cause { $0.guardian.armIsUp = false } == .notPermitted)
    }

    @Test("H-20 while a pulse is not proven the next one is omitted, even at the right voltage") func unverified() {
        var plant = Plant.ready()
        plant.faults.oneShotIsDead = true
        plant.forgetEvents()
        plant.say(.start(.paired(intensity: PerMille(600), interval: .microseconds(5_300))))
        plant.run { $0.kernel.firstTrip != nil }
        let omitted = plant.events.filter { $0.kind == .omitted }
        #expect(omitted.map(\.detail) == [OmissionCause.unverified.rawValue] && omitted.first?.index == 1)
        #expect(plant.kernel.firstTrip == .pulseMissing)
    }

    @Test("H-19 CHARGE is low in the step of FIRE, and in the step that sees the bleed closed") func chargeLow() {
        var plant = Plant.ready()
        plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 9)))
        plant.run { $0.fires.count == 2 }
        let due = plant.fires[1].at + .milliseconds(100)
        plant.run { $0.outputs.nextEdge == due && due - $0.now <= .milliseconds(1) }
        func outputs(_ lines: InputLines, at now: Instant) -> KernelOutputs {
            var kernel = plant.kernel
            kernel.charging = true
            kernel.bleedOpenSince = now - .milliseconds(1)
            var inputs = plant.inputs
            inputs.now = now
            inputs.lines = lines
            inputs.command = nil
            inputs.guardian = GuardianReport(at: now, permits: true, armIsUp: true)
            inputs.sampler.voltage = Reading(Millivolts(980_000), takenAt: now, quality: .good)
            let outputs = kernel.step(inputs)
            #expect(kernel.state.isArmed)
            return outputs
        }
        let before = due - .microseconds(100)
        #expect(outputs(plant.inputs.lines, at: before).lines.contains(.charge))
        #expect(!outputs(plant.inputs.lines - .bleedSense, at: before).lines.contains(.charge))
        let firing = outputs(plant.inputs.lines, at: due)
        #expect(firing.lines.contains(.fire) && !firing.lines.contains(.charge))
    }

    @Test("an aborted train stops at once, stays armed, and counts the pulse that was on its way") func abort() {
        for wait in [0, 1, 5, 30, 60] {
            var plant = Plant.ready()
            plant.forgetEvents()
            plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 50)))
            plant.run { $0.fires.count == 7 }
            plant.run(for: .milliseconds(Int64(wait)))
            let refusal = plant.ask(.abort)
            plant.run(for: .seconds(1))
            let report = plant.events.first { $0.kind == .trainFinished }
            #expect(refusal == nil && plant.fires.count == 7)
            #expect(report?.detail == TrainEnding.aborted.rawValue && report?.index == 7, "aborted after \(wait) ms")
            #expect(report?.values[4] == 50)
            #expect(plant.kernel.state == .ready)
            let events = plant.events.map(\.kind)
            #expect((events.lastIndex(of: .pulse) ?? 0) < (events.firstIndex(of: .trainFinished) ?? 0))
        }
    }

    @Test("H-12 after a train the board wants its wait, says how long, and starts after it") func cooldown() {
        var plant = give(.train(intensity: PerMille(900), rate: .hertz(6), pulses: 60)).plant
        let next = PulsePattern.train(intensity: PerMille(900), rate: .hertz(6), pulses: 2)
        let refusal = plant.ask(.start(next))
        #expect(refusal?.rule == .cooldown)
        plant.run(for: .microseconds(refusal?.wouldAdmit ?? 0))
        #expect(plant.ask(.start(next)) == nil)
    }

    @Test("H-22 an armed board that nobody uses disarms after 60 s") func idle() {
        var plant = Plant.ready()
        let armedAt = plant.now
        #expect(plant.run(.seconds(61)) { !$0.kernel.state.isArmed })
        #expect(plant.now - armedAt > .seconds(59))
        #expect(plant.run(.seconds(6)) { $0.kernel.state == .safe })
        #expect(plant.kernel.trips.isEmpty)
    }

    @Test("equal inputs give equal outputs: a copy of the kernel stays a copy through a train and a trip") func equal()
    {
        var plant = Plant.ready()
        var twin = plant.kernel
        plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 20)))
        for step in 0..<3_000 {
            if step == 1_500 { plant.hands = plant.hands | .emergencyStop }
            plant.step()
            let outputs = twin.step(plant.inputs)
            twin.events.removeAll()
            #expect(outputs == plant.outputs)
        }
        #expect(twin == plant.kernel && twin.hashValue == plant.kernel.hashValue)
        #expect(plant.kernel.trips.contains(.emergencyStop))
    }
}
