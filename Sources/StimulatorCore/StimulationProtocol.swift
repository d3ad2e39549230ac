/// What a protocol's intensity is a part of.
public enum IntensityBasis: UInt8, BitwiseCopyable, Hashable, Sendable {
    case maximum = 0
    case resting = 1
    case active = 2

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 3 }

    public var name: StaticString {
        switch self {
        case .maximum: "maximum"
        case .resting: "resting"
        case .active: "active"
        }
    }

    /// What comes behind a percentage.
    public var symbol: StaticString {
        switch self {
        case .maximum: "of maximum output"
        case .resting: ThresholdKind.resting.symbol
        case .active: ThresholdKind.active.symbol
        }
    }

    /// The threshold; nil for the maximum output.
    public var threshold: ThresholdKind? {
        switch self {
        case .maximum: nil
        case .resting: .resting
        case .active: .active
        }
    }
}

/// How good the evidence is that a protocol does what it is given for.
public enum EvidenceLevel: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// It measures, and treats nothing.
    case measurement = 0
    /// Definite efficacy, by the levels of the guidelines on therapeutic use.
    case definite = 1
    /// Rated probably ineffective by them.
    case probablyIneffective = 2
    /// A cohort that improved, without a control.
    case cohort = 3
    /// An after-effect in healthy people.
    case afterEffect = 4

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    public var name: StaticString {
        switch self {
        case .measurement: "measurement"
        case .definite: "level-a"
        case .probablyIneffective: "probably-ineffective"
        case .cohort: "cohort"
        case .afterEffect: "after-effect"
        }
    }
}

/// A part of a protocol that nobody here has read in a source: field knowledge.
public enum Unconfirmed: UInt8, BitwiseCopyable, Hashable, Sendable {
    case pattern = 0
    case intensity = 1
    case evidence = 2
    case cooldown = 3

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 4 }

    public var name: StaticString {
        switch self {
        case .pattern: "pattern"
        case .intensity: "intensity"
        case .evidence: "evidence"
        case .cooldown: "cooldown"
        }
    }

    /// The bit in `StimulationProtocol.unconfirmed`.
    public var bit: UInt8 { 1 << rawValue }
}

/// One entry of the protocol library, as data: pattern, intensity rule, evidence, citation, cool-down.
public struct StimulationProtocol: BitwiseCopyable, Hashable, Sendable {
    public var name = ProtocolName()
    /// One line for the list.
    public var summary = FixedText<96>()
    /// Its intensity means nothing: the rule below gives it.
    public var pattern = PulsePattern.single(intensity: PerMille(1000))
    public var basis = IntensityBasis.maximum
    /// Parts of the basis, per mille: the range that the protocol has, and what `load` sets.
    public var least = PerMille(1)
    public var usual = PerMille(1)
    public var most = PerMille(1)
    /// Parts of the basis that are given one after the other; `stepCount` 0 for a plain pattern.
    public var parts = Fixed<8, PerMille>(repeating: .zero)
    public var stepCount: UInt8 = 0
    public var rounds: UInt16 = 0
    public var isShuffled = false
    public var waitLeast = Nanoseconds.zero
    public var waitMost = Nanoseconds.zero
    /// Powered-on time before it should be given again.
    public var cooldown = Nanoseconds.zero
    public var evidence = EvidenceLevel.measurement
    /// Bits of `Unconfirmed`.
    public var unconfirmed: UInt8 = 0
    public var evidenceText = FixedText<160>()
    public var citation = FixedText<160>()

    public init() {}

    /// True for a part that is field knowledge.
    public func isUnconfirmed(_ part: Unconfirmed) -> Bool { unconfirmed & part.bit != 0 }

    /// True for a sequence of steps.
    public var hasSteps: Bool { stepCount > 0 }

    /// All pulses.
    public var pulseCount: UInt32 {
        UInt32(clamping: UInt64(pattern.pulseCount) * UInt64(max(1, stepCount)) * UInt64(max(1, rounds)))
    }

    /// The steps at the outputs that `threshold` makes of the parts; nil for a plain pattern.
    public func steps(threshold: MotorThreshold, seed: UInt64) -> PulseSteps? {
        guard hasSteps else { return nil }
        var steps = PulseSteps()
        for index in 0..<Int(stepCount) { steps.intensities[index] = threshold.output(for: parts[index]) }
        steps.count = UInt32(stepCount)
        steps.rounds = UInt32(rounds)
        steps.isShuffled = isShuffled
        steps.waitLeast = waitLeast
        steps.waitMost = waitMost
        steps.seed = seed
        return steps
    }

    /// True when a pattern is timed as this protocol is: it then counts as it, whoever typed it.
    public func hasTiming(of other: PulsePattern) -> Bool { !hasSteps && pattern.levels == other.levels }
}
