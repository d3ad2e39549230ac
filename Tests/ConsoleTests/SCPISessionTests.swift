import StimulatorCore
import Testing

@testable import Console

@Suite("a SCPI session") struct SCPISessionTests {
    static let sent: [(String, Command)] = [
        ("ARM:IMM", .arm(intensity: PerMille(300))), ("DIS", .disarm), (":ABOR", .abort), (":STOP", .stop),
        ("SYST:TRIP:CLE", .clear(nil)), ("SYST:TRIP:CLE \"patientStop\"", .clear(.patientStop)), ("*TST?", .selfTest),
        ("*RST", .disarm), ("PATT:SING;*TRG", .start(.single(intensity: PerMille(300)))),
        ("PATT:TRA 10HZ,50;:INIT", .start(.train(intensity: PerMille(300), rate: .hertz(10), pulses: 50))),
        (
            "INT 20;:PATT 3,20 MS,10,200 MS,20,10;:INIT",
            .start(.thetaBurst(intensity: PerMille(200), bursts: 10, trains: 20))
        ),
        ("INT 20;:PATT:ITBS;:INIT", .start(.thetaBurst(intensity: PerMille(200), bursts: 10, trains: 20))),
        ("INT 20;:PATT:THET 4,2;:INIT", .start(.thetaBurst(intensity: PerMille(200), bursts: 4, trains: 2))),
        ("INT 20;:PATT:CTBS;:INIT", .start(.thetaBurst(intensity: PerMille(200), bursts: 200))),
        (
            "PATT:QPS 50 MS,12;:INIT",
            .start(.quadripulse(intensity: PerMille(300), interval: .milliseconds(50), bursts: 12))
        ),
        (
            "PATT:PAIR 0.1,3,5;:INIT",
            .start(
                .paired(intensity: PerMille(300), interval: .milliseconds(100), repeats: 3, every: .seconds(5)))
        ),
    ]

    @Test("each command reaches the safety side as what it says", arguments: sent)
    func sends(_ message: String, _ command: Command) {
        let bench = Bench.scpi()
        bench.type(message + "\n")
        #expect(bench.command() == command)
        #expect(bench.read().isEmpty, "a command has no response")
    }

    @Test("a pattern set by its levels reads back as them") func levels() {
        let bench = Bench.scpi()
        #expect(bench.query("PATT?") == "0,0\n")
        #expect(bench.query("PATT:TRA 10HZ,50,4,10;:PATT?") == "50,0.1,4,10.0\n")
        #expect(bench.query("PATT 3,20 MS,1,0,2,1;:PATT?") == "3,0.02,1,0.0,2,1.0\n")
        #expect(bench.query("PATT:SING;:PATT?;PATT:CHEC?").hasPrefix("1,0.0;1,1,0.0,"))
    }

    @Test("every state of the board that refuses has the number of what was asked") func ignored() {
        func number(_ message: String, _ refusal: Refusal) -> Int {
            let bench = Bench.scpi()
            bench.type("PATT:SING;" + message + "\n")
            for command in bench.commands() { bench.tell(.refused(refusal, token: command.token, at: bench.now)) }
            bench.settleBoard()
            return bench.errorNumber()
        }
        for rule in [RefusalRule.notArmed, .wrongState, .cooldown, .tripped, .posture, .key, .busy] {
            #expect(number(":ARM", Refusal(rule)) == -212)
            #expect(number(":INIT", Refusal(rule)) == -213)
            #expect(number("*TRG", Refusal(rule)) == -211)
        }
        for rule in [RefusalRule.rateForPower, .pulsesPerSecond, .recharge, .energy, .temperatureForecast, .dose] {
            #expect(number("*TRG", Refusal(rule)) == -221)
        }
        #expect(number("*TRG", Refusal(.interval)) == -222)
        #expect(number(":SYST:TRIP:CLE", Refusal(.key)) == -203)
        #expect(number(":SYST:TRIP:CLE", Refusal(.tripped)) == -240)
        #expect(number(":SYST:TRIP:CLE \"coilMissing\"", Refusal(.badValue)) == -221)
        #expect(number(":ABOR", Refusal(.wrongState)) == 0, "nothing to abort is no error")
        #expect(number(":INT 60", Refusal(.busy)) == 0, "nothing was sent")
    }

    @Test("a refusal ends the message: what follows is not done, and the text says why and what would work")
    func refusedMessage() {
        let bench = Bench.scpi()
        #expect(bench.query("PATT:CTBS;*ESE 1") == "")
        bench.type("*IDN?;:ARM;:INT 90;*ESE 2\n")
        for command in bench.commands() { bench.tell(.refused(Refusal(.key), token: command.token, at: bench.now)) }
        bench.board { $0.inputs = .none }
        bench.settleBoard()
        #expect(bench.read().hasPrefix("Pulsekeeper,"))
        #expect(bench.commands().isEmpty)
        #expect(bench.query("INT?;*ESE?") == "30.0;1\n")
        let error = bench.query("SYST:ERR?")
        #expect(error.hasPrefix("-212,\"Arm ignored;the key switch"), "\(error)")
        #expect(error.hasSuffix("; the rest of the message was not done\"\n"), "\(error)")
        #expect(error.contains("would be admitted: "))
    }

    @Test("a unit waits for the answer to the one before") func order() {
        let bench = Bench.scpi()
        bench.board { $0.state = .ready }
        bench.type("PATT:SING;:INT 40;*TRG;:INT?\n")
        let first = bench.commands()
        #expect(first.map(\.command) == [.intensity(PerMille(400))])
        #expect(bench.isAwaitingReply)
        bench.tell(Event(.accepted, index: first.first?.token ?? 0, at: bench.now))
        let second = bench.commands()
        #expect(second.map(\.command) == [.start(.single(intensity: PerMille(400)))])
        bench.tell(Event(.accepted, index: second.first?.token ?? 0, at: bench.now))
        #expect(bench.read() == "40.0\n")
    }

    @Test("*OPC, *OPC? and *WAI wait for arming, charging, a pattern and a discharge, not for a snapshot that is older")
    func completion() {
        for state in [StimulatorState.selfTest, .arming, .charging, .firing, .recovering, .discharging] {
            let bench = Bench.scpi()
            bench.board { $0.state = state }
            bench.settleBoard()
            bench.type("*OPC;*OPC?;*IDN?\n")
            for _ in 0..<5 { bench.settleBoard() }
            #expect(bench.read() == "", "\(state)")
            bench.board { $0.state = .ready }
            bench.settleBoard()
            #expect(bench.read().hasPrefix("1;Pulsekeeper"))
            #expect(bench.query("*ESR?") == "1\n")
        }
        let bench = Bench.scpi()
        bench.board { $0.state = .ready }
        bench.type("PATT:SING;:INIT;*WAI;:INT?\n")
        let token = bench.commands()[0].token
        // Answered at 5 ms, while the board's newest picture of itself is older.
        bench.tell(Event(.accepted, index: token, at: bench.now + .milliseconds(5)))
        _ = bench.session.run(at: bench.now + .milliseconds(5))
        #expect(bench.read() == "")
        bench.board {
            $0.now = bench.now + .milliseconds(6)
            $0.trainTotal = 1
        }
        _ = bench.session.run(at: bench.now + .milliseconds(7))
        #expect(bench.read() == "")
        bench.board { $0.trainTotal = 0 }
        bench.settleBoard()
        #expect(bench.read() == "30.0\n")
    }

    @Test("a safety side that is silent ends the wait, with an error") func silent() {
        let bench = Bench.scpi()
        bench.board {
            $0.ticks = 1
            $0.state = .arming
        }
        bench.type("*OPC?;*IDN?\n")
        _ = bench.session.run(at: bench.now + .milliseconds(50))
        #expect(bench.isAwaitingReply)
        _ = bench.session.run(at: bench.now + .milliseconds(500))
        #expect(!bench.isAwaitingReply)
        #expect(bench.read() == "")
        #expect(bench.query("SYST:ERR?").hasPrefix("-240,\"Hardware error;the safety side is silent"))
    }

    @Test("messages that come meanwhile wait their turn; too many are refused whole") func queue() {
        let bench = Bench.scpi()
        bench.board { $0.state = .arming }
        bench.type("*WAI\nINT 50;:INT?\n*ESE 5\n*ESE?;*OPC?\n")
        #expect(bench.read() == "")
        bench.board { $0.state = .ready }
        bench.type("\n")
        let commands = bench.commands()
        #expect(commands.map(\.command) == [.intensity(PerMille(500))])
        for command in commands { bench.tell(Event(.accepted, index: command.token, at: bench.now)) }
        bench.settleBoard()
        #expect(bench.read() == "50.0\n5;1\n")
        bench.board { $0.state = .arming }
        bench.type("*WAI\n")
        for _ in 0..<500 { bench.type("*IDN?\n") }
        bench.board { $0.state = .safe }
        bench.settleBoard()
        let responses = bench.read().split(separator: "\n").count
        #expect(responses == 2048 / 7)
        #expect(bench.query("SYST:ERR:COUN?") == "20\n")
        #expect(bench.query("SYST:ERR?").hasPrefix("-363,\"Input buffer overrun"))
    }

    @Test("the self-test's verdict is the answer to *TST?") func selfTest() {
        for passed in [true, false] {
            let bench = Bench.scpi()
            bench.type("*TST?\n")
            bench.board { $0.state = .selfTest }
            bench.acceptAll()
            bench.settleBoard()
            #expect(bench.read() == "")
            bench.board {
                $0.state = .safe
                $0.selfTestPassed = passed
            }
            bench.settleBoard()
            #expect(bench.read() == (passed ? "0\n" : "1\n"))
        }
        let bench = Bench.scpi()
        bench.type("*TST?\n")
        bench.tell(.refused(Refusal(.wrongState, detail: 4), token: bench.commands()[0].token, at: bench.now))
        #expect(bench.read() == "1\n")
        #expect(bench.errorNumber() == -221)
    }

    @Test("*RST disarms and sets what a new session has; a device clear forgets messages and responses") func reset() {
        let bench = Bench.scpi()
        _ = bench.query("INT 70;:PATT:CTBS")
        bench.type("*RST\n")
        #expect(bench.command() == .disarm)
        bench.acceptAll()
        #expect(bench.pattern == nil)
        bench.tell(Event(.accepted, index: bench.session.lastToken, at: bench.now))
        #expect(bench.query("INT?;:PATT?") == "30.0;0,0\n")
        bench.board { $0.state = .arming }
        bench.type("*IDN?;*WAI;*IDN?\n*ESE 9\nINT 5\u{3}")
        bench.board { $0.state = .safe }
        bench.settleBoard()
        #expect(bench.read() == "")
        #expect(bench.query("*ESE?;:INT?;:SYST:ERR:COUN?") == "0;30.0;0\n")
        bench.board { $0.trainTotal = 5 }
        bench.type("\u{3}")
        #expect(bench.command() == .abort)
    }

    @Test("a reading that is old or bad is no number, and says so") func quality() {
        let bench = Bench.scpi()
        #expect(bench.query("MEAS:VOLT?;VOLT:QUAL?;DATA?;AGE?") == "9.91E37;NONE;9.91E37,NONE,9.91E37;9.91E37\n")
        #expect(bench.query("SYST:ERR?").hasPrefix("-230,\"Data corrupt or stale;the reading is NONE"))
        bench.board { $0.voltage = Reading(.volts(990), takenAt: bench.now - .milliseconds(12), quality: .good) }
        #expect(bench.query("MEAS:VOLT?;VOLT:QUAL?;AGE?") == "9.91E37;STALE;0.012\n", "the board's limit is 10 ms")
        bench.board { $0.voltage = Reading(.volts(990), takenAt: bench.now - .milliseconds(2), quality: .good) }
        #expect(bench.query("MEAS:SCAL:VOLT:DC?;DC:QUAL?;AGE?") == "990.0;GOOD;0.002\n")
        bench.board { $0.coilB = Reading(.celsius(25), takenAt: bench.now, quality: .implausible) }
        #expect(bench.query("MEAS:TEMP2:DATA?") == "25.0,IMPLAUSIBLE,0.0\n")
    }

    @Test("a header that the shell does not have turns a line to SCPI, `mode` or `help` turns it back")
    func detection() {
        for (line, isMessage) in [
            ("*IDN?", true), (":INT 5", true), ("MEAS:VOLT?", true), ("INIT", true), ("  *cls", true), ("INT?", true),
            ("arm", false), ("stop", false), ("abort", false), ("limits", false), ("posture", false), ("*foo?", false),
            ("FOO:BAR?", false), ("status", false), ("", false), (":", false), ("*", false),
        ] {
            let bench = Bench()
            bench.type(line + "\n")
            #expect((bench.session.mode == .scpi) == isMessage, "\(line)")
        }
        let bench = Bench.scpi()
        _ = bench.query("status")
        #expect(bench.session.mode == .scpi, "a slip in a header is not a command of the shell")
        #expect(bench.errorNumber() == -113)
        #expect(bench.query("*IDN?\nmode human\n*foo").contains("text for people\nrefused: unknownCommand"))
        #expect(bench.session.mode == .human)
    }

    @Test("on a terminal a program reads neither echo nor prompt") func terminal() {
        for message in ["*IDN?", ":SYST:VERS?", "SYST:VERS?"] {
            let bench = Bench(terminal: true)
            _ = bench.run(at: 0)
            _ = bench.read()
            bench.type(message + "\n")
            let response = bench.read()
            #expect(response == "1999.0\n" || response.hasPrefix("Pulsekeeper"), "\(message): \(response)")
            #expect(bench.query("*ESE?") == "0\n")
        }
    }

    @Test("nothing is written that was not asked for: events, refusals and notices become errors and bits") func quiet()
    {
        let bench = Bench.scpi()
        for raw in 1...UInt8(EventKind.count) {
            guard let kind = EventKind(rawValue: raw) else { continue }
            bench.tell(Event(kind, at: bench.now))
        }
        bench.sequence += 5
        bench.tell(Event(.omitted, at: bench.now))
        bench.board { $0.ticks = 1 }
        _ = bench.run(at: 100_000)
        _ = bench.run(at: 200_000)
        #expect(bench.read() == "")
        bench.type(String(repeating: "x", count: 300) + "\n")
        #expect(bench.read() == "")
    }
}
