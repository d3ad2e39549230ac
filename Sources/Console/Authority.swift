import StimulatorCore

/// What somebody at a channel may do; each role may also do what those before it may.
///
/// Roles are a convenience of the console, not a safety claim: what the board can bear is decided on the safety side, for everyone
/// alike.
public enum Role: UInt8, BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Looks, and stops.
    case observer = 0
    /// Takes control, arms, gives patterns.
    case `operator` = 1
    /// Clears lockouts, and takes control over from somebody who uses it.
    case engineer = 2

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 3 }

    public var name: StaticString {
        switch self {
        case .observer: "observer"
        case .operator: "operator"
        case .engineer: "engineer"
        }
    }

    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// The channels of a console by number. Their number is fixed, and so is their memory.
public enum ChannelNumber {
    /// The main line: standard input and output, a serial line, a pseudo-terminal. Always open.
    public static var line: Int { 0 }
    /// The channels with a shell: the line, and those behind it, which sockets take.
    public static var shells: Int { 4 }
    /// The channel of the wire emulation: its own line, where the board's file allows it.
    public static var wire: Int { 4 }
    /// All channels.
    public static var count: Int { 5 }
}

/// A channel's name: how a refusal, a notice and the journal call it.
public struct ChannelName: BitwiseCopyable, Hashable, Sendable {
    /// What a channel comes through.
    public enum Kind: UInt8, BitwiseCopyable, Hashable, Sendable {
        /// The main line.
        case line = 0
        /// A local (AF_UNIX) socket.
        case local = 1
        /// TCP on this machine's loopback.
        case tcp = 2
        /// The line of the wire emulation.
        case wire = 3
    }

    public var kind: Kind
    /// The channel's number, 0 ... 15.
    public var number: UInt8

    public init(_ kind: Kind, number: Int) {
        precondition(number >= 0 && number < 16)
        self.kind = kind
        self.number = UInt8(number)
    }

    /// As one byte: kind << 4 | number.
    public var rawValue: UInt8 { kind.rawValue << 4 | number }

    /// Nil for a byte that is no channel's.
    public init?(rawValue: UInt8) {
        guard let kind = Kind(rawValue: rawValue >> 4) else { return nil }
        self.kind = kind
        number = rawValue & 15
    }

    /// Writes the name byte by byte: `line`, `wire`, or the kind and the number, as in `local-1`.
    public func spell(_ put: (UInt8) -> Void) {
        let word: StaticString =
            switch kind {
            case .line: "line"
            case .local: "local-"
            case .tcp: "tcp-"
            case .wire: "wire"
            }
        for index in 0..<word.byteCount { put(word.byte(at: index)) }
        guard kind == .local || kind == .tcp else { return }
        if number >= 10 { put(UInt8(ascii: "1")) }
        put(UInt8(ascii: "0") + number % 10)
    }
}

/// What the console side lets a channel's session do, said anew whenever it changes.
///
/// A session refuses by it before it sends anything; the console side looks again when it passes a command on.
public struct Authority: BitwiseCopyable, Hashable, Sendable {
    public var role: Role
    /// What this session sends moves the board, and its renewals keep it armed.
    public var holdsControl: Bool
    /// The channel that holds control; nil while nobody does, and whoever asks first gets it.
    public var holder: ChannelName?
    /// The holder would keep an armed board armed: control is not simply taken from it.
    public var isHolderActive: Bool
    /// The role that every channel has without a PIN.
    public var freeRole: Role
    /// The roles for which a PIN is set, one bit a role.
    public var pins: UInt8

    public init(
        role: Role, holdsControl: Bool, holder: ChannelName? = nil, isHolderActive: Bool = false,
        freeRole: Role = .operator, pins: UInt8 = 0
    ) {
        self.role = role
        self.holdsControl = holdsControl
        self.holder = holder
        self.isHolderActive = isHolderActive
        self.freeRole = freeRole
        self.pins = pins
    }

    /// A session that is the only one.
    public static var alone: Authority { Authority(role: .operator, holdsControl: true) }

    /// Why a command that moves the board is refused; nil when it is not, or when control is free and need only be asked for.
    public var refusal: Refusal? {
        if role < .operator { return Refusal(.role, detail: Role.operator.rawValue) }
        guard !holdsControl, let holder else { return nil }
        return Refusal(.control, detail: holder.rawValue)
    }

    /// True when a PIN is set for a role.
    public func hasPin(for role: Role) -> Bool { pins & 1 << role.rawValue != 0 }

    /// Why what only an engineer may do is refused (clearing a lockout, sending an update); nil when it is not. Where there are no
    /// engineers, an operator does it.
    public var engineerRefusal: Refusal? {
        hasPin(for: .engineer) && role < .engineer ? Refusal(.role, detail: Role.engineer.rawValue) : nil
    }
}

/// What a session asks about control. The console side answers `take` and `release` by `controlAnswered`.
public enum ControlRequest: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// A command is about to be sent: control, if nobody holds it. Not answered: the command is, or is refused.
    case ask = 0
    /// Control, by all rules of takeover.
    case take = 1
    /// Nobody is to hold it.
    case release = 2
}

/// What a session is told about control that it did not ask for.
public enum ControlNotice: BitwiseCopyable, Hashable, Sendable {
    /// This session has lost control to a channel with this role; the board is being disarmed.
    case takenOver(by: ChannelName, role: Role)
}
