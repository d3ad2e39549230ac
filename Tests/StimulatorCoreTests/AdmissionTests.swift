import StimulatorCore
import Testing

/// What admission answers.
private func answer(
    _ pattern: PulsePattern, _ board: BoardDescription = BoardDescription(), _ snapshot: Snapshot = .rested
) -> Result<Forecast, Refusal> {
    Result { () throws(Refusal) in try Admission.forecast(pattern, board: board, snapshot: snapshot) }
}

extension Result {
    fileprivate var refusal: Failure? { if case .failure(let error) = self { error } else { nil } }
    fileprivate var forecast: Success? { if case .success(let value) = self { value } else { nil } }
}

extension Snapshot {
    /// A board that has given nothing, with its coil at 25 C.
    static var rested: Snapshot {
        var snapshot = Snapshot()
        snapshot.now = Instant(1_234_567_890)
        snapshot.coilA = Reading(.celsius(25), takenAt: snapshot.now, quality: .good)
        snapshot.coilB = Reading(.celsius(24), takenAt: snapshot.now, quality: .good)
        return snapshot
    }
}

@Suite("admission") struct AdmissionTests {
    private let board = BoardDescription()

    private func train(_ perMille: Int32, _ millihertz: Int64, _ pulses: UInt32) -> PulsePattern {
        .train(intensity: PerMille(perMille), rate: Millihertz(millihertz), pulses: pulses)
    }

    @Test("the protocols that the board was built for are admitted, with their energy and duration") func library() {
        let pain = answer(train(600, 10_000, 50)).forecast
        #expect(pain?.pulses == 50 && pain?.duration == .milliseconds(4900))
        #expect(pain?.energy.raw == 50 * board.energy(at: .volts(990)).raw)
        #expect(pain?.waitAfter == .milliseconds(500))
        let patterns: [PulsePattern] = [
            .single(intensity: PerMille(1000)), .thetaBurst(intensity: PerMille(200), bursts: 10, trains: 20),
            train(500, 1_000, 900), .quadripulse(intensity: PerMille(100), interval: .milliseconds(50), bursts: 360),
        ]
        for pattern in patterns { #expect(answer(pattern).refusal == nil) }
    }

    @Test("H-11 faster than the rate table: refused at the fifth pulse, the table's rate is admitted") func rate() {
        let refusal = answer(train(100, 60_000, 20)).refusal
        #expect(refusal?.rule == .rateForPower && refusal?.pulseIndex == 4 && refusal?.unit == .millihertz)
        #expect(refusal?.limit == 50_000 && refusal?.wouldAdmit == 50_000)
        #expect(abs((refusal?.actual ?? 0) - 60_000) < 10)
        #expect(answer(train(100, 50_000, 20)).forecast != nil)
    }

    @Test("H-11 faster than the charger: refused at the second pulse, with an interval that is admitted")
    func recharge() {
        let refusal = answer(train(1000, 10_000, 20)).refusal
        #expect(refusal?.rule == .recharge && refusal?.pulseIndex == 1 && refusal?.actual == 100_000)
        let least = refusal?.wouldAdmit ?? 0
        #expect(least > 113_000 && least < 140_000)
        var slower = train(1000, 10_000, 20)
        slower.levels[0].interval = .microseconds(least)
        #expect(answer(slower).forecast != nil)
        slower.levels[0].interval = .microseconds(least - 2)
        #expect(answer(slower).refusal?.rule == .recharge)
        let paired = PulsePattern.paired(intensity: PerMille(500), interval: .milliseconds(3))
        #expect(answer(paired).refusal?.rule == .recharge)
    }

    @Test("H-11 more pulses in a second than the board bears are refused, with the number that it bears")
    func perSecond() {
        var board = board
        board.pulsesPerSecond = 20
        let refusal = answer(train(100, 40_000, 60), board).refusal
        #expect(refusal?.rule == .pulsesPerSecond && refusal?.pulseIndex == 20)
        #expect(refusal?.limit == 20 && refusal?.actual == 21 && refusal?.wouldAdmit == 20)
        #expect(answer(train(100, 40_000, 20), board).forecast != nil)
        #expect(answer(train(100, 20_000, 60), board).forecast != nil)
    }

    @Test("H-12 more energy in a minute than the supply gives: as many pulses as are offered are admitted")
    func energy() {
        let refusal = answer(train(730, 10_000, 1000)).refusal
        #expect(refusal?.rule == .energy && refusal?.limit == 63_000_000 && refusal?.unit == .millijoules)
        let most = UInt32(refusal?.wouldAdmit ?? 0)
        #expect(most > 440 && most < 470 && refusal?.pulseIndex == most)
        #expect(answer(train(730, 10_000, most)).forecast != nil)
        #expect(answer(train(730, 10_000, most + 1)).refusal?.rule == .energy)
        var used = Snapshot.rested
        used.energyLastMinute = .joules(40_000)
        let less = answer(train(730, 10_000, 1000), board, used).refusal
        #expect(less?.rule == .energy && (less?.wouldAdmit ?? 0) < Int64(most) / 2)
        // What was given before does not count as a backlog again.
        #expect(answer(.single(intensity: PerMille(300)), board, used).forecast?.waitAfter == .milliseconds(500))
    }

    @Test("H-09 a coil that becomes too hot, also after the last pulse: as many pulses as are offered are admitted")
    func temperature() {
        var warm = Snapshot.rested
        warm.coilA.value = Millicelsius(36_500)
        let refusal = answer(train(600, 10_000, 400), board, warm).refusal
        #expect(refusal?.rule == .temperatureForecast && refusal?.limit == 39_000)
        #expect((refusal?.actual ?? 0) > 39_000)
        let most = UInt32(refusal?.wouldAdmit ?? 0)
        #expect(most > 20 && refusal?.pulseIndex == most)
        let admitted = answer(train(600, 10_000, most), board, warm).forecast
        #expect((admitted?.hottestCoil ?? .zero) > Millicelsius(38_900))
        #expect((admitted?.hottestCoil ?? .celsius(99)) <= .celsius(39))
        warm.coilA.value = .celsius(40)
        #expect(answer(.single(intensity: PerMille(40)), board, warm).refusal?.wouldAdmit == 0)
    }

    @Test("H-10 a coil sensor without a good reading is not believed, hot or cold") func sensors() {
        var odd = Snapshot.rested
        odd.coilA = Reading(.celsius(90), takenAt: odd.now, quality: .implausible)
        #expect(answer(train(600, 10_000, 50), board, odd).forecast != nil)
        odd.coilA = Reading(.zero, takenAt: .distantPast, quality: .none)
        odd.coilB = Reading(.zero, takenAt: .distantPast, quality: .none)
        #expect((answer(train(600, 10_000, 50), board, odd).forecast?.hottestCoil ?? .zero) > board.ambient)
    }

    @Test("dose, train length, intensity and wait are refused by name, and what they offer is admitted") func counts() {
        var tired = Snapshot.rested
        tired.sessionPulses = 19_970
        let dose = answer(train(300, 10_000, 50), board, tired).refusal
        #expect(dose?.rule == .dose && dose?.limit == 30 && dose?.actual == 50 && dose?.wouldAdmit == 30)
        #expect(answer(train(300, 10_000, 30), board, tired).forecast != nil)
        tired.sessionPulses = .max
        #expect(answer(.single(intensity: PerMille(300)), board, tired).refusal?.wouldAdmit == 0)

        var short = board
        short.pulsesPerPattern = 40
        let length = answer(train(300, 10_000, 50), short).refusal
        #expect(length?.rule == .trainLength && length?.limit == 40 && length?.wouldAdmit == 40)
        #expect(answer(train(300, 10_000, 40), short).forecast != nil)

        let weak = answer(train(10, 1_000, 2)).refusal
        #expect(weak?.rule == .badValue && weak?.limit == 40 && weak?.actual == 10)
        #expect(answer(train(40, 1_000, 2)).forecast != nil)

        var waiting = Snapshot.rested
        waiting.energyBacklog = .joules(2_100)
        let wait = answer(.single(intensity: PerMille(300)), board, waiting).refusal
        #expect(wait?.rule == .cooldown && abs((wait?.wouldAdmit ?? 0) - 2_000_000) <= 1)
        waiting.energyBacklog = .zero
        #expect(answer(.single(intensity: PerMille(300)), board, waiting).forecast != nil)
    }

    @Test("whoever follows the offers comes to an admitted pattern") func offers() {
        for seed in UInt64(0)..<300 {
            var random = Seeded(seed)
            var snapshot = Snapshot.rested
            snapshot.coilA.value = Millicelsius(Int32.random(in: 23_000...38_000, using: &random))
            var pattern = train(
                Int32.random(in: 1...1000, using: &random), Int64.random(in: 100...90_000, using: &random),
                UInt32.random(in: 1...2_000, using: &random))
            var steps = 0
            while let refusal = answer(pattern, board, snapshot).refusal, refusal.wouldAdmit > 0, steps < 12 {
                steps += 1
                switch refusal.unit {
                case .pulses: pattern.levels[0].count = UInt32(refusal.wouldAdmit)
                case .perMille: pattern.intensity = PerMille(Int32(refusal.wouldAdmit))
                case .microseconds: pattern.levels[0].interval = .microseconds(refusal.wouldAdmit)
                case .millihertz: pattern.levels[0].interval = Millihertz(refusal.wouldAdmit).interval
                default: pattern.levels[0].count = UInt32(refusal.wouldAdmit)
                }
            }
            #expect(answer(pattern, board, snapshot).forecast != nil, "seed \(seed) after \(steps) offers")
        }
    }

    @Test("fewer pulses, a lower intensity or a slower train than an admitted one is admitted") func monotonic() {
        var admitted = 0
        for seed in UInt64(0)..<400 {
            var random = Seeded(seed)
            let pulses = UInt32.random(in: 2...700, using: &random)
            let rate = Int64.random(in: 200...40_000, using: &random)
            let intensity = Int32.random(in: 45...1000, using: &random)
            guard answer(train(intensity, rate, pulses)).forecast != nil else { continue }
            admitted += 1
            let fewer = UInt32.random(in: 1...pulses, using: &random)
            let weaker = Int32.random(in: 40...intensity, using: &random)
            let slower = Int64.random(in: 100...rate, using: &random)
            #expect(answer(train(intensity, rate, fewer)).forecast != nil, "seed \(seed)")
            #expect(answer(train(weaker, rate, pulses)).forecast != nil, "seed \(seed)")
            #expect(answer(train(intensity, slower, pulses)).forecast != nil, "seed \(seed)")
        }
        #expect(admitted > 50)
    }

    /// The limits that the kernel checks at every pulse, for a train that begins at any moment, at the upper end of the tolerance.
    private func kernelWouldStop(_ pattern: PulsePattern, startingAt start: Instant, after earlier: Millijoules) -> Bool
    {
        var window = PulseWindow()
        var budget = EnergyBudget(sustained: board.sustainedPower)
        budget.add(earlier, at: start - .milliseconds(20))
        for number in 0..<pattern.pulseCount {
            let intensity = pattern.intensity(of: number)
            let time = start + pattern.time(of: number)
            if window.broken(by: time, perSecond: board.pulsesPerSecond, rate: board.rate(at: intensity)) != nil {
                return true
            }
            let target = board.setPoint(for: intensity)
            if budget.lastMinute(at: time) + board.energy(at: target) > board.energyPerMinute { return true }
            window.add(time)
            budget.add(board.energy(at: Millivolts(target.raw + target.raw * 15 / 1000)), at: time)
        }
        return false
    }

    @Test("H-12 of 2,000 random patterns, each is refused by a rule of the set or is one that the kernel does not stop")
    func random() {
        var rules = Set<RefusalRule>()
        var admitted = 0
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            var snapshot = Snapshot.rested
            snapshot.energyLastMinute = random.oneIn(3) ? .joules(Int64(random.next() % 50_000)) : .zero
            var pattern = PulsePattern.random(&random, most: 1_200)
            if random.oneIn(2) {
                // Mostly slow enough for the charger, so that the other rules have their turn.
                pattern = train(
                    pattern.intensity.raw, 1_000_000 / Int64(60 + pattern.intensity.raw / 8), pattern.pulseCount)
            }
            switch answer(pattern, board, snapshot) {
            case .success(let forecast):
                admitted += 1
                #expect(forecast.pulses == pattern.pulseCount && forecast.duration == pattern.duration, "seed \(seed)")
                let start = Instant(Int64.random(in: 0...5_000_000_000, using: &random))
                let stops = kernelWouldStop(pattern, startingAt: start, after: snapshot.energyLastMinute)
                #expect(!stops, "seed \(seed)")
            case .failure(let refusal):
                rules.insert(refusal.rule)
                #expect(refusal.pulseIndex < pattern.pulseCount, "seed \(seed)")
            }
        }
        #expect(admitted > 300)
        #expect(rules.isSuperset(of: [.recharge, .energy, .rateForPower]))
    }

    @Test("H-18 no board, page or pattern whatever makes admission trap") func hostile() {
        for seed in UInt64(0)..<3_000 {
            var random = Seeded(seed)
            var snapshot = Snapshot.rested
            snapshot.now = Instant(random.hostile())
            snapshot.energyBacklog = Millijoules(random.oneIn(2) ? 0 : random.hostile())
            snapshot.energyLastMinute = Millijoules(random.hostile())
            snapshot.coilA.value = Millicelsius(Int32(truncatingIfNeeded: random.hostile()))
            snapshot.sessionPulses = random.oneIn(2) ? 0 : UInt32(truncatingIfNeeded: random.hostile())
            let board = random.oneIn(2) ? board : BoardDescription.hostile(&random)
            if let found = answer(.random(&random, most: 50), board, snapshot).forecast {
                #expect(found.energy.raw >= 0 && found.waitAfter >= .zero, "seed \(seed)")
            }
        }
    }
}
