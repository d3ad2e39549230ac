import CSodium
import Console
import StimulatorCore

/// The PINs of a console's roles, each as a salt and a hash: what `stim pin` writes and the firmware loads.
///
/// A PIN's hash is BLAKE2b of role and PIN under its salt, then `rounds` times BLAKE2b of that. It makes guessing slow, and takes no
/// memory; whoever has the file and a fast machine finds a short PIN. So keep the file from others, and remember what a role is: a
/// convenience of the console, no safety claim. Guessing at the console is held up by `PinGuard`.
///
/// The file, little endian:
///
/// | offset | bytes  | what |
/// |--------|--------|------|
/// | 0      | 8      | "PKPINS" and two zero bytes |
/// | 8      | 4      | version |
/// | 12     | 4      | length of the whole file, 160 |
/// | 16     | 2 x 56 | operator, engineer: 1 where there is a PIN, 7 zeros, salt (16), hash (32) |
/// | 128    | 32     | BLAKE2b of all bytes before |
public struct PinTable: BitwiseCopyable, Hashable, Sendable {
    /// Bytes of the file.
    public static var byteCount: Int { 160 }
    /// A tenth of a second on a small board: more would hold up nobody who guesses at a desk.
    static var rounds: Int32 { 65_536 }
    private static var magic: UInt64 { 0x0000_534E_4950_4B50 }
    private static var version: UInt64 { 1 }

    struct Entry: BitwiseCopyable, Hashable, Sendable {
        var isSet = false
        var salt = Fixed<16, UInt8>(repeating: 0)
        var hash = Fixed<32, UInt8>(repeating: 0)
    }

    private var operators = Entry()
    private var engineers = Entry()

    /// No PIN for anybody: every channel is an operator's.
    public init() {}

    /// The entry of a role; an observer has none.
    subscript(role: Role) -> Entry {
        get {
            switch role {
            case .observer: Entry()
            case .operator: operators
            case .engineer: engineers
            }
        }
        set {
            switch role {
            case .observer: break
            case .operator: operators = newValue
            case .engineer: engineers = newValue
            }
        }
    }

    /// True when a PIN is set for a role.
    public func hasPin(for role: Role) -> Bool { self[role].isSet }

    /// The role that every channel has without a PIN.
    var freeRole: Role { operators.isSet ? .observer : .operator }

    /// The roles with a PIN, one bit a role.
    var bits: UInt8 {
        (operators.isSet ? 1 << Role.operator.rawValue : 0) | (engineers.isSet ? 1 << Role.engineer.rawValue : 0)
    }

    /// Sets a role's PIN; nil removes it.
    /// - Parameter salt: random bytes, never used before.
    public mutating func set(_ pin: Pin?, for role: Role, salt: Fixed<16, UInt8>) {
        guard let pin else {
            self[role] = Entry()
            return
        }
        var check = PinCheck(pin, for: role, channel: nil, entry: Entry(isSet: true, salt: salt))
        while !check.isDone { check.step() }
        self[role] = Entry(isSet: true, salt: salt, hash: check.state)
    }

    // MARK: The file

    /// The file's bytes.
    public var bytes: Fixed<160, UInt8> {
        var bytes = Fixed<160, UInt8>(repeating: 0)
        put(PinTable.magic, at: 0, in: &bytes)
        put(PinTable.version | UInt64(PinTable.byteCount) << 32, at: 8, in: &bytes)
        put(operators, at: 16, in: &bytes)
        put(engineers, at: 72, in: &bytes)
        let seal = PinTable.seal(of: bytes)
        for index in 0..<32 { bytes[128 + index] = seal[index] }
        return bytes
    }

    /// Nil for bytes that are no such file, or one that was damaged.
    public init?(_ bytes: Fixed<160, UInt8>) {
        operators = PinTable.entry(at: 16, of: bytes)
        engineers = PinTable.entry(at: 72, of: bytes)
        // What was read must give the same bytes again, its seal too.
        if self.bytes != bytes { return nil }
    }

    private func put(_ number: UInt64, at offset: Int, in bytes: inout Fixed<160, UInt8>) {
        for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    }

    private func put(_ entry: Entry, at offset: Int, in bytes: inout Fixed<160, UInt8>) {
        bytes[offset] = entry.isSet ? 1 : 0
        for index in 0..<16 { bytes[offset + 8 + index] = entry.salt[index] }
        for index in 0..<32 { bytes[offset + 24 + index] = entry.hash[index] }
    }

    private static func entry(at offset: Int, of bytes: Fixed<160, UInt8>) -> Entry {
        var entry = Entry(isSet: bytes[offset] == 1)
        for index in 0..<16 { entry.salt[index] = bytes[offset + 8 + index] }
        for index in 0..<32 { entry.hash[index] = bytes[offset + 24 + index] }
        return entry
    }

    private static func seal(of bytes: Fixed<160, UInt8>) -> Fixed<32, UInt8> {
        var seal = Fixed<32, UInt8>(repeating: 0)
        unsafe withUnsafeBytes(of: bytes) { all in
            unsafe withUnsafeMutableBytes(of: &seal) { result in
                unsafe csodium_hash(
                    all.bindMemory(to: UInt8.self).baseAddress, 128, result.bindMemory(to: UInt8.self).baseAddress)
            }
        }
        return seal
    }
}

/// The hash of a PIN that somebody typed, on its way: a run of the console does a part of it, so that nothing else waits.
struct PinCheck: BitwiseCopyable {
    /// A quarter of a millisecond on a small board.
    private static var roundsInRun: Int32 { 256 }

    let role: Role
    /// Who waits for it; nil for nobody.
    var channel: Int?
    private let entry: PinTable.Entry
    private(set) var state = Fixed<32, UInt8>(repeating: 0)
    private var left = PinTable.rounds

    init(_ pin: Pin, for role: Role, channel: Int?, entry: PinTable.Entry) {
        self.role = role
        self.channel = channel
        self.entry = entry
        var text = Fixed<34, UInt8>(repeating: role.rawValue)
        text[1] = UInt8(pin.count)
        for index in 0..<32 { text[2 + index] = pin.bytes[index] }
        state = PinCheck.hash(text)
    }

    var isDone: Bool { left == 0 }

    /// True when it is the role's PIN. Only once it is done.
    var isRight: Bool {
        precondition(isDone)
        let (state, hash) = (state, entry.hash)
        return unsafe withUnsafeBytes(of: state) { first in
            unsafe withUnsafeBytes(of: hash) { second in
                unsafe csodium_equal(
                    first.bindMemory(to: UInt8.self).baseAddress, second.bindMemory(to: UInt8.self).baseAddress, 32)
                    == 1
            }
        }
    }

    /// Does the next part.
    mutating func step() {
        let rounds = min(left, PinCheck.roundsInRun)
        left -= rounds
        unsafe withUnsafeBytes(of: entry.salt) { salt in
            unsafe withUnsafeMutableBytes(of: &state) { state in
                unsafe csodium_stretch(
                    salt.bindMemory(to: UInt8.self).baseAddress, state.bindMemory(to: UInt8.self).baseAddress, rounds)
            }
        }
    }

    private static func hash(_ text: Fixed<34, UInt8>) -> Fixed<32, UInt8> {
        var result = Fixed<32, UInt8>(repeating: 0)
        unsafe withUnsafeBytes(of: text) { all in
            unsafe withUnsafeMutableBytes(of: &result) { hash in
                unsafe csodium_hash(
                    all.bindMemory(to: UInt8.self).baseAddress, 34, hash.bindMemory(to: UInt8.self).baseAddress)
            }
        }
        return result
    }
}
