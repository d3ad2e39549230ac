import CSystem
import Journal
import StimulatorCore
import SystemIO

/// The journal: in memory with the power cut at every byte, and in a file of this machine.
enum JournalTests {
    private static var diskSize: Int { 16_384 }

    static func run(_ report: inout Report) {
        guard let memory = unsafe csystem_map(2 * diskSize) else { Program.fail("target-tests: no memory\n") }
        let (records, length, head) = unsafe written(on: memory)
        report.test("a journal is written", records == 9 && length > 0)
        report.number("journal head", head)
        var keeps = true
        for cut in 0...length { keeps = unsafe recovers(memory, cutAt: cut, of: length) && keeps }
        report.test("cut at any byte, the whole records before the cut stay", keeps)
        unsafe csystem_unmap(memory, 2 * diskSize)
    }

    private static var noWall: WallTime { WallTime(nanoseconds: 0, isTrusted: false) }

    /// A start and seven notes, behind the record that a new journal begins with.
    private static func fill<Store: Storage & ~Copyable>(_ journal: inout Journal<Store>) -> Bool {
        guard opens(&journal, keeping: nil) else { return false }
        do throws(StorageFault) {
            try journal.appendStart(boardHash: 0x0123_4567_89AB_CDEF, at: Instant(1), wall: noWall)
            for number in UInt8(0)..<7 {
                var note = Note()
                for letter in 0..<(number * 7) where !note.append(97 + letter % 26) { return false }
                try journal.append(.configuration(note), at: Instant(Int64(number) * 1_000_000), wall: noWall)
            }
            return true
        } catch {
            return false
        }
    }

    /// - Parameter records: how many must be kept; nil for any number.
    private static func opens<Store: Storage & ~Copyable>(
        _ journal: inout Journal<Store>, keeping records: UInt64?
    ) -> Bool {
        do throws(JournalFault) {
            let report = try journal.open(at: Instant(0), wall: noWall)
            return report.recordsKept == records ?? report.recordsKept
        } catch {
            return false
        }
    }

    private static func written(on memory: UnsafeMutableRawPointer) -> (records: UInt64, length: Int64, head: UInt64) {
        let disk = unsafe SimulatedDisk(memory: memory, capacity: Int64(diskSize))
        var journal = Journal(in: disk, board: BoardDescription())
        guard fill(&journal) else { return (0, 0, 0) }
        let head = journal.end.tag.first
        let records = journal.records
        let store = journal.close()
        return (records, store.length, head)
    }

    private static func recovers(_ memory: UnsafeMutableRawPointer, cutAt cut: Int64, of length: Int64) -> Bool {
        var disk = unsafe SimulatedDisk(memory: memory + diskSize, capacity: Int64(diskSize))
        var bytes = RecordBytes()
        do throws(StorageFault) {
            while disk.length < cut {
                bytes.resize(to: Int(min(Int64(RecordBytes.capacity), cut - disk.length)))
                for index in 0..<bytes.count {
                    bytes[index] = unsafe memory.load(fromByteOffset: Int(disk.length) + index, as: UInt8.self)
                }
                try disk.write(bytes, at: disk.length)
            }
            try disk.sync()
            let before = try JournalReader.verify(disk)
            var journal = Journal(in: disk, board: BoardDescription())
            guard opens(&journal, keeping: before.records) else { return false }
            let after = try JournalReader.verify(journal.store)
            return after.damage == nil && after.records >= before.records && (cut < length || before.damage == nil)
        } catch {
            return false
        }
    }

    /// The same through the system's files: written, read back, and gone on with by a second start.
    static func run(inFile path: UnsafePointer<CChar>, _ report: inout Report) {
        let first = unsafe heads(path)
        let second = unsafe heads(path)
        report.number("journal head, in a file", second.head)
        report.test("a journal in a file is gone on with", first.records == 9 && second.records == 17)
    }

    private static func heads(_ path: UnsafePointer<CChar>) -> (records: UInt64, head: UInt64) {
        do throws(StorageFault) {
            var journal = Journal(in: try unsafe FileStorage(writing: path), board: BoardDescription())
            guard fill(&journal) else { return (0, 0) }
            let verified = try JournalReader.verify(journal.store)
            guard verified.damage == nil, verified.head == journal.end.tag else { return (0, 0) }
            return (verified.records, verified.head.first)
        } catch {
            return (0, 0)
        }
    }
}

extension Tag {
    /// The first eight bytes.
    fileprivate var first: UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word = word << 8 | UInt64(bytes[index]) }
        return word
    }
}
