import Foundation
import Journal
import StimulatorCore
import SystemIO
import Testing

@testable import stim

@Suite("A journal in a file")
struct FileStorageTests {
    private let wall = WallTime(nanoseconds: 1_767_225_600_000_000_000, isTrusted: false)

    private func withFile(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func write(_ events: Int, to path: String) throws {
        var journal = Journal(in: try FileStorage(writing: path), board: BoardDescription())
        _ = try journal.open(at: Instant(0), wall: wall)
        try journal.appendStart(boardHash: 0xB0A2D, at: Instant(0), wall: wall)
        for number in 0..<events {
            var event = Event(.pulse, index: UInt32(number), at: Instant(Int64(number)), 0, 0, 1_650_000)
            event.sequence = UInt64(number)
            try journal.append(event, at: event.at, wall: wall)
        }
        journal.syncIfDue(at: .distantFuture, wall: wall)
        let healthy = journal.isHealthy
        #expect(healthy)
    }

    @Test("what was written is there, whole and in order, when the file is opened again")
    func again() throws {
        try withFile { path in
            try write(100, to: path)
            let found = try JournalReader.verify(try FileStorage(reading: path))
            #expect(found.damage == nil)
            #expect(found.bytes == (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64))
            try write(0, to: path)
            let later = try JournalReader.verify(try FileStorage(reading: path))
            #expect(later.damage == nil && later.records > found.records)
        }
    }

    @Test("a torn tail is named, and cut off at the next opening")
    func torn() throws {
        try withFile { path in
            try write(10, to: path)
            let whole = try JournalReader.verify(try FileStorage(reading: path))
            var storage = try FileStorage(writing: path)
            try storage.truncate(to: whole.bytes - 5)
            let damage = try #require(try JournalReader.verify(storage).damage)
            #expect(damage.reason == .torn && damage.record == whole.records - 1)
            try write(0, to: path)
            #expect(try JournalReader.verify(try FileStorage(reading: path)).damage == nil)
        }
    }

    @Test("ranges that are not there are refused, and a file that is not there has the system's error number")
    func ranges() throws {
        try withFile { path in
            #expect(throws: StorageFault(code: ENOENT)) { _ = try FileStorage(reading: path).length }
            try write(1, to: path)
            var storage = try FileStorage(reading: path)
            var bytes = RecordBytes()
            #expect(throws: StorageFault.range) { try storage.read(into: &bytes, count: 1, at: storage.length) }
            #expect(throws: StorageFault.range) { try storage.read(into: &bytes, count: 1, at: -1) }
            #expect(throws: StorageFault.range) { try storage.read(into: &bytes, count: 1, at: Int64.max) }
            #expect(throws: StorageFault.range) { try storage.write(bytes, at: storage.length + 1) }
            #expect(throws: StorageFault.range) { try storage.truncate(to: storage.length + 1) }
            bytes.resize(to: 1)
            #expect(throws: StorageFault(code: EBADF)) { try storage.write(bytes, at: 0) }
        }
    }
}

@Suite("A journal's records as text")
struct RecordTextTests {
    private func line(_ content: RecordContent) -> String {
        let wall = WallTime(nanoseconds: 1_767_225_600_250_000_000, isTrusted: true)
        return RecordText.line(Record(sequence: 7, at: Instant(1_500_000_000), wall: wall, content: content))
    }

    @Test("number, wall time, time since the start and what happened, in one line")
    func event() {
        let trip = Event(
            .trip, detail: Trip.capacitorOvervoltage.rawValue, extra: 1, at: Instant(0), 1_732_500, 1_740_000)
        #expect(
            line(.event(trip))
                == "7  2026-01-01T00:00:00.250Z  1.500000 s  trip capacitorOvervoltage, limit 1732500 millivolts, actual 1740000 millivolts"
        )
    }

    @Test("numbers that stand for nothing and control bytes in a note do no harm")
    func senseless() throws {
        #expect(line(.event(Event(.state, detail: 200, extra: 1, at: Instant(0)))).hasSuffix("state safe -> (200)"))
        let note = try #require(Note("a\u{1B}[2Jb\n".utf8))
        #expect(line(.note(note)).hasSuffix("note: a?[2Jb?"))
    }
}
