/// How well each threshold explains the answers so far.
///
/// Model (Awiszus 2003): a pulse of intensity x is answered with the probability that a normal number of mean t (the threshold)
/// and spread 0.07 t is below x. The logarithm of the likelihood stands on a grid of 0.4 % of maximum output.
public struct ThresholdLikelihood: BitwiseCopyable, Hashable, Sendable {
    /// The spread of the response curve, as a part of the threshold (Awiszus 2003).
    public static var spread: Double { 0.07 }
    /// Half the 95 % quantile of chi squared with one degree of freedom: how far the logarithm falls at the ends of the interval.
    private static var intervalDrop: Double { 1.920729 }
    private static var steps: Int { 250 }
    /// From one place of the grid to the next, per mille: the standard error after 20 answers is three times that.
    private static var pitch: Double { 4 }

    private var logs = Fixed<250, Double>(repeating: 0)

    /// Before the first answer: a virtual response at the maximum, and a virtual silence at 0, which in this model is certain for
    /// every threshold and so changes nothing.
    public init() { add(true, at: PerMille(1000)) }

    /// The same, and what is known of the population: its thresholds are normal with this mean and deviation, per mille.
    public init(priorMean: Double, deviation: Double) {
        self.init()
        for index in 0..<ThresholdLikelihood.steps {
            let z = (ThresholdLikelihood.threshold(index) - priorMean) / deviation
            logs[index] -= 0.5 * z * z
        }
    }

    /// The threshold at a place of the grid, per mille.
    private static func threshold(_ index: Int) -> Double { pitch * Double(index + 1) }

    /// Takes one answer.
    /// - Parameter intensity: of the pulse, 0 ... 1000 per mille.
    public mutating func add(_ response: Bool, at intensity: PerMille) {
        for index in 0..<ThresholdLikelihood.steps {
            let threshold = ThresholdLikelihood.threshold(index)
            let z = (Double(intensity.raw) - threshold) / (ThresholdLikelihood.spread * threshold)
            logs[index] += NormalDistribution.logCumulative(response ? z : -z)
        }
    }

    /// The threshold that explains the answers best, per mille; the middle where several do equally well.
    public var best: Double {
        let most = highest
        var first = -1
        var last = -1
        for index in 0..<ThresholdLikelihood.steps where logs[index] >= most - 1e-9 {
            if first < 0 { first = index }
            last = index
        }
        if first != last || first == 0 || first == ThresholdLikelihood.steps - 1 {
            return 0.5 * (ThresholdLikelihood.threshold(first) + ThresholdLikelihood.threshold(last))
        }
        // Between the places of the grid: the vertex of the parabola through the three highest.
        let (below, above) = (logs[first - 1] - most, logs[first + 1] - most)
        let offset = 0.5 * (below - above) / (below + above)
        return ThresholdLikelihood.threshold(first) + ThresholdLikelihood.pitch * offset
    }

    /// The thresholds that the answers do not rule out: the likelihood ratio's 95 % interval, per mille.
    public var interval: (low: Double, high: Double) {
        let floor = highest - ThresholdLikelihood.intervalDrop
        var low = 0
        var high = ThresholdLikelihood.steps - 1
        while logs[low] < floor { low += 1 }
        while logs[high] < floor { high -= 1 }
        return (
            ThresholdLikelihood.threshold(low) - past(low, low - 1, floor),
            ThresholdLikelihood.threshold(high) + past(high, high + 1, floor)
        )
    }

    /// How far from a place that is inside towards its neighbour outside the logarithm meets `floor`.
    private func past(_ inside: Int, _ outside: Int, _ floor: Double) -> Double {
        guard outside >= 0, outside < ThresholdLikelihood.steps else { return 0 }
        return ThresholdLikelihood.pitch * (logs[inside] - floor) / (logs[inside] - logs[outside])
    }

    private var highest: Double {
        var most = logs[0]
        for index in 1..<ThresholdLikelihood.steps where logs[index] > most { most = logs[index] }
        return most
    }
}
