/// What a real board must be given by its machine before it may be armed. Raw values are 1 ... `count`: 0, in a refusal, is the
/// self-test.
public enum Guarantee: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The tasks run at their real-time priorities (SCHED_FIFO).
    case priority = 1
    /// No page of the process can be taken away.
    case lockedMemory = 2
    /// The tasks' stacks were touched before they run.
    case touchedStacks = 3
    /// The safety task has the CPU that the board's wiring names.
    case ownCPU = 4
    /// The CPUs stay out of deep sleep.
    case latency = 5
    /// Real-time threads may run at least nine tenths of every second, and the machine's firmware throttles nothing.
    case unthrottled = 6
    /// No CPU lowers its frequency.
    case governor = 7
    /// The watchdog runs, with a span of at most 15 s.
    case watchdog = 8
    /// The lines do, when their owner dies, what the board's wiring says.
    case linePersistence = 9
    /// The kernel is fully preemptible (PREEMPT_RT).
    case preemption = 10

    /// How many there are: raw values are 1 ... count.
    public static var count: Int { 10 }
}

/// What a machine has given to the board, as it was found out once, before the tasks began.
public struct Posture: BitwiseCopyable, Hashable, Sendable {
    /// Every guarantee that could not be had, one bit each, bit number = raw value.
    public private(set) var missingBits: UInt16 = 0
    /// False on a simulated board, which needs no guarantee.
    public var isReal = false
    /// The watchdog's span as its driver says it, 0 where there is none. Seconds, 0 ... 255.
    public var watchdogSeconds: UInt8 = 0
    /// The kernel's preemption: 0 none, 1 voluntary or chosen at its start, 2 full, 3 PREEMPT_RT.
    public var preemption: UInt8 = 0
    /// Why the machine last started, as the watchdog's driver says it (`WDIOC_GETBOOTSTATUS`; 0x20: by the watchdog).
    public var bootStatus: UInt16 = 0

    /// The posture of a simulated board: nothing is missing.
    public init() {}

    /// A guarantee could not be had.
    public mutating func miss(_ guarantee: Guarantee) { missingBits |= 1 << UInt16(guarantee.rawValue) }

    /// True when the guarantee could not be had.
    public func isMissing(_ guarantee: Guarantee) -> Bool { missingBits & 1 << UInt16(guarantee.rawValue) != 0 }

    /// The missing guarantee with the lowest number; nil when every one was had.
    public var firstMissing: Guarantee? { Guarantee(rawValue: UInt8(missingBits.trailingZeroBitCount)) }

    /// The encoded form.
    public var word: UInt64 {
        UInt64(missingBits) | UInt64(watchdogSeconds) << 16 | UInt64(preemption) << 24 | UInt64(bootStatus) << 32
            | (isReal ? 1 << 48 : 0)
    }

    /// Decodes; bits that are no guarantee are left out.
    public init(word: UInt64) {
        missingBits = UInt16(truncatingIfNeeded: word) & ((2 << UInt16(Guarantee.count)) - 2)
        watchdogSeconds = UInt8(truncatingIfNeeded: word >> 16)
        preemption = UInt8(truncatingIfNeeded: word >> 24)
        bootStatus = UInt16(truncatingIfNeeded: word >> 32)
        isReal = word & 1 << 48 != 0
    }
}
