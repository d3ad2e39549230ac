/// What a procedure has found so far.
public struct ThresholdEstimate: BitwiseCopyable, Hashable, Sendable {
    /// The motor threshold.
    public var threshold: PerMille
    /// The ends of the 95 % confidence interval.
    public var low: PerMille
    public var high: PerMille
    /// How many answers it rests on.
    public var pulses: UInt16

    @inlinable public init(threshold: PerMille, low: PerMille, high: PerMille, pulses: UInt16) {
        self.threshold = threshold
        self.low = low
        self.high = high
        self.pulses = pulses
    }
}

/// Finds a motor threshold by proposing the intensity of one pulse after the other.
///
///     proposal ──▶ a pulse is given ──▶ answer(response) ──▶ proposal ... nil ──▶ estimate
///
/// A value: it gives no pulse and reads no clock. Every method keeps the likelihood of its answers too, for the interval; for the
/// relative frequency and the stochastic approximation, which have no model, the interval is the one that Awiszus's gives.
public struct ThresholdProcedure: BitwiseCopyable, Hashable, Sendable {
    /// What the population's thresholds are (MAP): mean and deviation, per mille of maximum output (Wang, Peterchev and Goetz 2023).
    public static var priorMean: Double { 658 }
    public static var priorDeviation: Double { 90 }
    /// Where a procedure begins that is told nothing else: below most people's threshold. (k) Groppa et al. 2012 begin at 35 %.
    public static var firstIntensity: PerMille { PerMille(350) }
    /// The likelihood methods end when the interval is at most this part of the threshold to either side: with the model's spread that
    /// is what 17 to 18 pulses at the threshold give, the number published for this method (Awiszus 2003, Shirota et al. 2025).
    public static var precision: Double { 0.042 }
    /// A procedure that has not ended after so many answers does not fit the subject. The relative frequency takes about a hundred.
    public static var mostPulses: UInt16 { 400 }

    public let method: ThresholdMethod
    /// How many answers it has.
    public private(set) var pulses: UInt16 = 0
    private let least: PerMille
    private var likelihood: ThresholdLikelihood
    private var frequency: RelativeFrequency
    private var approximation: StochasticApproximation
    private var isEnded = false

    /// A procedure that has proposed nothing yet.
    /// - Parameters:
    ///   - method: one that `isProcedure`; any other is a programmer's error.
    ///   - start: the first intensity; nil for the method's own.
    ///   - least: the lowest that the board gives.
    public init(_ method: ThresholdMethod, from start: PerMille? = nil, least: PerMille) {
        precondition(method.isProcedure, "the operator says this threshold")
        self.method = method
        self.least = max(PerMille(1), least)
        let isPosterior = method == .maximumAPosteriori
        likelihood =
            isPosterior
            ? ThresholdLikelihood(
                priorMean: ThresholdProcedure.priorMean, deviation: ThresholdProcedure.priorDeviation)
            : ThresholdLikelihood()
        let first = max(self.least, min(PerMille(1000), start ?? ThresholdProcedure.firstIntensity))
        frequency = RelativeFrequency(from: first, least: self.least)
        approximation = StochasticApproximation(from: first)
        givenStart = start == nil ? nil : first
    }

    /// The first intensity, where the caller chose one.
    private let givenStart: PerMille?

    /// The intensity of the next pulse; nil when the procedure has ended.
    public var proposal: PerMille? {
        if isFinished { return nil }
        switch method {
        case .relativeFrequency: return frequency.proposal
        case .stochasticApproximation: return ThresholdProcedure.nearest(approximation.position, least: least)
        default:
            if pulses == 0, let givenStart { return givenStart }
            return ThresholdProcedure.nearest(likelihood.best, least: least)
        }
    }

    /// Takes the answer to a pulse.
    /// - Parameter intensity: of the pulse as it was given. The relative frequency counts only pulses of the proposed intensity; for
    ///   the interval every one counts.
    public mutating func answer(_ response: Bool, at intensity: PerMille) {
        if isFinished { return }
        pulses += 1
        likelihood.add(response, at: max(.zero, min(PerMille(1000), intensity)))
        switch method {
        case .relativeFrequency: if intensity == frequency.proposal { frequency.answer(response) }
        case .stochasticApproximation: approximation.answer(response, least: least)
        default: isEnded = isPrecise
        }
    }

    /// True when no more pulses are wanted.
    public var isFinished: Bool {
        if pulses >= ThresholdProcedure.mostPulses { return true }
        switch method {
        case .relativeFrequency: return frequency.proposal == nil
        case .stochasticApproximation: return approximation.isFinished
        default: return isEnded
        }
    }

    /// What the procedure has found; nil before it has ended, and when it ended without a threshold: the muscle never answered often
    /// enough, or the answers fit none.
    public var estimate: ThresholdEstimate? {
        guard isFinished, let found = threshold else { return nil }
        let (low, high) = likelihood.interval
        return ThresholdEstimate(
            threshold: found, low: min(found, ThresholdProcedure.nearest(low, least: PerMille(1))),
            high: max(found, ThresholdProcedure.nearest(high, least: PerMille(1))), pulses: pulses)
    }

    private var threshold: PerMille? {
        if pulses >= ThresholdProcedure.mostPulses { return nil }
        switch method {
        case .relativeFrequency: return frequency.lowest
        case .stochasticApproximation: return ThresholdProcedure.nearest(approximation.position, least: least)
        default: return ThresholdProcedure.nearest(likelihood.best, least: least)
        }
    }

    private var isPrecise: Bool {
        let best = likelihood.best
        let (low, high) = likelihood.interval
        return max(high - best, best - low) <= ThresholdProcedure.precision * best
    }

    private static func nearest(_ perMille: Double, least: PerMille) -> PerMille {
        max(least, min(PerMille(1000), PerMille(Int32(perMille + 0.5))))
    }
}
