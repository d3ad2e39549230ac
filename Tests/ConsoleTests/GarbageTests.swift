import StimulatorCore
import Testing

@testable import Console

@Suite("garbage on the line") struct GarbageTests {
    /// What the line means when nothing is edited: the commands that its lines, cut at CR and LF, would give one by one.
    private func expected(_ bytes: [UInt8]) -> [Command] {
        var commands: [Command] = []
        var line = LineBuffer()
        var length = 0
        for byte in bytes {
            switch byte {
            case 0x18:
                commands.append(.stop)
                line.clear()
                length = 0
            case 0x03:
                line.clear()
                length = 0
            case 0x0A, 0x0D:
                if length <= LineBuffer.limit, let command = command(line) { commands.append(command) }
                line.clear()
                length = 0
            default:
                length += 1
                if !line.isFull { line.insert(byte, at: line.count) }
            }
        }
        return commands
    }

    private func command(_ line: LineBuffer) -> Command? {
        var grammar = Grammar<TestRig>(line, intensity: PerMille(300))
        do throws(Misfit) {
            switch try grammar.arguments(of: try grammar.name()) {
            case .arm: return .arm(intensity: PerMille(300))
            case .disarm: return .disarm
            case .stop: return .stop
            case .abort: return .abort
            case .selfTest: return .selfTest
            case .clear(let trip): return .clear(trip)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    /// Random bytes among which commands, escape sequences and line ends are frequent.
    private func garbage(_ count: Int, _ random: inout Seeded) -> [UInt8] {
        let words = [
            "arm", "disarm", "stop", "abort", "clear", " coilMissing", "selftest", "\u{1B}[A", "\u{1B}[3~", "\t",
        ]
        var bytes: [UInt8] = []
        while bytes.count < count {
            switch UInt8.random(in: 0..<8, using: &random) {
            case 0: bytes.append(contentsOf: words[Int.random(in: 0..<words.count, using: &random)].utf8)
            case 1: bytes.append([0x0D, 0x0A][Int.random(in: 0..<2, using: &random)])
            case 2: bytes.append(.random(in: 0..<0x20, using: &random))
            case 3: bytes.append(.random(in: 0x20..<0x7F, using: &random))
            case 4 where Int.random(in: 0..<200, using: &random) == 0:
                bytes.append(contentsOf: repeatElement(0x78, count: .random(in: 200..<400, using: &random)))
            default: bytes.append(.random(in: 0 ... .max, using: &random))
            }
        }
        return bytes
    }

    @Test("plain lines of garbage give the commands that their lines say, and no other") func plain() {
        let seed: UInt64 = 0x6761_7262
        var random = Seeded(state: seed)
        // No colon and no asterisk: `:stop` is a program message, and does what it says too.
        let bytes = garbage(100_000, &random).map { $0 == 0x3A || $0 == 0x2A ? 0x2E : $0 }
        let bench = Bench()
        var sent: [Command] = []
        for byte in bytes {
            bench.session.receive(byte, at: bench.now)
            // A line that begins like JSON changes the language: back to the shell's.
            if bench.session.mode != .human { bench.session.mode = .human }
            while let command = bench.session.takeCommand() {
                if case .renew = command.command { continue }
                sent.append(command.command)
                bench.tell(Event(.accepted, index: command.token, at: bench.now))
            }
            while bench.session.takeOutput() != nil {}
        }
        let expected = expected(bytes)
        let differing = zip(sent, expected).enumerated().first { $1.0 != $1.1 }
        #expect(differing == nil, "seed \(seed): the first command that differs")
        #expect(sent.count == expected.count, "seed \(seed)")
        #expect(Set(sent.map { "\($0)" }).count >= 6, "the garbage holds commands")
    }

    @Test("on a terminal and in json, a stop follows every 0x18 at once and nothing traps") func everywhere() {
        let seed: UInt64 = 0x7465_726D
        var random = Seeded(state: seed)
        for mode in [OutputMode.human, .json] {
            let bench = Bench(terminal: true, mode: mode)
            var stops = 0
            for byte in garbage(60_000, &random) {
                bench.session.receive(byte, at: bench.now)
                bench.now += .microseconds(87)
                if byte == 0x18 {
                    stops += bench.next() == .stop ? 1 : -1_000_000
                    bench.board { $0.trainTotal = .random(in: 0...3, using: &random) }
                }
                if byte == 0 { _ = bench.session.run(at: bench.now) }
                while bench.session.takeCommand() != nil {}
                while bench.session.takeRequest() != nil {}
                if byte == 1 { while bench.session.takeOutput() != nil {} }
            }
            #expect(stops > 100, "seed \(seed): a 0x18 was not followed by a stop")
        }
    }

    @Test("every line written in json is one object, whatever came in") func json() {
        let seed: UInt64 = 0x6A73_6F6E
        var random = Seeded(state: seed)
        let bench = Bench(mode: .json)
        var text = ""
        for byte in garbage(40_000, &random) {
            bench.session.receive(byte, at: bench.now)
            bench.session.mode = .json
            bench.acceptAll()
            text += bench.read()
        }
        let written = objects(text)
        #expect((written?.count ?? 0) > 500, "seed \(seed)")
        #expect(written?.allSatisfy { $0["reply"] is String && $0["ok"] is Bool } == true, "seed \(seed)")
    }
}
