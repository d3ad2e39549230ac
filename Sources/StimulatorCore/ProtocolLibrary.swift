/// The bytes of a compiled protocol library: in memory that outlives everything that reads it, or in the code itself, two hexadecimal
/// digits a byte.
@safe public struct LibraryBytes: BitwiseCopyable {
    /// Nil for the bytes in the code.
    private let start: UnsafePointer<UInt8>?
    public let count: Int

    /// Bytes in memory, which is never freed.
    public init(_ memory: UnsafeRawPointer, count: Int) {
        unsafe start = memory.assumingMemoryBound(to: UInt8.self)
        self.count = count
    }

    /// The bytes of the built-in library.
    init() {
        unsafe start = nil
        count = BuiltInProtocols.count
    }

    /// The byte at `index`, 0 ..< count; anything else is a programmer's error.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        if let start = unsafe start { return unsafe start[index] }
        let text = BuiltInProtocols.part(index / BuiltInProtocols.partSize)
        let place = 2 * (index % BuiltInProtocols.partSize)
        precondition(place + 1 < text.utf8CodeUnitCount)
        return unsafe LibraryBytes.digit(text.utf8Start[place]) << 4 | LibraryBytes.digit(text.utf8Start[place + 1])
    }

    private static func digit(_ byte: UInt8) -> UInt8 {
        byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : byte - UInt8(ascii: "a") + 10
    }

    /// The number in `size` bytes at `offset`, little-endian, without a sign; moves the offset behind them.
    public func number(size: Int, at offset: inout Int) -> UInt64 {
        var value: UInt64 = 0
        for number in 0..<size { value |= UInt64(self[offset + number]) << UInt64(8 * number) }
        offset += size
        return value
    }

    /// The text at `offset`; moves the offset behind it. Nil for bytes that are no text, or stand behind one.
    func text<let capacity: Int>(at offset: inout Int) -> FixedText<capacity>? {
        var text = FixedText<capacity>()
        var isOver = false
        for index in 0..<capacity {
            let byte = self[offset + index]
            if byte == 0 {
                isOver = true
            } else if isOver || !text.append(byte) {
                return nil
            }
        }
        offset += capacity
        return text
    }
}

/// The protocol library: entries are read where they lie, when they are asked for.
///
/// Version 1 of the format; all integers are little-endian, all texts end in zeros.
///
/// | offset | size    | field |
/// |-------:|--------:|-------|
/// | 0      | 8       | "PKPROTO" and a zero byte |
/// | 8      | 4       | version |
/// | 12     | 4       | number of protocols n, 0 ... 32 |
/// | 16     | n x 560 | the protocols, by name |
/// | ...    | 32      | BLAKE2b-256 of everything before it |
///
/// A protocol: name (24), four levels of count (8) and interval in ns (8), basis, evidence, unconfirmed parts, number of steps, shuffled
/// (1 each), three zeros, least, usual, most, rounds (2 each), eight parts (2 each), shortest and longest pause, cool-down (8 each),
/// summary (96), evidence (160), citation (160).
public struct ProtocolLibrary: BitwiseCopyable {
    /// Most protocols of a library.
    public static var most: Int { 32 }
    public static var headerSize: Int { 16 }
    public static var entrySize: Int { 560 }
    public static var hashSize: Int { 32 }
    /// The longest library.
    public static var longest: Int { headerSize + most * entrySize + hashSize }
    public static var version: UInt32 { 1 }
    /// "PKPROTO" and a zero byte, as a little-endian word.
    public static var magic: UInt64 { 0x004F_544F_5250_4B50 }

    private let bytes: LibraryBytes?
    public let count: Int
    /// Why its file could not be used; it then has no protocols.
    public let fault: LibraryFault?

    /// A library that has been checked.
    public init(checked bytes: LibraryBytes) {
        self.bytes = bytes
        count = (bytes.count - ProtocolLibrary.headerSize - ProtocolLibrary.hashSize) / ProtocolLibrary.entrySize
        fault = nil
    }

    /// No protocols, and the reason.
    public init(fault: LibraryFault) {
        bytes = nil
        count = 0
        self.fault = fault
    }

    /// The protocols that this firmware was compiled with.
    public static var builtIn: ProtocolLibrary {
        ProtocolLibrary(checked: LibraryBytes())
    }

    /// Protocol `index`, 0 ..< count, by name.
    public subscript(index: Int) -> StimulationProtocol {
        precondition(index >= 0 && index < count)
        guard let bytes, let entry = StimulationProtocol(bytes, index) else {
            preconditionFailure("a checked library has whole entries")
        }
        return entry
    }

    /// The protocol of a name.
    public func entry(named name: ProtocolName) -> StimulationProtocol? {
        for index in 0..<count {
            let entry = self[index]
            if entry.name == name { return entry }
        }
        return nil
    }

    /// The protocol that a pattern is by its timing.
    public func entry(timedAs pattern: PulsePattern) -> StimulationProtocol? {
        for index in 0..<count {
            let entry = self[index]
            if entry.hasTiming(of: pattern) { return entry }
        }
        return nil
    }

    /// The cool-down of the protocol that a pattern is by its timing; nil without a subject, and for a pattern that is none.
    public func cooldown(of pattern: PulsePattern, for subject: SubjectContext) -> Cooldown? {
        guard subject.hasSubject, let entry = entry(timedAs: pattern) else { return nil }
        return Cooldown(entry.name, time: entry.cooldown)
    }

    /// The first eight bytes of the hash, the first one highest; 0 for a library without bytes.
    public var hash: UInt64 {
        guard let bytes else { return 0 }
        var hash: UInt64 = 0
        for index in 0..<8 { hash = hash << 8 | UInt64(bytes[bytes.count - ProtocolLibrary.hashSize + index]) }
        return hash
    }
}

extension StimulationProtocol {
    /// Entry `index` of a library's bytes; nil for bytes that no writer makes.
    public init?(_ bytes: LibraryBytes, _ index: Int) {
        self.init()
        var offset = ProtocolLibrary.headerSize + index * ProtocolLibrary.entrySize
        guard let name: ProtocolName = bytes.text(at: &offset) else { return nil }
        self.name = name
        for level in 0..<4 {
            let count = UInt32(clamping: bytes.number(size: 8, at: &offset))
            let interval = Nanoseconds(Int64(bitPattern: bytes.number(size: 8, at: &offset)))
            pattern.levels[level] = PatternLevel(count: count, interval: interval)
        }
        guard let basis = IntensityBasis(rawValue: UInt8(bytes.number(size: 1, at: &offset))),
            let evidence = EvidenceLevel(rawValue: UInt8(bytes.number(size: 1, at: &offset)))
        else { return nil }
        self.basis = basis
        self.evidence = evidence
        unconfirmed = UInt8(bytes.number(size: 1, at: &offset))
        stepCount = UInt8(bytes.number(size: 1, at: &offset))
        let flags = bytes.number(size: 4, at: &offset)
        guard flags <= 1, unconfirmed < 1 << UInt8(Unconfirmed.count) else { return nil }
        isShuffled = flags == 1
        readNumbers(bytes, &offset)
        guard let summary: FixedText<96> = bytes.text(at: &offset),
            let evidenceText: FixedText<160> = bytes.text(at: &offset),
            let citation: FixedText<160> = bytes.text(at: &offset)
        else { return nil }
        self.summary = summary
        self.evidenceText = evidenceText
        self.citation = citation
    }

    private mutating func readNumbers(_ bytes: LibraryBytes, _ offset: inout Int) {
        func part() -> PerMille { PerMille(Int32(bytes.number(size: 2, at: &offset))) }
        func time() -> Nanoseconds { Nanoseconds(Int64(bitPattern: bytes.number(size: 8, at: &offset))) }
        least = part()
        usual = part()
        most = part()
        rounds = UInt16(bytes.number(size: 2, at: &offset))
        for index in 0..<8 { parts[index] = part() }
        waitLeast = time()
        waitMost = time()
        cooldown = time()
    }

    /// Writes the entry's bytes in their order. What a field cannot hold becomes its largest value, which `judge` reports.
    public func write(_ put: (UInt8) -> Void) {
        func number<Value: BinaryInteger>(_ value: Value, _ size: Int) {
            let most = size == 8 ? UInt64.max : 1 << UInt64(8 * size) - 1
            let held = size == 8 ? UInt64(truncatingIfNeeded: value) : min(most, UInt64(clamping: value))
            for place in 0..<size { put(UInt8(truncatingIfNeeded: held >> UInt64(8 * place))) }
        }
        for index in 0..<24 { put(name[index]) }
        for level in 0..<4 {
            number(pattern.levels[level].count, 8)
            number(pattern.levels[level].interval.raw, 8)
        }
        number(basis.rawValue, 1)
        number(evidence.rawValue, 1)
        number(unconfirmed, 1)
        number(stepCount, 1)
        number(isShuffled ? 1 : 0, 4)
        number(least.raw, 2)
        number(usual.raw, 2)
        number(most.raw, 2)
        number(rounds, 2)
        for index in 0..<8 { number(parts[index].raw, 2) }
        number(waitLeast.raw, 8)
        number(waitMost.raw, 8)
        number(cooldown.raw, 8)
        for index in 0..<96 { put(summary[index]) }
        for index in 0..<160 { put(evidenceText[index]) }
        for index in 0..<160 { put(citation[index]) }
    }
}
