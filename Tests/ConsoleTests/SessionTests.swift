import StimulatorCore
import Testing

@testable import Console

@Suite("a session") struct SessionTests {
    static let sent: [(String, Command)] = [
        ("arm", .arm(intensity: PerMille(300))), ("disarm", .disarm), ("stop", .stop), ("abort", .abort),
        ("clear", .clear(nil)), ("clear patientStop", .clear(.patientStop)), ("selftest", .selfTest),
        ("pulse", .start(.single(intensity: PerMille(300)))),
        ("train 10Hz 50", .start(.train(intensity: PerMille(300), rate: .hertz(10), pulses: 50))),
    ]

    @Test("each command reaches the safety side as what it says", arguments: sent)
    func sends(_ line: String, _ command: Command) {
        let bench = Bench()
        bench.type(line + "\n")
        #expect(bench.command() == command)
    }

    @Test("a reply comes when the safety side answers, once, for its own token") func tokens() {
        let bench = Bench()
        bench.type("arm\nselftest\n")
        let commands = bench.commands()
        #expect(bench.read().isEmpty)
        #expect(bench.isAwaitingReply)
        bench.tell(Event(.accepted, index: commands[1].token, at: bench.now))
        #expect(bench.read() == "self-test begun\n")
        bench.tell(Event(.accepted, index: 999, at: bench.now))
        bench.tell(Event(.accepted, index: commands[1].token, at: bench.now))
        #expect(bench.read().isEmpty)
        bench.tell(Event(.accepted, index: commands[0].token, at: bench.now))
        #expect(bench.read() == "arming: a second of checks, then charging to 495.0 V\n")
        #expect(!bench.isAwaitingReply)
    }

    @Test("a command without an answer is refused after a second") func noAnswer() {
        let bench = Bench()
        bench.type("arm\n")
        _ = bench.commands()
        _ = bench.run(at: 999)
        #expect(bench.read().isEmpty)
        _ = bench.run(at: 1_000)
        #expect(bench.read().hasPrefix("refused: busy  the safety side did not answer within 1 s\n"))
    }

    @Test("more commands than can wait are refused, each line once") func flood() {
        let bench = Bench(mode: .json)
        for _ in 0..<20 { bench.type("disarm\n") }
        let refused = objects(bench.read())
        #expect(refused?.count == 12)
        bench.acceptAll()
        #expect(objects(bench.read())?.count == 8)
    }

    @Test("a stop goes ahead of what waits, and what waited is answered") func stopFirst() {
        let bench = Bench(mode: .json)
        bench.type("arm\ntrain 10Hz 5\n\u{18}")
        #expect(bench.next() == .stop)
        #expect(bench.command() == nil)
        let replies = objects(bench.read()) ?? []
        #expect(replies.map { $0["reply"] as? String } == ["arm", "train"])
        #expect(replies.allSatisfy { $0["refusal"] as? String == "busy" })
        bench.tell(Event(.accepted, index: 3, at: bench.now))
        #expect(objects(bench.read())?.first?["reply"] as? String == "stop")
    }

    @Test("byte 0x18 stops from every state of the parser") func stopAnywhere() {
        let garbage = String(repeating: "x", count: 100_000)
        for mode in [OutputMode.human, .json] {
            for terminal in [false, true] {
                for before in ["", "arm", "arm\r", "\u{1B}", "\u{1B}[", "\u{1B}[1", garbage, "watch on\n", "\"\\"] {
                    let bench = Bench(terminal: terminal, mode: mode)
                    bench.type(before + "\u{18}")
                    #expect(bench.next() == .stop)
                    _ = bench.commands()
                    bench.type("disarm\n")
                    #expect(bench.command() == .disarm, "the line before the stop is forgotten")
                }
            }
        }
    }

    @Test("a line of 100 kB is swallowed and answered once") func longLine() {
        for terminal in [false, true] {
            let bench = Bench(terminal: terminal)
            for _ in 0..<10 {
                bench.type(String(repeating: "train 10Hz 50 ", count: 10240 / 14) + String(repeating: ".", count: 6))
                _ = bench.read()
            }
            bench.type("\n")
            let plain = bench.read().replacing("\u{1B}[33m", with: "").replacing("\u{1B}[0m", with: "")
            #expect(plain.contains("refused: badValue  line of 102400 bytes, the limit is 256"))
            #expect(bench.session.refusalCount == 1)
            #expect(bench.command() == nil)
        }
    }

    @Test("Ctrl-C empties the line and ends a running pattern") func interrupt() {
        let bench = Bench()
        bench.type("disarm\u{3}\n")
        #expect(bench.command() == nil)
        bench.board { $0.trainTotal = 50 }
        bench.type("disarm\u{3}\n")
        #expect(bench.command() == .abort)
    }

    @Test("the intensity of a pattern is the one of the line before, answered or not") func intensity() {
        let bench = Bench()
        #expect(bench.say("set intensity 60%") == "intensity 60 % = 990.0 V\n")
        bench.board { $0.state = .ready }
        bench.type("set intensity 40%\npulse\n")
        let commands = bench.commands()
        #expect(commands.map(\.command) == [.intensity(PerMille(400)), .start(.single(intensity: PerMille(400)))])
        bench.tell(.refused(Refusal(.wrongState, detail: 4), token: commands[0].token, at: bench.now))
        bench.type("pulse\n")
        #expect(bench.command() == .start(.single(intensity: PerMille(600))), "the refused intensity does not hold")
    }

    @Test("`check` moves nothing and keeps an admitted pattern for `start`, at the present intensity") func check() {
        let bench = Bench()
        #expect(bench.say("check").contains("noPattern"))
        #expect(
            bench.say("check train 10Hz 50").hasPrefix("admitted: 50 pulses at 30 % in 4.9 s"))
        bench.type("check train 1Hz 7000\n")
        #expect(bench.read().contains("trainLength"))
        #expect(bench.command() == nil)
        _ = bench.say("set intensity 20%")
        bench.type("start\n")
        #expect(bench.command() == .start(.train(intensity: PerMille(200), rate: .hertz(10), pulses: 50)))
    }

    @Test("a pattern that admission refuses is not sent") func admission() {
        let bench = Bench()
        bench.type("train 51Hz 100\n")
        #expect(bench.command() == nil)
        #expect(bench.read().hasPrefix("refused: "))
        #expect(bench.lastRefusal != nil)
        _ = bench.say("limits")
        #expect(bench.lastRefusal == nil)
    }

    @Test("hands and faults are asked of the surroundings, and the journal is shown before its reply") func requests() {
        let bench = Bench()
        #expect(bench.say("operate key on") == "done\n")
        #expect(bench.say("inject coil-sensor-a garbage for 2s") == "done\n")
        bench.type("journal 3\n")
        var asked: [ConsoleRequest] = []
        while let request = bench.session.takeRequest() { asked.append(request) }
        #expect(
            asked == [
                .operate(input: 0, on: true), .inject(component: 1, mode: 1, duration: .seconds(2)), .journal(count: 3),
            ])
        bench.session.show(
            sequence: 7, at: Instant(1_500_000_000), event: Event(.coilWarning, at: Instant(0), 37_250, 37_000))
        let bytes: [UInt8] = [0x68, 0x69, 0x1B]
        bench.session.show(sequence: 8, at: Instant(2_000_000_000), text: bytes.span)
        bench.session.journalShown(count: 2)
        #expect(
            bench.read()
                == "7  1.500000 s  warning: the coil is at 37.3 C, the warning is at 37.0 C\n8  2.000000 s  hi\\x1b\n")
        #expect(!bench.isAwaitingReply)
    }

    @Test("a terminal has a prompt with the state, an echo, and CR LF") func terminal() {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        _ = bench.run(at: 0)
        #expect(bench.read() == "\rsafe> \u{1B}[K")
        #expect(bench.say("operate key on").hasSuffix("\r\ndone\r\n\rsafe> \u{1B}[K"))
        bench.session.mode = .json
        #expect(bench.say("renew") == "{\"reply\":\"renew\",\"ok\":true}\n")
    }

    @Test("a slow reader loses whole lines and is told how many") func overflow() {
        let bench = Bench(mode: .json)
        for _ in 0..<100 { bench.type("limits\n") }
        let first = bench.read()
        let count = objects(first)?.count ?? 0
        #expect(first.utf8.count <= 16_384)
        #expect(count > 0)
        _ = bench.run(at: 0)
        let notice = objects(bench.read())?.first
        #expect(notice?["event"] as? String == "linesDropped")
        #expect(notice?["count"] as? Int == 100 - count)
    }

    @Test("bulk output gives the same bytes as single ones") func bulk() {
        let bench = Bench()
        let other = Bench()
        for line in ["limits\n", "help\n", "status\n"] {
            bench.type(line)
            other.type(line)
        }
        var bytes: [UInt8] = []
        var chunk = InlineArray<7, UInt8>(repeating: 0)
        while case let count = bench.session.takeOutput(into: &chunk), count > 0 {
            for index in 0..<count { bytes.append(chunk[index]) }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == other.read())
        #expect(bench.session.outputCount == 0)
    }
}
