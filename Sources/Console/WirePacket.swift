import StimulatorCore

/// The commands of the wire emulation, by their first byte.
///
///     command byte ─ ASCII data, as many bytes as the command has ─ check byte: NOT(sum of all before it), mod 256
///
/// There is no start byte and no length. Source of bytes and lengths: open clients of common rapid-rate stimulators.
enum WireCommand: UInt8, BitwiseCopyable, Hashable {
    /// `@`: the power, three digits, per cent.
    case power = 0x40
    /// `B`: a train's frequency, four digits, tenths of a hertz.
    case frequency = 0x42
    /// `D`: a train's pulses, five digits.
    case pulses = 0x44
    /// `E`: `A` disarms, `B` arms, `H` fires.
    case energise = 0x45
    /// `F`: the coil's temperatures.
    case temperatures = 0x46
    /// `I`: the error's code.
    case errorCode = 0x49
    /// `J`: the power that is set.
    case parameters = 0x4A
    /// `N`: with `D`, the version.
    case version = 0x4E
    /// `Q`: take remote control.
    case takeRemote = 0x51
    /// `R`: give it back.
    case releaseRemote = 0x52
    /// `[`: a train's duration, four digits, tenths of a second; 0010 and 0000 also turn train mode on and off.
    case duration = 0x5B
    /// `\`: a train's parameters.
    case trainParameters = 0x5C
    /// `^`: more than full power. This board has none.
    case enhancedOn = 0x5E
    /// `_`: no more than full power.
    case enhancedOff = 0x5F
    /// `b`: ignore the coil's interlock. Never.
    case ignoreInterlock = 0x62
    /// `n`: set the charge delay, five digits, milliseconds.
    case setChargeDelay = 0x6E
    /// `o`: the charge delay that is set.
    case chargeDelay = 0x6F
    /// `x`: all status bytes.
    case systemStatus = 0x78

    /// Data bytes between the command and the check byte.
    var dataCount: Int {
        switch self {
        case .power: 3
        case .frequency, .duration: 4
        case .pulses, .setChargeDelay: 5
        default: 1
        }
    }
}

/// One packet whose check byte is right. What its data means is still to be judged.
struct WirePacket: BitwiseCopyable, Hashable {
    var command: WireCommand
    /// The first `command.dataCount` are the packet's.
    var data = Fixed<5, UInt8>(repeating: 0)

    /// The data byte of a command that has one.
    var letter: UInt8 { data[0] }

    /// The data as a number; nil when a byte is no digit.
    var number: Int? {
        var value = 0
        for index in 0..<command.dataCount {
            guard data[index] >= 0x30, data[index] <= 0x39 else { return nil }
            value = value * 10 + Int(data[index] - 0x30)
        }
        return value
    }
}

/// What was wrong with bytes that are no packet.
enum WireFailure: BitwiseCopyable, Hashable {
    /// They do not begin with a command: answered `?`.
    case unknown
    /// Data or check byte of a command: answered by the command, `?` and a check byte.
    case bad(WireCommand)
}

/// From bytes to packets.
///
///     first byte is a command ─ collect ─ check byte right ─▶ packet
///           │ no                             │ wrong, or the line falls silent before it
///           ▼                                ▼
///     lost: what comes is passed over until the line was silent for `gap`; then one answer, and from there anew
///
/// The answer waits for the silence so that it cannot cross the rest of the garbage: a client that polls sends nothing before it. Two
/// things are obeyed wherever they stand, in the middle of a packet and of garbage too: the byte 0x18, which no packet with valid data
/// holds (not as its check byte either), and a whole disarm packet.
struct WireParser: BitwiseCopyable {
    /// What a byte brought.
    enum Finding: BitwiseCopyable, Hashable {
        case nothing
        case packet(WirePacket)
        /// Byte 0x18: stop everything.
        case stop
        /// `EA` and its check byte where no packet may begin.
        case disarm
    }

    /// A line that is silent for so long has ended its packet (a hundred bytes at 9600 bits a second).
    static var gap: Nanoseconds { .milliseconds(100) }
    /// `E`, `A` and their check byte.
    private static var disarmPacket: UInt32 { 0x45_41_79 }

    private var bytes = Fixed<7, UInt8>(repeating: 0)
    private var count = 0
    private var failure: WireFailure?
    private var lastByteAt = Instant.distantPast
    /// The last three bytes.
    private var window: UInt32 = 0

    /// Forgets what has come: the line is gone.
    mutating func reset() { self = WireParser() }

    /// Takes one byte. A silence before it must have been looked for: `takeFailure`.
    mutating func receive(_ byte: UInt8, at now: Instant) -> Finding {
        lastByteAt = now
        if byte == 0x18 {
            reset()
            return .stop
        }
        window = (window << 8 | UInt32(byte)) & 0xFF_FFFF
        let finding = collect(byte)
        if window == WireParser.disarmPacket, finding == .nothing {
            failure = failure ?? startFailure
            return .disarm
        }
        return finding
    }

    /// When a silence that lasts has to be looked for; the far future while nothing is waited for.
    var gapEnds: Instant { count > 0 || failure != nil ? lastByteAt + WireParser.gap : .distantFuture }

    /// After a silence: what was wrong with what came before it; nil when nothing was, or the silence is not long enough.
    mutating func takeFailure(at now: Instant) -> WireFailure? {
        guard now >= gapEnds else { return nil }
        let found = failure ?? startFailure
        reset()
        return found
    }

    /// NOT(sum), mod 256.
    static func check(_ sum: UInt8) -> UInt8 { ~sum }

    private mutating func collect(_ byte: UInt8) -> Finding {
        if failure != nil { return .nothing }
        bytes[count] = byte
        count += 1
        guard let command = WireCommand(rawValue: bytes[0]) else {
            failure = .unknown
            return .nothing
        }
        guard count == command.dataCount + 2 else { return .nothing }
        var sum: UInt8 = 0
        for index in 0..<count - 1 { sum &+= bytes[index] }
        guard byte == WireParser.check(sum) else {
            failure = .bad(command)
            return .nothing
        }
        var packet = WirePacket(command: command)
        for index in 0..<command.dataCount { packet.data[index] = bytes[index + 1] }
        count = 0
        return .packet(packet)
    }

    private var startFailure: WireFailure { WireCommand(rawValue: bytes[0]).map { .bad($0) } ?? .unknown }
}
