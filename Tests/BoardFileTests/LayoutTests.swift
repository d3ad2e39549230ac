import BoardInterface
import CSodium
import StimulatorCore
import Testing

@testable import BoardFile

@Suite("Compiled board files: what they hold") struct LayoutTests {
    @Test("what was compiled is loaded: every number, line, path and name") func roundTrip() throws {
        for board in [soundBoard(), .simulated] {
            let loaded = try BoardImage(board.bytes)
            #expect(loaded == board)
            #expect(loaded.description.identity == board.description.identity)
            #expect(board.description.identity.hash != 0 && board.description.identity.fault == nil)
        }
    }

    @Test("every field has its own place, and comes back whatever the others are") func fields() throws {
        let board = soundBoard()
        for index in 0..<BoardField.count {
            let field = try #require(BoardField(rawValue: UInt8(index)))
            let bounds = board.description.bounds(of: field)
            for value in [bounds.least, bounds.most] {
                let bytes = board.changed { $0.description.set(field, to: value) }
                var offset = place(field)
                #expect(Int64(bitPattern: bytes.number(size: 8, at: &offset)) == value, "\(field.key)")
                var others = 0
                let plain = board.bytes
                for place in 0..<1_448 where bytes[place] != plain[place] {
                    if place < offset - 8 || place >= offset { others += 1 }
                }
                #expect(others == 0, "\(field.key)")
            }
        }
        #expect(BoardField(rawValue: UInt8(BoardField.count)) == nil)
    }

    @Test("every stored number of a description is a field, and has a key of its own") func complete() {
        let keys = Set((0..<BoardField.count).compactMap { BoardField(rawValue: UInt8($0)) }.map { "\($0.key)" })
        #expect(keys.count == BoardField.count)
        // All but the identity.
        #expect(Mirror(reflecting: BoardDescription()).children.count == BoardField.count + 1)
    }

    @Test("the head: magic, version, length, kind, name; little-endian") func head() {
        let bytes = soundBoard().bytes
        let head =
            Array("PKBOARD\0".utf8) + [1, 0, 0, 0, 0xC8, 0x05, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + Array("bench\0".utf8)
        #expect((0..<head.count).map { bytes[$0] } == head)
        #expect((1_168..<1_179).map { bytes[$0] } == Array("/dev/i2c-1\0".utf8))
        #expect((1_296..<1_304).map { bytes[$0] } == [15, 0, 0, 0, 3, 0, 2, 0])
    }

    @Test("the hash is BLAKE2b-256, and what the identity shows is its beginning") func hash() {
        // The test vector of BLAKE2b with 32 bytes, as `printf abc | b2sum -l 256` gives it.
        let known: [UInt8] = [0xBD, 0xDD, 0x81, 0x3C, 0x63, 0x42, 0x39, 0x72]
        var out = [UInt8](repeating: 0, count: 32)
        unsafe csodium_hash(Array("abc".utf8), 3, &out)
        #expect(Array(out.prefix(8)) == known)
        let board = soundBoard()
        let hash = board.bytes.hash
        #expect((0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(hash[$1]) } == board.description.identity.hash)
        #expect((0..<32).allSatisfy { board.bytes[1_448 + $0] == hash[$0] })
    }

    @Test("a change of anything changes the hash") func hashCoversAll() {
        let plain = soundBoard().bytes.hash
        for index in 0..<1_448 {
            var bytes = soundBoard().bytes
            bytes[index] ^= 1
            #expect(bytes.hash != plain, "byte \(index)")
        }
    }
}
