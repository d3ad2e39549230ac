import FirmwareUpdate
import Foundation
import SimulatedBench
import SimulatedRig
import StimulatorCore
import Testing

@testable import stim

/// Keeps what the console says, line by line.
private struct LineListener: BenchListener {
    var lines: [String] = []
    private var pending: [UInt8] = []

    mutating func hear(_ byte: UInt8) {
        if byte == 0x0A {
            lines.append(String(decoding: pending, as: UTF8.self))
            pending = []
        } else {
            pending.append(byte)
        }
    }

    mutating func see(_ event: Event) {}
}

/// A simulated board's line that loses and changes bytes both ways.
private final class LossyLine: UpdateLineTransport {
    private let memory: RigMemory
    private var bench: FastBench<LineListener>
    private var dice: UInt64
    /// One byte in so many is lost or changed; 0 for none.
    private let damage: UInt64

    init(keys: UpdateKeys?, damage: UInt64 = 0, seed: UInt64 = 1, prepare: [String] = ["operate key on"]) throws {
        memory = try RigMemory()
        self.damage = damage
        dice = seed
        bench = FastBench(rig: memory.makeRig(seed: 1, updateKeys: keys), listener: LineListener())
        bench.settle()
        for line in prepare { _ = say(line) }
    }

    private func draw() -> UInt64 {
        dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return dice >> 33
    }

    /// The byte as it arrives; nil when it does not.
    private func passed(_ byte: UInt8) -> UInt8? {
        guard damage > 0, draw() % damage == 0 else { return byte }
        // A stop byte is never made of another one: the board would rightly stop.
        let changed = byte ^ UInt8(1 << (draw() % 7))
        return draw() % 2 == 0 || changed == 0x18 || changed == 0x03 ? nil : changed
    }

    func send(_ bytes: [UInt8]) throws {
        for byte in bytes { if let byte = passed(byte) { bench.type(byte) } }
    }

    func line() throws -> String? {
        for _ in 0..<200 where bench.listener.lines.isEmpty { bench.run(for: .milliseconds(10)) }
        guard !bench.listener.lines.isEmpty else { return nil }
        let line = bench.listener.lines.removeFirst()
        return String(decoding: line.utf8.compactMap { passed($0) }, as: UTF8.self)
    }

    /// What the board says to a line of a person.
    func say(_ line: String) -> String {
        bench.listener.lines = []
        for byte in line.utf8 { bench.type(byte) }
        bench.type(0x0A)
        bench.settle()
        return bench.listener.lines.joined(separator: "\n")
    }

    func verifyJournal() -> Bool { bench.rigJournalIsIntact }
}

extension FastBench where Listener == LineListener {
    fileprivate var rigJournalIsIntact: Bool { rig.isJournalHealthy }
}

@Suite("stim update send") struct UpdateSendTests {
    private let key = SecretKey(seed: (1...32).map { UInt8($0) })
    private var keys: UpdateKeys {
        var keys = UpdateKeys()
        _ = keys.add(key.publicKey)
        return keys
    }

    private func bundle(version: UInt32 = 7, name: String = "sim", size: Int = 20_000, key: SecretKey? = nil) throws
        -> [UInt8]
    {
        let text = try #require(FixedText<16>(name.utf8))
        let bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 167 ^ $0 >> 8) })
        let maker = BundleMaker(version: version, boardName: text, board: bytes)
        return [UInt8](try maker.bundle(signedBy: key ?? self.key))
    }

    @Test("a bundle arrives over a sound line, and waits for the next start") func sound() throws {
        let line = try LossyLine(keys: keys)
        var sender = UpdateSender(line)
        var last = 0
        sender.progress = { last = $0 }
        let bundle = try bundle()
        let version = try sender.send(bundle)
        #expect(version == 7)
        #expect(sender.repeats == 0 && last == bundle.count)
        #expect(line.say("update status").contains("received   version 7, taken at the next start"))
        #expect(line.say("journal 3").contains("version 7 received"))
        #expect(line.say("update abort").contains("nothing is kept"))
        #expect(line.say("update status").contains("received   nothing"))
        #expect(line.verifyJournal())
    }

    @Test("a line that loses and changes a byte of 900 only takes longer", arguments: 1...5 as ClosedRange<UInt64>)
    func lossy(_ seed: UInt64) throws {
        let line = try LossyLine(keys: keys, damage: 900, seed: seed)
        var sender = UpdateSender(line)
        #expect(try sender.send(try bundle()) == 7)
        #expect(sender.repeats > 0)
        #expect(line.say("update status").contains("received   version 7, taken at the next start"))
        #expect(line.verifyJournal())
    }

    @Test("what the board refuses is told with the board's words, and nothing waits then") func refused() throws {
        func failure(_ bundle: [UInt8], keys: UpdateKeys?, prepare: [String] = ["operate key on"]) throws -> String {
            let line = try LossyLine(keys: keys, prepare: prepare)
            var sender = UpdateSender(line)
            do {
                _ = try sender.send(bundle)
                return "taken"
            } catch let failure as UpdateSender<LossyLine>.Failure {
                #expect(!line.say("update status").contains("taken at the next start"))
                return failure.description
            }
        }
        let other = SecretKey(seed: [UInt8](repeating: 9, count: 32))
        #expect(try failure(try bundle(key: other), keys: keys).contains("signed with key"))
        #expect(try failure(try bundle(name: "rpi4"), keys: keys).contains("it is for board rpi4, this one is sim"))
        #expect(try failure(try bundle(), keys: nil).contains("without slots"))
        #expect(try failure(try bundle(), keys: UpdateKeys()).contains("no update key"))
        #expect(try failure(try bundle(), keys: keys, prepare: []).contains("key switch"))
        var damaged = try bundle()
        damaged[damaged.count - 1] ^= 1
        #expect(try failure(damaged, keys: keys).contains("not those that were signed"))
        #expect(try failure(try bundle() + [0], keys: keys).contains("only"))
        #expect(try failure(Array(try bundle().dropLast()), keys: keys).contains("the whole file"))
        #expect(try failure(try bundle(size: 65_537), keys: keys).contains("at most 65536"))
        // The simulated board has 512 KiB for it.
        #expect(try failure([UInt8](repeating: 1, count: 600_000), keys: keys).contains("does not begin"))
    }

    @Test("H-29 an armed board takes no byte of an update, and arming in the middle of one ends it there") func armed()
        throws
    {
        let line = try LossyLine(keys: keys, prepare: ["operate key on", "arm"])
        var sender = UpdateSender(line)
        #expect(throws: UpdateSender<LossyLine>.Failure.self) { _ = try sender.send(try bundle()) }
        #expect(line.say("disarm").contains("state: safe"))
        _ = line.say("update begin 1000")
        _ = line.say("arm")
        let piece = String(
            decoding: UpdateSender<LossyLine>.line(try bundle()[..<168], at: 0).dropLast(), as: UTF8.self)
        #expect(line.say(piece).contains("refused: wrongState"))
        #expect(line.say("update end").contains("refused: wrongState"))
    }
}
