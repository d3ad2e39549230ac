extension Admission {
    /// What the guidelines say of a pattern for a subject.
    /// - Returns: the finding; breaches are added to `breaches`.
    /// - Throws: `guideline` for what nothing overrides, `threshold` where a subject's threshold is wanted and not known.
    static func judge(
        _ plan: PulsePlan, for subject: SubjectContext, _ breaches: inout BreachList
    ) throws(Refusal) -> GuidelineFinding {
        if let named = plan.pattern.named { return try judge(plan, as: named, for: subject, &breaches) }
        let shape = TrainShape(plan)
        let isApart = plan.steps.map { $0.waitLeast >= Guideline.singlePulseInterval } ?? true
        if shape.fastest >= Guideline.singlePulseInterval || (plan.pattern.isPairs && isApart) { return .singlePulses }
        guard let part = try part(of: plan.strongest, .resting, for: subject) else { return .notApplied }
        guard shape.fastest >= Guideline.shortestInterval else {
            throw Refusal(
                .guideline, unit: .microseconds, limit: micro(Guideline.shortestInterval), actual: micro(shape.fastest),
                wouldAdmit: micro(Guideline.shortestInterval))
        }
        guard let cell = Guideline.cell(interval: shape.fastest, part: part) else {
            let most = Int64(Guideline.highestPart.raw)
            throw Refusal(.guideline, unit: .perMille, limit: most, actual: Int64(part.raw), wouldAdmit: most)
        }
        let before = breaches.breaches
        if shape.length > cell.longest {
            breaches.add(
                GuidelineBreach(
                    rule: .trainLength, source: .rossi2009, unit: .microseconds, limit: micro(cell.longest),
                    actual: micro(shape.length), isOpen: cell.isOpen, cell: cell))
        }
        if let gap = shape.gap { try judge(gap: gap, part, &breaches) }
        if breaches.breaches != before { return .outside(part: part) }
        let advised = cell.longest.raw / 1000 * Int64(Guideline.advisedPart.raw)
        return .inside(cell, part: part, hasMargin: cell.isOpen || shape.length.raw <= advised)
    }

    private static func judge(gap: Nanoseconds, _ part: PerMille, _ breaches: inout BreachList) throws(Refusal) {
        if gap >= Guideline.safeGap { return }
        let limit = micro(Guideline.safeGap)
        guard gap > Guideline.unsafeGap || part <= Guideline.unsafeGapPart else {
            throw Refusal(
                .guideline, unit: .microseconds, limit: micro(Guideline.unsafeGap), actual: micro(gap),
                wouldAdmit: limit,
                detail: 1)
        }
        breaches.add(
            GuidelineBreach(
                rule: .trainGap, source: .chen1997, unit: .microseconds, limit: limit, actual: micro(gap), isOpen: true)
        )
    }

    private static func judge(
        _ plan: PulsePlan, as named: NamedPattern, for subject: SubjectContext, _ breaches: inout BreachList
    ) throws(Refusal) -> GuidelineFinding {
        guard let part = try part(of: plan.strongest, .active, for: subject) else { return .notApplied }
        let isTheta = named == .thetaBurst
        let pulses = isTheta ? Guideline.thetaPulses : Guideline.quadripulsePulses
        let most = isTheta ? Guideline.thetaPart : Guideline.quadripulsePart
        let before = breaches.breaches
        if plan.pulseCount > pulses {
            breaches.add(
                GuidelineBreach(
                    rule: .namedPulses, source: named.source, unit: .pulses, limit: Int64(pulses),
                    actual: Int64(plan.pulseCount), isOpen: true))
        }
        if part > most {
            breaches.add(
                GuidelineBreach(
                    rule: .namedIntensity, source: named.source, unit: .perMille, limit: Int64(most.raw),
                    actual: Int64(part.raw), isOpen: true))
        }
        return breaches.breaches == before ? .named(named, part: part) : .outside(part: part)
    }

    /// An intensity as part of a threshold; nil without subject and threshold.
    private static func part(
        of intensity: PerMille, _ kind: ThresholdKind, for subject: SubjectContext
    ) throws(Refusal) -> PerMille? {
        if let threshold = subject.threshold(kind) { return threshold.part(of: intensity) }
        if subject.hasSubject { throw Refusal(.threshold, detail: kind.rawValue) }
        return nil
    }
}

extension PulsePattern {
    /// The publication that this pattern's timing has of its own; nil for all that tables of trains are about.
    var named: NamedPattern? {
        let (burst, second, third) = (levels[0], levels[1], levels[2])
        guard levels[3].count == 1 else { return nil }
        if burst == PatternLevel(count: 3, interval: .milliseconds(20)), second.count > 1,
            second.interval == .milliseconds(200)
        {
            // Continuous, or ten bursts and a pause.
            return third.count == 1 || (second.count <= 10 && third.interval >= .seconds(10)) ? .thetaBurst : nil
        }
        let isQuadripulse =
            burst.count == 4 && burst.interval <= .milliseconds(1250) && third.count == 1
            && (second.count == 1 || second.interval >= .seconds(5))
        return isQuadripulse && (burst.interval < Guideline.shortestInterval || second.count > 1) ? .quadripulse : nil
    }

    /// Two pulses, and pairs as far apart as single pulses: paired-pulse measurements.
    var isPairs: Bool {
        let second = levels[1]
        let isApart = second.count == 1 || second.interval - levels[0].interval >= Guideline.singlePulseInterval
        return levels[0].count == 2 && isApart && levels[2].count == 1 && levels[3].count == 1
    }
}
