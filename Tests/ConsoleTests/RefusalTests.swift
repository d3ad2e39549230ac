import StimulatorCore
import Testing

@testable import Console

@Suite("refusals") struct RefusalTests {
    /// What people and programs read of a refusal that the safety side sends for `command`.
    private func told(
        _ refusal: Refusal, by command: String = "start", mode: OutputMode = .human,
        board: (inout Snapshot) -> Void = { _ in }
    ) -> String {
        let bench = Bench(mode: mode)
        bench.board(board)
        _ = bench.say("check pulse")
        bench.type(command + "\n")
        for command in bench.commands() { bench.tell(.refused(refusal, token: command.token, at: bench.now)) }
        return bench.read()
    }

    static let texts: [(Refusal, String, String)] = [
        (
            Refusal(
                .rateForPower, unit: .millihertz, limit: 25_000, actual: 50_000, wouldAdmit: 25_000, pulseIndex: 1),
            "at this intensity the power stage gives 25 Hz, the pattern wants 50 Hz, first at pulse 2",
            "25 Hz"
        ),
        (
            Refusal(.pulsesPerSecond, unit: .pulses, limit: 50, actual: 51, wouldAdmit: 50, pulseIndex: 50),
            "in any second at most 50 pulses, the pattern wants 51 pulses, first at pulse 51", "50 pulses"
        ),
        (
            Refusal(
                .recharge, unit: .microseconds, limit: 51_000, actual: 40_000, wouldAdmit: 51_000, pulseIndex: 1),
            "the capacitor is ready again after 51.0 ms, the pattern wants its next pulse after 40.0 ms, first at pulse 2",
            "51.0 ms from start to start (19.6 Hz)"
        ),
        (
            Refusal(
                .energy, unit: .millijoules, limit: 63_000_000, actual: 63_100_500, wouldAdmit: 250, pulseIndex: 250),
            "in any minute the stored energy of the pulses may be at most 63000.0 J, pulse 251 would make it 63100.5 J",
            "250 pulses"
        ),
        (
            Refusal(
                .temperatureForecast, unit: .millicelsius, limit: 39_000, actual: 39_049, wouldAdmit: 812,
                pulseIndex: 812),
            "the coil's forecast may be at most 39.0 C, pulse 813 would make it 39.049 C",
            "812 pulses"
        ),
        (
            Refusal(.dose, unit: .pulses, limit: 1, actual: 600, wouldAdmit: 1),
            "the session gives 1 pulse more, this pattern has 600 pulses", "1 pulse"
        ),
        (
            Refusal(.dose, unit: .pulses, limit: 0, actual: 600, wouldAdmit: 0),
            "the session gives 0 pulses more, this pattern has 600 pulses", "nothing more in this session"
        ),
        (
            Refusal(.trainLength, unit: .pulses, limit: 6000, actual: 9000, wouldAdmit: 6000),
            "a pattern has at most 6000 pulses, this one has 9000 pulses", "6000 pulses"
        ),
        (
            Refusal(.interval, unit: .microseconds, limit: 1_800, actual: 1_000, wouldAdmit: 1_800),
            "at least 1.8 ms from start to start, the pattern wants 1.0 ms", "1.8 ms from start to start (555.5 Hz)"
        ),
        (Refusal(.notArmed), "the board is safe, not armed", "`arm`; once the board is ready, `start` gives"),
        (
            Refusal(.wrongState, detail: StimulatorState.discharging.rawValue),
            "not possible while the board is discharging", "the same again, once the board is discharged"
        ),
        (
            Refusal(.tripped, detail: Trip.coilMissing.rawValue),
            "coilMissing would come at once: no coil is plugged in",
            "the same again, once the condition is gone"
        ),
        (Refusal(.key), "the key switch is off", "the key switch turned off and on, then the same again within 10 s"),
        (Refusal(.posture), "the self-test has not passed", "the same again, after a `selftest` that passes"),
        (
            Refusal(.posture, detail: Guarantee.watchdog.rawValue), "no watchdog with a span of at most 15 s",
            "the same after a start that has all of what `posture` lists"
        ),
        (
            Refusal(.badValue, unit: .perMille, limit: 40, actual: 5, wouldAdmit: 40),
            "the value is 0.5 %, the least is 4 %", "4 %"
        ),
        (Refusal(.unknownCommand), "not a command", "help"),
        (Refusal(.noPattern), "no pattern has been set", "a pattern such as `train 10Hz 50`, then `start`"),
        (
            Refusal(.guideline, unit: .perMille, limit: 1300, actual: 1320, wouldAdmit: 1300),
            "in a train at most 130 % of the motor threshold are given, this one has 132 % (Rossi et al. 2009",
            "130 % of the motor threshold"
        ),
        (
            Refusal(.guideline, unit: .microseconds, limit: 40_000, actual: 20_000, wouldAdmit: 40_000),
            "in a train pulses are at least 40.0 ms apart, these are 20.0 ms (Rossi et al. 2009", "40.0 ms or more"
        ),
        (
            Refusal(
                .guideline, unit: .microseconds, limit: 1_000_000, actual: 900_000, wouldAdmit: 5_000_000, detail: 1),
            "above the motor threshold a pause between trains of 1.0 s or less is unsafe, this one is 900.0 ms (Chen",
            "5.0 s or more between trains"
        ),
        (
            Refusal(.threshold, detail: 1), "the subject's active motor threshold is not known",
            "the same once the threshold has been measured or stated; single pulses need none"
        ),
        (Refusal(.busy), "the safety side is busy", "the same again in a moment"),
        (
            Refusal(.cooldown, unit: .microseconds, limit: 21_970_000, actual: 0, wouldAdmit: 21_970_000),
            "the wait after the last pattern is over in 21.97 s", "the same again in 21.97 s"
        ),
        (
            Refusal(.journal), "the journal could not be written",
            "the same again, once `status` shows a writable journal"
        ),
        (
            Refusal(.role, detail: Role.engineer.rawValue), "this channel is operator, it wants engineer",
            "`role engineer`, then the same again"
        ),
        (
            Refusal(.control, detail: ChannelName(.tcp, number: 2).rawValue), "tcp-2 holds control and is idle",
            "`control take`, then the same again"
        ),
        (Refusal(.update), "an update is not taken", "`update status` says which"),
        (Refusal(.session), "no session runs, and this belongs to a subject", "`session start CODE` first"),
        (Refusal(.answer), "no pulse waits for an answer", "`pulse` first"),
    ]

    @Test("every rule has its text: limit, value, and what would work", arguments: texts)
    func text(_ refusal: Refusal, _ why: String, _ remedy: String) {
        let lines = told(refusal, board: { $0.state = .safe }).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("refused: \(refusal.rule.name)  \(why)") == true, "\(lines)")
        #expect(lines.last?.hasPrefix("         would be admitted: \(remedy)") == true, "\(lines)")
    }

    @Test("the table of texts has every rule") func complete() {
        let rules = Set(RefusalTests.texts.map { $0.0.rule.rawValue })
        #expect(rules.count == RefusalRule.count)
    }

    @Test("in json every rule has the same fields and both sentences", arguments: texts)
    func json(_ refusal: Refusal, _ why: String, _ remedy: String) throws {
        let reply = try #require(objects(told(refusal, mode: .json, board: { $0.state = .safe }))?.first)
        #expect(reply["reply"] as? String == "start")
        #expect(reply["ok"] as? Bool == false)
        #expect(reply["refusal"] as? String == "\(refusal.rule.name)")
        #expect(reply["limit"] as? Int64 == refusal.limit)
        #expect(reply["actual"] as? Int64 == refusal.actual)
        #expect(reply["wouldAdmit"] as? Int64 == refusal.wouldAdmit)
        #expect(reply["unit"] as? String == refusal.unit.symbol.map { "\($0)" })
        #expect((reply["why"] as? String)?.hasPrefix(why) == true)
        #expect((reply["try"] as? String)?.hasPrefix(remedy) == true)
    }

    @Test("a trip that holds says what clears it", arguments: 0..<UInt8(Trip.count))
    func trips(_ raw: UInt8) throws {
        let trip = try #require(Trip(rawValue: raw))
        let refusal = Refusal(.tripped, detail: raw)
        let text = told(refusal, by: "arm", board: { $0.trips.insert(trip) })
        #expect(text.contains("\(trip.name) \(trip.action >= .fault ? "is latched" : "holds"): \(trip.meaning)"))
        #expect(text.contains("\(trip.clearing.text)\n"))
    }

    @Test("every state has a way out", arguments: 0..<UInt8(StimulatorState.count))
    func states(_ raw: UInt8) throws {
        let state = try #require(StimulatorState(rawValue: raw))
        let text = told(Refusal(.wrongState, detail: raw), by: "selftest")
        #expect(text.contains("not possible while the board is \(state.name)\n"))
        let running = told(Refusal(.wrongState, detail: raw), board: { $0.trainTotal = 5 })
        #expect(running.contains("a pattern runs\n         would be admitted: `abort` first"))
        #expect(told(Refusal(.wrongState, detail: raw), by: "abort").contains("no pattern runs"))
    }

    @Test("lines that are no command name the word and the nearest command") func lines() {
        let bench = Bench()
        #expect(
            bench.say("trian 10Hz 50")
                == "refused: unknownCommand  \"trian\" is not a command\n         would be admitted: train\n")
        #expect(
            bench.say("train 10Hz")
                == "refused: badValue  the line ends where it wants a whole number\n"
                + "         would be admitted: train RATE COUNT [x REPEATS every TIME]\n")
        #expect(
            bench.say("set intensity 150%")
                == "refused: badValue  \"150%\" is 150 %, the most is 100 %\n         would be admitted: 100 %\n")
        #expect(
            bench.say("arm now") == "refused: badValue  \"now\" is one word too many\n         would be admitted: arm\n"
        )
        #expect(bench.say("st\u{1}op").contains("\"st\\x01op\" is not a command"))
        #expect(
            bench.say("operate door on")
                == "refused: badValue  \"door\" is not an input\n         would be admitted: key, coil\n")
        #expect(bench.say("operate keySwitch on").hasSuffix("would be admitted: key\n"))
        #expect(bench.say("start").contains("noPattern"))
        #expect(bench.say("set intensity 1%").contains("the value is 1 %, the least is 4 %"))
        #expect(bench.say("clear coilMissing") == "acknowledged\n")
    }

    @Test("a refused pattern is admitted at the intensity that is offered, and at no higher one") func offered() throws
    {
        let board = BoardDescription()
        var snapshot = Snapshot()
        snapshot.coilA.value = .celsius(23)
        snapshot.coilB.value = .celsius(23)
        for (text, rule) in [("train 25Hz 250", RefusalRule.recharge), ("train 8Hz 900", .energy)] {
            let bench = Bench(mode: .json)
            bench.board { $0 = snapshot }
            _ = bench.say("set intensity 90%")
            let reply = try #require(objects(bench.say(text))?.first)
            #expect(reply["refusal"] as? String == "\(rule.name)")
            let offered = PerMille(Int32(try #require(reply["wouldAdmitPermille"] as? Int)))
            var pattern = try #require(bench.pattern)
            pattern.intensity = offered
            #expect(throws: Never.self) { try Admission.forecast(pattern, board: board, snapshot: snapshot) }
            pattern.intensity = PerMille(offered.raw + 1)
            #expect(throws: Refusal.self) { try Admission.forecast(pattern, board: board, snapshot: snapshot) }
        }
    }
}
