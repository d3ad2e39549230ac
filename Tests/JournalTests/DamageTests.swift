import Journal
import StimulatorCore
import Testing

@Suite("a damaged journal") struct DamageTests {
    @Test("cut at any byte: the whole records before the cut stay, the chain goes on, and the cut is recorded")
    func everyCut() throws {
        let whole = try sample()
        let image = bytes(of: whole)
        let all = try records(of: whole)
        let borders = try boundaries(of: whole)
        for cut in 0...image.count {
            let kept = borders.lastIndex { $0 <= Int64(cut) } ?? 0
            let torn = Int64(cut) - borders[kept]
            let cutDisk = try disk(Array(image[..<cut]))
            let before = try JournalReader.verify(cutDisk)
            #expect(before.records == UInt64(kept) && before.bytes == borders[kept])
            #expect(before.damage?.bytes ?? 0 == torn && before.damage?.reason == (torn > 0 ? .torn : nil))

            var journal = Journal(in: cutDisk, board: BoardDescription())
            let report = try journal.open(at: at(20), wall: wall(9))
            #expect(report.recordsKept == UInt64(kept) && report.bytesDropped == torn, "cut at \(cut)")
            try journal.append(.note(note("after")), at: at(21), wall: wall(9))
            let head = journal.end.tag
            let after = journal.close()
            let verified = try JournalReader.verify(after)
            #expect(verified.damage == nil && verified.head == head && verified.bytes == after.length)
            let now = try records(of: after)
            #expect(Array(now[..<kept]) == Array(all[..<kept]), "cut at \(cut)")
            #expect(now.last?.content == .note(try note("after")))
            let dropped = RecordContent.recovered(reason: .torn, bytesDropped: torn)
            #expect(now.contains { $0.content == dropped } == (torn > 0))
        }
    }

    @Test("any changed byte: verify names its record, recovery keeps the records before it")
    func everyByteChanged() throws {
        let whole = try sample()
        let image = bytes(of: whole)
        let all = try records(of: whole)
        let borders = try boundaries(of: whole)
        for index in image.indices {
            var changed = image
            changed[index] ^= 1 << UInt8(index % 8)
            let record = try #require(borders.lastIndex { $0 <= Int64(index) })
            var journal = Journal(in: try disk(changed), board: BoardDescription())
            let damage = try #require(try JournalReader.verify(journal.store).damage)
            #expect(damage.record == UInt64(record) && damage.offset == borders[record], "byte \(index)")
            guard record > 0 else {
                #expect(throws: JournalFault.unreadable(damage)) { try journal.open(at: at(20), wall: wall(9)) }
                #expect(bytes(of: journal.store) == changed)
                continue
            }
            let report = try journal.open(at: at(20), wall: wall(9))
            #expect(report.recordsKept == UInt64(record) && report.reason == damage.reason)
            #expect(report.bytesDropped == Int64(image.count) - borders[record])
            #expect(Array(try records(of: journal.store)[..<record]) == Array(all[..<record]))
            #expect(try JournalReader.verify(journal.store).damage == nil)
        }
    }

    @Test("each way of being broken has its own name") func reasons() throws {
        let image = bytes(of: try sample())
        let borders = try boundaries(of: try sample()).map(Int.init)
        func reason(_ bytes: [UInt8]) throws -> DamageReason? {
            try JournalReader.verify(try disk(bytes)).damage?.reason
        }
        #expect(try reason(image) == nil)
        #expect(try reason(Array(image.dropLast())) == .torn)
        #expect(try reason(image + [UInt8](repeating: 0, count: 100)) == .length)
        #expect(try reason(Array(image[..<borders[3]]) + image[borders[4]...]) == .sequence)
        var changed = image
        changed[borders[2] + 32] ^= 1
        #expect(try reason(changed) == .tag)
        #expect(try reason(Array("a letter to somebody".utf8)) == .foreign)
        #expect(try reason([]) == nil)
    }

    @Test("a file that is no journal, or of another version, is left as it is") func foreign() throws {
        var version = bytes(of: try sample())
        version[44] = 2
        for image in [version, Array("#".utf8), [UInt8](repeating: 0, count: 300)] {
            var journal = Journal(in: try disk(image), board: BoardDescription())
            #expect(throws: JournalFault.self) { try journal.open(at: at(0), wall: wall()) }
            #expect(bytes(of: journal.store) == image)
            #expect(journal.isHealthy == false)
            #expect(throws: StorageFault.self) { try journal.append(pulse(0), at: at(0), wall: wall()) }
        }
    }

    @Test("two records exchanged, or one repeated, are found") func reordered() throws {
        let image = bytes(of: try sample())
        let borders = try boundaries(of: try sample()).map(Int.init)
        let head = Array(image[..<borders[4]])
        let fourth = image[borders[4]..<borders[5]]
        let fifth = image[borders[5]..<borders[6]]
        let rest = image[borders[6]...]
        let exchanged = try disk(head + fifth + fourth + rest)
        #expect(try JournalReader.verify(exchanged).damage?.record == 4)
        let repeated = try disk(head + fourth + fourth + fifth + rest)
        #expect(try JournalReader.verify(repeated).damage?.record == 5)
    }

    @Test("a journal cut at a record's end is whole, and only its head tag shows the cut") func cutAtRecord() throws {
        let whole = try sample()
        let borders = try boundaries(of: whole)
        let cut = try disk(Array(bytes(of: whole)[..<Int(borders[5])]))
        let verified = try JournalReader.verify(cut)
        #expect(verified.damage == nil)
        #expect(verified.head != (try JournalReader.verify(whole).head))
    }
}
