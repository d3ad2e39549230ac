import StimulatorCore
import Testing

@Suite("frames") struct FrameTests {
    private func commands(_ random: inout Seeded) -> [Command] {
        let intensity = PerMille(Int32.random(in: 1...1000, using: &random))
        return [
            .renew(journal: random.oneIn(2)), .arm(intensity: intensity), .disarm, .stop, .intensity(intensity),
            .start(.random(&random)), .abort, .clear(nil),
            .clear(Trip(rawValue: UInt8(random.next() % UInt64(Trip.count)))), .selfTest,
        ]
    }

    @Test("every command comes back from its frame") func commandRoundTrip() {
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            for command in commands(&random) {
                let sent = TokenedCommand(token: UInt32(truncatingIfNeeded: random.next()), command)
                #expect(TokenedCommand(frame: sent.frame) == sent, "seed \(seed)")
            }
        }
    }

    @Test("H-18 a million random frames: each is no command, or exactly the frame of the command it decodes to")
    func randomFrames() {
        var random = Seeded(4)
        var decoded = 0
        for _ in 0..<250_000 {
            var frame = Frame.empty
            for word in 0..<8 { frame[word] = random.next() }
            // One frame of noise, and three that are nearly commands.
            for closeness in 0..<4 {
                if closeness > 0 { frame[0] = frame[0] & 0xFFFF_FFFF_0000_0000 | random.next() % 11 }
                if closeness > 1 { for word in 2..<8 { frame[word] = 0 } }
                if closeness > 2 { frame[1] = random.next() % 1_100 }
                guard let command = TokenedCommand(frame: frame) else { continue }
                decoded += 1
                if command.frame != frame { Issue.record("\(command) is not the frame it came from") }
            }
        }
        #expect(decoded > 20_000)
    }

    @Test("H-18 one changed bit of a command's frame makes no command or another one, never a trap") func nearMisses() {
        for seed in UInt64(0)..<50 {
            var random = Seeded(seed)
            for command in commands(&random) {
                let sent = TokenedCommand(token: 7, command)
                for bit in 0..<512 {
                    var frame = sent.frame
                    frame[bit / 64] ^= 1 << UInt64(bit % 64)
                    guard let other = TokenedCommand(frame: frame) else { continue }
                    #expect(other != sent, "seed \(seed) bit \(bit)")
                }
            }
        }
    }

    @Test("H-18 a pattern that its frame cannot hold arrives as one that validation refuses") func overflowingFields() {
        func arrives(_ change: (inout PulsePattern) -> Void) -> Bool {
            var pattern = PulsePattern.train(intensity: PerMille(500), rate: .hertz(10), pulses: 50)
            pattern.rampPulses = 3
            pattern.rampFrom = PerMille(100)
            change(&pattern)
            guard let command = TokenedCommand(frame: TokenedCommand(token: 1, .start(pattern)).frame),
                case .start(let arrived) = command.command
            else { return false }
            do throws(Refusal) { _ = try arrived.validated() } catch { return false }
            return true
        }
        #expect(arrives { _ in })
        #expect(!arrives { $0.levels[0].count = 65_536 + 50 })
        #expect(!arrives { $0.levels[0].interval = Nanoseconds(1 << 48 + 100_000_000) })
        #expect(!arrives { $0.levels[0].interval = Nanoseconds(-(1 << 48) + 100_000_000) })
        #expect(!arrives { $0.intensity = PerMille(65_536 + 500) })
        #expect(!arrives { $0.rampPulses = 65_536 + 3 })
        #expect(!arrives { $0.rampFrom = PerMille(65_536 + 100) })
        #expect(!arrives { $0.rampFrom = PerMille(-65_436) })
    }

    @Test("every event comes back from its frame, and a refusal from its event") func eventRoundTrip() {
        for seed in UInt64(0)..<5_000 {
            var random = Seeded(seed)
            guard let kind = EventKind(rawValue: UInt8(1 + random.next() % UInt64(EventKind.count))) else {
                Issue.record("kinds are not 1 ... \(EventKind.count)")
                return
            }
            var event = Event(
                kind, detail: UInt8(truncatingIfNeeded: random.next()), extra: UInt8(truncatingIfNeeded: random.next()),
                index: UInt32(truncatingIfNeeded: random.next()), at: Instant(random.hostile()), random.hostile(),
                random.hostile(), random.hostile(), random.hostile(), random.hostile())
            event.sequence = random.next()
            #expect(Event(frame: event.frame) == event, "seed \(seed)")
            _ = event.refusal
            let rule = RefusalRule(rawValue: UInt8(random.next() % UInt64(RefusalRule.count)))
            let refusal = Refusal(
                rule ?? .busy, unit: ValueUnit(rawValue: UInt8(random.next() % 8)) ?? .none, limit: random.hostile(),
                actual: random.hostile(), wouldAdmit: random.hostile(), pulseIndex: UInt32(truncatingIfNeeded: seed),
                detail: UInt8(truncatingIfNeeded: seed))
            #expect(Event.refused(refusal, token: 5, at: Instant(9)).refusal == refusal, "seed \(seed)")
        }
        var unknown = Frame.empty
        #expect(Event(frame: unknown) == nil)
        unknown[0] = UInt64(EventKind.count + 1)
        #expect(Event(frame: unknown) == nil)
    }

    @Test("every snapshot comes back from its words") func snapshotRoundTrip() {
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            var shown = Snapshot()
            shown.ticks = random.next()
            shown.now = Instant(random.hostile())
            shown.state = StimulatorState(rawValue: UInt8(random.next() % 9)) ?? .safe
            shown.trips = TripSet(bits: random.next())
            shown.firstTrip = random.oneIn(3) ? nil : Trip(rawValue: UInt8(random.next() % UInt64(Trip.count)))
            shown.inputs = InputLines(rawValue: UInt32(truncatingIfNeeded: random.next()))
            shown.voltage = Reading(
                Millivolts(Int32(truncatingIfNeeded: random.next())), takenAt: Instant(random.hostile()),
                quality: Quality(rawValue: UInt8(random.next() % 4)) ?? .none)
            shown.coilB.value = Millicelsius(.min)
            shown.setPoint = Millivolts(-1)
            shown.trainTotal = UInt32(truncatingIfNeeded: random.next())
            shown.sessionPulses = .max
            shown.energyBacklog = Millijoules(random.hostile())
            shown.keyEdge = random.oneIn(2)
            shown.leaseLeft = Nanoseconds(random.hostile())
            #expect(Snapshot(words: shown.words) == shown, "seed \(seed)")
        }
    }

    @Test("words that no safety side writes are no snapshot") func badSnapshots() {
        func decodes(_ word: Int, _ value: UInt64) -> Bool {
            var words = Snapshot().words
            words[word] = value
            return Snapshot(words: words) != nil
        }
        #expect(Snapshot(words: Snapshot().words) == Snapshot())
        #expect(!decodes(2, 9 | 255 << 8))
        #expect(!decodes(2, UInt64(Trip.count) << 8))
        #expect(decodes(2, UInt64(Trip.count - 1) << 8))
        for word in [5, 7, 9] { #expect(!decodes(word, 4 << 32)) }
        var random = Seeded(5)
        for _ in 0..<20_000 {
            var words = Fixed<24, UInt64>(repeating: 0)
            for word in 0..<24 { words[word] = random.next() }
            if let shown = Snapshot(words: words) { #expect(shown.trips.bits <= TripSet.all) }
        }
    }
}
