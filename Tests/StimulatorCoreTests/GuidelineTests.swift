import StimulatorCore
import Testing

/// What admission says of a pattern for a subject.
private func verdict(
    _ pattern: PulsePattern, _ subject: SubjectContext, cooldown: Cooldown? = nil
) -> Result<Verdict, Refusal> {
    Result { () throws(Refusal) in
        try Admission.verdict(
            PulsePlan(pattern),
            in: AdmissionContext(board: strong, snapshot: .rested, subject: subject, cooldown: cooldown))
    }
}

extension Result where Success == Verdict, Failure == Refusal {
    fileprivate var refusal: Refusal? { if case .failure(let error) = self { error } else { nil } }
    fileprivate var breaches: GuidelineBreaches? {
        if case .success(.needsOverride(_, let breaches)) = self { breaches } else { nil }
    }
    fileprivate var finding: GuidelineFinding? {
        if case .success(.admitted(let forecast)) = self { forecast.guideline } else { nil }
    }
}

/// A board whose physics forbids nothing here: what is refused, a guideline refuses.
private var strong: BoardDescription {
    var board = BoardDescription()
    board.chargerPower = .watts(100_000)
    board.chargerCurrent = 1_000_000
    board.rateTimesPercent = 1_000_000
    board.sagTime = .microseconds(1)
    board.verifyTime = .microseconds(1)
    board.energyPerMinute = .joules(1_000_000)
    board.sustainedPower = .watts(1_000_000)
    board.coilHeatPerFullPulse = .zero
    board.pulsesPerSecond = 100
    board.maximumRate = .hertz(1_000)
    return board
}

private func subject(_ perMille: Int32 = 500, _ method: ThresholdMethod = .relativeFrequency) -> SubjectContext {
    var subject = SubjectContext()
    subject.code = FixedText("s07".utf8) ?? FixedText()
    subject.resting = MotorThreshold(PerMille(perMille), method: method)
    subject.active = MotorThreshold(PerMille(perMille * 8 / 10), method: method)
    return subject
}

/// A train of `rate` Hz that lasts `milliseconds`, at `part` per mille of a threshold of 50 %.
private func train(_ rate: Int64, _ milliseconds: Int64, _ part: Int32) -> PulsePattern {
    .train(intensity: PerMille(part / 2), rate: .hertz(rate), pulses: UInt32(rate * milliseconds / 1000))
}

@Suite("guidelines") struct GuidelineTests {
    /// Rossi et al. 2009, table 4, written out once more: rate, then milliseconds at 90 ... 130 %; open where negative.
    static let table: [(Int64, [Int64])] = [
        (1, [-1_800_000, -1_800_000, -1_800_000, -360_000, -50_000]),
        (5, [-10_000, -10_000, -10_000, -10_000, -10_000]),
        (10, [-5_000, -5_000, -5_000, 4_200, 2_900]), (20, [2_050, 2_050, 1_600, 1_000, 550]),
        (25, [1_280, 1_280, 840, 400, 240]),
    ]

    @Test(
        "each cell of table 4: a train of its length is inside, a pulse more needs an override that says > or =",
        arguments: 0..<25)
    func cell(_ place: Int) throws {
        let (rate, lengths) = GuidelineTests.table[place / 5]
        let part = Int32(900 + 100 * (place % 5))
        let length = abs(lengths[place % 5])
        guard case .inside(let cell, let counted, _) = verdict(train(rate, length, part), subject()).finding else {
            Issue.record("not inside: \(verdict(train(rate, length, part), subject()))")
            return
        }
        #expect(cell.longest == .milliseconds(length) && cell.isOpen == (lengths[place % 5] < 0))
        #expect(cell.rate == .hertz(rate) && counted.raw == part)
        let longer = train(rate, length + 1000 / rate, part)
        let breach = try #require(verdict(longer, subject()).breaches)
        #expect(breach.count == 1 && breach.first.rule == .trainLength && breach.first.source == .rossi2009)
        #expect(breach.first.limit == length * 1000 && breach.first.isOpen == (lengths[place % 5] < 0))
        #expect(breach.first.actual > breach.first.limit)
    }

    @Test("between two rows or columns the stricter one counts; below 90 % the first column is no limit")
    func between() {
        #expect(Guideline.cell(interval: .milliseconds(80), part: PerMille(1001))?.longest == .milliseconds(1_600))
        #expect(Guideline.cell(interval: .milliseconds(40), part: PerMille(1201))?.longest == .milliseconds(240))
        #expect(Guideline.cell(interval: .milliseconds(50), part: PerMille(800))?.isOpen == true)
        #expect(Guideline.cell(interval: .milliseconds(50), part: PerMille(900))?.isOpen == false)
    }

    @Test(
        "above 130 % or 25 Hz inside a train: refused, whatever an operator says; single pulses and pairs are not trains"
    )
    func hardStops() {
        let strong = verdict(train(10, 500, 1302), subject()).refusal
        #expect(
            strong?.rule == .guideline && strong?.unit == .perMille && strong?.limit == 1300 && strong?.actual == 1302)
        let fast = verdict(train(26, 500, 900), subject()).refusal
        #expect(fast?.rule == .guideline && fast?.unit == .microseconds && fast?.limit == 40_000)
        #expect(verdict(.single(intensity: PerMille(700)), subject()).finding == .singlePulses)
        let pairs = PulsePattern.paired(
            intensity: PerMille(700), interval: .milliseconds(20), repeats: 10, every: .seconds(5))
        #expect(verdict(pairs, subject()).finding == .singlePulses)
        let close = PulsePattern.paired(
            intensity: PerMille(400), interval: .milliseconds(20), repeats: 10, every: .seconds(1))
        #expect(verdict(close, subject()).refusal?.rule == .guideline)
    }

    @Test("pauses between trains: 5 s are safe, less needs an override, 1 s above the threshold is refused") func gaps()
    {
        func trains(_ pause: Int64, _ part: Int32) -> PulsePattern {
            .train(
                intensity: PerMille(part / 2), rate: .hertz(20), pulses: 32, repeats: 10,
                every: .milliseconds(1550 + pause))
        }
        #expect(verdict(trains(5_000, 1_100), subject()).breaches == nil)
        #expect(verdict(trains(4_999, 1_100), subject()).breaches?.first.rule == .trainGap)
        #expect(verdict(trains(1_000, 1_000), subject()).breaches?.first.source == .chen1997)
        let refusal = verdict(trains(1_000, 1_002), subject()).refusal
        #expect(refusal?.rule == .guideline && refusal?.limit == 1_000_000 && refusal?.wouldAdmit == 5_000_000)
    }

    @Test("a train that is written as many short ones is still one train") func disguised() {
        // 20 Hz throughout: pairs every 100 ms.
        let pairs = PulsePattern(
            intensity: PerMille(550), PatternLevel(count: 2, interval: .milliseconds(50)),
            PatternLevel(count: 100, interval: .milliseconds(100)))
        #expect(verdict(pairs, subject()).breaches?.first.actual == 10_000_000)
        // Pairs a second long whose ends meet within 20 ms.
        let meeting = PulsePattern(
            intensity: PerMille(450), PatternLevel(count: 2, interval: .seconds(1)),
            PatternLevel(count: 100, interval: .milliseconds(1020)))
        #expect(verdict(meeting, subject()).refusal?.rule == .guideline)
        let slow = PulsePattern.train(
            intensity: PerMille(450), rate: .hertz(1), pulses: 1000, repeats: 2, every: .seconds(1002))
        #expect(verdict(slow, subject()).breaches?.first.actual == 2_002_000_000)
    }

    @Test("theta burst and quadripulse stand by their own names, up to what was published") func named() {
        let itbs = PulsePattern.thetaBurst(intensity: PerMille(320), bursts: 10, trains: 20)
        #expect(verdict(itbs, subject()).finding == .named(.thetaBurst, part: PerMille(800)))
        let doubled = PulsePattern.thetaBurst(intensity: PerMille(320), bursts: 10, trains: 40)
        #expect(verdict(doubled, subject()).breaches?.first.rule == .namedPulses)
        let stronger = PulsePattern.thetaBurst(intensity: PerMille(330), bursts: 200)
        let breach = verdict(stronger, subject()).breaches?.first
        #expect(breach?.rule == .namedIntensity && breach?.limit == 800 && breach?.actual == 825)
        #expect(breach?.source == .huang2005)
        for interval: Int64 in [5, 50] {
            let qps = PulsePattern.quadripulse(
                intensity: PerMille(100), interval: .milliseconds(interval), bursts: 360)
            #expect(verdict(qps, subject()).finding == .named(.quadripulse, part: PerMille(250)))
        }
        let other = PulsePattern(
            intensity: PerMille(300), PatternLevel(count: 5, interval: .milliseconds(20)),
            PatternLevel(count: 10, interval: .milliseconds(200)))
        #expect(verdict(other, subject()).refusal?.rule == .guideline)
    }

    @Test("a threshold seen by eye is 11.3 % too high: what it allows is less") func observation() {
        let pattern = train(20, 2_000, 1_000)
        #expect(verdict(pattern, subject()).breaches == nil)
        let seen = verdict(pattern, subject(500, .observation))
        #expect(seen.breaches?.first.cell?.part == PerMille(1200))
        #expect(verdict(train(10, 500, 1_180), subject(500, .observation)).refusal?.actual == 1314)
        #expect(MotorThreshold(PerMille(450), method: .observation).output(for: PerMille(1200)) == PerMille(540))
    }

    @Test(
        "without subject and threshold nothing is looked up; with a subject trains want the threshold, single pulses none"
    )
    func unknown() {
        #expect(verdict(train(20, 10_000, 1_300), SubjectContext()).finding == .notApplied)
        var unmeasured = subject()
        unmeasured.resting = nil
        unmeasured.active = nil
        #expect(verdict(train(10, 1_000, 900), unmeasured).refusal?.rule == .threshold)
        let itbs = PulsePattern.thetaBurst(intensity: PerMille(320), bursts: 10, trains: 20)
        #expect(verdict(itbs, unmeasured).refusal == Refusal(.threshold, detail: ThresholdKind.active.rawValue))
        #expect(verdict(.single(intensity: PerMille(500)), unmeasured).finding == .singlePulses)
    }

    @Test("the margin that Chen advises shows on limits, not on what is merely the longest tested") func margin() {
        func hasMargin(_ pattern: PulsePattern) -> Bool? {
            if case .inside(_, _, let hasMargin) = verdict(pattern, subject()).finding { hasMargin } else { nil }
        }
        #expect(hasMargin(train(20, 1_200, 1_100)) == true)
        #expect(hasMargin(train(20, 1_250, 1_100)) == false)
        #expect(hasMargin(train(10, 5_000, 1_100)) == true)
    }

    @Test("the same protocol again inside its cool-down needs an override; powered-on time counts") func cooldown()
        throws
    {
        let name = try #require(ProtocolName("itbs-600".utf8))
        let rule = Cooldown(name, time: .seconds(3600))
        let itbs = PulsePattern.thetaBurst(intensity: PerMille(320), bursts: 10, trains: 20)
        var subject = subject()
        subject.poweredOn = .seconds(10_000)
        #expect(verdict(itbs, subject, cooldown: rule).breaches == nil)
        subject.note(ProtocolUse(name, end: .seconds(9_000)))
        let breach = verdict(itbs, subject, cooldown: rule).breaches?.first
        #expect(breach?.rule == .cooldown && breach?.limit == 3_600_000_000 && breach?.actual == 1_000_000_000)
        subject.poweredOn = .seconds(12_600)
        #expect(verdict(itbs, subject, cooldown: rule).breaches == nil)
    }

    @Test("uses of seventeen protocols forget the one that ended first") func uses() throws {
        var subject = SubjectContext()
        func name(_ number: Int64) throws -> ProtocolName { try #require(ProtocolName("p\(number)".utf8)) }
        subject.poweredOn = .seconds(100)
        for number in 1...17 { subject.note(ProtocolUse(try name(Int64(number)), end: .seconds(Int64(number)))) }
        #expect(subject.sinceEnd(of: try name(1)) == nil)
        for number in 2...17 { #expect(subject.sinceEnd(of: try name(Int64(number))) == .seconds(Int64(100 - number))) }
        subject.note(ProtocolUse(try name(5), end: .seconds(50)))
        #expect(subject.sinceEnd(of: try name(5)) == .seconds(50))
        #expect(subject.sinceEnd(of: ProtocolName()) == nil)
    }

    @Test("the tighter of the day's and the session's dose is what is left, in pulses and in energy") func dose() {
        var subject = subject()
        subject.dayLimit = Dose(pulses: 3000, energy: .joules(1_000_000))
        subject.today = Dose(pulses: 2980, energy: .joules(10))
        subject.sessionLimit = Dose(pulses: 100, energy: .joules(1_000_000))
        let refusal = verdict(train(10, 2_100, 900), subject).refusal
        #expect(refusal?.rule == .dose && refusal?.limit == 20 && refusal?.actual == 21 && refusal?.wouldAdmit == 20)
        #expect(verdict(train(10, 2_000, 900), subject).refusal == nil)
        let each = strong.energy(at: strong.setPoint(for: PerMille(450)))
        subject.sessionLimit = Dose(pulses: 100, energy: each * 7)
        let less = verdict(train(10, 2_000, 900), subject).refusal
        #expect(less?.rule == .dose && less?.unit == .millijoules && less?.wouldAdmit == 7 && less?.pulseIndex == 7)
        subject.today.pulses = 4000
        #expect(verdict(.single(intensity: PerMille(100)), subject).refusal?.limit == 0)
    }
}
