import StimulatorCore

/// A call on the board's lines failed. The caller treats any of these as `Trip.outputFailed` or `Trip.lineMismatch`.
public struct LineFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// The system's error number, positive; 0 where the board has none.
    public var code: Int32
    public init(code: Int32) { self.code = code }
}

/// The board's output lines.
///
///     line requested ── one call ──▶ all lines in `mask` change together; lines outside keep their level
///
/// Success means that the levels were accepted, not that the pins moved: read back through `InputLinesPort`. After the owner
/// exits **the levels stay**: no destructor counts as a safety measure.
public protocol OutputLinesPort: ~Copyable {
    /// Sets several output lines at once.
    /// - Throws: `LineFault` with the error number; the caller treats any throw as `Trip.outputFailed`.
    mutating func set(_ levels: OutputLines, mask: OutputLines, at now: Instant) throws(LineFault)
}

/// The board's input lines.
public protocol InputLinesPort: ~Copyable {
    /// All levels at once.
    mutating func read(at now: Instant) throws(LineFault) -> InputLines
    /// Rising edges of `fireSense` since this process claimed the lines, with the time stamp of the edge and not of the call.
    mutating func fireSenseEdges(at now: Instant) throws(LineFault) -> EdgeCount
    /// The moment at which the reading that began at `began` is over.
    func moment(since began: Instant) -> Instant
}

extension InputLinesPort where Self: ~Copyable {
    /// Calls that take no time.
    @inlinable public func moment(since began: Instant) -> Instant { began }
}

/// What went wrong on the bus.
public enum BusFault: UInt8, Error, BitwiseCopyable, Hashable, Sendable {
    /// Nobody answered at the address.
    case noAcknowledge = 1
    /// The bus is held: the transfer timed out.
    case timeout = 2
    /// Fewer messages were transferred than asked for.
    case short = 3
}

/// A word from a register, and when its transfer was complete.
public struct BusWord: BitwiseCopyable, Hashable, Sendable {
    public var value: UInt16
    public var completedAt: Instant
    @inlinable public init(_ value: UInt16, completedAt: Instant) {
        self.value = value
        self.completedAt = completedAt
    }
}

/// An I2C bus at 400 kHz, seen as registers of 16 bits, most significant byte first.
///
///     write16   S addr+W reg hi lo P                     ~95 us
///     read16    S addr+W reg Sr addr+R hi lo P          ~118 us, one combined transfer
///     write8s   S addr+W b0 b1 ... P
///
/// A transfer blocks its task for as long as it takes on the wire, at most `I2C_TIMEOUT`; the moment it was complete comes
/// back, so that nobody above needs a clock. A wedged bus stalls only the sampler.
public protocol I2CBus: ~Copyable {
    /// Writes one register. Returns when the transfer was complete.
    mutating func write16(_ value: UInt16, register: UInt8, address: UInt8, at now: Instant) throws(BusFault) -> Instant
    /// Reads one register in one combined transfer.
    mutating func read16(register: UInt8, address: UInt8, at now: Instant) throws(BusFault) -> BusWord
    /// Writes two raw bytes (MCP4725 fast write). Returns when the transfer was complete.
    mutating func write(_ first: UInt8, _ second: UInt8, address: UInt8, at now: Instant) throws(BusFault) -> Instant
    /// Reads three raw bytes without naming a register (MCP4725: status, then DAC register high and low), the first in bits
    /// 23 ... 16.
    mutating func readThree(address: UInt8, at now: Instant) throws(BusFault) -> BusTriple
}

/// Three bytes from a part, and when their transfer was complete.
public struct BusTriple: BitwiseCopyable, Hashable, Sendable {
    public var value: UInt32
    public var completedAt: Instant
    @inlinable public init(_ value: UInt32, completedAt: Instant) {
        self.value = value
        self.completedAt = completedAt
    }
}

/// The machine's watchdog: the last layer. It resets the board when it has not been petted for its span.
public protocol WatchdogPort: ~Copyable {
    /// Pets it.
    /// - Throws: `LineFault`; the caller treats it as `Trip.watchdogFailed`.
    mutating func pet(at now: Instant) throws(LineFault)
}

/// A board: what the safety side may touch. Concrete boards conform; the tasks are generic over it, so no existential exists.
public protocol Board: OutputLinesPort, InputLinesPort, I2CBus, WatchdogPort {}
