import StimulatorCore

/// Pulses and energy that a journal proves: the dose, recomputed instead of remembered.
public struct Tally: BitwiseCopyable, Hashable, Sendable {
    /// Pulses that were given and verified.
    public var delivered: UInt64 = 0
    /// Pulses that nobody asked for (`Trip.pulseUnexpected`).
    public var unexpected: UInt64 = 0
    /// Stored energy of the delivered pulses. An unexpected pulse has no voltage in the journal: it counts with the energy of the
    /// board's maximum.
    public var energy = Millijoules.zero
    /// Pulses of the present train that have a record of their own, and their energy.
    private var trainPulses: UInt64 = 0
    private var trainEnergy = Millijoules.zero

    public init() {}

    /// All pulses.
    public var pulses: UInt64 { delivered &+ unexpected }

    /// Counts what a record says about pulses.
    public mutating func count(_ record: Record, board: BoardDescription) {
        guard case .event(let event) = record.content else { return }
        switch event.kind {
        case .trainStarted: beginTrain()
        case .pulse:
            let stored = board.energy(at: Tally.voltage(event.values[2]))
            delivered &+= 1
            add(stored)
            trainPulses &+= 1
            trainEnergy += stored
        case .trainFinished:
            addLost(event, board: board)
            beginTrain()
        case .trip where event.detail == Trip.pulseUnexpected.rawValue:
            unexpected &+= 1
            add(board.energy(at: board.maximumVoltage))
        default: break
        }
    }

    /// A pulse's own record is lost when the console does not run for long; how many a train gave is not.
    private mutating func addLost(_ event: Event, board: BoardDescription) {
        let given = UInt64(event.index)
        guard given > trainPulses else { return }
        delivered &+= given - trainPulses
        let most = Int64(Ceiling.pulsesPerPattern) * board.energy(at: board.maximumVoltage).raw
        add(Millijoules(max(0, max(0, min(most, event.values[1])) - trainEnergy.raw)))
    }

    private mutating func beginTrain() {
        trainPulses = 0
        trainEnergy = .zero
    }

    /// A voltage from the journal: bytes that are whole need not be sensible, so it is kept in 0 ... `Ceiling.overvoltage`.
    private static func voltage(_ millivolts: Int64) -> Millivolts {
        Millivolts(saturating: max(0, min(millivolts, Int64(Ceiling.overvoltage.raw))))
    }

    private mutating func add(_ more: Millijoules) {
        let (sum, overflow) = energy.raw.addingReportingOverflow(more.raw)
        energy = Millijoules(overflow ? Int64.max : sum)
    }
}
