/// The nearest patterns that would be admitted instead of one that was not: each changes one thing, and each was judged.
public struct Proposals: BitwiseCopyable, Hashable, Sendable {
    /// The same pulses further apart: within the innermost level, or between the outermost items.
    public var slower: PulsePattern?
    /// Fewer pulses, the same otherwise.
    public var fewer: PulsePattern?
    /// The same pattern at a lower intensity.
    public var weaker: PulsePattern?

    public init() {}

    /// True where nothing near would be admitted.
    public var isEmpty: Bool { slower == nil && fewer == nil && weaker == nil }
}

extension Admission {
    /// The nearest patterns to a refused one that no rule refuses.
    ///
    /// Rates are looked for in steps of 0.1 Hz, pauses in steps of 0.1 s, intensities in per mille. Every limit gets tighter with rate,
    /// number and intensity, so bisection finds the nearest; what it finds has been judged, whatever that assumption is worth.
    public static func proposals(
        for pattern: PulsePattern, refused refusal: Refusal, in context: AdmissionContext
    ) -> Proposals {
        let search = ProposalSearch(pattern: pattern, context: context, wantsNoOverride: false)
        // What the safety side alone refuses has nothing near that it would not.
        if search.isAdmitted(pattern) { return Proposals() }
        switch refusal.rule {
        // Fewer pulses as close together would be as close together.
        case .rateForPower, .recharge, .interval: return search.only(slower: .innermost, weaker: true)
        case .pulsesPerSecond: return search.all(slowing: .innermost)
        case .energy, .temperatureForecast: return search.all(slowing: .outermost)
        case .guideline where refusal.unit == .perMille: return search.only(weaker: true)
        case .guideline: return search.only(slower: refusal.detail == 1 ? .outermost : .innermost)
        case .dose, .trainLength: return search.only(fewer: true)
        default: return Proposals()
        }
    }

    /// The nearest patterns to one that is outside a guideline which need no override.
    public static func proposals(
        for pattern: PulsePattern, outside breaches: GuidelineBreaches, in context: AdmissionContext
    ) -> Proposals {
        let search = ProposalSearch(pattern: pattern, context: context, wantsNoOverride: true)
        switch breaches.first.rule {
        case .trainLength:
            var proposals = Proposals()
            proposals.slower = search.slowerRow()
            proposals.fewer = search.fewer(innermostFirst: true)
            proposals.weaker = search.weaker()
            return proposals
        case .trainGap: return search.only(slower: .outermost)
        case .namedPulses: return search.only(fewer: true)
        case .namedIntensity: return search.only(weaker: true)
        case .cooldown: return Proposals()
        }
    }
}

/// Looks for patterns near one.
private struct ProposalSearch {
    enum Level { case innermost, outermost }

    let pattern: PulsePattern
    let context: AdmissionContext
    let wantsNoOverride: Bool

    func all(slowing level: Level) -> Proposals {
        var proposals = Proposals()
        proposals.slower = slower(level)
        proposals.fewer = fewer(innermostFirst: false)
        proposals.weaker = weaker()
        return proposals
    }

    func only(slower level: Level? = nil, fewer wantsFewer: Bool = false, weaker wantsWeaker: Bool = false) -> Proposals
    {
        var proposals = Proposals()
        if let level { proposals.slower = slower(level) }
        if wantsFewer { proposals.fewer = fewer(innermostFirst: false) }
        if wantsWeaker { proposals.weaker = weaker() }
        return proposals
    }

    func isAdmitted(_ candidate: PulsePattern) -> Bool {
        do throws(Refusal) {
            let verdict = try Admission.verdict(PulsePlan(candidate), in: context)
            if case .needsOverride = verdict { return !wantsNoOverride }
            return true
        } catch {
            return false
        }
    }

    /// The largest number in `range` whose candidate is admitted, when the smallest one is.
    private func largest(_ range: ClosedRange<Int64>, _ candidate: (Int64) -> PulsePattern) -> PulsePattern? {
        guard isAdmitted(candidate(range.lowerBound)) else { return nil }
        var admitted = range.lowerBound
        var beyond = range.upperBound + 1
        while beyond - admitted > 1 {
            let middle = admitted + (beyond - admitted) / 2
            if isAdmitted(candidate(middle)) { admitted = middle } else { beyond = middle }
        }
        return candidate(admitted)
    }

    // MARK: Weaker

    func weaker() -> PulsePattern? {
        let least = Int64(Admission.leastIntensity(board: context.board).raw)
        guard least < Int64(pattern.intensity.raw) else { return nil }
        return largest(least...Int64(pattern.intensity.raw) - 1) { at(PerMille(Int32($0))) }
    }

    private func at(_ intensity: PerMille) -> PulsePattern {
        var weaker = pattern
        weaker.intensity = intensity
        weaker.rampFrom = min(weaker.rampFrom, intensity)
        return weaker
    }

    // MARK: Fewer

    /// Fewer of the outermost items, and where one alone is too many fewer of the next level's; or the innermost level's first.
    func fewer(innermostFirst: Bool) -> PulsePattern? {
        var shorter = pattern
        for step in 0..<4 {
            let level = innermostFirst ? step : 3 - step
            let count = Int64(shorter.levels[level].count)
            guard count > 1 else { continue }
            let found = largest(1...count - 1) { count in
                var candidate = shorter
                candidate.levels[level].count = UInt32(count)
                return candidate
            }
            if let found { return found }
            shorter.levels[level] = .once
        }
        return nil
    }

    // MARK: Slower

    func slower(_ level: Level) -> PulsePattern? {
        guard let inner = pattern.innermostLevel, let outer = pattern.outermostLevel else { return nil }
        return level == .innermost || inner == outer ? slowerRate(inner) : longerPause(outer)
    }

    /// The innermost rate, in tenths of a hertz, with the pauses as they are.
    private func slowerRate(_ level: Int) -> PulsePattern? {
        let interval = max(1, pattern.levels[level].interval.raw)
        let tenths = (10_000_000_000 - 1) / interval
        guard tenths >= 1 else { return nil }
        return largest(1...tenths) { slowed(level, to: Millihertz($0 * 100).interval) }
    }

    /// The rows of the guideline's table: between two of them a slower train is only longer.
    func slowerRow() -> PulsePattern? {
        guard let level = pattern.innermostLevel else { return nil }
        for step in 1...Guideline.rowCount {
            let row = Guideline.rowCount - step
            let interval = Guideline.rate(ofRow: row).interval
            if interval <= pattern.levels[level].interval { continue }
            let candidate = slowed(level, to: interval)
            if isAdmitted(candidate) { return candidate }
        }
        return nil
    }

    /// The outermost interval, in tenths of a second.
    private func longerPause(_ level: Int) -> PulsePattern? {
        let tenth: Int64 = 100_000_000
        let first = pattern.levels[level].interval.raw / tenth + 1
        let last = Ceiling.longestInterval.raw / tenth
        guard first <= last else { return nil }
        // Counted from the longest: the largest that is admitted is the shortest pause.
        return largest(0...last - first) { slowed(level, to: Nanoseconds((last - $0) * tenth)) }
    }

    /// One level's interval changed; the pauses of the levels around it stay as long as they are.
    private func slowed(_ level: Int, to interval: Nanoseconds) -> PulsePattern {
        var slower = pattern
        slower.levels[level].interval = interval
        var span = Nanoseconds.zero
        var before = Nanoseconds.zero
        for index in 0..<4 {
            let old = pattern.levels[index]
            if old.count <= 1 { continue }
            if index > level { slower.levels[index].interval = span + (old.interval - before) }
            span += slower.levels[index].interval * Int64(old.count - 1)
            before += old.interval * Int64(old.count - 1)
        }
        return slower
    }
}

extension PulsePattern {
    /// The first and the last level that repeat anything; nil for a single pulse.
    var innermostLevel: Int? {
        var level = 0
        while level < 4, levels[level].count <= 1 { level += 1 }
        return level < 4 ? level : nil
    }

    var outermostLevel: Int? {
        var level = 3
        while level >= 0, levels[level].count <= 1 { level -= 1 }
        return level >= 0 ? level : nil
    }
}
