import StimulatorCore

@testable import Console

/// Everything that the console writes in JSON, from lists that the code has, so that nothing new is forgotten.
enum Specimens {
    /// A line that is accepted, for every command.
    static func replies() -> [String] {
        (0..<CommandName.count).flatMap { raw -> [String] in
            guard let name = CommandName(rawValue: UInt8(raw)) else { return [] }
            let line = name == .mode ? "mode json" : "\(name.entry.example)"
            return ask(prepared(for: name), line) + ask(prepared(for: name), #"{"id":\#(raw),"command":"\#(line)"}"#)
        } + protocols() + updates() + roles()
    }

    /// A bench on which the command's example is accepted.
    private static func prepared(for name: CommandName) -> Bench {
        let isOfSubject = name == .threshold || name == .yes || name == .no || name == .override || name == .note
        let bench = armed(subject: isOfSubject ? measuredSubject() : SubjectContext(), mode: .json)
        switch name {
        case .theta, .itbs, .ctbs: bench.session.intensity = PerMille(200)
        case .session, .clock: bench.board { $0.state = .safe }
        case .override: _ = bench.say("protocol load hf-20hz-m1-pain")
        case .yes, .no: wait(bench)
        case .start: _ = bench.say("check train 10Hz 5")
        case .role: bench.session.authority.pins = 1 << Role.engineer.rawValue
        default: break
        }
        return bench
    }

    /// A threshold's procedure has given a pulse, and waits for the muscle's answer.
    private static func wait(_ bench: Bench) {
        _ = bench.say("threshold start pest")
        _ = bench.say("pulse")
        bench.tell(Event(.trainStarted, index: 1, at: bench.now, 0, 500))
        bench.finish(1)
    }

    /// A PIN that is asked for and typed, as a line and as a request; what is already so.
    private static func roles() -> [String] {
        let bench = prepared(for: .role)
        return ["role engineer", "123456", "role engineer", #"{"id":1,"command":"123456"}"#, "role"].flatMap {
            ask(bench, $0)
        }
    }

    /// What the receiver of updates may answer.
    private static func updates() -> [String] {
        var status = UpdateStatus()
        status.received = 5
        status.length = 9
        status.staged = 3
        return [UpdateAnswer.received(1, of: 2), .staged(7), .discarded, .status(status)].flatMap { answer in
            let bench = armed(mode: .json)
            bench.type("update status\n")
            bench.session.updateAnswered(answer)
            return lines(bench.read())
        }
    }

    private static func protocols() -> [String] {
        let bench = armed(subject: measuredSubject(), mode: .json)
        let roles = prepared(for: .role)
        let role = ask(roles, "role engineer") + ask(roles, "1234") + ask(roles, "role")
        return role
            + ["list", "show io-curve", "show itbs-600", "load io-curve", "load itbs-600"].flatMap {
                ask(bench, "protocol \($0)")
            } + ask(bench, "check") + ask(bench, "session")
    }

    private static func ask(_ bench: Bench, _ line: String) -> [String] {
        var text = bench.say(line)
        while let request = bench.session.takeRequest() {
            switch request {
            case .journal: bench.session.journalShown(count: 0)
            case .record: bench.session.recorded(true)
            case .control: bench.session.controlAnswered(nil)
            case .role: bench.session.roleAnswered(nil)
            case .update: bench.session.updateAnswered(.status(UpdateStatus()))
            default: break
            }
        }
        text += bench.read()
        return lines(text)
    }

    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    /// A refusal by every rule, with and without numbers, and of lines that are none.
    static func refusals() -> [String] {
        var found: [String] = []
        for raw in 0..<RefusalRule.count {
            guard let rule = RefusalRule(rawValue: UInt8(raw)) else { continue }
            for refusal in [
                Refusal(rule),
                Refusal(rule, unit: .microseconds, limit: 5, actual: -7, wouldAdmit: 6, pulseIndex: 3, detail: 2),
            ] {
                let bench = Bench(mode: .json)
                _ = bench.say("check pulse")
                bench.type("{\"id\":\"r\",\"command\":\"start\"}\n")
                for command in bench.commands() {
                    bench.tell(.refused(refusal, token: command.token, at: bench.now))
                }
                found += lines(bench.read())
            }
        }
        let bench = Bench(mode: .json)
        for line in [
            "trian", "\u{1}\"\\", "set intensity 150%", "train", "arm now", String(repeating: "x", count: 300), "{",
            "{\"id\":1,\"command\":\"train\",\"pulses\":1.5}", "train 40Hz 50",
        ] {
            found += lines(bench.say(line))
        }
        let measured = armed(subject: measuredSubject(), mode: .json)
        _ = measured.say("protocol load hf-10hz-m1-pain")
        return found + ask(measured, "start") + ask(measured, "check")
    }

    /// Every event of a kind, one for each detail that it may have.
    private static func events(of kind: EventKind) -> [Event] {
        let details: Int =
            switch kind {
            case .state: StimulatorState.count
            case .trip, .tripCleared: Trip.count
            case .omitted: OmissionCause.count
            case .refused: RefusalRule.count
            case .trainFinished: 3
            default: 1
            }
        return (0..<details).map { detail in
            Event(kind, detail: UInt8(detail), extra: 1, index: 7, at: Instant(5), 11, 12, 13, 14, 15)
        }
    }

    static func events() -> [String] {
        let bench = Bench(mode: .json)
        var told: [String] = []
        for raw in 1...UInt8(EventKind.count) {
            // More than the line's buffer holds would be dropped.
            told += lines(bench.read())
            guard let kind = EventKind(rawValue: raw) else { continue }
            for event in events(of: kind) {
                bench.tell(event)
                bench.session.show(sequence: 3, at: Instant(9), event: event)
            }
        }
        let bytes = Array("start \u{7F}é\"".utf8)
        bench.session.show(sequence: 3, at: Instant(9), text: bytes.span)
        if let note = Note(bytes.prefix(6)) {
            bench.session.show(sequence: 3, at: Instant(9), kind: "note", note: note)
        }
        bench.session.show(sequence: 3, at: Instant(9), lostEvents: 4)
        bench.sequence += 5
        bench.tell(Event(.coilWarning, at: bench.now))
        return told + lines(bench.read()) + notices() + subjectNotices()
    }

    /// What the session tells by itself: a watched status, an idle board, a silent safety side, lines that were dropped.
    private static func notices() -> [String] {
        let bench = Bench(mode: .json)
        bench.board {
            $0.state = .ready
            $0.ticks = 1
            $0.trips.insert(.coilMissing)
            $0.firstTrip = .coilMissing
        }
        _ = bench.say("watch on")
        _ = bench.run(at: 0)
        _ = bench.run(at: 70_000)
        bench.session.receive(.takenOver(by: ChannelName(.tcp, number: 3), role: .engineer))
        var text = bench.read()
        for _ in 0..<100 { bench.type("limits\n") }
        _ = bench.read()
        _ = bench.run(at: 70_001)
        text += bench.read()
        return lines(text)
    }

    private static func subjectNotices() -> [String] {
        let bench = armed(subject: measuredSubject(), mode: .json)
        wait(bench)
        bench.session.hearResponse(true, nanovolts: 123_456)
        var text = bench.read()
        let steps = armed(subject: measuredSubject(), mode: .json)
        _ = steps.say("protocol load io-curve")
        steps.type("start\n")
        _ = steps.start()
        text += steps.say("abort")
        steps.type("start\n")
        _ = steps.start()
        _ = steps.read()
        steps.type("abort\n")
        text += steps.read()
        return lines(text)
    }
}
