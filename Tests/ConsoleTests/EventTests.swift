import Foundation
import StimulatorCore
import Testing

@testable import Console

@Suite("what the board tells") struct EventTests {
    /// A train of three pulses, the second omitted.
    private func train(_ bench: Bench, ending: UInt8 = 0) {
        bench.tell(Event(.trainStarted, index: 3, at: Instant(0), 1_000_000, 300))
        bench.tell(Event(.state, detail: 5, extra: 4, at: Instant(0)))
        bench.tell(Event(.pulse, index: 0, at: Instant(0), 1_000_000, 1_007_000, 495_100, 376_000, 24_100))
        bench.tell(Event(.state, detail: 6, extra: 5, at: Instant(0)))
        bench.tell(
            Event(.omitted, detail: OmissionCause.late.rawValue, index: 1, at: Instant(0), 101_000_000, 0, 495_000))
        bench.tell(Event(.pulse, index: 2, at: Instant(0), 201_000_000, 201_011_000, 494_900, 375_000, 24_200))
        bench.tell(Event(.trip, detail: Trip.coilMissing.rawValue, extra: 1, at: Instant(0)))
        bench.tell(Event(.trainFinished, detail: ending, index: 2, at: Instant(0), 1, 45_333, 24_200, 200_000_000, 3))
    }

    @Test("people get a report after the train, and nothing of single pulses") func humanReport() {
        let bench = Bench()
        train(bench)
        let trip =
            "trip: coilMissing  no coil is plugged in; disarms; clears: once the condition is gone\n"
        #expect(
            bench.read() == """
                omitted: pulse 2, late at 495.0 V
                \(trip)pattern complete: 2 of 3 delivered in 200.0 ms
                  omitted  1: late 1
                  interval 100.002 ms mean, spread 4.0 us (latest minus earliest against the schedule)
                  voltage  495.0 V before, 375.5 V after (means)
                  coil     24.2 C
                  energy   45.3 J stored
                  trips    coilMissing

                """)
    }

    @Test("programs get the pulses and an object with everything") func jsonReport() throws {
        let bench = Bench(mode: .json)
        train(bench, ending: 1)
        let events = try #require(objects(bench.read()))
        #expect(
            events.map { $0["event"] as? String } == [
                "trainStarted", "pulse", "omitted", "pulse", "trip", "trainFinished",
            ])
        let report = try #require(events.last)
        #expect(report["outcome"] as? String == "aborted")
        #expect(report["delivered"] as? Int == 2)
        #expect(report["omitted"] as? Int == 1)
        #expect(report["causes"] as? [String: Int] == ["late": 1])
        #expect(report["intervalMeanNs"] as? Int == 100_002_000)
        #expect(report["intervalSpreadNs"] as? Int == 4_000)
        #expect(report["millivoltsBefore"] as? Int == 495_000)
        #expect(report["millivoltsAfter"] as? Int == 375_500)
        #expect(report["coilMillicelsius"] as? Int == 24_200)
        #expect(report["joules"] as? Double == 45.333)
        #expect(report["trips"] as? [String] == ["coilMissing"])
        #expect(events[1]["firedNs"] as? Int == 1_007_000)
        #expect(events[4]["action"] as? String == "disarms")
    }

    @Test("every trip has a line with its numbers, what it does and what clears it", arguments: 0..<UInt8(Trip.count))
    func trips(_ raw: UInt8) throws {
        let trip = try #require(Trip(rawValue: raw))
        let bench = Bench()
        bench.tell(Event(.trip, detail: raw, extra: 1, at: Instant(0), 40_000, 41_500))
        let text = bench.read()
        #expect(text.hasPrefix("trip: \(trip.name)  \(trip.meaning)"))
        #expect(text.hasSuffix("; \(trip.action.text); clears: \(trip.clearing.text)\n"))
        let numbers: String? =
            switch trip.unit {
            case .millicelsius: ", limit 40.0 C, was 41.5 C;"
            case .millivolts: ", limit 40.0 V, was 41.5 V;"
            case .microseconds: ", limit 40.0 ms, was 41.5 ms;"
            case .millijoules: ", limit 40.0 J, was 41.5 J;"
            case .pulses: ", limit 40000 pulses, was 41500 pulses;"
            default: nil
            }
        #expect(numbers.map(text.contains) ?? !text.contains("limit"))
        bench.board { $0.trips.insert(trip) }
        #expect(bench.say("faults").hasPrefix("\(trip.name)  \(trip.meaning); \(trip.action.text); clears: "))
    }

    @Test("missing sequence numbers are told; a new start of the safety side is not a loss") func gaps() {
        let bench = Bench()
        bench.tell(Event(.tripCleared, detail: 1, at: Instant(0)))
        bench.sequence += 3
        bench.tell(Event(.tripCleared, detail: 1, at: Instant(0)))
        #expect(bench.read() == "cleared: coilMissing\n3 events lost\ncleared: coilMissing\n")
        bench.sequence = 1
        bench.tell(Event(.tripCleared, detail: 1, at: Instant(0)))
        #expect(bench.read() == "cleared: coilMissing\n")
    }

    @Test("states are told once; topping up is not") func states() {
        let bench = Bench()
        func enter(_ state: StimulatorState, from old: StimulatorState) {
            bench.tell(Event(.state, detail: state.rawValue, extra: old.rawValue, at: Instant(0)))
        }
        enter(.arming, from: .safe)
        enter(.charging, from: .arming)
        enter(.ready, from: .charging)
        enter(.charging, from: .ready)
        enter(.ready, from: .charging)
        enter(.discharging, from: .ready)
        enter(.safe, from: .discharging)
        #expect(
            bench.read()
                == "state: arming\nstate: charging\nstate: ready\nstate: discharging\nstate: safe\n")
    }

    @Test("while a train runs, progress is told once a second") func progress() {
        let bench = Bench()
        bench.type("\n")
        bench.tell(Event(.trainStarted, index: 50, at: Instant(0)))
        bench.board { $0.trainTotal = 50 }
        var told: [Int64] = []
        while bench.now < Instant(5_000_000_000) {
            bench.now = bench.session.run(at: bench.now)
            bench.board { $0.trainDelivered = UInt32(clamping: bench.now.raw / 100_000_000) }
            if bench.read().contains("of 50 pulses given, 0 omitted\n") { told.append(bench.now.raw / 1_000_000) }
        }
        #expect(told == [1_250, 2_250, 3_250, 4_250])
    }

    @Test("between two trains of a pattern, with nothing new to tell, no progress is told") func pause() {
        let bench = Bench()
        bench.type("\n")
        bench.tell(Event(.trainStarted, index: 50, at: Instant(0)))
        bench.board {
            $0.trainTotal = 50
            $0.trainDelivered = 25
        }
        var told = 0
        while bench.now < Instant(5_000_000_000) {
            bench.now = bench.session.run(at: bench.now)
            told += bench.read().contains("25 of 50 pulses given") ? 1 : 0
        }
        #expect(told == 1)
    }

    @Test("a safety side that stops reporting is told once, in the status, and when it is back") func silence() {
        let bench = Bench()
        bench.type("\n")
        bench.board {
            $0.ticks = 1
            $0.now = Instant(0)
        }
        _ = bench.run(at: 100)
        #expect(bench.read().isEmpty)
        _ = bench.run(at: 101)
        _ = bench.run(at: 200)
        #expect(bench.read().components(separatedBy: "WARNING: the safety side is silent").count == 2)
        #expect(bench.say("status").hasPrefix("WARNING    the safety side has been silent for 200.0 ms"))
        bench.board { $0.now = Instant(200_000_000) }
        _ = bench.run(at: 210)
        #expect(bench.read() == "the safety side reports again\n")
    }

    @Test("on a terminal, and only there, trips, refusals and an energised board have a colour") func colours() {
        let terminal = Bench(terminal: true)
        let plain = Bench()
        for bench in [terminal, plain] {
            bench.board {
                $0.state = .ready
                $0.trips.insert(.coilMissing)
            }
            bench.tell(Event(.trip, detail: Trip.coilMissing.rawValue, extra: 1, at: bench.now))
            bench.type("nonsense\nstatus\n")
        }
        let coloured = terminal.read()
        #expect(coloured.contains("\u{1B}[31mtrip: coilMissing\u{1B}[0m"))
        #expect(coloured.contains("\u{1B}[33mrefused: \u{1B}[0munknownCommand"))
        #expect(coloured.contains("\u{1B}[33mready\u{1B}[0m> "))
        #expect(coloured.contains("\u{1B}[31mcoilMissing"))
        #expect(!plain.read().contains("\u{1B}"))
    }

    @Test("watching shows the status again and again until it is ended") func watch() throws {
        let plain = Bench()
        plain.type("watch\n")
        #expect(plain.run(at: 0) == Instant(250_000_000))
        #expect(plain.read().hasPrefix("watching\nselfTest, no reading; coil no reading; no pattern\n"))
        _ = plain.run(at: 999)
        #expect(plain.read().isEmpty)
        _ = plain.run(at: 1_000)
        #expect(!plain.read().isEmpty)
        #expect(plain.say("watch off") == "no longer watching\n")
        _ = plain.run(at: 3_000)
        #expect(plain.read().isEmpty)

        let terminal = Bench(terminal: true)
        terminal.type("watch\r\n")
        _ = terminal.run(at: 0)
        #expect(terminal.read().contains("\u{1B}[Hstate      selfTest"))
        terminal.type("q")
        #expect(terminal.read() == "\u{1B}[2J\u{1B}[H\rselfTest> \u{1B}[K")

        let json = Bench(mode: .json)
        json.type("watch on\n")
        _ = json.run(at: 0)
        #expect(objects(json.read())?.map { $0["event"] as? String } == [nil, "status"])
    }

    @Test("every event, with any numbers, is one line of text and one valid object") func anyEvent() throws {
        let seed: UInt64 = 0x6576_656E
        var random = Seeded(state: seed)
        let human = Bench()
        let json = Bench(mode: .json)
        for _ in 0..<5_000 {
            let kind = try #require(EventKind(rawValue: .random(in: 1...UInt8(EventKind.count), using: &random)))
            var event = Event(
                kind, detail: .random(in: 0...255, using: &random), extra: .random(in: 0...8, using: &random),
                index: .random(in: 0 ... .max, using: &random), at: Instant(.random(in: .min ... .max, using: &random)))
            for index in 0..<5 { event.values[index] = .random(in: .min ... .max, using: &random) }
            human.session.show(sequence: 1, at: event.at, event: event)
            json.session.show(sequence: 1, at: event.at, event: event)
            human.tell(event)
            json.tell(event)
            #expect(human.read().split(separator: "\n").first?.isEmpty == false, "seed \(seed), \(event)")
            #expect(objects(json.read())?.isEmpty == false, "seed \(seed), \(event)")
        }
    }

    @Test("every command that only looks has text and an object") func looking() throws {
        for line in ["help", "help train", "status", "limits", "faults", "check pulse"] {
            let human = Bench()
            let json = Bench(mode: .json)
            for bench in [human, json] {
                bench.board {
                    $0.trips.insert(.coilMissing)
                    $0.firstTrip = .coilMissing
                    $0.inputs = .keySwitch | .interlock
                }
            }
            #expect(!human.say(line).isEmpty)
            let reply = try #require(objects(json.say(line)))
            #expect(reply.count == 1)
            #expect(reply.first?["ok"] as? Bool == true)
        }
    }

    @Test("hostile snapshots are shown without a trap") func hostileSnapshot() throws {
        var random = Seeded(state: 0x736E_6170)
        let bench = Bench(mode: .json)
        for _ in 0..<500 {
            var words = Fixed<24, UInt64>(repeating: 0)
            for index in 0..<24 { words[index] = random.next() }
            words[2] = words[2] & ~0xFFFF | words[2] % 9 | (random.next() % UInt64(Trip.count)) << 8
            for index in [5, 7, 9] { words[index] &= 0x3_FFFF_FFFF }
            // The page's decoder refuses what no safety side writes; what it lets through must be shown.
            guard let snapshot = Snapshot(words: words) else { continue }
            bench.session.update(snapshot)
            #expect(objects(bench.say("status"))?.first?["ok"] as? Bool == true)
            bench.session.mode = .human
            #expect(bench.say("status").contains("journal"))
            bench.session.mode = .json
        }
    }
}
