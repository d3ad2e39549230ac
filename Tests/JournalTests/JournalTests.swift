import Journal
import StimulatorCore
import Testing

@Suite("the journal") struct JournalTests {
    @Test("the bytes on disk are fixed: the format cannot change silently") func golden() throws {
        let disk = try sample()
        let verified = try JournalReader.verify(disk)
        #expect(disk.length == 973)
        #expect(verified.head.short == 0xc3223600768e7ac7)
        let first = bytes(of: disk)[..<80].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let expected =
            "5000000001010000000000000000000000000000000000000000ef64ba3f4918"
            + "50756c73656b65657065720001000000c64095d4d7a262ee98a256bad158ce17"
            + "d464ce1f5c6f444bbdcdc076d07c6045"
        #expect(first == expected)
    }

    @Test("what is appended is what is read, for any run of any records") func roundTrip() throws {
        for seed in UInt64(1)...40 {
            var random = Seeded(seed)
            var journal = Journal(in: Disk(), board: BoardDescription())
            _ = try journal.open(at: at(0), wall: wall())
            var written: [RecordContent] = []
            var next: UInt64 = 0
            while journal.end.offset < 12_000 {
                let kind = UInt8.random(in: 0...3, using: &random)
                if kind == 0 {
                    var event = try #require(Event(frame: anyFrame(&random)))
                    if Bool.random(using: &random) { event.sequence = next }
                    if event.sequence != next { written.append(.gap(expected: next, received: event.sequence)) }
                    next = event.sequence &+ 1
                    written.append(.event(event))
                    try journal.append(event, at: at(1), wall: wall())
                } else {
                    written.append(try appendNote(kind, to: &journal, &random))
                }
            }
            let all = try records(of: journal.store)
            #expect(all.dropFirst().map(\.content) == written, "seed \(seed)")
            #expect(all.map(\.sequence) == Array(0..<UInt64(all.count)), "seed \(seed)")
        }
    }

    private func anyFrame(_ random: inout Seeded) -> Frame {
        var frame = Frame.empty
        for index in 0..<8 { frame[index] = random.next() }
        frame[0] = frame[0] & ~0xFF | UInt64.random(in: 1...UInt64(EventKind.count), using: &random)
        return frame
    }

    private func appendNote(
        _ kind: UInt8, to journal: inout Journal<Disk>, _ random: inout Seeded
    ) throws -> RecordContent {
        var note = Note()
        for _ in 0..<Int.random(in: 0...Note.capacity, using: &random) {
            _ = note.append(UInt8.random(in: 0...255, using: &random))
        }
        switch kind {
        case 1:
            try journal.append(.note(note), at: at(1), wall: wall())
            return .note(note)
        case 2:
            try journal.append(.override(note), at: at(1), wall: wall())
            return .override(note)
        default:
            try journal.append(.configuration(note), at: at(1), wall: wall())
            return .configuration(note)
        }
    }

    @Test("times and the trust in the wall clock come back") func times() throws {
        let disk = try sample()
        let all = try records(of: disk)
        let last = try #require(all.last)
        #expect(last.at == at(8) && last.wall == WallTime(nanoseconds: 7, isTrusted: false))
        #expect(all[1].at == at(1) && all[1].wall == wall())
    }

    @Test("a note of 200 bytes is taken, one of 201 is not") func noteLength() {
        #expect(Note([UInt8](repeating: 65, count: 200))?.count == 200)
        #expect(Note([UInt8](repeating: 65, count: 201)) == nil)
    }

    @Test("arm, trip, end of train, override and configuration are due at once; the rest after a second")
    func policy() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        #expect(journal.syncDue == .distantFuture)
        try journal.append(pulse(0), at: at(100), wall: wall())
        try journal.append(pulse(1), at: at(900), wall: wall())
        #expect(!journal.needsSync(at: at(1_099)) && journal.needsSync(at: at(1_100)))
        journal.syncIfDue(at: at(1_100), wall: wall())
        #expect(journal.store.durable == journal.end.offset && journal.syncDue == .distantFuture)
        let urgent: [Event] = [
            event(.state, 2, detail: StimulatorState.arming.rawValue), event(.trip, 3), event(.trainFinished, 4),
        ]
        for event in urgent {
            try journal.append(event, at: at(2_000), wall: wall())
            #expect(journal.needsSync(at: at(2_000)) == true)
            journal.syncIfDue(at: at(2_000), wall: wall())
            #expect(journal.store.durable == journal.end.offset)
        }
        try journal.append(.override(Note()), at: at(3_000), wall: wall())
        #expect(journal.needsSync(at: at(3_000)) == true)
        journal.syncIfDue(at: at(3_000), wall: wall())
        try journal.append(.configuration(Note()), at: at(3_000), wall: wall())
        #expect(journal.needsSync(at: at(3_000)) == true)
        let before = journal.store.syncs
        try journal.append(event(.state, 5), at: at(3_000), wall: wall())
        journal.syncIfDue(at: at(3_000), wall: wall())
        journal.syncIfDue(at: at(3_000), wall: wall())
        #expect(journal.store.syncs == before + 1)
    }

    @Test("events that were dropped on the way show as a gap, and so does a safety side that began anew")
    func gaps() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        try journal.appendStart(boardHash: 1, firstEvent: 10, at: at(0), wall: wall())
        for sequence in [10, 11, 15, 16, 0] as [UInt64] { try journal.append(pulse(sequence), at: at(1), wall: wall()) }
        let gaps = try records(of: journal.store).map(\.content).filter { $0.kind == .gap }
        #expect(gaps == [.gap(expected: 12, received: 15), .gap(expected: 17, received: 0)])
    }

    @Test("starts are numbered across reopenings") func starts() throws {
        var store = Disk()
        for number in UInt64(1)...3 {
            var journal = Journal(in: store, board: BoardDescription())
            _ = try journal.open(at: at(0), wall: wall())
            try journal.appendStart(boardHash: 9, at: at(0), wall: wall())
            let last = try journal.recent(0)
            #expect(last?.content == .start(boardHash: 9, number: number) && journal.starts == number)
            store = journal.close()
        }
    }

    @Test("the last 64 records can be asked for, in a fresh and in a reopened journal") func recent() throws {
        var journal = Journal(in: Disk(), board: BoardDescription())
        _ = try journal.open(at: at(0), wall: wall())
        #expect(try journal.recent(0)?.sequence == 0)
        #expect(try journal.recent(1) == nil)
        for number in UInt64(0)..<100 {
            try journal.append(pulse(number, millivolts: Int64(number)), at: at(1), wall: wall())
        }
        var again = Journal(in: journal.close(), board: BoardDescription())
        _ = try again.open(at: at(2), wall: wall())
        let all = try records(of: again.store)
        for back in 0..<64 { #expect(try again.recent(back) == all[100 - back]) }
        #expect(try again.recent(64) == nil)
        #expect(try again.recent(-1) == nil)
        again.store[again.end.offset - 40] ^= 1
        #expect(try again.recent(0) == nil, "a record that is no longer whole is not shown")
    }
}
