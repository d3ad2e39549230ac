import BoardInterface
import StimulatorCore

/// The world in which the firmware is proven: capacitor, charger, coil, chips, and the hardware that acts without software.
///
/// A pure value: the same seed and the same calls give the same bits, on every machine and in every build. Between events all physics
/// are closed forms, so looking changes nothing: only a change of what drives the capacitor starts a new segment.
///
///     call(at: now) ──▶ advance(to: now): events up to and at `now`, in order ──▶ the call's own effect
///
/// Every call names its moment. The world does not go back: a call from before the last one acts at the last one's moment, so a task
/// makes one transfer a run and sleeps until it is complete. Output levels *stay* when nobody writes; nothing but a loss of power or
/// the watchdog takes them back.
public struct World: Board, BitwiseCopyable, Sendable {
    public let board: BoardDescription
    /// The values of this board's parts.
    public let parts: Parts
    /// The present moment.
    public internal(set) var now = Instant(0)

    // MARK: Levels
    /// What software wrote.
    public internal(set) var levels = OutputLines.none
    /// What the pins have: the levels, unless a fault or the power says otherwise.
    public internal(set) var pins = OutputLines.none
    /// What hands do: the true contacts, whatever the lines report.
    public internal(set) var hands = InputLines.coilPresent | .interlock
    /// What the input lines report.
    public internal(set) var inputs = InputLines.none
    var fireSenseEdges = EdgeCount()

    // MARK: Hardware
    var capacitor: Capacitor
    var coil: Coil
    var contactor: Relay
    var bleedRelay: Relay
    /// ENABLE is up.
    public internal(set) var isEnabled = false
    var enableFallsAt = Instant.distantFuture
    /// The hardware comparator has latched.
    public internal(set) var isOvervoltageLatched = false
    /// The supply contactor's contact is closed.
    public internal(set) var isContactorClosed = false
    /// The bleed relay's contact is closed: the bleed resistor discharges the capacitor.
    public internal(set) var isBleeding = true
    /// The charger holds its set-point and waits until the voltage has dropped by the hysteresis.
    var isHolding = false
    var inhibitEndsAt = Instant.distantFuture
    var oneShotReadyAt = Instant.distantPast
    /// When the coil current ends; the distant future when none flows.
    var currentEndsAt = Instant.distantFuture
    var isCurrentSeen = false
    /// What the capacitor's voltage passes next, and when.
    var crossing = Crossing.none
    var crossingAt = Instant.distantFuture

    // MARK: Chips
    var adc = ADS1115Chip()
    var sensorA: TMP117Chip
    var sensorB: TMP117Chip
    var dac = MCP4725Chip()
    /// The present of whoever owns time: the later transfers of one task run carry later stamps, but do not pull the world ahead of
    /// it, because other tasks still run before them.
    public var horizon = Instant.distantFuture
    /// How far the software's clock is ahead of the world's: what software says and hears is stamped with its own.
    public var clockLead = Nanoseconds.zero
    /// The moment of the present transfer.
    var transferAt = Instant(0)
    /// When the last transfer was over, also one that failed: the task that asked is blocked until then.
    public internal(set) var transferEndsAt = Instant(0)

    // MARK: Watchdog
    /// When the watchdog resets the board; the distant future until it has been petted once.
    var watchdogBitesAt = Instant.distantFuture
    /// How often it has.
    public internal(set) var watchdogResets: UInt32 = 0

    // MARK: Faults
    public internal(set) var faults = FaultTable()
    var isInverted = false
    var chatterAt = Instant.distantFuture
    var isPowered = true
    var dice: Dice

    // MARK: For the checkers
    /// The last true pulses.
    public internal(set) var pulses = PulseRing()
    var peakVolts = 0.0
    /// When the CHARGE pin last changed.
    var chargeChangedAt = Instant.distantPast

    /// The earliest internal event, or earlier: until then `advance` is one comparison.
    public internal(set) var nextEventAt = Instant(0)
    /// The same without the converter's sample, which changes nothing but the converter.
    var nextChangeAt = Instant(0)

    /// A board whose parts `seed` draws within their tolerances, everything off, the coil plugged in, the interlock closed.
    public init(seed: UInt64, board: BoardDescription) {
        var dice = Dice(seed: seed)
        let parts = Parts(board: board, dice: &dice)
        self.init(parts: parts, board: board, dice: dice)
    }

    /// A board of given parts, its capacitor at `volts`.
    public init(parts: Parts, board: BoardDescription, dice: Dice, volts: Double = 0) {
        self.board = board
        self.parts = parts
        self.dice = dice
        capacitor = Capacitor(
            capacitance: parts.capacitance, volts: volts,
            flow: Flow(source: .none, strength: 0, resistance: parts.fixedResistance), at: Instant(0))
        coil = Coil(board: board, at: Instant(0))
        contactor = Relay(pullIn: parts.contactorPullIn, dropOut: parts.contactorDropOut)
        bleedRelay = Relay(pullIn: parts.bleedPullIn, dropOut: parts.bleedDropOut)
        sensorA = TMP117Chip(poweredAt: Instant(0))
        sensorB = TMP117Chip(poweredAt: Instant(0))
        settle()
    }
}

/// What the capacitor's voltage is on its way to.
enum Crossing: UInt8, BitwiseCopyable, Hashable {
    case none = 0
    /// Up to where the charger's current limit gives way to constant power.
    case constantPower = 1
    /// Up to the charger's set-point.
    case setPoint = 2
    /// Down to where the charger tops up.
    case topUp = 3
    /// Up to the hardware comparator's threshold.
    case overvoltage = 4
    /// Down to where the comparator's latch may be reset.
    case discharged = 5
}

/// The truth, for checkers and tests: what no software can know.
extension World {
    /// The capacitor's true voltage now, volts. (Inlined: a call would copy the world, which is large.)
    @inline(__always) public var volts: Double { capacitor.volts(at: now) }
    /// The highest true voltage so far, volts.
    public var highestVolts: Double { max(peakVolts, volts) }
    /// True while the charger delivers: only then the voltage can rise.
    public var isCharging: Bool { capacitor.flow.source != .none }
    /// When what drives the capacitor last changed.
    var flowBeganAt: Instant { capacitor.since }
    /// The coil's case now, degrees Celsius.
    public var caseTemperature: Double { coil.caseTemperature(at: now) }
    /// The coil's winding now, degrees Celsius.
    public var windingTemperature: Double { coil.windingTemperature(at: now) }
    /// The contacts of the chain are all closed.
    public var isChainClosed: Bool {
        (hands & (.emergencyStop | .patientStop | .interlock)).rawValue == InputLines.interlock.rawValue
    }

    /// Mixes the world's state into `history`, field by field. Inlined, as `volts`.
    @inline(__always) public func hash(into history: inout HistoryHash) {
        history.add(UInt64(bitPattern: now.raw))
        history.add(UInt64(levels.rawValue) | UInt64(pins.rawValue) << 32)
        history.add(UInt64(hands.rawValue) | UInt64(inputs.rawValue) << 32)
        history.add(UInt64(fireSenseEdges.count))
        history.add(UInt64(bitPattern: fireSenseEdges.lastAt.raw))
        capacitor.hash(into: &history)
        coil.hash(into: &history)
        contactor.hash(into: &history)
        bleedRelay.hash(into: &history)
        history.add(
            (isEnabled ? 1 : 0) | (isOvervoltageLatched ? 2 : 0) | (isContactorClosed ? 4 : 0) | (isBleeding ? 8 : 0)
                | (isHolding ? 16 : 0) | (isInverted ? 32 : 0) | (isPowered ? 64 : 0))
        history.add(UInt64(bitPattern: enableFallsAt.raw))
        history.add(UInt64(bitPattern: crossingAt.raw))
        adc.hash(into: &history)
        sensorA.hash(into: &history)
        sensorB.hash(into: &history)
        dac.hash(into: &history)
        faults.hash(into: &history)
        history.add(dice.state)
        history.add(pulses.count)
        history.add(peakVolts.bitPattern)
    }
}
