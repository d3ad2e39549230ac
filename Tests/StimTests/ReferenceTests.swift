import CReference
import StimulatorCore
import Testing

@testable import stim

/// The C reference is a yardstick only while it makes the kernel's own checks: the two are stepped side by side.
@Suite("The C reference of the benchmark") struct ReferenceTests {
    /// A disturbance of the inputs, by name; `tick` counts from where it begins.
    struct Disturbance: CustomStringConvertible, Sendable {
        let description: String
        let apply: @Sendable (inout KernelInputs, _ tick: Int64) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout KernelInputs, _ tick: Int64) -> Void) {
            description = name
            self.apply = apply
        }
    }

    static let lines: [Disturbance] = [
        Disturbance("emergencyStop") { inputs, _ in inputs.lines = inputs.lines | .emergencyStop },
        Disturbance("patientStop") { inputs, _ in inputs.lines = inputs.lines | .patientStop },
        Disturbance("overvoltageLatched") { inputs, _ in inputs.lines = inputs.lines | .overvoltageLatched },
        Disturbance("interlock open") { inputs, _ in inputs.lines = inputs.lines - .interlock },
        Disturbance("coil out") { inputs, _ in inputs.lines = inputs.lines - .coilPresent },
        Disturbance("key off") { inputs, _ in inputs.lines = inputs.lines - .keySwitch },
        Disturbance("ENABLE gone") { inputs, _ in inputs.lines = inputs.lines - .enableSense },
        Disturbance("contactor open") { inputs, _ in inputs.lines = inputs.lines - .contactorSense },
        Disturbance("bleed closed") { inputs, _ in inputs.lines = inputs.lines - .bleedSense },
        Disturbance("current sensed") { inputs, _ in inputs.lines = inputs.lines | .fireSense },
        Disturbance("an edge of current") { inputs, _ in inputs.fireSense = EdgeCount(count: 1, lastAt: inputs.now) },
        Disturbance("an edge from the beginning of time") { inputs, _ in
            inputs.fireSense = EdgeCount(count: 1, lastAt: Instant(.min))
        },
        Disturbance("three edges") { inputs, _ in inputs.fireSense = EdgeCount(count: 3, lastAt: inputs.now) },
    ]

    static let tasks: [Disturbance] = [
        Disturbance("late tick") { inputs, _ in inputs.lateness = .milliseconds(6) },
        Disturbance("port failed") { inputs, _ in inputs.portFailed = true },
        Disturbance("guardian's port failed") { inputs, _ in inputs.guardian.outputFailed = true },
        Disturbance("watchdog failed") { inputs, _ in inputs.guardian.watchdogFailed = true },
        Disturbance("a stall") { inputs, _ in inputs.guardian.stalls = 1 },
        Disturbance("guardian forbids") { inputs, _ in inputs.guardian.permits = false },
        Disturbance("guardian dead") { inputs, tick in inputs.guardian.at = inputs.now - .milliseconds(tick) },
        Disturbance("guardian from the future") { inputs, _ in inputs.guardian.at = inputs.now + .milliseconds(21) },
        Disturbance("guardian from the beginning of time") { inputs, _ in inputs.guardian.at = Instant(.min) },
        Disturbance("guardian from the end of time") { inputs, _ in inputs.guardian.at = Instant(.max) },
        Disturbance("no renewal") { inputs, _ in inputs.command = nil },
        Disturbance("journal not writable") { inputs, _ in
            if inputs.command != nil { inputs.command = TokenedCommand(token: 0, .renew(journal: false)) }
        },
        Disturbance("set-point not proven") { inputs, _ in inputs.sampler.setPointHeld = Millivolts(-1) },
    ]

    static let readings: [Disturbance] = [
        Disturbance("voltage implausible") { inputs, _ in inputs.sampler.voltage.quality = .implausible },
        Disturbance("voltage failed") { inputs, _ in inputs.sampler.voltage.quality = .failed },
        Disturbance("voltage old") { inputs, tick in
            inputs.sampler.voltage.takenAt = inputs.now - .milliseconds(tick + 1)
        },
        Disturbance("voltage from the future") { inputs, _ in
            inputs.sampler.voltage.takenAt = inputs.now + .milliseconds(1)
        },
        Disturbance("voltage from the beginning of time") { inputs, _ in
            inputs.sampler.voltage.takenAt = Instant(.min)
        },
        Disturbance("voltage from the end of time") { inputs, _ in inputs.sampler.voltage.takenAt = Instant(.max) },
        Disturbance("voltage zero") { inputs, _ in inputs.sampler.voltage.value = .zero },
        Disturbance("voltage jumps") { inputs, _ in inputs.sampler.voltage.value = .volts(1040) },
        Disturbance("voltage far above") { inputs, _ in inputs.sampler.voltage.value = .volts(1740) },
        Disturbance("voltage creeps up") { inputs, tick in
            inputs.sampler.voltage.value += Millivolts(Int32(tick) * 500)
        },
        Disturbance("voltage creeps down") { inputs, tick in
            inputs.sampler.voltage.value -= Millivolts(Int32(tick) * 500)
        },
        Disturbance("voltage comes back") { inputs, tick in
            inputs.sampler.voltage.value -= Millivolts(Int32(abs(tick % 40 - 20)) * 700)
        },
        Disturbance("coil A implausible") { inputs, _ in inputs.sampler.coilA.quality = .implausible },
        Disturbance("coil B implausible") { inputs, _ in inputs.sampler.coilB.quality = .implausible },
        Disturbance("coil A old") { inputs, _ in inputs.sampler.coilA.takenAt = inputs.now - .milliseconds(201) },
        Disturbance("coil A from the beginning of time") { inputs, _ in
            inputs.sampler.coilA.takenAt = Instant(.min)
        },
        Disturbance("coil B from the end of time") { inputs, _ in inputs.sampler.coilB.takenAt = Instant(.max) },
        Disturbance("coil B failed") { inputs, _ in inputs.sampler.coilB.quality = .failed },
        Disturbance("coil sensors differ") { inputs, _ in inputs.sampler.coilB.value = .celsius(36) },
        Disturbance("coil warm") { inputs, tick in
            let value = Millicelsius(36_000 + Int32(tick % 5) * 700)
            inputs.sampler.coilA.value = value
            inputs.sampler.coilB.value = value
        },
        Disturbance("coil hot") { inputs, _ in
            inputs.sampler.coilA.value = .celsius(41)
            inputs.sampler.coilB.value = .celsius(40)
        },
    ]

    @Test(
        "every disturbed input: the same outputs, and the same first trip with the same numbers, at the same tick",
        arguments: lines + tasks + readings)
    func disturbed(_ disturbance: Disturbance) {
        var pair = SteppedPair()
        for tick in 0..<3_000 as Range<Int64> where !pair.hasStopped {
            let agrees = pair.step { if tick >= 100 { disturbance.apply(&$0, tick - 100) } }
            #expect(agrees, "tick \(tick) of: \(disturbance)")
            if !agrees { return }
        }
    }

    @Test("what must trip does, so that the comparison is not one of two kernels that never object")
    func disturbancesTrip() {
        let harmless: Set = ["voltage comes back", "coil warm", "journal not writable"]
        for disturbance in ReferenceTests.lines + ReferenceTests.tasks + ReferenceTests.readings
        where !harmless.contains(disturbance.description) {
            var pair = SteppedPair()
            for tick in 0..<3_000 as Range<Int64> where !pair.hasStopped {
                _ = pair.step { if tick >= 100 { disturbance.apply(&$0, tick - 100) } }
            }
            #expect(pair.hasStopped, "\(disturbance)")
        }
    }

    @Test("a minute without a disturbance ends in both by idleness, at the same tick")
    func idle() {
        var pair = SteppedPair()
        var ticks = 0
        while !pair.hasStopped, ticks < 70_000 {
            ticks += 1
            if !pair.step({ _ in }) { break }
        }
        #expect(pair.hasStopped)
        #expect(ticks > 50_000)
    }

    @Test("both loops of the benchmark give the same checksum") func loops() {
        let race = KernelRace()
        let kernel = race.runKernel(ticks: 60_000)
        #expect(kernel == race.runReference(ticks: 60_000))
        #expect(kernel != 0)
        #expect(kernel != race.runKernel(ticks: 59_999))
    }
}

/// The kernel and the reference, stepped with the same inputs.
private struct SteppedPair {
    private static let race = KernelRace()

    private var kernel = SteppedPair.race.armed
    private var reference = reference_armed(SteppedPair.race.begin.raw, 990_000)
    private var inputs = SteppedPair.race.nominal
    private var tick: Int64 = 0

    init() {
        // What the reference takes as given, from the kernel's own past.
        reference.active_at = (SteppedPair.race.begin - SteppedPair.race.sinceActive).raw
    }

    var hasStopped: Bool { !kernel.state.isArmed }

    /// Steps both with nominal inputs, disturbed. Returns true when they agree.
    mutating func step(_ disturb: (inout KernelInputs) -> Void) -> Bool {
        inputs = SteppedPair.race.nominal
        SteppedPair.race.prepare(&inputs, tick: tick)
        tick += 1
        disturb(&inputs)
        let outputs = kernel.step(inputs)
        var given = SteppedPair.inputs(inputs)
        var answer = reference_outputs()
        unsafe reference_step(&reference, &given, &answer)
        return agree(outputs, answer)
    }

    private func agree(_ outputs: KernelOutputs, _ answer: reference_outputs) -> Bool {
        let isSame =
            outputs.lines.rawValue == answer.lines && outputs.wantsHeartbeat == answer.wants_heartbeat
            && outputs.wantsBleedOpen == answer.wants_bleed_open && outputs.wantsArm == answer.wants_arm
            && outputs.setPoint.raw == answer.set_point && outputs.nextEdge.raw == answer.next_edge
        guard isSame, hasStopped == (reference.stopped != 0) else { return false }
        guard let first = kernel.firstTrip else { return reference.stopped != 2 }
        for index in 0..<kernel.events.count where kernel.events[index].kind == .trip {
            let trip = kernel.events[index]
            return trip.detail == first.rawValue && reference.trip == Int32(trip.detail)
                && reference.limit == trip.values[0] && reference.actual == trip.values[1]
        }
        return false
    }

    private static func inputs(_ inputs: KernelInputs) -> reference_inputs {
        var given = reference_inputs()
        given.now = inputs.now.raw
        given.lateness = inputs.lateness.raw
        given.lines = inputs.lines.rawValue
        given.port_failed = inputs.portFailed
        given.fire_edges = inputs.fireSense.count
        given.fire_at = inputs.fireSense.lastAt.raw
        given.voltage = reading(inputs.sampler.voltage)
        given.coil_a = reading(inputs.sampler.coilA)
        given.coil_b = reading(inputs.sampler.coilB)
        given.set_point_held = inputs.sampler.setPointHeld.raw
        given.guardian_at = inputs.guardian.at.raw
        given.permits = inputs.guardian.permits
        given.arm_is_up = inputs.guardian.armIsUp
        given.output_failed = inputs.guardian.outputFailed
        given.watchdog_failed = inputs.guardian.watchdogFailed
        given.stalls = inputs.guardian.stalls
        if case .renew(let journal) = inputs.command?.command {
            given.renews = true
            given.journal_writable = journal
        }
        return given
    }

    private static func reading<Value: Quantity>(_ reading: Reading<Value>) -> reference_reading
    where Value.Raw == Int32 {
        reference_reading(
            value: reading.value.raw, taken_at: reading.takenAt.raw, quality: reading.quality.rawValue)
    }
}
