/// Which board a description is of, and whether it may be believed.
public struct BoardIdentity: BitwiseCopyable, Hashable, Sendable {
    /// The name that its file gives it; empty for a description that was made without a file.
    public var name = FixedText<16>()
    /// The first eight bytes of the compiled file's hash, the first one highest: what people compare. 0 for a description that was
    /// made without a file.
    public var hash: UInt64 = 0
    /// Why the board file cannot be used; the description is then another one, and nothing may be armed. Nil when all is well.
    public var fault: BoardFault?

    public init() {}
}

/// Why a compiled board file cannot be used.
public enum BoardFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// It could not be read: the system's error number, positive.
    case unreadable(code: Int32)
    /// It does not begin as a compiled board file does.
    case magic
    /// It is of another version of the format.
    case version(UInt32)
    /// It has more or fewer bytes than its version has.
    case length(Int64)
    /// Its hash is not that of its bytes: it was damaged, or changed by hand.
    case hash
    /// A number is outside its bounds: a limit that is wider than its ceiling, or what no model can work with.
    case number(BoardMisfit)
    /// Two parts on the bus have one address.
    case sharedAddress(BoardField, BoardField)
    /// A line, a path or another part of the wiring is not as it must be.
    case wiring(WiringFault)
    /// A byte that has no meaning is not zero, or a text is none.
    case form
    /// It describes a board of another kind than this firmware runs on.
    case kind

    /// A number for the event that goes with `Trip.boardMismatch`; never 0.
    public var code: Int64 {
        switch self {
        case .unreadable: 1
        case .magic: 2
        case .version: 3
        case .length: 4
        case .hash: 5
        case .number: 6
        case .sharedAddress: 7
        case .wiring: 8
        case .form: 9
        case .kind: 10
        }
    }
}

/// What is wrong with a board's wiring.
public enum WiringFault: BitwiseCopyable, Hashable, Sendable {
    /// A line that every board has is not named.
    case missing(Signal)
    /// Two lines have one name.
    case sharedName(Signal, Signal)
    /// Two lines are on one GPIO of the header.
    case sharedHeader(Signal, Signal)
    /// The header has no such GPIO: it has 0 ... 27.
    case header(Signal)
    /// An energising output is on a GPIO that the machine pulls up, or drives, before any software runs.
    case pulledUp(Signal)
    /// A line is active low: a lost supply, or a pull at boot, would be its active level.
    case activeLow(Signal)
    /// A level, or what a line is, that no file of this version has.
    case line(Signal)
    /// The bus's path does not begin with /dev/.
    case bus
    /// The watchdog's path does not begin with /dev/.
    case watchdog
    /// The watchdog's span is not 1 ... 15 s.
    case watchdogSpan
    /// The path of the serial device with this number does not begin with /dev/; the first must be there.
    case serial(UInt8)
    /// A baud rate that no serial line has.
    case baud(UInt8)
    /// The isolated CPU is not 1 ... 63.
    case cpu
    /// What output lines do when their owner ends is none of the three that there are.
    case persistence
    /// A simulated board has no wiring.
    case simulated
}
