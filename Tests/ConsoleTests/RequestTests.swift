import StimulatorCore
import Testing

@testable import Console

@Suite("requests in JSON") struct RequestTests {
    static let sent: [(String, Command)] = [
        (#"{"command":"train 10Hz 50"}"#, .start(.train(intensity: PerMille(200), rate: .hertz(10), pulses: 50))),
        (
            #"{ "pulses" : 50 , "command":"train","rateMillihertz":10500,"id":1}"#,
            .start(.train(intensity: PerMille(200), rate: Millihertz(10_500), pulses: 50))
        ),
        (
            #"{"command":"train","rateMillihertz":10000,"pulses":5,"repeats":4,"everyNs":10000000000}"#,
            .start(
                .train(intensity: PerMille(200), rate: .hertz(10), pulses: 5, repeats: 4, every: .seconds(10)))
        ),
        (
            #"{"command":"theta","bursts":10,"trains":2}"#,
            .start(.thetaBurst(intensity: PerMille(200), bursts: 10, trains: 2))
        ),
        (#"{"command":"itbs","trains":3}"#, .start(.thetaBurst(intensity: PerMille(200), bursts: 10, trains: 3))),
        (#"{"command":"ctbs"}"#, .start(.thetaBurst(intensity: PerMille(200), bursts: 200))),
        (
            #"{"command":"qps","intervalNs":50000001,"bursts":12}"#,
            .start(.quadripulse(intensity: PerMille(200), interval: Nanoseconds(50_000_001), bursts: 12))
        ),
        (
            #"{"command":"paired","intervalNs":100000000,"repeats":2,"everyNs":5000000000}"#,
            .start(
                .paired(intensity: PerMille(200), interval: .milliseconds(100), repeats: 2, every: .seconds(5)))
        ),
        (#"{"command":"pulse"}"#, .start(.single(intensity: PerMille(200)))),
        (#"{"command":"arm"}"#, .arm(intensity: PerMille(200))), (#"{"command":"stop"}"#, .stop),
        (#"{"command":"clear","trip":"patientStop"}"#, .clear(.patientStop)), (#"{"command":"clear"}"#, .clear(nil)),
    ]

    @Test("a request reaches the safety side as what it says, and every line is answered in JSON", arguments: sent)
    func sends(_ request: String, _ command: Command) {
        let bench = Bench()
        bench.session.intensity = PerMille(200)
        bench.type(request + "\n")
        #expect(bench.command() == command, "\(bench.read())")
        #expect(bench.session.mode == .json)
    }

    @Test("the id comes back in the reply, byte for byte, whenever that is and whatever it says") func ids() {
        let bench = Bench(mode: .json)
        for id in ["7", "-9223372036854775808", "\"a b\"", "\"\(String(repeating: "x", count: 32))\"", "\"\"", "0"] {
            #expect(
                bench.say(#"{"id":\#(id),"command":"limits"}"#).hasPrefix(#"{"id":\#(id),"reply":"limits","ok":true"#))
            #expect(
                bench.say(#"{"id":\#(id),"command":"limit"}"#).hasPrefix(#"{"id":\#(id),"reply":"limit","ok":false"#))
            #expect(
                bench.say(#"{"command":"clear","id":\#(id)}"#) == "{\"id\":\(id),\"reply\":\"clear\",\"ok\":true}\n")
        }
        bench.type(#"{"id":1,"command":"disarm"}"# + "\n" + #"{"id":2,"command":"arm"}"# + "\n" + "selftest\n")
        let commands = bench.commands()
        for command in commands.reversed() { bench.tell(Event(.accepted, index: command.token, at: bench.now)) }
        let replies = objects(bench.read()) ?? []
        #expect(replies.map { $0["reply"] as? String } == ["selftest", "arm", "disarm"])
        #expect(replies.map { $0["id"] as? Int } == [nil, 2, 1])
        bench.type(#"{"id":3,"command":"arm"}"# + "\n\u{18}")
        #expect(objects(bench.read())?.first?["id"] as? Int == 3, "overtaken by a stop")
        bench.acceptAll()
        #expect(bench.read() == "{\"reply\":\"stop\",\"ok\":true}\n", "a stop byte has no id")
        bench.type(#"{"id":"j","command":"journal","count":2}"# + "\n")
        bench.session.journalShown(count: 0)
        #expect(bench.read() == "{\"id\":\"j\",\"reply\":\"journal\",\"ok\":true,\"records\":0}\n")
    }

    static let malformed: [(String, Int)] = [
        ("{", 2), ("{}", 3), ("{]", 2), (#"{"id"}"#, 6), (#"{"id":}"#, 7), (#"{"id":1"#, 8), (#"{"id":1,}"#, 9),
        (#"{"id":1,"command"#, 17), (#"{"command":"arm"} x"#, 19), (#"{"command":"arm"}}"#, 18),
        (#"{"command":arm}"#, 12),
        (#"{"command":1}"#, 12), (#"{"id":1.5,"command":"arm"}"#, 7), (#"{"id":01,"command":"arm"}"#, 9),
        (#"{"id":1e3,"command":"arm"}"#, 7), (#"{"id":99999999999999999999,"command":"arm"}"#, 7),
        (#"{"id":null,"command":"arm"}"#, 7), (#"{"id":[1],"command":"arm"}"#, 7), (#"{"id":"\n","command":"arm"}"#, 7),
        (#"{"id":"123456789012345678901234567890123","command":"arm"}"#, 7), (#"{"id":1,"id":2,"command":"arm"}"#, 14),
        (#"{"command":"arm","command":"stop"}"#, 28), (#"{"command":"a\u0072m"}"#, 14), (#"{"command":"\x"}"#, 14),
        (#"{"command":"arm","pulses":5}"#, 27), (#"{"command":"train 10Hz","pulses":5}"#, 34),
        (#"{"command":"train","rateMillihertz":"10","pulses":5}"#, 37),
        (#"{"command":"train","rateMillihertz":1e4,"pulses":5}"#, 37), (#"{"command":"clear","trip":""}"#, 27),
        (#"{"command":"clear","trip":"a b"}"#, 27), (#"{"command":"watch","on":1}"#, 25),
        (#"{"command":"arm","x":[[[[1]]]]}"#, 25), (#"{"command":"arm","x":{"a":[1,2]}}"#, 22),
        ("{\"command\":\"ar\u{1}m\"}", 15), ("{\"command\":\"armé\"}", 16), (#"{"command":"arm","on":tru}"#, 26),
        (#"{"command":"train","pulses":5,"pulses":6,"rateMillihertz":1}"#, 40), (#"{"id":-,"command":"arm"}"#, 8),
        (#"{"id":1.,"command":"arm"}"#, 9), (#"{"id":1e,"command":"arm"}"#, 9), (#"{"a":[1 2]}"#, 9),
        (#"{"a":{"b" 1}}"#, 11),
    ]

    @Test("a request that is none is refused at its byte, with its id where that was read", arguments: malformed)
    func refuses(_ request: String, _ position: Int) throws {
        let bench = Bench(mode: .json)
        let reply = try #require(objects(bench.say(request))?.first, "\(request)")
        #expect(reply["ok"] as? Bool == false)
        #expect(reply["refusal"] as? String == "badValue")
        #expect(reply["position"] as? Int == position, "\(request): \(reply)")
        #expect((reply["why"] as? String)?.hasPrefix("byte \(position) of the request: expected ") == true)
        #expect(bench.commands().isEmpty)
    }

    @Test("values that the command does not take are refused as the shell refuses them") func values() {
        let bench = Bench(mode: .json)
        for (request, rule) in [
            (#"{"command":"set","intensityPermille":1001}"#, "badValue"),
            (#"{"command":"set","intensityPermille":-1}"#, "badValue"),
            (#"{"command":"set"}"#, "badValue"), (#"{"command":"train","pulses":5}"#, "badValue"),
            (#"{"command":"train","rateMillihertz":9223372036854775807,"pulses":5}"#, "interval"),
            (#"{"command":"train","rateMillihertz":-10000,"pulses":5}"#, "badValue"),
            (#"{"command":"train","rateMillihertz":10000,"pulses":9223372036854775807}"#, "trainLength"),
            (#"{"command":"qps","intervalNs":-9223372036854775808}"#, "badValue"),
            (#"{"command":"*TRG"}"#, "unknownCommand"), (#"{"command":"{}"}"#, "unknownCommand"),
            (#"{"command":"clear","trip":"noTrip"}"#, "badValue"), (#"{"command":" "}"#, "badValue"),
        ] {
            let reply = objects(bench.say(request))?.first
            #expect(reply?["refusal"] as? String == rule, "\(request)")
            #expect(bench.commands().isEmpty)
        }
    }

    @Test("a request is found beside the shell and SCPI; what cannot be read leaves the line as it was")
    func detection() {
        let bench = Bench()
        #expect(bench.say("{\"id\":1").hasPrefix("refused: badValue  byte 8 of the request: expected "))
        #expect(bench.session.mode == .human)
        _ = bench.query("*CLS")
        _ = bench.query("{\"id\":1")
        #expect(bench.session.mode == .scpi)
        #expect(bench.errorNumber() == -102)
        #expect(bench.say(#"{"id":1,"command":"renew"}"#) == "{\"id\":1,\"reply\":\"renew\",\"ok\":true}\n")
        #expect(bench.session.mode == .json)
        #expect(bench.query("*ESE?") == "0\n")
        #expect(bench.say(#"{"command":"mode","mode":"human"}"#) == "text for people\n")
        let terminal = Bench(terminal: true)
        _ = terminal.run(at: 0)
        #expect(terminal.say(#"{"id":1,"command":"renew"}"#).hasSuffix("{\"id\":1,\"reply\":\"renew\",\"ok\":true}\n"))
    }
}
