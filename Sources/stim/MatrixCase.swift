import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// The phases of the board in which a fault may begin.
enum MatrixPhase: String, CaseIterable {
    case safe, arming, charging, ready, firing, recovering, discharging

    /// The state that the kernel is in.
    var state: StimulatorState {
        switch self {
        case .safe: .safe
        case .arming: .arming
        case .charging: .charging
        case .ready: .ready
        case .firing: .firing
        case .recovering: .recovering
        case .discharging: .discharging
        }
    }
}

/// One row of the matrix at one phase: what happened, as the true world shows it.
struct MatrixOutcome {
    var fault: Fault
    var phase: MatrixPhase
    /// The first trip after the fault began; nil when the board had no reason to stop.
    var trip: Trip?
    /// From the fault's beginning to the first trip.
    var detection: Nanoseconds?
    /// From the stop (trip, disarm, or a broken chain) to below 60 V, in the true world.
    var discharge = Nanoseconds.zero
    /// When the first pulse by itself, and when a dead bleed path, had been named; when the discharge began.
    var namedPulseAt: Instant?
    var namedBleedAt: Instant?
    var stoppedAt: Instant?
    /// Highest true voltage, millivolts.
    var peak: Int64 = 0
    var violation: Violation?
    var excusedPulses: UInt64 = 0
    /// What the fault demanded and the board did not do; nil when all is well.
    var complaint: String?

    var isGood: Bool { violation == nil && complaint == nil }
}

/// Brings a simulated board to a phase, lets one part fail there, goes on as an operator would, then disarms and looks.
struct MatrixCase {
    let component: FaultComponent
    let mode: FaultMode
    let phase: MatrixPhase
    let seed: UInt64
    /// The emergency stop is pressed 100 ms after the fault began: for software that is frozen at its worst.
    var withEmergencyStop = false

    /// Runs the case from power-up on a rig of the default board.
    func run(in memory: RigMemory) -> MatrixOutcome {
        var rig = memory.makeRig(seed: seed)
        reach(&rig)
        let began = rig.now
        let isReached = rig.state == phase.state
        let fault = Fault(component, mode, from: began)
        var outcome = MatrixOutcome(fault: fault, phase: phase)
        let earlier = rig.trips
        rig.inject(fault)
        if withEmergencyStop {
            rig.run(until: began + .milliseconds(100))
            rig.operate(.emergencyStop, on: true)
        }
        goOn(&rig, from: began, earlier: earlier, &outcome)
        judge(&rig, &outcome)
        if !isReached { outcome.complaint = "the phase was not reached" }
        return outcome
    }

    /// Types a line.
    private func type(_ line: String, into rig: inout SimulatedRig) {
        for byte in line.utf8 { rig.receive(byte) }
        rig.receive(10)
    }

    /// Advances in steps of 100 us until `done` or a virtual limit.
    private func advance(_ rig: inout SimulatedRig, limit: Nanoseconds, until done: (borrowing SimulatedRig) -> Bool) {
        let end = rig.now + limit
        while rig.now < end, !done(rig) { rig.run(until: rig.now + .microseconds(100)) }
    }

    /// The operator's way to the phase: 100 % and single-handed, a train where pulses are wanted.
    private func reach(_ rig: inout SimulatedRig) {
        advance(&rig, limit: .seconds(10)) { $0.state == .safe }
        rig.operate(.key, on: true)
        type("set intensity 100%", into: &rig)
        rig.run(until: rig.now + .milliseconds(500))
        if phase == .safe { return }
        type("arm", into: &rig)
        advance(&rig, limit: .seconds(3)) { $0.state == .arming }
        rig.run(until: rig.now + .milliseconds(300))
        if phase == .arming { return }
        advance(&rig, limit: .seconds(3)) { $0.state == .charging }
        rig.run(until: rig.now + .milliseconds(120))
        if phase == .charging { return }
        advance(&rig, limit: .seconds(3)) { $0.state == .ready }
        rig.run(until: rig.now + .milliseconds(300))
        if phase == .ready { return }
        if phase == .discharging {
            type("disarm", into: &rig)
            rig.run(until: rig.now + .milliseconds(600))
            return
        }
        type("train 5Hz 20", into: &rig)
        advance(&rig, limit: .seconds(3)) { $0.snapshot.trainDelivered >= 2 }
        let wanted: StimulatorState = phase == .firing ? .firing : .charging
        advance(&rig, limit: .seconds(1)) { $0.state == .firing }
        advance(&rig, limit: .seconds(1)) { $0.state == wanted || (phase == .recovering && $0.state == .recovering) }
    }

    /// Four seconds in which the operator goes on with the work, then the disarm and the board's time.
    private func goOn(
        _ rig: inout SimulatedRig, from began: Instant, earlier: TripSet, _ outcome: inout MatrixOutcome
    ) {
        if phase == .safe { type("arm", into: &rig) }
        var wantsTrain = phase == .safe || phase == .arming || phase == .charging || phase == .ready
        let work = began + .seconds(6)
        while rig.now < work {
            rig.run(until: rig.now + .microseconds(500))
            note(&rig, from: began, earlier: earlier, &outcome)
            if wantsTrain, rig.state == .ready {
                wantsTrain = false
                type("train 5Hz 10", into: &rig)
            }
        }
        type("disarm", into: &rig)
        let end = rig.now + .seconds(7)
        while rig.now < end {
            rig.run(until: rig.now + .microseconds(500))
            note(&rig, from: began, earlier: earlier, &outcome)
        }
    }

    /// Design: a pulse by itself is detected within 10 ms, named, latched, locked out.
    private func judgePulse(_ rig: borrowing SimulatedRig, _ outcome: inout MatrixOutcome) {
        guard rig.trips.contains(.pulseUnexpected) else {
            outcome.complaint = "a pulse by itself was not named and locked out"
            return
        }
        let pulses = rig.world.pulses
        let since = outcome.namedPulseAt.map { named in
            (pulses.oldest..<pulses.count).map { named - pulses[$0].at }.filter { $0 >= .zero }.min() ?? .seconds(1)
        }
        if (since ?? .seconds(1)) > .milliseconds(10) { outcome.complaint = "a pulse by itself was named late" }
    }

    /// Design: a dead bleed path is detected within 0.5 s, named, latched, locked out.
    private func judgeBleed(_ rig: borrowing SimulatedRig, _ outcome: inout MatrixOutcome) {
        guard rig.world.volts >= 60 else { return }
        guard rig.trips.contains(.dischargeFailed), let named = outcome.namedBleedAt, let stop = outcome.stoppedAt
        else {
            outcome.complaint = "a dead bleed path was not named"
            return
        }
        if named - stop > .milliseconds(500) { outcome.complaint = "a dead bleed path was named late" }
    }

    private func note(
        _ rig: inout SimulatedRig, from began: Instant, earlier: TripSet, _ outcome: inout MatrixOutcome
    ) {
        if outcome.namedPulseAt == nil, rig.trips.contains(.pulseUnexpected) { outcome.namedPulseAt = rig.now }
        if outcome.namedBleedAt == nil, rig.trips.contains(.dischargeFailed) { outcome.namedBleedAt = rig.now }
        if outcome.stoppedAt == nil, rig.state == .discharging { outcome.stoppedAt = rig.now }
        guard outcome.trip == nil else { return }
        let new = TripSet(bits: rig.trips.bits & ~earlier.bits)
        if new.isEmpty { return }
        let first = rig.firstTrip.flatMap { new.contains($0) ? $0 : nil }
        outcome.trip = first ?? Trip(rawValue: UInt8(new.bits.trailingZeroBitCount))
        outcome.detection = rig.now - began
    }

    /// What the checkers saw, and what this fault demands besides.
    private func judge(_ rig: inout SimulatedRig, _ outcome: inout MatrixOutcome) {
        let checkers = rig.checkers
        outcome.violation = checkers.first
        outcome.excusedPulses = checkers.excusedPulses
        outcome.discharge = checkers.longestDischarge
        outcome.peak = checkers.highestMillivolts
        if outcome.fault.isPulseByItself, checkers.excusedPulses > 0 {
            judgePulse(rig, &outcome)
        } else if outcome.fault.isDeadBleed {
            judgeBleed(rig, &outcome)
        } else if rig.world.volts >= 60 {
            outcome.complaint = "still \(Int(rig.world.volts)) V at the end"
        }
    }
}
