/// How a motor threshold was, or is to be, found. Raw values are part of the journal.
public enum ThresholdMethod: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The operator says the number, found by watching the muscle: overestimates (see `overestimate`).
    case observation = 0
    /// The operator says the number, found with electrodes on the muscle.
    case emg = 1
    /// Relative frequency: the lowest intensity that gives 10 responses of 20 (IFCN: Groppa et al. 2012).
    case relativeFrequency = 2
    /// Maximum likelihood over a normal response curve ("PEST": Awiszus 2003).
    case maximumLikelihood = 3
    /// Maximum a posteriori: the same with what is known of the population beforehand (Wang, Peterchev and Goetz 2023).
    case maximumAPosteriori = 4
    /// Stochastic approximation (Robbins and Monro), steps that shrink at every change of the answer (ibid., DCS-HA).
    case stochasticApproximation = 5

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 6 }

    /// The word for it on the console and in tables.
    public var name: StaticString {
        switch self {
        case .observation: "observation"
        case .emg: "emg"
        case .relativeFrequency: "ifcn"
        case .maximumLikelihood: "pest"
        case .maximumAPosteriori: "map"
        case .stochasticApproximation: "stochastic"
        }
    }

    /// By how much the threshold found is above the true one on average, per mille: a threshold seen by eye is 11.3 % above the one
    /// that an electromyogram gives (Westin et al. 2014, PMC3954153). Zero for methods that use one.
    public var overestimate: PerMille { self == .observation ? PerMille(113) : .zero }

    /// True for the methods that propose intensities; the others are said by the operator.
    public var isProcedure: Bool { rawValue >= ThresholdMethod.relativeFrequency.rawValue }
}
