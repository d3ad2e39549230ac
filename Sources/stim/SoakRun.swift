import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// What a soak found wrong.
struct SoakViolation: Equatable, Sendable {
    let at: Instant
    let message: String
}

/// One seed: episodes of an operator until the time is over, the bench brought back after each, and the judgement.
///
/// The checkers watch the true world. On top of them, an episode ends well only when
///
/// - a stop (key, door, coil, buttons, hang-up, byte 0x18) has ended what was armed;
/// - without a fault, nothing tripped that no hand provoked, no pulse was omitted, and the journal counts every true pulse;
/// - with no fault and nothing pressed the board comes back to `safe` within a minute, without a trip, the journal can be written
///   and the console answers;
/// - the journal's chain is whole.
struct SoakRun: ~Copyable {
    /// From the end of a fault to `safe`.
    static var longestReturn: Nanoseconds { .seconds(60) }
    /// From a stop to an unarmed board: the console's and the safety side's next runs, many times over.
    private static var longestStop: Nanoseconds { .milliseconds(60) }

    private var bench: SoakBench
    private var person: BenchOperator
    private let end: Instant
    private var violation: SoakViolation?
    private var hadFault = false
    private var provoked = TripSet()
    private var pulsesBefore: UInt64 = 0
    private var recordedBefore: UInt64 = 0

    init(rig: consuming SimulatedRig, seed: UInt64, time: Nanoseconds, keepsAll: Bool = false) {
        end = rig.now + time
        bench = SoakBench(rig: rig, keepsAll: keepsAll)
        person = BenchOperator(seed: seed)
    }

    /// Runs the seed to its end or its first violation.
    consuming func run() -> SoakOutcome {
        bringBack()
        while violation == nil, bench.rig.now < end { playEpisode() }
        if violation == nil { verifyJournal() }
        return SoakOutcome(bench: bench, violation: violation)
    }

    private mutating func playEpisode() {
        hadFault = false
        provoked = TripSet()
        provoked.insert(.leaseExpired)
        bench.newTrips = TripSet()
        bench.omissions = 0
        pulsesBefore = bench.rig.checkers.wantedPulses
        recordedBefore = bench.rig.journalTally.delivered
        for deed in person.episode() where violation == nil {
            if case .fault = deed { hadFault = true }
            provoke(deed)
            bench.perform(deed)
            if deed.isStop, !bench.hasFault { demandStop(after: deed) }
            takeChecked()
        }
        // Processes and contacts come back a little after the fault.
        bench.run(until: bench.faultEndsAt + .milliseconds(50))
        takeChecked()
        bringBack()
        judgeEpisode()
    }

    /// The trips that a hand may cause.
    private mutating func provoke(_ deed: Deed) {
        switch deed {
        case .hand(.key, on: false): provoked.insert(.keyRemoved)
        case .hand(.coil, on: false): provoked.insert(.coilMissing)
        case .hand(.interlock, on: false): provoked.insert(.interlockOpen)
        case .hand(.emergencyStop, on: true): provoked.insert(.emergencyStop)
        case .hand(.patientStop, on: true): provoked.insert(.patientStop)
        default: break
        }
    }

    private mutating func demandStop(after deed: Deed) {
        bench.run(for: SoakRun.longestStop)
        if bench.rig.state.isArmed { fail("notStopped: still \(bench.rig.state.name) 60 ms after: \(deed)") }
    }

    /// Ends the faults' consequences as a person would: hands back, key edge, clear, self-test.
    private mutating func bringBack() {
        bench.isReturning = true
        defer { bench.isReturning = false }
        let limit = bench.rig.now + SoakRun.longestReturn
        for hand in [HandInput.emergencyStop, .patientStop] { bench.perform(.hand(hand, on: false)) }
        for hand in [HandInput.coil, .interlock] { bench.perform(.hand(hand, on: true)) }
        while violation == nil, !staysBack() {
            if bench.rig.now >= limit {
                return fail("stuck: \(bench.rig.state.name) with trips \(names(bench.rig.trips)) after 60 s")
            }
            switch bench.rig.state {
            case .arming, .charging, .ready, .firing, .recovering: bench.perform(.press([0x18]))
            case .safe, .faulted: acknowledge()
            case .selfTest, .discharging: break
            }
            bench.run(for: .milliseconds(100))
            takeChecked()
        }
        if violation == nil { demandAnswer() }
    }

    /// Safe for a while, and nothing that a person can clear holds: a hot coil takes its time.
    private mutating func staysBack() -> Bool {
        guard isBack else { return false }
        bench.run(for: .milliseconds(200))
        return isBack
    }

    private var isBack: Bool {
        bench.rig.state == .safe && bench.rig.isJournalHealthy
            && bench.rig.trips.filtered { $0 != .coilOvertemperature }.isEmpty
    }

    private mutating func acknowledge() {
        for on in [false, true] {
            bench.perform(.hand(.key, on: on))
            bench.run(for: .milliseconds(30))
        }
        bench.perform(.line(""))
        // A program that had taken the lease over gives it back.
        bench.perform(.line("mode human"))
        bench.perform(.line("clear"))
        bench.run(for: .milliseconds(100))
        guard bench.rig.state == .faulted else { return }
        bench.perform(.line("selftest"))
    }

    /// The console says in which state the board is.
    private mutating func demandAnswer() {
        bench.perform(.line(""))
        bench.perform(.line("mode human"))
        bench.run(for: .milliseconds(50))
        bench.heard = []
        bench.perform(.line("status"))
        bench.run(for: .milliseconds(200))
        takeChecked()
        let answer = String(decoding: bench.heard, as: UTF8.self)
        if violation == nil, !answer.contains("safe") { fail("mute: no answer to status in 200 ms") }
    }

    private mutating func judgeEpisode() {
        guard violation == nil, !hadFault else { return }
        let unprovoked = TripSet(bits: bench.newTrips.bits & ~provoked.bits)
        if !unprovoked.isEmpty { return fail("unprovokedTrip: \(names(unprovoked)) without a fault") }
        if bench.omissions > 0 { return fail("unprovokedOmission: \(bench.omissions) pulses omitted without a fault") }
        let pulses = bench.rig.checkers.wantedPulses - pulsesBefore
        let recorded = bench.rig.journalTally.delivered - recordedBefore
        if pulses != recorded { fail("miscounted: \(pulses) true pulses, \(recorded) in the journal") }
    }

    private mutating func verifyJournal() {
        switch bench.rig.verifyJournal() {
        case nil: fail("journal: cannot be read")
        case let found?:
            if let damage = found.damage { fail("journal: \(RecordText.damage(damage))") }
        }
    }

    private mutating func takeChecked() {
        guard violation == nil, let found = bench.rig.checkers.first else { return }
        violation = SoakViolation(at: found.at, message: "\(found.kind.name): \(found.value)")
    }

    private mutating func fail(_ message: String) {
        if violation == nil { violation = SoakViolation(at: bench.rig.now, message: message) }
    }

    private func names(_ trips: TripSet) -> String {
        var names: [String] = []
        var rest = trips
        while let trip = rest.first {
            rest.remove(trip)
            names.append("\(trip.name)")
        }
        return names.isEmpty ? "none" : names.joined(separator: " ")
    }
}
