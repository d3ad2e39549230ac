import Journal
import StimulatorCore
import Testing

/// Random days at the bench: subjects come and go, clocks are set or not, and the power is cut at any byte.
private struct History: ~Copyable {
    static let codes = ["S1", "S2", "S3"]
    var random: Seeded
    var journal: Journal<Disk>
    /// The subject whose ledger is kept live, as a console does.
    let watched: SubjectCode
    var live: SubjectLedger?
    var clock: Int64?
    var now: Int64 = 0
    var sequence: UInt64 = 0

    init(seed: UInt64) throws {
        let code = try #require(SubjectCode("S1".utf8))
        var made = Journal(in: Disk(), board: BoardDescription())
        _ = try made.open(at: at(0), wall: WallTime(nanoseconds: 0, isTrusted: false))
        random = Seeded(seed)
        watched = code
        journal = made
    }

    var wall: WallTime {
        clock.map { WallTime(nanoseconds: $0, isTrusted: true) } ?? WallTime(nanoseconds: 0, isTrusted: false)
    }

    mutating func step() throws {
        now += Int64.random(in: 1...5_000, using: &random)
        if clock != nil { clock? += Int64.random(in: 1...20_000_000_000_000, using: &random) }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: try cutPower()
        case 1:
            clock = (clock ?? 1_750_000_000_000_000_000) + Int64.random(in: 0...100_000_000_000_000, using: &random)
            try append(.clock(clock ?? 0))
            live = nil
        case 2...4: try begin()
        case 5: try append(.subject(.sessionEnded))
        case 6: try append(.subject(.protocolStarted(ProtocolName("lf-1hz".utf8) ?? ProtocolName())))
        default: try pulses()
        }
    }

    private mutating func begin() throws {
        let text = History.codes[Int.random(in: 0..<3, using: &random)]
        let code = try #require(SubjectCode(text.utf8))
        let ledger = try journal.ledger(of: code, now: wall)
        try append(.subject(.sessionBegan(code, .standard, continues: ledger.nextContinues)))
        live = code == watched ? try journal.ledger(of: code, now: wall) : nil
    }

    private mutating func pulses() throws {
        let isUnexpected = random.next() % 8 == 0
        let kind = isUnexpected ? Trip.pulseUnexpected.rawValue : 0
        try write(event(isUnexpected ? .trip : .pulse, sequence, detail: kind, millivolts: 990_000))
    }

    private mutating func append(_ entry: JournalEntry) throws {
        try journal.append(entry, at: at(now), wall: wall)
        try follow()
    }

    private mutating func write(_ event: Event) throws {
        sequence += 1
        try journal.append(event, at: at(now), wall: wall)
        try follow()
    }

    private mutating func follow() throws {
        if let record = try journal.recent(0) { live?.count(record) }
    }

    private mutating func cutPower() throws {
        if Bool.random(using: &random) { journal.syncIfDue(at: .distantFuture, wall: wall) }
        let kept = Int64.random(in: 0...300, using: &random)
        journal.store.cutPower(keeping: kept)
        let left = try disk(bytes(of: journal.store))
        clock = nil
        now = Int64.random(in: 0...1_000, using: &random)
        sequence = 0
        live = nil
        journal = Journal(in: left, board: BoardDescription())
        _ = try journal.open(at: at(now), wall: wall)
        try journal.appendStart(boardHash: 1, at: at(now), wall: wall)
    }
}

@Suite("a subject's dose over random histories") struct SubjectHistoryTests {
    /// The same question answered from the whole list, with nothing carried along.
    private func straight(_ records: [Record], _ code: SubjectCode, now: WallTime) -> (day: UInt32, session: UInt32) {
        let trusted = records.last { $0.wall.isTrusted }?.wall.nanoseconds
        let reference = now.isTrusted ? now.nanoseconds : trusted
        let past = reference.flatMap { reference in
            records.lastIndex { $0.wall.isTrusted && $0.wall.nanoseconds < reference - 86_400_000_000_000 }
        }
        func current(_ index: Int) -> Bool {
            for record in records[..<index].reversed() {
                if case .subject(.sessionEnded) = record.content { return false }
                if case .subject(.sessionBegan(let began, _, _)) = record.content { return began == code }
            }
            return false
        }
        let first = records.lastIndex {
            if case .subject(.sessionBegan(let began, _, false)) = $0.content { return began == code }
            return false
        }
        var (day, session): (UInt32, UInt32) = (0, 0)
        for (index, record) in records.enumerated() {
            guard case .event = record.content, current(index) else { continue }
            if index > past ?? -1 { day += 1 }
            if index > first ?? -1 { session += 1 }
        }
        return (day, session)
    }

    @Test("H-31 what the ledger says is what a straight count says, whatever was cut, set or begun")
    func recomputation() throws {
        for seed in UInt64(1)...150 {
            var history = try History(seed: seed)
            while history.journal.end.offset < 13_000 { try history.step() }
            let all = try records(of: history.journal.store)
            for text in History.codes {
                let code = try #require(SubjectCode(text.utf8))
                let ledger = try history.journal.ledger(of: code, now: history.wall)
                let counted = straight(all, code, now: history.wall)
                #expect(ledger.context.today.pulses == counted.day, "seed \(seed), \(text)")
                #expect(ledger.context.session.pulses == counted.session, "seed \(seed), \(text)")
            }
            if let live = history.live {
                let again = try history.journal.ledger(of: history.watched, now: history.wall)
                #expect(live.context.session == again.context.session, "seed \(seed)")
                #expect(live.context.today.pulses >= again.context.today.pulses, "seed \(seed): days only grow")
            }
        }
    }

    @Test("H-31 cut at any byte: the dose is that of the whole records before the cut") func everyCut() throws {
        var history = try History(seed: 4)
        while history.journal.end.offset < 4_000 { try history.step() }
        let image = bytes(of: history.journal.store)
        let all = try records(of: history.journal.store)
        let borders = try boundaries(of: history.journal.store)
        for cut in stride(from: Int(borders[2]), through: image.count, by: 7) {
            let kept = try #require(borders.lastIndex { $0 <= Int64(cut) })
            var journal = Journal(in: try disk(Array(image[..<cut])), board: BoardDescription())
            _ = try journal.open(at: at(0), wall: history.wall)
            let ledger = try journal.ledger(of: history.watched, now: history.wall)
            let counted = straight(Array(all[..<kept]), history.watched, now: history.wall)
            #expect(ledger.context.session.pulses == counted.session, "cut at \(cut)")
        }
    }
}
