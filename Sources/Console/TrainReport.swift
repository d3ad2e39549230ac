import StimulatorCore

/// What became of one pattern, from its events.
///
///     trainStarted ── pulse | omitted | trip ... ── trainFinished
///
/// Events that were lost on the way are missing here: `delivered` and the totals come from the last event, which counts them.
public struct TrainReport: BitwiseCopyable, Hashable, Sendable {
    /// How the pattern ended.
    public enum Outcome: UInt8, BitwiseCopyable, Hashable, Sendable {
        case complete = 0
        case aborted = 1
        case tripped = 2

        public var name: StaticString {
            switch self {
            case .complete: "complete"
            case .aborted: "aborted"
            case .tripped: "tripped"
            }
        }
    }

    /// Pulses that the pattern has.
    public private(set) var total: UInt32 = 0
    /// Pulses given and verified.
    public private(set) var delivered: UInt32 = 0
    public private(set) var omitted: UInt32 = 0
    /// How many pulses were omitted for each `OmissionCause`.
    public private(set) var omittedBy = Fixed<6, UInt32>(repeating: 0)
    public private(set) var outcome = Outcome.complete
    /// Trips since the first pulse was planned.
    public private(set) var trips = TripSet()
    /// Stored energy of the pulses given.
    public private(set) var energy = Millijoules.zero
    /// The coil when the pattern ended.
    public private(set) var coil = Millicelsius.zero
    /// First pulse to the end.
    public private(set) var duration = Nanoseconds.zero
    /// True from `trainStarted` to `trainFinished`.
    public private(set) var isRunning = false
    /// The moment of the last event of the pattern.
    public private(set) var lastEventAt = Instant.distantPast

    /// Pulses whose events came.
    private var seen: UInt32 = 0
    private var firstIndex: UInt32 = 0
    private var lastIndex: UInt32 = 0
    private var firstFired: Int64 = 0
    private var lastFired: Int64 = 0
    private var leastLateness = Int64.max
    private var mostLateness = Int64.min
    private var millivoltsBefore: Int64 = 0
    private var millivoltsAfter: Int64 = 0
    /// Pulses whose voltage after them was measured.
    private var measured: UInt32 = 0

    public init() {}

    /// Mean time from one scheduled pulse to the next as given: first to last pulse given, divided by the steps of the schedule
    /// between them, so that an omitted pulse does not stretch it. For nested patterns this is the mean over bursts and pauses.
    /// Zero with fewer than two pulses.
    public var intervalMean: Nanoseconds {
        lastIndex > firstIndex ? Nanoseconds((lastFired &- firstFired) / Int64(lastIndex - firstIndex)) : .zero
    }

    /// Largest minus smallest deviation of a pulse from its scheduled time. Zero with fewer than two pulses.
    public var intervalSpread: Nanoseconds { seen < 2 ? .zero : Nanoseconds(mostLateness &- leastLateness) }

    /// The largest deviation of a pulse from its scheduled time.
    public var worstLateness: Nanoseconds { seen == 0 ? .zero : Nanoseconds(mostLateness) }

    /// Mean voltage before the pulses.
    public var voltageBefore: Millivolts { seen == 0 ? .zero : Millivolts(saturating: millivoltsBefore / Int64(seen)) }

    /// Mean voltage after the pulses.
    public var voltageAfter: Millivolts {
        measured == 0 ? .zero : Millivolts(saturating: millivoltsAfter / Int64(measured))
    }

    /// Takes an event of any kind; those that say nothing of a pattern are passed over.
    public mutating func add(_ event: Event) {
        if event.kind == .trainStarted {
            self = TrainReport()
            isRunning = true
            total = event.index
        }
        if event.kind == .trainFinished, !isRunning {
            // It ended before its first pulse was planned, or the beginning was lost.
            self = TrainReport()
            total = UInt32(clamping: event.values[4])
            isRunning = true
        }
        guard isRunning else { return }
        lastEventAt = event.at
        switch event.kind {
        case .pulse: addPulse(event)
        case .omitted:
            omitted = omitted.advanced(by: omitted == .max ? 0 : 1)
            if let cause = OmissionCause(rawValue: event.detail) { omittedBy[Int(cause.rawValue)] &+= 1 }
        case .trip:
            if let trip = Trip(rawValue: event.detail) { trips.insert(trip) }
        case .trainFinished:
            delivered = event.index
            omitted = UInt32(clamping: event.values[0])
            energy = Millijoules(event.values[1])
            coil = Millicelsius(saturating: event.values[2])
            duration = Nanoseconds(event.values[3])
            outcome = Outcome(rawValue: event.detail) ?? .tripped
            isRunning = false
        default: break
        }
    }

    /// The end was lost: nothing of this pattern runs any more.
    mutating func abandon() { isRunning = false }

    private mutating func addPulse(_ event: Event) {
        let fired = event.values[1]
        let lateness = fired &- event.values[0]
        if seen == 0 {
            firstIndex = event.index
            firstFired = fired
        }
        lastIndex = event.index
        lastFired = fired
        leastLateness = min(leastLateness, lateness)
        mostLateness = max(mostLateness, lateness)
        millivoltsBefore &+= Int64(Millivolts(saturating: event.values[2]).raw)
        if event.values[3] != 0 {
            millivoltsAfter &+= Int64(Millivolts(saturating: event.values[3]).raw)
            measured &+= 1
        }
        seen &+= 1
        delivered &+= 1
    }
}
