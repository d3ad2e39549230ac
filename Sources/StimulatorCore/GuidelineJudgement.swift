/// What a guideline says of a pattern that no hard stop forbids.
public enum GuidelineFinding: BitwiseCopyable, Hashable, Sendable {
    /// No motor threshold is known, so nothing could be looked up: bench use, and the physical limits alone decide.
    case notApplied
    /// Single pulses, or pairs of them: no table limits them.
    case singlePulses
    /// Trains within a cell of the table; `hasMargin` is true below Chen's 75 % of a limit.
    case inside(GuidelineCell, part: PerMille, hasMargin: Bool)
    /// A pattern that has a name and a publication of its own instead of a cell.
    case named(NamedPattern, part: PerMille)
    /// Outside, as the breaches say.
    case outside(part: PerMille)
}

/// Patterns that table 4 does not know, each with its own publication.
public enum NamedPattern: UInt8, BitwiseCopyable, Hashable, Sendable {
    case thetaBurst = 0
    case quadripulse = 1

    public var name: StaticString { self == .thetaBurst ? "theta burst" : "quadripulse" }

    /// Who published it.
    public var source: GuidelineSource { self == .thetaBurst ? .huang2005 : .hamada2008 }
}

/// What of a guideline a pattern breaks.
public enum GuidelineRule: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// A train longer than its cell.
    case trainLength = 0
    /// Trains closer than was tested.
    case trainGap = 1
    /// A named pattern with more pulses than its publication.
    case namedPulses = 2
    /// A named pattern stronger than in its publication.
    case namedIntensity = 3
    /// The same protocol again inside its cool-down.
    case cooldown = 4

    /// How many rules there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    public var name: StaticString {
        switch self {
        case .trainLength: "trainLength"
        case .trainGap: "trainGap"
        case .namedPulses: "namedPulses"
        case .namedIntensity: "namedIntensity"
        case .cooldown: "cooldown"
        }
    }
}

/// One guideline that a pattern is outside of: an operator may override it, with a reason, on record.
public struct GuidelineBreach: BitwiseCopyable, Hashable, Sendable {
    public var rule: GuidelineRule
    public var source: GuidelineSource
    /// The unit of both values.
    public var unit: ValueUnit
    public var limit: Int64
    public var actual: Int64
    /// The limit is the longest that was tested, without ill effect, and what lies beyond is not known.
    public var isOpen = false
    /// The cell, where the rule is one of the table's.
    public var cell: GuidelineCell?
}

/// The guidelines that a pattern is outside of; at least one.
public struct GuidelineBreaches: BitwiseCopyable, Hashable, Sendable {
    private var breaches: Fixed<4, GuidelineBreach>
    public private(set) var count = 1

    init(_ first: GuidelineBreach) { breaches = Fixed(repeating: first) }

    /// Breach `index`, 0 ..< count.
    public subscript(index: Int) -> GuidelineBreach {
        precondition(index >= 0 && index < count)
        return breaches[index]
    }

    /// The one that is told first.
    public var first: GuidelineBreach { breaches[0] }

    mutating func add(_ breach: GuidelineBreach) {
        precondition(count < 4)
        breaches[count] = breach
        count += 1
    }
}

/// Collects what a pattern breaks.
struct BreachList {
    private(set) var breaches: GuidelineBreaches?

    mutating func add(_ breach: GuidelineBreach) {
        if breaches == nil { breaches = GuidelineBreaches(breach) } else { breaches?.add(breach) }
    }
}

/// The trains of a pattern, as guidelines count them.
struct TrainShape {
    /// The shortest interval between two pulses.
    private(set) var fastest = Nanoseconds(.max)
    /// Of the longest train: n pulses at f Hz last n / f.
    private(set) var length = Nanoseconds.zero
    /// From the last pulse of a train to the first of the next; nil for one train.
    private(set) var gap: Nanoseconds?

    /// Pulses up to half as far apart again as the closest ones are still one train; what is slow is one train throughout.
    init(_ plan: PulsePlan) {
        var levels = Fixed<5, PatternLevel>(repeating: .once)
        for index in 0..<4 { levels[index] = plan.pattern.levels[index] }
        // Steps are one level more.
        levels[4] = PatternLevel(count: plan.stepCount, interval: plan.leastSpacing)
        var span = Nanoseconds.zero
        var spacings = Fixed<5, Nanoseconds>(repeating: .zero)
        for index in 0..<5 where levels[index].count > 1 {
            spacings[index] = levels[index].interval - span
            fastest = min(fastest, spacings[index])
            span += levels[index].interval * Int64(levels[index].count - 1)
        }
        var train = Nanoseconds.zero
        for index in 0..<5 where levels[index].count > 1 {
            let isBreak = spacings[index] > fastest + fastest / 2 && fastest < Guideline.slowInterval
            if isBreak {
                gap = min(gap ?? spacings[index], spacings[index])
            } else if gap == nil {
                train += levels[index].interval * Int64(levels[index].count - 1)
            } else {
                // The end of one item and the beginning of the next run into each other.
                train = train * 2 + spacings[index]
            }
        }
        length = fastest == Nanoseconds(.max) ? .zero : train + fastest
    }
}
