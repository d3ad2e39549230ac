/// What the guardian says of itself, as the kernel reads it.
public struct GuardianReport: BitwiseCopyable, Hashable, Sendable {
    /// When the guardian last ran.
    public var at: Instant
    /// False while the guardian withholds ARM, BLEED and heartbeat.
    public var permits: Bool
    /// ARM is up.
    public var armIsUp: Bool
    /// A write to the guardian's lines failed.
    public var outputFailed: Bool
    /// The watchdog could not be petted.
    public var watchdogFailed: Bool
    /// How often the guardian has seen the tick stall.
    public var stalls: UInt32

    @inlinable public init(
        at: Instant = .distantPast, permits: Bool = false, armIsUp: Bool = false, outputFailed: Bool = false,
        watchdogFailed: Bool = false, stalls: UInt32 = 0
    ) {
        self.at = at
        self.permits = permits
        self.armIsUp = armIsUp
        self.outputFailed = outputFailed
        self.watchdogFailed = watchdogFailed
        self.stalls = stalls
    }
}

/// What the sampler has read, as the kernel and the guardian read it.
public struct SamplerReport: BitwiseCopyable, Hashable, Sendable {
    public var voltage = Reading<Millivolts>(.zero, takenAt: .distantPast, quality: .none)
    public var coilA = Reading<Millicelsius>(.zero, takenAt: .distantPast, quality: .none)
    public var coilB = Reading<Millicelsius>(.zero, takenAt: .distantPast, quality: .none)
    /// The set-point that the converter was proven to hold by read-back; negative while none is proven.
    public var setPointHeld = Millivolts(-1)
    /// Every part answered with its own identity.
    public var partsIdentified = false

    @inlinable public init() {}
}

/// Everything that one step may know. Time is a parameter: the kernel reads no clock.
public struct KernelInputs: BitwiseCopyable, Hashable, Sendable {
    /// The moment of this step.
    public var now: Instant
    /// How much later than planned the step runs.
    public var lateness: Nanoseconds = .zero
    public var lines = InputLines.none
    /// The input lines could not be read, or a write to the safety task's lines failed.
    public var portFailed = false
    /// Rising edges of `fireSense`, with their own time stamps.
    public var fireSense = EdgeCount()
    public var sampler = SamplerReport()
    public var guardian = GuardianReport()
    /// At most one command a step.
    public var command: TokenedCommand?

    @inlinable public init(now: Instant) { self.now = now }
}

/// Rising edges of one line since the start: a count, and the moment of the last one as the board stamped it.
public struct EdgeCount: BitwiseCopyable, Hashable, Sendable {
    public var count: UInt32
    public var lastAt: Instant
    @inlinable public init(count: UInt32 = 0, lastAt: Instant = .distantPast) {
        self.count = count
        self.lastAt = lastAt
    }
}

/// What the kernel wants of the board until the next step. Everything starts from off and must be asked for again.
public struct KernelOutputs: BitwiseCopyable, Hashable, Sendable {
    /// Levels of the safety task's own lines.
    public var lines = OutputLines.none
    /// Asks the guardian for the heartbeat, for an open bleed and for ARM.
    public var wantsHeartbeat = false
    public var wantsBleedOpen = false
    public var wantsArm = false
    /// What the charger's set-point converter shall hold.
    public var setPoint = Millivolts.zero
    /// When the kernel must run again besides the next tick: a pulse, or the look at what it left.
    public var nextEdge = Instant.distantFuture
    /// When FIRE last rose: conversions that overlap the pulse are blanked.
    public var lastFireAt = Instant.distantPast

    @inlinable public init() {}
}

/// Events of one step on their way out, in order. Never blocks: what does not fit is counted, and the gap shows by sequence.
public struct EventQueue: BitwiseCopyable, Hashable, Sendable {
    @usableFromInline var events = Fixed<16, Event>(repeating: Event(.state, at: Instant(0)))
    /// Events waiting, 0 ... 16.
    public private(set) var count = 0
    /// The number that the next event gets.
    public private(set) var sequence: UInt64 = 0

    public init() {}

    /// Appends an event and numbers it; a full queue drops it, and its number is used up.
    public mutating func append(_ event: Event) {
        if count < 16 {
            events[count] = event
            events[count].sequence = sequence
            count += 1
        }
        sequence += 1
    }

    /// The event at `index` (0 ..< count).
    public subscript(index: Int) -> Event { events[index] }

    /// Puts another event in the place, and under the number, of the one at `index`; nothing where that one was dropped.
    public mutating func replace(at index: Int, with event: Event) {
        guard index < count else { return }
        let sequence = events[index].sequence
        events[index] = event
        events[index].sequence = sequence
    }

    /// Forgets the events that were taken.
    public mutating func removeAll() { count = 0 }
}
