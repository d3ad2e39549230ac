import StimulatorCore

/// What drives the capacitor between two events.
struct Flow: BitwiseCopyable, Hashable {
    enum Source: UInt8, BitwiseCopyable, Hashable {
        /// Nothing: the resistance alone discharges it.
        case none = 0
        /// The charger at its current limit.
        case current = 1
        /// The charger at its constant power.
        case power = 2
    }
    var source: Source
    /// Amperes or watts.
    var strength: Double
    /// Across the capacitor, ohms.
    var resistance: Double
}

/// The storage capacitor in closed form between events, so that a result does not depend on who looks when.
///
/// With x = V (no charger, or constant current I) or x = V^2 (constant power P), all three laws are one:
/// x(t) = end + (start - end) exp(-rate t), where end = 0, I R or P R, and rate = 1/RC, 1/RC or 2/RC.
struct Capacitor: BitwiseCopyable, Hashable {
    let capacitance: Double
    private(set) var flow: Flow
    private(set) var since: Instant
    private(set) var start: Double
    private var end = 0.0
    private var rate = 0.0

    init(capacitance: Double, volts: Double, flow: Flow, at now: Instant) {
        self.capacitance = capacitance
        self.flow = flow
        since = now
        start = 0
        begin(flow, volts: volts, at: now)
    }

    /// Starts a new segment.
    mutating func begin(_ flow: Flow, volts: Double, at now: Instant) {
        self.flow = flow
        since = now
        let perSecond = 1 / (flow.resistance * capacitance)
        start = flow.source == .power ? volts * volts : volts
        rate = flow.source == .power ? 2 * perSecond : perSecond
        end = flow.source == .none ? 0 : flow.strength * flow.resistance
    }

    /// The voltage at `now`, which is not before the segment's start.
    func volts(at now: Instant) -> Double {
        if start == 0 && end == 0 { return 0 }
        let elapsed = Double(now.raw - since.raw) * 1e-9
        let value = end + (start - end) * ExactMath.exp(-rate * elapsed)
        return flow.source == .power ? (ExactMath.squareRoot(value)) : value
    }

    /// When the voltage passes `volts` in this segment, rounded up; the distant future if it never does.
    func crossing(of volts: Double) -> Instant {
        let target = flow.source == .power ? volts * volts : volts
        let from = start - end
        let to = target - end
        // Same side of the asymptote, and nearer to it.
        guard from * to > 0, to * to < from * from else { return .distantFuture }
        let seconds = ExactMath.log(from / to) / rate
        return seconds < 1e9 ? since + Nanoseconds(Int64(seconds * 1e9) + 1) : .distantFuture
    }

    /// The charger's current, amperes.
    func current(at now: Instant) -> Double {
        switch flow.source {
        case .none: return 0
        case .current: return flow.strength
        case .power:
            let volts = volts(at: now)
            return volts > 1 ? flow.strength / volts : 0
        }
    }

    func hash(into history: inout HistoryHash) {
        history.add(UInt64(flow.source.rawValue))
        history.add(flow.resistance.bitPattern)
        history.add(UInt64(bitPattern: since.raw))
        history.add(start.bitPattern)
    }
}
