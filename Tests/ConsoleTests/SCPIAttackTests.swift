import StimulatorCore
import Testing

@testable import Console

@Suite("SCPI under attack") struct SCPIAttackTests {
    static let good = [
        "INT 60", "INT?", "VOLT 500 V", "PATT:SING", "PATT:TRA 10HZ,5", "ARM", "INIT", "*TRG", "*CLS", "*ESE 1",
        "MEAS:VOLT?", "SIM:INP \"key\",ON", "DIS", "STOP", "ABOR", "*RST", "SYST:ERR?", "*WAI", "PATT:CTBS 3",
    ]
    static let bad = [
        "INT 160", "INT", "INT NAN", "FOO", "PATT:TRA 10HZ", "ARM 1", "INIT?", "*TRG 2", "*ESE 1e400", "MEAS:VOLT",
        "SIM:INP \"key", "DIS!", "(", "\u{7F}", "*", "::ARM", "PATT:TRA 10,5,5", "INT 60 HZ", "#10", "ARM,INIT",
    ]

    @Test("H-32 a message with a fault anywhere in it does nothing at all") func allOrNothing() {
        let seed: UInt64 = 0x7363_7069
        var random = Seeded(state: seed)
        let bench = Bench.scpi()
        bench.board { $0.state = .ready }
        var (whole, faulty) = (0, 0)
        for _ in 0..<5_000 {
            var units = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Self.good.randomElement(using: &random) ?? ""
            }
            let isFaulty = Bool.random(using: &random)
            if isFaulty {
                let place = Int.random(in: 0...units.count, using: &random)
                units.insert(Self.bad.randomElement(using: &random) ?? "", at: place)
            }
            // Each unit from the root; what a fault makes of the units behind it must not matter.
            let message = units.map { $0.first == "*" || $0.first == ":" ? $0 : ":" + $0 }.joined(separator: ";")
            let before = (bench.session.intensity, bench.pattern, bench.session.scpi.eventEnable)
            bench.type(message + "\n")
            let commands = bench.commands()
            let asked = bench.session.takeRequest() != nil
            guard isFaulty else {
                whole += commands.isEmpty ? 0 : 1
                for command in commands { bench.tell(Event(.accepted, index: command.token, at: bench.now)) }
                finish(bench)
                continue
            }
            faulty += 1
            let text = bench.read()
            #expect(commands.isEmpty && !asked && text.isEmpty, "seed \(seed): \(message): \(text)")
            #expect(before.0 == bench.session.intensity && before.1 == bench.pattern, "seed \(seed): \(message)")
            #expect(before.2 == bench.session.scpi.eventEnable, "seed \(seed): \(message)")
        }
        #expect(whole > 1_000 && faulty > 2_000)
    }

    /// Accepts everything until the message has come to its end.
    private func finish(_ bench: Bench) {
        while bench.isAwaitingReply {
            bench.acceptAll()
            while bench.session.takeRequest() != nil {}
            bench.settleBoard()
        }
        while bench.session.takeRequest() != nil {}
        _ = bench.read()
    }

    @Test("random bytes: nothing traps, every line written is whole, a stop follows every 0x18 at once") func garbage()
    {
        let seed: UInt64 = 0x6761_7262
        var random = Seeded(state: seed)
        let bench = Bench.scpi()
        let pieces =
            Self.good + Self.bad + [";", ";", ":", " ", ",", "\"", "?", "\n", "\n", "\n", "{", "\u{3}"]
            // What is answered: most of what random pieces give has a fault, and says nothing.
            + ["\n*ESE?\n", "\n:SYST:ERR?;VERS?\n"]
        var (stops, lines) = (0, 0)
        for _ in 0..<60_000 {
            if Int.random(in: 0..<50, using: &random) == 0 {
                bench.session.receive(0x18, at: bench.now)
                #expect(bench.next() == .stop, "seed \(seed)")
                stops += 1
            } else if Int.random(in: 0..<20, using: &random) == 0 {
                bench.session.receive(.random(in: 0 ... .max, using: &random), at: bench.now)
            } else {
                bench.type(pieces.randomElement(using: &random) ?? "")
            }
            if Bool.random(using: &random) { bench.acceptAll() }
            while bench.session.takeRequest() != nil {}
            if Int.random(in: 0..<10, using: &random) == 0 { bench.settleBoard() }
            let text = bench.read()
            if bench.session.mode == .scpi { lines += text.filter { $0 == "\n" }.count }
        }
        #expect(stops > 800 && lines > 500, "seed \(seed): \(stops) stops, \(lines) lines")
    }

    @Test("responses that nobody reads are dropped whole, and the error queue says so") func deadlock() {
        let bench = Bench.scpi()
        for _ in 0..<200 { bench.type("SYST:HELP:HEAD?\n") }
        let text = bench.read()
        #expect(text.utf8.count <= 16_384 && text.hasSuffix("\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("\"*CLS/nquery/\"") })
        bench.settleBoard()
        #expect(bench.read() == "")
        #expect(bench.errorNumber() == -430)
    }
}
