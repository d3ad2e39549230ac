import StimulatorCore
import Testing

@testable import Console

@Suite("sessions and thresholds on the shell") struct SubjectTests {
    private func code(_ text: String) throws -> SubjectCode { try #require(SubjectCode(text.utf8)) }

    /// The only request that waits.
    private func request(_ bench: Bench) -> ConsoleRequest? {
        let first = bench.session.takeRequest()
        return bench.session.takeRequest() == nil ? first : nil
    }

    /// Puts on record what a line asks for, as the console side does, and reads the reply.
    private func record(_ line: String, _ bench: Bench) throws -> (entry: JournalEntry, reply: String) {
        _ = bench.say(line)
        var requests: [ConsoleRequest] = []
        while let request = bench.session.takeRequest() {
            if case .control = request { continue }
            requests.append(request)
        }
        guard requests.count == 1, case .record(let entry, isAwaited: true) = requests[0] else {
            Issue.record("\(line): \(requests)")
            throw Refusal(.busy)
        }
        tell(entry, to: bench)
        bench.session.recorded(true)
        return (entry, bench.read())
    }

    /// What the console side tells of an entry that it has written.
    private func tell(_ entry: JournalEntry, to bench: Bench) {
        var news = bench.session.subjectNews
        switch entry {
        case .subject(.sessionBegan(let code, let profile, _)):
            news.context.code = code
            news.profile = profile
            news.context.sessionLimit = profile.sessionLimit
            news.context.dayLimit = profile.dayLimit
        case .subject(.sessionEnded): news = SubjectNews(SubjectContext())
        case .subject(.threshold(_, let method, let found)):
            news.context.resting = MotorThreshold(found.threshold, method: method)
        case .clock(let moment): news.clockOffset = moment - bench.now.raw
        default: break
        }
        bench.session.update(news, at: bench.now)
    }

    private func inSession() throws -> Bench {
        let bench = Bench()
        _ = try record("session start P-01", bench)
        return bench
    }

    @Test("a session is begun under a code, put on record, and shown with what is left of its dose") func session()
        throws
    {
        let bench = Bench()
        let (entry, reply) = try record("session start P-01 measurement", bench)
        #expect(entry == .subject(.sessionBegan(try code("P-01"), .measurement, continues: false)))
        #expect(reply.hasPrefix("session of P-01, measurement\n") && reply.contains("500 pulses, 100000.0 J"))
        #expect(bench.say("session start P-02").contains("the session of P-01 runs"))
        #expect(bench.lastRefusal == .session)
        #expect(try record("session end", bench).entry == .subject(.sessionEnded))
        #expect(bench.say("session").hasPrefix("no session runs"))
        #expect(bench.say("session end").contains("refused: session"))
    }

    @Test(
        "H-31 a name is refused as a code, with what a code is",
        arguments: ["Anna Maria", "Anna", "O'Neil2", "abcdefghijklmnop1", ""])
    func names(name: String) {
        let bench = Bench()
        let reply = bench.say("session start \(name)")
        #expect(reply.hasPrefix("refused: badValue") && reply.contains("never a name"), "\(reply)")
        #expect(bench.session.takeRequest() == nil)
    }

    @Test("a session that was broken off is told, and how it goes on") func interrupted() throws {
        let bench = Bench()
        var news = SubjectNews(SubjectContext())
        news.interrupted = try code("P-09")
        bench.session.update(news, at: bench.now)
        #expect(bench.say("session").contains("that of P-09 was broken off: `session start P-09` goes on with it"))
    }

    @Test(
        "what reads the whole journal waits for a disarmed board",
        arguments: ["session end", "clock set 2026-01-02T03:04"])
    func armed(line: String) throws {
        let bench = try inSession()
        bench.board { $0.state = .ready }
        #expect(bench.say(line).contains("refused: wrongState"))
    }

    @Test("remarks, side effects and pain are put on record as what they are") func notes() throws {
        let bench = try inSession()
        let remark = try #require(Note("coil  moved".utf8))
        #expect(try record("note coil  moved", bench).entry == .note(remark))
        let headache = try #require(Note("headache".utf8))
        #expect(try record("note side-effect headache", bench).entry == .subject(.sideEffect(headache)))
        for rating in UInt8(0)...10 {
            #expect(try record("note pain \(rating)", bench).entry == .subject(.pain(rating)))
        }
        for line in ["note", "note pain", "note pain 11", "note pain -1", "note pain 2.5", "note side-effect"] {
            #expect(bench.say(line).hasPrefix("refused: badValue"), "\(line)")
        }
        #expect(Bench().say("note pain 3").contains("`session start CODE` first"))
    }

    @Test("the clock is set to a moment of the calendar, and to nothing else") func clock() throws {
        let bench = Bench()
        #expect(bench.say("clock").hasPrefix("not set"))
        let (entry, reply) = try record("clock set 2026-11-27T20:30", bench)
        #expect(entry == .clock(1_795_811_400_000_000_000) && reply == "2026-11-27T20:30:00Z\n")
        #expect(try record("clock set 2024-02-29 23:59:58", bench).reply == "2024-02-29T23:59:58Z\n")
        let wrong = [
            "", "now", "2026-11-27", "2026-02-29T10:00", "2026-13-01T10:00", "26-01-01T10:00", "2026-01-01T24:00",
        ]
        for text in wrong {
            #expect(bench.say("clock set \(text)").hasPrefix("refused: badValue"), "\(text)")
        }
    }

    @Test("a stated threshold wants its method, and is on record with it") func stated() throws {
        let bench = try inSession()
        #expect(bench.say("threshold set 52%").hasPrefix("refused: badValue"))
        let (entry, reply) = try record("threshold set 52% method observation", bench)
        let stated = ThresholdEstimate(threshold: PerMille(520), low: .zero, high: .zero, pulses: 0)
        #expect(entry == .subject(.threshold(.resting, .observation, stated)))
        #expect(reply.contains("resting motor threshold 52 % (observation"))
        let active = try record("threshold set 44% active method emg", bench).entry
        guard case .subject(.threshold(.active, .emg, _)) = active else {
            Issue.record("\(active)")
            return
        }
    }

    /// A single pulse as the safety side tells of it.
    private func give(_ bench: Bench) -> String {
        _ = bench.say("pulse")
        // Control is asked for beside it.
        while bench.session.takeRequest() != nil {}
        bench.tell(Event(.trainStarted, index: 1, at: bench.now, 0, Int64(bench.session.intensity.raw)))
        bench.tell(Event(.pulse, index: 0, at: bench.now))
        bench.tell(Event(.trainFinished, index: 1, at: bench.now))
        return bench.read()
    }

    @Test("a procedure proposes, a pulse is given, the answer is asked, and the result is put on record")
    func procedure() throws {
        let bench = try inSession()
        bench.board { $0.state = .ready }
        #expect(bench.say("threshold start map").contains("map: pulse 1 at 65.8 %"))
        #expect(bench.say("threshold accept").contains("the procedure has not ended"))
        #expect(bench.say("yes").contains("no pulse waits"))
        var pulses = 0
        while bench.session.thresholdRun?.procedure.isFinished == false {
            #expect(give(bench).contains("did the muscle answer the pulse at"))
            #expect(bench.say("pulse").hasPrefix("refused: answer"), "no second pulse before the answer")
            #expect(bench.commands().isEmpty)
            let strong = bench.session.intensity >= PerMille(500)
            _ = bench.say(strong ? "yes" : "no")
            pulses += 1
        }
        let (entry, reply) = try record("threshold accept", bench)
        guard case .subject(.threshold(.resting, .maximumAPosteriori, let found)) = entry else {
            Issue.record("\(entry)")
            return
        }
        #expect(Int(found.pulses) == pulses && (480...520).contains(found.threshold.raw))
        #expect(found.low < found.threshold && found.threshold < found.high)
        #expect(reply.contains("(map") && bench.session.thresholdRun == nil)
    }

    @Test("H-31 a procedure ends with its subject's session") func otherSubject() throws {
        let bench = try inSession()
        _ = bench.say("threshold start pest")
        _ = try record("session end", bench)
        #expect(bench.session.thresholdRun == nil)
        #expect(bench.say("threshold start pest").contains("`session start CODE` first"))
    }

    @Test("an instrument's answer is taken for the typed one, and only when it is asked for") func instrument() throws {
        let bench = try inSession()
        bench.board { $0.state = .ready }
        _ = bench.say("threshold start stochastic from 50%")
        bench.session.hearResponse(true, nanovolts: 80_000)
        #expect(bench.session.thresholdRun?.procedure.pulses == 0)
        _ = give(bench)
        bench.session.hearResponse(true, nanovolts: 182_400)
        #expect(bench.read().contains("electromyogram 182.4 uV: yes; stochastic: pulse 2 at 45.8 %"))
    }

    @Test("in JSON the session, the procedure and the question are objects") func json() throws {
        let bench = try inSession()
        bench.session.mode = .json
        bench.board { $0.state = .ready }
        let session = try #require(objects(bench.say("session"))?.first)
        #expect(session["subject"] as? String == "P-01" && session["leftPulses"] as? Int == 4_000)
        let begun = try #require(objects(bench.say("threshold start ifcn from 40%"))?.first)
        #expect(begun["nextPermille"] as? Int == 400 && begun["finished"] as? Bool == false)
        let question = try #require(objects(give(bench))?.last)
        #expect(question["event"] as? String == "responseWanted" && question["permille"] as? Int == 400)
    }
}
