import StimulatorCore

/// The status bytes of the wire emulation, from what the safety side shows.
///
/// At most one of standby, armed and ready is set: clients take a status byte of 0x3F for `?` and one of 0x53 for `S`, and both have
/// standby and armed set together.
struct WireStatus: BitwiseCopyable, Hashable {
    private static var standby: UInt8 { 1 << 0 }
    private static var armed: UInt8 { 1 << 1 }
    private static var ready: UInt8 { 1 << 2 }
    private static var coilPresent: UInt8 { 1 << 3 }
    private static var replaceCoil: UInt8 { 1 << 4 }
    private static var error: UInt8 { 1 << 5 }
    private static var fatal: UInt8 { 1 << 6 }
    private static var remote: UInt8 { 1 << 7 }

    private static var trainRuns: UInt8 { 1 << 1 }
    private static var wait: UInt8 { 1 << 2 }
    private static var singlePulseMode: UInt8 { 1 << 3 }
    private static var supplyConnected: UInt8 { 1 << 4 }
    private static var coilReady: UInt8 { 1 << 5 }

    /// The status that stands in every answer.
    var instrument: UInt8
    /// The status of trains; its bit 0, more than full power, is never set.
    var rapid: UInt8

    /// - Parameters:
    ///   - isSilent: the safety side does not report: what it last showed is not shown as the present.
    ///   - waits: no train may be started yet because of the one before it.
    init(_ snapshot: Snapshot, _ board: BoardDescription, isSilent: Bool, isRemote: Bool, train: WireTrain, waits: Bool)
    {
        instrument = isRemote ? WireStatus.remote : 0
        rapid = train.isOn ? 0 : WireStatus.singlePulseMode
        if isSilent {
            instrument |= WireStatus.error | WireStatus.fatal
            return
        }
        instrument |= WireStatus.state(snapshot.state) | WireStatus.trips(snapshot.trips)
        if snapshot.inputs.contains(.coilPresent) { instrument |= WireStatus.coilPresent }
        if WireStatus.isTooHot(snapshot, board) { instrument |= WireStatus.replaceCoil }
        if train.isOn, snapshot.trainTotal > 0 { rapid |= WireStatus.trainRuns }
        if waits { rapid |= WireStatus.wait }
        // A supply shows itself by charging: it counts as connected until charging has failed.
        if !snapshot.trips.contains(.chargeTimeout) { rapid |= WireStatus.supplyConnected }
        if WireStatus.isCoilReady(snapshot, board) { rapid |= WireStatus.coilReady }
    }

    private static func state(_ state: StimulatorState) -> UInt8 {
        if state == .ready { return ready }
        return state.isArmed ? armed : standby
    }

    /// A trip that needs a person's acknowledgement, or more, is fatal.
    private static func trips(_ trips: TripSet) -> UInt8 {
        if trips.isEmpty { return 0 }
        return trips.filtered { $0.action > .disarm }.isEmpty ? error : error | fatal
    }

    private static func isTooHot(_ snapshot: Snapshot, _ board: BoardDescription) -> Bool {
        if snapshot.trips.contains(.coilOvertemperature) { return true }
        return temperature(snapshot.coilA, snapshot, board).map { $0 > board.coilTrip } ?? false
            || temperature(snapshot.coilB, snapshot, board).map { $0 > board.coilTrip } ?? false
    }

    private static func isCoilReady(_ snapshot: Snapshot, _ board: BoardDescription) -> Bool {
        snapshot.inputs.contains(.coilPresent) && !isTooHot(snapshot, board)
            && temperature(snapshot.coilA, snapshot, board) != nil
            && temperature(snapshot.coilB, snapshot, board) != nil
    }

    /// A coil temperature that may be believed; nil for one that may not.
    static func temperature(
        _ reading: Reading<Millicelsius>, _ snapshot: Snapshot, _ board: BoardDescription
    ) -> Millicelsius? {
        reading.isTrusted(at: snapshot.now, within: board.coilTemperatureAge) ? reading.value : nil
    }
}

/// The train that a client has set up. What is shown is what fire gives: `pulses` at `frequency`.
///
/// The duration is kept as it was told: clients compute it from the other two, and send all three.
struct WireTrain: BitwiseCopyable, Hashable {
    /// Train mode; otherwise fire gives a single pulse.
    var isOn = false
    /// Tenths of a hertz, 1 ... 9999.
    var frequency = 10
    /// 1 ... 6000.
    var pulses = 1
    /// Tenths of a second, 0 ... 9999.
    var duration = 10

    /// What fire gives at an intensity.
    func pattern(intensity: PerMille) -> PulsePattern {
        isOn
            ? .train(intensity: intensity, rate: Millihertz(Int64(frequency) * 100), pulses: UInt32(clamping: pulses))
            : .single(intensity: intensity)
    }

    /// Wait after the train before the next may begin, tenths of a second, rounded up: what the train gives off above the sustained
    /// power drains at that power, and never less than the board's least wait. In single-pulse mode a second.
    func wait(board: BoardDescription, intensity: PerMille) -> Int64 {
        guard isOn else { return 10 }
        let energy = board.energy(at: board.setPoint(for: intensity)) * Int64(pulses)
        let drained = EnergyBudget.wait(for: energy, sustained: board.sustainedPower)
        let lasting = Nanoseconds(Int64(pulses) * 10_000_000_000 / Int64(frequency))
        let wait = max(board.leastWait, drained - lasting)
        return (wait.raw + 99_999_999) / 100_000_000
    }
}
