import SimulatedBoard
import SimulatedRig
import StimulatorCore

/// The rig under an operator: does deeds, lets time pass, and keeps a history of what happened.
struct SoakBench: ~Copyable {
    /// One line of the history.
    struct Entry: Equatable, Sendable {
        let at: Instant
        let text: String
        /// An operator's deed or a fault; not what brought the bench back, nor what the board did.
        let isDeed: Bool
    }

    /// How far virtual time moves before the board is looked at.
    private static var stride: Nanoseconds { .milliseconds(10) }
    /// Bytes that are typed in a millisecond: a fast serial line.
    private static var bytesPerMillisecond: Int { 64 }

    var rig: SimulatedRig
    private(set) var history: [Entry] = []
    /// What the console has said since it was last asked.
    var heard: [UInt8] = []
    /// Trips that came up since they were last forgotten.
    var newTrips = TripSet()
    /// Pulses omitted since they were last forgotten.
    var omissions = 0
    /// True while the bench is being brought back: what is done then is no deed of the operator.
    var isReturning = false
    /// Every fault, in order.
    private(set) var faults: [Fault] = []
    /// How often each trip came up.
    private(set) var tripCounts = [Int](repeating: 0, count: Trip.count)
    private let keepsAll: Bool
    private var state: StimulatorState
    private var trips: TripSet

    /// - Parameter keepsAll: the whole history is kept, not only its end.
    init(rig: consuming SimulatedRig, keepsAll: Bool) {
        state = rig.state
        trips = rig.trips
        self.rig = rig
        self.keepsAll = keepsAll
    }

    /// The end of the latest fault.
    var faultEndsAt: Instant { faults.last?.until ?? .distantPast }
    /// True while a fault is planned or active.
    var hasFault: Bool { rig.now < faultEndsAt }

    mutating func perform(_ deed: Deed) {
        note("> \(deed)", isDeed: !isReturning)
        switch deed {
        case .line(let text): type(Array(text.utf8) + [0x0A])
        case .press(let bytes): type(bytes)
        case .hand(let input, let on): rig.operate(input, on: on)
        case .pause(let time): run(for: time)
        case .hangUp: rig.hangUp()
        case .terminal(let on): rig.isTerminal = on
        case .fault(let component, let mode, let after, let lasting):
            let from = rig.now + after
            let fault = Fault(component, mode, from: from, until: from + lasting)
            precondition(!hasFault && rig.inject(fault), "an operator's fault is a valid one, and alone")
            faults.append(fault)
        }
    }

    /// Lets time pass.
    mutating func run(for time: Nanoseconds) { run(until: rig.now + time) }

    /// Lets time pass, up to the first violation that the checkers see.
    mutating func run(until end: Instant) {
        while rig.now < end, rig.checkers.first == nil {
            rig.run(until: min(end, rig.now + SoakBench.stride))
            look()
        }
    }

    private mutating func type(_ bytes: [UInt8]) {
        for (number, byte) in bytes.enumerated() {
            rig.receive(byte)
            if number % SoakBench.bytesPerMillisecond == SoakBench.bytesPerMillisecond - 1 {
                run(for: .milliseconds(1))
            }
        }
    }

    private mutating func look() {
        while let byte = rig.takeOutput() { heard.append(byte) }
        if heard.count > 65_536 { heard.removeFirst(32_768) }
        while let event = rig.takeEvent() {
            switch event.kind {
            case .omitted:
                omissions += 1
                note(
                    "pulse \(event.index) omitted: \(OmissionCause(rawValue: event.detail)?.name ?? ""), \(event.values[2]) mV"
                )
            case .trainFinished: note("train ended: \(event.index) delivered, \(event.values[0]) omitted")
            default: break
            }
        }
        if rig.state != state {
            state = rig.state
            note("state \(state.name)")
        }
        if rig.trips != trips { noteTrips() }
    }

    private mutating func noteTrips() {
        var risen = TripSet(bits: rig.trips.bits & ~trips.bits)
        newTrips.bits |= risen.bits
        trips = rig.trips
        while let trip = risen.first {
            risen.remove(trip)
            tripCounts[Int(trip.rawValue)] += 1
            note("trip \(trip.name)")
        }
    }

    private mutating func note(_ text: String, isDeed: Bool = false) {
        if !keepsAll, history.count >= 200 { history.removeFirst(100) }
        history.append(Entry(at: rig.now, text: text, isDeed: isDeed))
    }
}
