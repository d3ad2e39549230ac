import StimulatorCore

/// The latches that survive a restart, as the file says.
public struct Latches: BitwiseCopyable, Equatable, Sendable {
    /// Trips that are latched; every lockout when the file is unreadable.
    public var trips: TripSet
    /// Counts the updates of the file; 0 where there is none.
    public var sequence: UInt64
    /// How much of the file could be believed.
    public var source: TwoSlotFile.Source

    public init(_ trips: TripSet = TripSet(), sequence: UInt64 = 0, source: TwoSlotFile.Source = .neverWritten) {
        self.trips = trips
        self.sequence = sequence
        self.source = source
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

/// The file of the latches: a `TwoSlotFile` with the magic "PKLATCH1", whose word has one bit for each latched trip.
public enum LatchFile {
    /// Bytes of a slot.
    public static var slotSize: Int { TwoSlotFile.slotSize }
    /// Bytes of the file: what a reader asks for.
    public static var size: Int { TwoSlotFile.size }

    /// What the first `count` bytes of the file say: every lockout, when they cannot be believed.
    /// - Parameter count: the length of the file, 0 ...; only the first `size` bytes are looked at.
    public static func decode(_ bytes: Fixed<64, UInt8>, count: Int) -> Latches {
        let content = file.decode(bytes, count: count) { $0 & ~TripSet.all == 0 }
        let trips = content.source == .unreadable ? Latches.everything : TripSet(bits: content.word)
        return Latches(trips, sequence: content.sequence, source: content.source)
    }

    /// The bytes of either slot.
    public static func encode(_ latches: Latches) -> Fixed<32, UInt8> {
        file.encode(TwoSlotFile.Content(word: latches.trips.bits, sequence: latches.sequence))
    }

    private static var file: TwoSlotFile { TwoSlotFile(magic: 0x3148_4354_414C_4B50) }
}
