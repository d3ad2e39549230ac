import StimulatorCore
import Testing

@testable import Console

/// A subject with thresholds of 50 % and 25 %.
func measuredSubject() -> SubjectContext {
    var subject = SubjectContext()
    subject.code = FixedText("s07".utf8) ?? FixedText()
    subject.resting = MotorThreshold(PerMille(500), method: .relativeFrequency)
    subject.active = MotorThreshold(PerMille(250), method: .relativeFrequency)
    return subject
}

/// A bench whose board is ready.
func armed(subject: SubjectContext = SubjectContext(), mode: OutputMode = .human) -> Bench {
    let bench = Bench(mode: mode)
    bench.session.subject = subject
    bench.board {
        $0.state = .ready
        $0.ticks = 1
    }
    return bench
}

extension Bench {
    /// The start that waits, and the rest of what waits; renewals are left out.
    func start() -> PulsePattern? {
        for command in commands() {
            tell(Event(.accepted, index: command.token, at: now))
            if case .start(let pattern) = command.command { return pattern }
        }
        return nil
    }

    /// The pattern that runs is over.
    func finish(_ pulses: UInt32, _ ending: TrainEnding = .complete) {
        tell(Event(.trainFinished, detail: ending.rawValue, index: pulses, at: now, 0, 0, 0, 0, Int64(pulses)))
    }

    /// The entry that waits for the journal.
    func entry() -> String? {
        while let request = session.takeRequest() {
            guard case .record(let entry, true) = request else { continue }
            if case .override(let note) = entry {
                return String(decoding: (0..<note.count).map { note[$0] }, as: UTF8.self)
            }
        }
        return nil
    }
}

@Suite("protocols on the console") struct ProtocolTests {
    @Test("the list names every protocol and the library") func list() throws {
        let bench = Bench()
        let lines = bench.say("protocol list").split(separator: "\n")
        #expect(lines.count == 14 && lines.last?.hasPrefix("13 protocols, library ") == true)
        #expect(lines.contains { $0.hasPrefix("itbs-600         intermittent theta burst") })
        let json = Bench(mode: .json)
        let reply = try #require(objects(json.say("protocol list"))?.first)
        #expect((reply["protocols"] as? [Any])?.count == 13 && (reply["library"] as? String)?.count == 16)
    }

    @Test("a protocol is shown with its evidence, its source, and what is not confirmed") func show() throws {
        let bench = Bench()
        bench.session.subject = measuredSubject()
        let text = bench.say("protocol show hf-10hz-m1-pain")
        for part in [
            "100 pulses every 100.0 ms x 30 every 30.0 s = 3000 pulses (unconfirmed)",
            "80 % to 90 % RMT = 40 % to 45 % of maximum output (unconfirmed)", "level-a (unconfirmed)", "Attal et al.",
        ] { #expect(text.contains(part), "\(text)") }
        #expect(!bench.say("protocol show itbs-600").contains("= 600 pulses (unconfirmed)"))
        let reply = try #require(objects(Bench(mode: .json).say("protocol show io-curve"))?.first)
        #expect((reply["stepsPermille"] as? [Int]) == [900, 1000, 1100, 1200] && reply["shuffled"] as? Bool == true)
    }

    @Test("what is no protocol is refused, with the way to the list") func unknown() {
        let text = Bench().say("protocol load itbs-6000")
        #expect(text.contains("refused: badValue  no protocol is called itbs-6000"))
        #expect(text.contains("a name of `protocol list`"))
        #expect(Bench().say("protocol sho").contains("show"))
    }

    @Test("load sets pattern and intensity from the threshold: of the subject, or stated on a bench") func load() {
        let bench = armed(subject: measuredSubject())
        #expect(bench.say("protocol load itbs-600").contains("loaded itbs-600: 80 % AMT = 20 %"))
        #expect(bench.say("protocol load hf-10hz-m1-pain at 85%").contains("85 % RMT = 42.5 %"))
        #expect(bench.say("protocol load hf-10hz-m1-pain at 95%").contains("the protocol or the subject wants 90 %"))
        #expect(bench.say("protocol load itbs-600 threshold 45%").contains("the protocol or the subject wants 25 %"))
        let free = armed()
        #expect(free.say("protocol load itbs-600").contains("no motor threshold is known: the intensity stays 30 %"))
        #expect(free.say("protocol load itbs-600 threshold 50%").contains("80 % AMT = 40 %"))
        #expect(free.say("protocol load io-curve").contains("refused: threshold"))
        var unmeasured = measuredSubject()
        unmeasured.resting = nil
        let session = armed(subject: unmeasured)
        #expect(session.say("protocol load lf-1hz threshold 40%").contains("refused: threshold"))
    }

    @Test("inside the guidelines `start` gives it; outside it wants an override, recorded first, used once")
    func override() throws {
        let bench = armed(subject: measuredSubject())
        _ = bench.say("protocol load hf-10hz-standard at 80%")
        #expect(bench.say("check").hasPrefix("admitted: 3000 pulses at 40 %"))
        _ = bench.say("protocol load hf-20hz-m1-pain")
        bench.type("start\n")
        let refused = bench.read()
        #expect(refused.contains("refused: guideline  a train of 4.0 s is longer than the longest tested, 2.05 s"))
        #expect(refused.contains("Rossi et al. 2009") && refused.contains("`override REASON`, then `start`"))
        #expect(bench.start() == nil)
        bench.type("override ethics board 2024-17\n")
        #expect(bench.read().isEmpty)
        let entry = try #require(bench.entry())
        #expect(
            entry
                == "trainLength hf-20hz-m1-pain 80x50000us 20x88000000us at 400 permille for s07: ethics board 2024-17"
        )
        bench.type("start\n")
        #expect(bench.start() == nil, "not before it is on record")
        bench.session.recorded(true)
        #expect(bench.read().contains("on record"))
        bench.type("start\n")
        #expect(bench.start()?.pulseCount == 1600)
        bench.finish(1600)
        _ = bench.read()
        bench.type("start\n")
        #expect(bench.start() == nil && bench.lastRefusal == .guideline, "used once")
    }

    @Test("an override holds for its pattern and intensity alone, not for a hard stop, and not without the journal")
    func bound() throws {
        let bench = armed(subject: measuredSubject())
        func record(_ ok: Bool) {
            bench.type("override because\n")
            #expect(bench.entry() != nil)
            bench.session.recorded(ok)
            _ = bench.read()
        }
        _ = bench.say("protocol load hf-20hz-m1-pain")
        record(false)
        bench.type("start\n")
        #expect(bench.start() == nil, "the journal could not be written")
        record(true)
        _ = bench.say("set intensity 41%")
        bench.type("start\n")
        #expect(bench.start() == nil && bench.lastRefusal == .guideline)
        _ = bench.say("set intensity 40%")
        bench.session.subject.code = FixedText("s08".utf8) ?? FixedText()
        bench.type("start\n")
        #expect(bench.start() == nil, "another subject")
        bench.session.subject.code = FixedText("s07".utf8) ?? FixedText()
        bench.type("start\n")
        #expect(bench.start() != nil)
        _ = bench.say("set intensity 66%")
        #expect(bench.say("check train 10Hz 10").contains("refused: guideline  in a train at most 130 %"))
        _ = bench.say("set intensity 50%")
        #expect(
            bench.say("check train 10Hz 10").contains("inside: 100 % of threshold, 10 Hz at 100 % tested up to 5.0 s"))
        #expect(bench.say("override why not").contains("inside all guidelines"))
    }

    @Test("a start that the safety side refuses gives the override back") func givenBack() {
        let bench = armed(subject: measuredSubject())
        _ = bench.say("protocol load hf-20hz-m1-pain")
        bench.type("override because\n")
        _ = bench.entry()
        bench.session.recorded(true)
        bench.type("start\n")
        for command in bench.commands() { bench.tell(.refused(Refusal(.busy), token: command.token, at: bench.now)) }
        bench.type("start\n")
        #expect(bench.start() != nil)
    }

    @Test("the same protocol again inside its cool-down wants an override, also when its pattern is typed")
    func cooldown() {
        let bench = armed(subject: measuredSubject())
        _ = bench.say("protocol load itbs-600")
        bench.type("start\n")
        #expect(bench.start()?.pulseCount == 600)
        bench.finish(600)
        _ = bench.run(at: 60_000)
        bench.type("start\n")
        #expect(bench.start() == nil && bench.lastRefusal == .cooldown)
        bench.type("itbs\n")
        #expect(bench.start() == nil && bench.lastRefusal == .cooldown, "typed, it is the same protocol")
        _ = bench.run(at: 3_660_000)
        bench.type("itbs\n")
        #expect(bench.start() != nil)
    }

    @Test("without a subject a typed pattern is no protocol, a loaded one is") func benchUse() {
        let bench = armed()
        _ = bench.say("protocol load ctbs-300 threshold 25%")
        for isFirst in [true, false] {
            bench.type("start\n")
            #expect((bench.start() != nil) == isFirst)
            if isFirst { bench.finish(300) }
        }
        bench.type("ctbs 100\n")
        #expect(bench.start() != nil)
    }
}
