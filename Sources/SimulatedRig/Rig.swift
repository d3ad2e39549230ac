import StimulatorCore

/// A rig that answers each line with `ok`.
public struct SimulatedRig: ~Copyable {
    public static var memorySize: Int { 4096 }
    public private(set) var now = Instant(0)
    public var isTerminal = false
    private var output = Fixed<256, UInt8>(repeating: 0)
    private var head = 0
    private var tail = 0
    private var events: UInt32 = 0
    private var bad = false
    public private(set) var hungUp: UInt32 = 0

    public init(seed: UInt64, board: BoardDescription, memory: UnsafeMutableRawPointer) {}
    public var nextWake: Instant { now + .milliseconds(1) }
    public mutating func run(until: Instant) { now = max(now, until) }
    public mutating func receive(_ byte: UInt8) {
        if isTerminal { put(byte) }
        if byte == 0x3F { bad = true }
        guard byte == 10 || byte == 13 else { return }
        put(0x6F)
        put(0x6B)
        put(10)
        if bad { events += 1 }
        bad = false
    }
    private mutating func put(_ byte: UInt8) {
        output[tail & 255] = byte
        tail += 1
    }
    public mutating func takeOutput() -> UInt8? {
        guard head < tail else { return nil }
        head += 1
        return output[(head - 1) & 255]
    }
    public mutating func hangUp() { hungUp += 1 }
    public var state: StimulatorState { now < Instant(5_000_000_000) ? .selfTest : .safe }
    public var trips: TripSet { TripSet() }
    public var snapshot: Snapshot { Snapshot() }
    public mutating func takeEvent() -> Event? {
        guard events > 0 else { return nil }
        events -= 1
        return .refused(Refusal(.unknownCommand), token: 0, at: now)
    }
    public var historyHash: UInt64 { 0 }
}
