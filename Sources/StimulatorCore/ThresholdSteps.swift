/// The relative frequency method: up in steps of 5 % of maximum output until the muscle answers three times in a row, then down in
/// steps of 1 %, at each up to 20 pulses, to the first that gives fewer than 10 responses. The threshold is the one above.
///
/// The rule is IFCN's (Groppa et al. 2012). (k): "until it answers consistently" is three in a row here, and a step ends as soon as
/// its outcome is certain, as in Wang, Peterchev and Goetz 2023.
struct RelativeFrequency: BitwiseCopyable, Hashable, Sendable {
    private static var upStep: Int32 { 50 }
    private static var downStep: Int32 { 10 }
    private static var inARow: Int { 3 }
    private static var enough: Int { 10 }
    private static var trials: Int { 20 }

    /// The intensity of the next pulse; nil when the method has ended.
    private(set) var proposal: PerMille?
    /// The lowest intensity that gave enough responses.
    private(set) var lowest: PerMille?
    private let least: PerMille
    private var descends = false
    private var responses = 0
    private var silences = 0

    init(from start: PerMille, least: PerMille) {
        proposal = start
        self.least = least
    }

    mutating func answer(_ response: Bool) {
        guard let intensity = proposal else { return }
        if response { responses += 1 } else { silences += 1 }
        if descends { descend(from: intensity) } else { climb(from: intensity, response) }
    }

    private mutating func climb(from intensity: PerMille, _ response: Bool) {
        if response {
            // What was answered on the way up counts for the first step down too.
            descends = responses == RelativeFrequency.inARow
        } else if intensity.raw == 1000 {
            proposal = nil
        } else {
            next(PerMille(min(1000, intensity.raw + RelativeFrequency.upStep)))
        }
    }

    private mutating func descend(from intensity: PerMille) {
        if responses == RelativeFrequency.enough {
            lowest = intensity
            let below = PerMille(intensity.raw - RelativeFrequency.downStep)
            if below < least { proposal = nil } else { next(below) }
        } else if silences > RelativeFrequency.trials - RelativeFrequency.enough {
            if lowest != nil || intensity.raw == 1000 { return proposal = nil }
            // Three in a row were luck: further up.
            descends = false
            next(PerMille(min(1000, intensity.raw + RelativeFrequency.upStep)))
        }
    }

    private mutating func next(_ intensity: PerMille) {
        proposal = intensity
        responses = 0
        silences = 0
    }
}

/// Stochastic approximation of Robbins and Monro, digital, with adaptive harmonic steps (DCS-HA of Wang, Peterchev and Goetz 2023):
/// down by a step after a response, up after none; the first step is 4.2 % of maximum output, and after m changes of the answer
/// the step is 1/(m + 1) of it.
struct StochasticApproximation: BitwiseCopyable, Hashable, Sendable {
    private static var firstStep: Double { 42 }
    /// The method ends when the step is this part of the first: with 12 changes of the answer, after about 25 pulses.
    private static var changesToEnd: Int { 12 }

    /// The intensity of the next pulse, per mille, not rounded.
    private(set) var position: Double
    private var changes = 0
    private var last: Bool?

    init(from start: PerMille) { position = Double(start.raw) }

    var isFinished: Bool { changes >= StochasticApproximation.changesToEnd }

    mutating func answer(_ response: Bool, least: PerMille) {
        if let last, last != response { changes += 1 }
        last = response
        let step = StochasticApproximation.firstStep / Double(changes + 1)
        position = max(Double(least.raw), min(1000, position + (response ? -step : step)))
    }
}
