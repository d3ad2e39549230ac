import StimulatorCore
import Testing

@testable import Journal

private let unset = WallTime(nanoseconds: 0, isTrusted: false)
private let day: Int64 = 86_400

private func code(_ text: String) throws -> SubjectCode { try #require(SubjectCode(text.utf8)) }

private func began(_ text: String, continues: Bool = false) throws -> JournalEntry {
    .subject(.sessionBegan(try code(text), .standard, continues: continues))
}

@Suite("subjects in the journal") struct SubjectTests {
    private let board = BoardDescription()

    private func journal() throws -> Journal<Disk> {
        var journal = Journal(in: Disk(), board: board)
        _ = try journal.open(at: at(0), wall: wall())
        return journal
    }

    @Test("every entry about a subject comes back as it was written") func roundTrip() throws {
        let estimate = ThresholdEstimate(
            threshold: PerMille(523), low: PerMille(501), high: PerMille(545), pulses: 18)
        let entries: [JournalEntry] = [
            try began("P-01", continues: true), try began("abcdefghijklmn-9"),
            .subject(.threshold(.active, .maximumAPosteriori, estimate)), .subject(.pain(10)),
            .subject(.sideEffect(try note("headache"))), .clock(1_795_000_000_000_000_000),
            .subject(.protocolStarted(try #require(ProtocolName("itbs-600".utf8)))), .subject(.sessionEnded),
        ]
        var journal = try journal()
        for entry in entries { try journal.append(entry, at: at(1), wall: wall()) }
        journal.syncIfDue(at: at(1), wall: wall())
        #expect(journal.store.durable == journal.end.offset, "what is about a subject is synced at once")
        let read = try records(of: journal.store).dropFirst().map(\.content)
        for (entry, content) in zip(entries, read) {
            switch (entry, content) {
            case (.subject(let entry), .subject(let content)): #expect(entry == content)
            case (.clock(let entry), .clock(let content)): #expect(entry == content)
            default: Issue.record("\(entry) became \(content)")
            }
        }
        #expect(read.count == entries.count && journal.openSession == nil)
    }

    @Test("a code has letters, digits and hyphens, and a digit; a name is none") func codes() throws {
        for good in ["S1", "P-01", "0", "abcdefghijklmno1"] { #expect(try code(good).isSubjectCode, "\(good)") }
        for bad in ["", "Anna", "anna maria 1", "O'Neil2", "S_1", "é1"] {
            #expect(SubjectCode(bad.utf8)?.isSubjectCode != true, "\(bad)")
        }
        #expect(SubjectCode("abcdefghijklmnop1".utf8) == nil)
    }

    @Test("a whole record of a later version is passed over, and cut off by nobody") func laterVersion() throws {
        let journal = try journal()
        let first = journal.end
        let record = Record(sequence: first.record, at: at(1), wall: wall(), content: .note(try note("to come")))
        var bytes = RecordFormat.encode(record)
        bytes[4] = 200
        _ = RecordFormat.seal(&bytes, after: first.tag)
        var store = journal.close()
        try store.write(bytes, at: first.offset)
        var again = Journal(in: store, board: board)
        let report = try again.open(at: at(2), wall: wall())
        #expect(report.bytesDropped == 0 && report.recordsKept == first.record + 1)
        try again.append(.note(try note("after")), at: at(3), wall: wall())
        let read = try records(of: again.store)
        #expect(read[1].content == .unknown(kind: 200) && read.count == 3)
    }

    @Test("H-31 pulses count for the subject whose session is open, after a power cut too, and for nobody else")
    func dose() throws {
        var journal = try journal()
        try journal.append(began("S1"), at: at(1), wall: unset)
        try journal.append(pulse(0), at: at(2), wall: unset)
        try journal.append(event(.trip, 1, detail: Trip.pulseUnexpected.rawValue), at: at(3), wall: unset)
        journal.syncIfDue(at: at(3), wall: unset)
        var store = journal.close()
        store.cutPower()
        journal = Journal(in: store, board: board)
        _ = try journal.open(at: at(0), wall: unset)
        try journal.appendStart(boardHash: 1, at: at(0), wall: unset)
        #expect(journal.openSession == (try code("S1")))
        try journal.append(pulse(0), at: at(1), wall: unset)
        let broken = try journal.ledger(of: try code("S1"), now: unset)
        #expect(broken.context.session.pulses == 3 && broken.context.today.pulses == 3 && broken.nextContinues)
        try journal.append(began("S2"), at: at(2), wall: unset)
        try journal.append(pulse(1), at: at(3), wall: unset)
        try journal.append(.subject(.sessionEnded), at: at(4), wall: unset)
        try journal.append(pulse(2), at: at(5), wall: unset)
        #expect(try journal.ledger(of: try code("S2"), now: unset).context.today.pulses == 1)
        try journal.append(began("S1", continues: true), at: at(6), wall: unset)
        try journal.append(pulse(3), at: at(7), wall: unset)
        let ledger = try journal.ledger(of: try code("S1"), now: unset)
        #expect(ledger.context.session.pulses == 4 && ledger.context.today.pulses == 4)
        let maximum = board.energy(at: board.maximumVoltage).raw
        #expect(ledger.context.today.energy == Millijoules(maximum * 4))
    }

    @Test("a day's dose leaves out what a set clock puts before the day") func dayRolls() throws {
        var journal = try journal()
        try journal.append(began("S1"), at: at(0), wall: wall(0))
        for (number, seconds) in [0, day, day + 10].enumerated() {
            try journal.append(pulse(UInt64(number)), at: at(1), wall: wall(seconds))
        }
        func pulses(_ seconds: Int64) throws -> UInt32 {
            try journal.ledger(of: try code("S1"), now: wall(seconds)).context.today.pulses
        }
        #expect(try pulses(day) == 3)
        #expect(try pulses(day + 1) == 2)
        #expect(try pulses(3 * day) == 0)
        #expect(try journal.ledger(of: try code("S1"), now: wall(3 * day)).context.session.pulses == 3)
    }

    @Test("H-31 without a set clock the previous session counts as today's, until a set clock proves it older")
    func untrusted() throws {
        var journal = try journal()
        try journal.append(began("S1"), at: at(0), wall: wall(0))
        try journal.append(pulse(0), at: at(1), wall: wall(0))
        try journal.append(pulse(1), at: at(1), wall: unset)
        func ledger(_ now: WallTime) throws -> SubjectLedger { try journal.ledger(of: try code("S1"), now: now) }
        #expect(try ledger(unset).context.today.pulses == 2)
        #expect(try ledger(wall(3 * day)).context.today.pulses == 1)
        #expect(try ledger(wall(3 * day)).nextContinues, "the last pulse has no date")
        try journal.append(.clock(wall(3 * day).nanoseconds), at: at(1), wall: wall(3 * day))
        #expect(try ledger(unset).context.today.pulses == 1)
        #expect(try ledger(wall(5 * day)).context.today.pulses == 0)
        #expect(try ledger(wall(5 * day)).nextContinues == false)
    }

    @Test("a cool-down counts powered-on time alone: no set clock, no time off, shortens it") func poweredOn() throws {
        var journal = try journal()
        let name = try #require(ProtocolName("ctbs-600".utf8))
        try journal.append(began("S1"), at: at(1_000), wall: wall())
        try journal.append(.subject(.protocolStarted(name)), at: at(1_000), wall: wall())
        try journal.append(pulse(0), at: at(2_000), wall: wall())
        try journal.append(event(.trainFinished, 1, index: 1), at: at(3_000), wall: wall())
        try journal.append(.note(try note("")), at: at(10_000), wall: wall())
        var again = Journal(in: journal.close(), board: board)
        _ = try again.open(at: at(500_000), wall: wall(30 * day))
        try again.appendStart(boardHash: 1, at: at(500_000), wall: wall(30 * day))
        try again.append(.clock(wall(60 * day).nanoseconds), at: at(503_000), wall: wall(60 * day))
        let ledger = try again.ledger(of: try code("S1"), now: wall(60 * day))
        // 7 s after the train, 3 s after the second start, then 5 s more.
        #expect(ledger.context(at: at(508_000)).sinceEnd(of: name) == .seconds(15))
    }

    @Test("a protocol of which no pulse came was not given") func notGiven() throws {
        var journal = try journal()
        let name = try #require(ProtocolName("itbs-600".utf8))
        try journal.append(began("S1"), at: at(1), wall: wall())
        try journal.append(.subject(.protocolStarted(name)), at: at(1), wall: wall())
        try journal.append(event(.trainFinished, 0), at: at(2), wall: wall())
        try journal.append(pulse(1), at: at(3), wall: wall())
        #expect(try journal.ledger(of: try code("S1"), now: wall()).context.sinceEnd(of: name) == nil)
    }
}
