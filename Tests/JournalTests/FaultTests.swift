import Journal
import StimulatorCore
import Testing

@Suite("a journal on a failing disk") struct FaultTests {
    @Test("a full disk: not healthy, then healthy again at the next synced write, and the lost events show as a gap")
    func full() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        try journal.append(pulse(0), at: at(1), wall: wall())
        for room in 0..<Int64(128) {
            journal.store.space = journal.end.offset + room
            let sequence = UInt64(room) * 2 + 1
            #expect(throws: StorageFault.full) { try journal.append(pulse(sequence), at: at(2), wall: wall()) }
            #expect(journal.isHealthy == false)
            let now = at(10_000 + room * 10_000)
            journal.syncIfDue(at: now, wall: wall())
            #expect(!journal.isHealthy && journal.fault?.isFull == true)
            journal.store.space = .max
            journal.syncIfDue(at: now, wall: wall())
            #expect(journal.isHealthy == false, "not tried again before the retry interval")
            journal.syncIfDue(at: now + .seconds(1), wall: wall())
            #expect(journal.isHealthy && journal.store.durable == journal.end.offset)
            try journal.append(pulse(sequence + 1), at: at(3), wall: wall())
            #expect(try journal.recent(1)?.content == .gap(expected: sequence, received: sequence + 1))
            guard case .resumed(28, 2, 0, at(2)) = try journal.recent(2)?.content else {
                Issue.record("the failure is not in the journal, room \(room)")
                return
            }
            #expect(try JournalReader.verify(journal.store).damage == nil)
            if journal.store.length > 12_000 { break }
        }
    }

    @Test("after a failed sync, what the journal calls synced survives a cut of the power") func failedSync() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        for sequence in UInt64(0)..<5 { try journal.append(pulse(sequence), at: at(1), wall: wall()) }
        journal.store.failsSync = true
        journal.syncIfDue(at: at(2_000), wall: wall())
        #expect(!journal.isHealthy && journal.fault == .device)
        #expect(throws: StorageFault.device) { try journal.append(pulse(5), at: at(2_001), wall: wall()) }
        journal.syncIfDue(at: at(3_000), wall: wall())
        #expect(journal.isHealthy == false)
        journal.store.failsSync = false
        journal.syncIfDue(at: at(4_000), wall: wall())
        #expect(journal.isHealthy == true)
        let promised = journal.end
        journal.store.cutPower()
        let verified = try JournalReader.verify(journal.store)
        #expect(verified.records == promised.record && verified.head == promised.tag && verified.damage == nil)
    }

    @Test("records that can no longer be read after a failed sync are given up, counted, and the chain goes on")
    func lostRecords() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        let before = journal.end
        for sequence in UInt64(0)..<3 { try journal.append(pulse(sequence), at: at(1), wall: wall()) }
        journal.store.failsSync = true
        journal.syncIfDue(at: at(2_000), wall: wall())
        journal.store.failsSync = false
        journal.store[before.offset + 130] ^= 0xFF
        journal.syncIfDue(at: at(3_000), wall: wall())
        #expect(journal.isHealthy && journal.records == before.record + 2)
        let last = try #require(try journal.recent(0))
        #expect(last.content == .resumed(code: 5, failures: 1, recordsLost: 2, since: at(2_000)))
        #expect(try JournalReader.verify(journal.store).damage == nil)
    }

    @Test(
        "power cut with any part of the unsynced bytes kept: everything synced is there, the rest is cut to whole records"
    )
    func powerCut() throws {
        for kept in Int64(0)...400 {
            var journal = Journal(in: Disk(), board: BoardDescription())
            _ = try journal.open(at: at(0), wall: wall())
            try journal.append(event(.trip, 0), at: at(1), wall: wall())
            journal.syncIfDue(at: at(1), wall: wall())
            let synced = journal.end
            for sequence in UInt64(1)..<4 { try journal.append(pulse(sequence), at: at(2), wall: wall()) }
            var store = journal.close()
            store.cutPower(keeping: kept)
            var again = Journal(in: store, board: BoardDescription())
            let report = try again.open(at: at(0), wall: wall())
            let extra = min(kept, 384)
            #expect(report.recordsKept == synced.record + UInt64(extra / 128) && report.bytesDropped == extra % 128)
            #expect(try JournalReader.verify(again.store).damage == nil)
        }
    }

    @Test("a disk that fails while the journal is opened: open, not healthy, then made whole") func failsAtOpen() throws
    {
        for broken in 0..<3 {
            var image = bytes(of: try sample())
            if broken == 2 { image = [] } else { image.removeLast() }
            var journal = Journal(in: try disk(image), board: BoardDescription())
            journal.store.failsWrites = broken != 1
            journal.store.failsSync = broken == 1
            let report = try journal.open(at: at(0), wall: wall())
            #expect(journal.isHealthy == false)
            journal.store.failsWrites = false
            journal.store.failsSync = false
            journal.syncIfDue(at: at(1_000), wall: wall())
            #expect(journal.isHealthy == true)
            let all = try records(of: journal.store)
            let cuts = all.filter { $0.content.kind == .recovered }
            #expect(cuts.count == (broken == 2 ? 0 : 1) && all.count { $0.content.kind == .opened } == 1)
            #expect(report.bytesDropped == (broken == 2 ? 0 : 63))
            #expect(try JournalReader.verify(journal.store).damage == nil)
        }
    }

    @Test("a disk that cannot be read is not opened, and nothing on it changes") func unreadableDisk() throws {
        let image = bytes(of: try sample())
        var journal = Journal(in: try disk(image), board: BoardDescription())
        journal.store.failsReads = true
        #expect(throws: JournalFault.storage(.device)) { try journal.open(at: at(0), wall: wall()) }
        journal.store.failsReads = false
        #expect(bytes(of: journal.store) == image)
        let report = try journal.open(at: at(0), wall: wall())
        #expect(report.bytesDropped == 0 && journal.isHealthy)
    }
}
