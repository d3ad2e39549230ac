import StimulatorCore
import Testing

@testable import BoardFile

/// A library's bytes with their hash.
private func compiled(_ entries: [StimulationProtocol], count: Int? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    func number(_ value: UInt64, _ size: Int) {
        for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }
    number(ProtocolLibrary.magic, 8)
    number(UInt64(ProtocolLibrary.version), 4)
    number(UInt64(count ?? entries.count), 4)
    for entry in entries { entry.write { bytes.append($0) } }
    return sealed(bytes)
}

private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let hash = bytes.withUnsafeBytes { SealedFile.hash($0) }
    return bytes + (0..<32).map { hash[$0] }
}

/// What the loader says of bytes; nil when it takes them.
private func fault(_ bytes: [UInt8]) -> LibraryFault? {
    bytes.withUnsafeBytes { all in
        do throws(LibraryFault) {
            _ = try ProtocolLibrary.checked(all)
            return nil
        } catch {
            return error
        }
    }
}

private var builtIn: [StimulationProtocol] {
    (0..<ProtocolLibrary.builtIn.count).map { ProtocolLibrary.builtIn[$0] }
}

@Suite("protocol libraries") struct LibraryTests {
    @Test("what is written is read again, entry by entry, where it lies") func whole() throws {
        let bytes = compiled(builtIn)
        try bytes.withUnsafeBytes { all in
            let library = try ProtocolLibrary.checked(all)
            #expect(library.count == builtIn.count && library.fault == nil)
            for index in 0..<library.count { #expect(library[index] == builtIn[index]) }
            #expect(library.hash == ProtocolLibrary.builtIn.hash)
            for entry in builtIn { #expect(library.entry(named: entry.name) == entry) }
            #expect(library.entry(named: FixedText()) == nil)
        }
        #expect(fault(compiled([])) == nil)
    }

    @Test("a file that is cut off, longer, of another kind, damaged or forged is refused with its reason") func faults()
    {
        let bytes = compiled(builtIn)
        for count in 0..<bytes.count { #expect(fault(Array(bytes.prefix(count))) != nil, "cut at \(count)") }
        #expect(fault(bytes + [0]) == .length(Int64(bytes.count + 1)))
        #expect(fault(compiled(builtIn, count: builtIn.count - 1)) == .length(Int64(bytes.count)))
        #expect(fault(sealed(Array(bytes.dropLast(32).dropFirst(8)))) == .magic)
        var other = Array(bytes.dropLast(32))
        other[8] = 2
        #expect(fault(sealed(other)) == .version(2))
        for place in stride(from: 16, to: bytes.count, by: 37) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(fault(damaged) == .hash, "byte \(place)")
        }
    }

    @Test("a forged entry is judged by the rules of the tool that made the others") func forged() throws {
        func changed(_ change: (inout StimulationProtocol) -> Void) -> LibraryFault? {
            var entries = builtIn
            change(&entries[4])
            return fault(compiled(entries))
        }
        #expect(changed { $0.usual = PerMille(2001) } == .unsound(4, .intensity))
        #expect(changed { $0.waitMost = .seconds(1) } == .unsound(4, .steps))
        #expect(changed { $0.cooldown = .seconds(-1) } == .unsound(4, .cooldown))
        #expect(changed { $0.name = ProtocolName() } == .unsound(4, .name))
        #expect(changed { $0.citation = FixedText() } == .unsound(4, .text))
        #expect(changed { $0.pattern.levels[0].count = 7000 } != nil)
        #expect(changed { $0.name = builtIn[2].name } == .sharedName(2, 4))
        #expect(changed { $0.rounds = 1 } == .unsound(4, .steps))
        let many = (0..<33).map { number in
            var entry = builtIn[0]
            entry.name = ProtocolName("p\(number)".utf8) ?? ProtocolName()
            return entry
        }
        #expect(fault(compiled(many)) == .length(Int64(16 + 33 * 560 + 32)))
        #expect(fault(compiled(Array(many.prefix(32)))) == nil)
    }

    @Test("bytes without a meaning are refused, with the number of the entry") func form() {
        // Basis, evidence, unconfirmed, flags, and a byte behind the end of the name.
        for (offset, value): (Int, UInt8) in [(88, 3), (89, 5), (90, 16), (92, 2), (93, 1), (23, 65)] {
            var bytes = Array(compiled(builtIn).dropLast(32))
            bytes[16 + 560 + offset] = value
            #expect(fault(sealed(bytes)) == .form(1), "offset \(offset)")
        }
    }
}
