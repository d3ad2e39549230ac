import StimulatorCore

/// The faults of a world, up to eight at a time, and which of them are active now.
public struct FaultTable: BitwiseCopyable, Hashable, Sendable {
    /// Most faults at a time.
    public static var capacity: Int { 8 }

    private var faults = Fixed<8, Fault>(repeating: Fault(.disk, .off, from: .distantFuture))
    /// How many of `faults` are in use.
    public private(set) var count: Int32 = 0
    /// Active modes of each part, one bit a mode.
    private var active = Fixed<46, UInt32>(repeating: 0)
    /// True when no fault is active.
    public private(set) var isQuiet = true
    /// When the next fault begins or ends.
    private(set) var changesAt = Instant.distantFuture
    /// Forced lines of all active faults.
    private(set) var outputs = ForcedLines()
    private(set) var inputs = ForcedLines()

    init() {}

    /// The fault at `index`, 0 ..< count, active or not.
    public subscript(index: Int) -> Fault { faults[index] }

    /// True when the part fails this way now.
    func has(_ component: FaultComponent, _ mode: FaultMode) -> Bool {
        !isQuiet && active[Int(component.rawValue)] & mode.bit != 0
    }

    /// True when a fault that `matches` says is active at `now`.
    @inline(always) func isActive(_ component: FaultComponent, _ mode: FaultMode, at now: Instant) -> Bool {
        for index in 0..<Int(count) {
            let fault = faults[index]
            if fault.component == component, fault.mode == mode, fault.isActive(at: now) { return true }
        }
        return false
    }

    /// Adds a fault, in the place of one that is over if there is one. False for a fault that the part cannot have, one that
    /// is over, and when there is no room.
    mutating func add(_ fault: Fault, at now: Instant) -> Bool {
        guard Fault.isValid(fault.component, fault.mode), fault.until > max(now, fault.from) else { return false }
        for index in 0..<Int(count) where faults[index].until <= now {
            faults[index] = fault
            return true
        }
        if Int(count) == FaultTable.capacity { return false }
        faults[Int(count)] = fault
        count += 1
        return true
    }

    /// Ends every fault that has not ended yet.
    mutating func endAll(at now: Instant) {
        for index in 0..<Int(count) where faults[index].until > now { faults[index].until = now }
    }

    /// Finds out which faults are active at `now`. Returns true when the thyristor began to trigger itself.
    mutating func refresh(at now: Instant) -> Bool {
        let wasTriggered = has(.thyristor, .selfTrigger)
        active = Fixed(repeating: 0)
        isQuiet = true
        changesAt = .distantFuture
        outputs = ForcedLines()
        inputs = ForcedLines()
        for index in 0..<Int(count) {
            let fault = faults[index]
            if fault.from > now { changesAt = min(changesAt, fault.from) }
            if !fault.isActive(at: now) { continue }
            changesAt = min(changesAt, fault.until)
            isQuiet = false
            active[Int(fault.component.rawValue)] |= fault.mode.bit
            if fault.component.rawValue < 8 {
                outputs.add(bit: UInt32(fault.component.rawValue), mode: fault.mode)
            } else if fault.component.rawValue < 19 {
                inputs.add(bit: UInt32(fault.component.rawValue) - 8, mode: fault.mode)
            }
        }
        return has(.thyristor, .selfTrigger) && !wasTriggered
    }

    @inline(always) func hash(into history: inout HistoryHash) {
        for index in 0..<Int(count) {
            let fault = faults[index]
            history.add(UInt64(fault.component.rawValue) | UInt64(fault.mode.rawValue) << 8)
            history.add(UInt64(bitPattern: fault.from.raw))
            history.add(UInt64(bitPattern: fault.until.raw))
        }
    }
}

/// Lines that faults hold at a level or invert from time to time, one bit a line.
struct ForcedLines: BitwiseCopyable, Hashable, Sendable {
    private var high: UInt32 = 0
    private var low: UInt32 = 0
    private(set) var chattering: UInt32 = 0

    mutating func add(bit: UInt32, mode: FaultMode) {
        switch mode {
        case .stuckHigh: high |= 1 << bit
        case .stuckLow: low |= 1 << bit
        default: chattering |= 1 << bit
        }
    }

    /// The levels that come out when `levels` go in.
    func apply(_ levels: UInt32, inverted: Bool) -> UInt32 {
        ((levels | high) & ~low) ^ (inverted ? chattering : 0)
    }
}
