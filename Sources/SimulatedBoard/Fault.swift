import StimulatorCore

/// A part that fails for a while.
public struct Fault: BitwiseCopyable, Hashable, Sendable {
    public var component: FaultComponent
    public var mode: FaultMode
    /// The first moment of the fault.
    public var from: Instant
    /// The first moment after it; the distant future for a fault that stays.
    public var until: Instant

    public init(_ component: FaultComponent, _ mode: FaultMode, from: Instant, until: Instant = .distantFuture) {
        self.component = component
        self.mode = mode
        self.from = from
        self.until = until
    }

    /// True while the fault lasts.
    public func isActive(at now: Instant) -> Bool { from <= now && now < until }

    /// True when the part can fail this way.
    public static func isValid(_ component: FaultComponent, _ mode: FaultMode) -> Bool {
        modes(of: component) & mode.bit != 0
    }

    /// True for the faults that *are* a pulse: nothing can prevent it, it has to be seen and locked out.
    public var isPulseByItself: Bool {
        switch component {
        case .thyristor: mode == .selfTrigger
        case .fireLine: mode == .stuckHigh || mode == .intermittent
        default: false
        }
    }

    /// True for the faults that nobody can see with one converter: a set-point output above its read-back, which the charger follows
    /// between the last sample and the pulse, and a divider that reads low while the bleed lowers the voltage. Both make it 8 % too high.
    var isUnseenByConverter: Bool { mode == .wrong && (component == .setPointDAC || component == .voltageDivider) }

    /// True for the parts that charge or discharge the capacitor, or tell of its voltage.
    var movesVoltage: Bool {
        switch component {
        case .chargeLine, .armLine, .heartbeatLine, .bleedHoldLine, .adc, .voltageDivider, .reference, .setPointDAC,
            .bleedRelay, .contactor, .chargePump, .charger, .bus:
            true
        default: false
        }
    }

    /// True for the faults that leave only the fixed resistor to discharge the capacitor.
    public var isDeadBleed: Bool { component == .bleedRelay && mode == .stuckOpen }

    /// True for the fault that no software, guardian or charge pump can notice: hands open the chain.
    public var isStoppedByChainAlone: Bool { component == .software && mode == .frozenAtWorst }

    /// How much later than asked a task runs under `slow` or `delayed`; zero otherwise.
    public static func lateness(of mode: FaultMode) -> Nanoseconds {
        switch mode {
        case .slow: .milliseconds(2)
        case .delayed: .milliseconds(20)
        default: .zero
        }
    }

    /// How far a clock leaps under `jump`.
    public static var clockJump: Nanoseconds { .milliseconds(100) }

    /// The modes of a part, one bit a mode.
    static func modes(of component: FaultComponent) -> UInt32 {
        switch component {
        case .adc: set(.off, .stuck, .garbage, .wrong) | set(.slow, .intermittent)
        case .voltageDivider, .reference: set(.off, .wrong)
        case .coilSensorA, .coilSensorB: set(.off, .stuck, .garbage, .wrong) | set(.noConversion, .intermittent)
        case .setPointDAC: set(.off, .stuck, .wrong)
        case .bleedRelay: set(.stuckOpen, .stuckClosed, .slow)
        case .contactor: set(.welded, .stuckOpen, .slow)
        case .chargePump, .overvoltageComparator: set(.off, .stuckOn)
        case .charger: set(.off, .slow, .stuckOn, .runaway)
        case .thyristor: set(.off, .selfTrigger)
        case .bus: set(.off, .wedged, .garbage, .intermittent)
        case .oneShot, .mains, .power, .watchdog: set(.off)
        case .clock: set(.stuck, .jump)
        case .safetyTask, .guardianTask, .samplerTask, .consoleTask, .journalTask: set(.off, .slow, .delayed)
        case .safetyProcess, .consoleProcess: set(.killed, .frozen)
        case .software: set(.frozenAtWorst)
        case .disk: set(.off, .full, .slow)
        default: set(.stuckLow, .stuckHigh, .intermittent)
        }
    }

    private static func set(
        _ first: FaultMode, _ second: FaultMode? = nil, _ third: FaultMode? = nil, _ fourth: FaultMode? = nil
    ) -> UInt32 {
        var bits = first.bit
        if let second { bits |= second.bit }
        if let third { bits |= third.bit }
        if let fourth { bits |= fourth.bit }
        return bits
    }
}
