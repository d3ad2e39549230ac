import Journal
import StimulatorCore

typealias Disk = SimulatedDisk

extension SimulatedDisk {
    /// A small disk. Its memory is never given back: a test process ends soon.
    init() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 16_384, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: 16_384)
        self.init(memory: memory, capacity: 16_384)
    }
}

/// SplitMix64: the same numbers from the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A trusted wall time, seconds after an arbitrary day of 2025.
func wall(_ seconds: Int64 = 0) -> WallTime {
    WallTime(nanoseconds: (1_750_000_000 + seconds) * 1_000_000_000, isTrusted: true)
}

func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds * 1_000_000) }

func note(_ text: String) throws -> Note {
    guard let note = Note(text.utf8) else { throw StorageFault.range }
    return note
}

func event(
    _ kind: EventKind, _ sequence: UInt64, detail: UInt8 = 0, index: UInt32 = 0, millivolts: Int64 = 0
) -> Event {
    var event = Event(kind, detail: detail, index: index, at: at(Int64(sequence)), 0, 0, millivolts)
    event.sequence = sequence
    return event
}

func pulse(_ sequence: UInt64, millivolts: Int64 = 1_650_000) -> Event {
    event(.pulse, sequence, millivolts: millivolts)
}

/// A disk with these bytes on it, all durable.
func disk(_ bytes: [UInt8]) throws -> Disk {
    var disk = Disk()
    var record = RecordBytes()
    for start in stride(from: 0, to: bytes.count, by: RecordBytes.capacity) {
        let part = bytes[start..<min(start + RecordBytes.capacity, bytes.count)]
        record.resize(to: part.count)
        for (index, byte) in part.enumerated() { record[index] = byte }
        try disk.write(record, at: disk.length)
    }
    try disk.sync()
    return disk
}

func bytes(of disk: borrowing Disk) -> [UInt8] {
    var bytes: [UInt8] = []
    for offset in 0..<disk.length { bytes.append(disk[offset]) }
    return bytes
}

/// Every whole record on a disk.
func records(of disk: borrowing Disk) throws -> [Record] {
    var reader = JournalReader()
    var records: [Record] = []
    while case .record(let record) = try reader.next(from: disk) { records.append(record) }
    return records
}

/// Where the records of a disk begin, and where the last one ends.
func boundaries(of disk: borrowing Disk) throws -> [Int64] {
    var reader = JournalReader()
    var offsets: [Int64] = [0]
    while case .record = try reader.next(from: disk) { offsets.append(reader.offset) }
    return offsets
}

/// A journal with one record of every kind that a healthy run writes, and some more.
func sample() throws -> Disk {
    var journal = Journal(in: Disk(), board: BoardDescription())
    _ = try journal.open(at: at(0), wall: wall())
    try journal.appendStart(boardHash: 0x0123_4567_89AB_CDEF, at: at(1), wall: wall())
    try journal.append(.configuration(note("intensity 60%")), at: at(2), wall: wall())
    let arming = StimulatorState.arming.rawValue
    try journal.append(event(.state, 0, detail: arming), at: at(3), wall: wall())
    try journal.append(pulse(1, millivolts: 990_000), at: at(4), wall: wall())
    try journal.append(pulse(4, millivolts: 991_000), at: at(5), wall: wall(1))
    try journal.append(.override(note("rate: bench only")), at: at(6), wall: wall(1))
    try journal.append(event(.trip, 5, detail: Trip.pulseUnexpected.rawValue), at: at(7), wall: wall(1))
    try journal.append(.note(note("")), at: at(8), wall: WallTime(nanoseconds: 7, isTrusted: false))
    journal.syncIfDue(at: at(9), wall: wall(1))
    return journal.close()
}
