import StimulatorCore

/// The latches that survive a restart, as the file says.
public struct Latches: BitwiseCopyable, Equatable, Sendable {
    /// Trips that are latched; every lockout when the file is unreadable.
    public var trips: TripSet
    /// Counts the updates of the file; 0 where there is none.
    public var sequence: UInt64
    /// How much of the file could be believed.
    public var source: Source

    public init(_ trips: TripSet = TripSet(), sequence: UInt64 = 0, source: Source = .neverWritten) {
        self.trips = trips
        self.sequence = sequence
        self.source = source
    }

    /// How much of the file could be believed, from nothing to say to nothing to trust.
    public enum Source: UInt8, BitwiseCopyable, Hashable, Sendable {
        /// The file is empty: a new board.
        case neverWritten = 0
        /// Both slots say the same.
        case whole = 1
        /// The slots differ or one is damaged: the newest whole one counts. The owner writes both again.
        case oneSlot = 2
        /// Neither slot is whole: everything is latched.
        case unreadable = 3
    }

    /// The latches to store next.
    public func updated(to trips: TripSet) -> Latches {
        Latches(trips, sequence: sequence &+ 1, source: .whole)
    }

    /// Every trip that survives a restart.
    public static var everything: TripSet {
        var trips = TripSet()
        for raw in 0..<UInt8(Trip.count) {
            if let trip = Trip(rawValue: raw), trip.action == .lockout { trips.insert(trip) }
        }
        return trips
    }
}

/// The file of the latches: two slots of 32 bytes, little-endian, both with the same content when at rest.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0      | 8    | magic "PKLATCH1" |
/// | 8      | 8    | sequence, from 1 |
/// | 16     | 8    | latched trips, one bit each |
/// | 24     | 8    | check: `HistoryHash` over the three words before |
///
/// An update is written to slot 0, synced, written to slot 1, synced. So at any moment one slot is whole, and no damage to one slot
/// loses an update that was finished. The check finds every change within one word, and any other but one in 2^64.
public enum LatchFile {
    /// Bytes of a slot.
    public static var slotSize: Int { 32 }
    /// Bytes of the file: what a reader asks for.
    public static var size: Int { 64 }

    /// What the first `count` bytes of the file say. Only an empty file is a new one; a longer or shorter one than `size` is
    /// damaged.
    /// - Parameter count: the length of the file, 0 ...; only the first `size` bytes are looked at.
    public static func decode(_ bytes: Fixed<64, UInt8>, count: Int) -> Latches {
        if count == 0 { return Latches() }
        let first = count >= slotSize ? slot(0, of: bytes) : nil
        let second = count >= size ? slot(1, of: bytes) : nil
        switch (first, second) {
        case (let first?, let second?) where first.sequence == second.sequence:
            return first.trips == second.trips ? first : unreadable(after: first.sequence)
        case (let first?, let second?): return partly(first.sequence > second.sequence ? first : second)
        case (let only?, nil), (nil, let only?): return partly(only)
        case (nil, nil): return unreadable(after: 0)
        }
    }

    /// The bytes of either slot.
    public static func encode(_ latches: Latches) -> Fixed<32, UInt8> {
        var bytes = Fixed<32, UInt8>(repeating: 0)
        put(magic, into: &bytes, at: 0)
        put(latches.sequence, into: &bytes, at: 8)
        put(latches.trips.bits, into: &bytes, at: 16)
        put(check(latches.sequence, latches.trips.bits), into: &bytes, at: 24)
        return bytes
    }

    private static var magic: UInt64 { 0x3148_4354_414C_4B50 }

    private static func check(_ sequence: UInt64, _ bits: UInt64) -> UInt64 {
        var hash = HistoryHash()
        hash.add(magic)
        hash.add(sequence)
        hash.add(bits)
        return hash.value
    }

    private static func slot(_ index: Int, of bytes: Fixed<64, UInt8>) -> Latches? {
        let at = index * slotSize
        let sequence = word(of: bytes, at: at + 8)
        let bits = word(of: bytes, at: at + 16)
        guard word(of: bytes, at: at) == magic, word(of: bytes, at: at + 24) == check(sequence, bits),
            sequence > 0, bits & ~TripSet.all == 0
        else { return nil }
        return Latches(TripSet(bits: bits), sequence: sequence, source: .whole)
    }

    private static func partly(_ latches: Latches) -> Latches {
        Latches(latches.trips, sequence: latches.sequence, source: .oneSlot)
    }

    private static func unreadable(after sequence: UInt64) -> Latches {
        Latches(Latches.everything, sequence: sequence, source: .unreadable)
    }

    private static func word(of bytes: Fixed<64, UInt8>, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return word
    }

    private static func put(_ word: UInt64, into bytes: inout Fixed<32, UInt8>, at offset: Int) {
        for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
}
