import StimulatorCore

/// A muscle that answers pulses as a person's would: the statistical model of motor evoked potentials of Goetz, Alavi, Deng and
/// Peterchev (IEEE TNSRE 27(8):1539, 2019).
///
///     V = noise + 10^(-7 + y + p2 / (1 + p3 / (x - p5 + e)^p4))      volts, peak to peak, at x per cent of maximum output
///
/// `e` is normal (how excitable the cortex is just now), `y` is normal (nerve and muscle), the noise of the recording follows a
/// generalised extreme value distribution. A subject is drawn from the population: p1, p2 normal, p3 to p5 and the deviations of e
/// and y log-normal, with the paper's means and covariances.
///
/// The numbers are those of the program that its authors published with it. (k) A later revision of that program takes the
/// variances of the two deviations' logarithms for deviations; this is the first reading.
public struct VirtualSubject: BitwiseCopyable, Hashable, Sendable {
    /// A response is a potential of 50 microvolts or more: the definition of the resting motor threshold (Groppa et al. 2012).
    public static var criterion: Double { 50e-6 }

    private var noiseFloor = 0.0
    private var height = 0.0
    private var half = 0.0
    private var steepness = 0.0
    private var shift = 0.0
    private var pathwayDeviation = 0.0
    private var excitabilityDeviation = 0.0
    private var noiseScale = 0.0
    private var noiseShape = 0.0
    private var dice: Dice

    /// A subject of the population. Drawn again until it is one as the paper and Wang, Peterchev and Goetz 2023 have them: a curve from
    /// silence to saturation between 20 % and 120 %, and a threshold of 30 % to 100 %.
    public init(seed: UInt64) {
        dice = Dice(seed: seed ^ 0x5B_1EC7_0F_7A5C5)
        repeat { draw() } while !isPlausible
    }

    /// The intensity at which the potential without noise is 50 microvolts, per mille of maximum output.
    public var threshold: Double { intensity(of: VirtualSubject.criterion) }

    /// The intensity at which the potential without noise is 500 microvolts, per mille: what a search for the coil's place ends with.
    public var hotSpotIntensity: Double { intensity(of: 500e-6) }

    /// The potential that a pulse evokes, volts from peak to peak; two pulses of the same intensity differ.
    /// - Parameter intensity: per mille of maximum output, as it was given.
    public mutating func potential(at intensity: Double) -> Double {
        let excitability = excitabilityDeviation * dice.normal()
        let pathway = pathwayDeviation * dice.normal()
        let evoked = pathway + recruited(0.1 * intensity - shift + excitability)
        return max(1e-8, noise() + 1e-7 * power(10, evoked))
    }

    // MARK: The model

    /// The exponent's sigmoid: decades above 100 nV.
    private func recruited(_ excess: Double) -> Double {
        excess <= 0 ? 0 : height / (1 + half / power(excess, steepness))
    }

    private func intensity(of potential: Double) -> Double {
        let decades = decimalLog((potential - noiseFloor) * 1e7)
        return 10 * (shift + power(half / (height / decades - 1), 1 / steepness))
    }

    /// A number of the generalised extreme value distribution, by its inverse.
    private mutating func noise() -> Double {
        let draw = -ExactMath.log(dice.uniform(1e-15, 1))
        return noiseFloor + noiseScale * (power(max(1e-15, draw), -noiseShape) - 1) / noiseShape
    }

    // MARK: The population

    private mutating func draw() {
        noiseFloor = power(10, -5.081764824125 + ExactMath.squareRoot(0.003570541967) * dice.normal())
        height = 4.532264929 + ExactMath.squareRoot(0.126168431583) * dice.normal()
        drawCurve()
        pathwayDeviation = power(10, -0.96453346025 + ExactMath.squareRoot(0.022758778017) * dice.normal())
        excitabilityDeviation = power(10, 0.688273244 + ExactMath.squareRoot(0.023671071119) * dice.normal())
        noiseScale = 1.55e-6 * power(1.5, dice.normal())
        noiseShape = 0.14 * power(2, dice.normal())
    }

    /// Half, steepness and shift depend on each other: the lower triangle of their covariance's Cholesky decomposition.
    private mutating func drawCurve() {
        let (c33, c43, c53) = (7.202738820058, 0.569742608764, -0.197461987887)
        let (c44, c54, c55) = (0.047425817251, -0.015113039713, 0.007107112788)
        let l33 = ExactMath.squareRoot(c33)
        let (l43, l53) = (c43 / l33, c53 / l33)
        let l44 = ExactMath.squareRoot(c44 - l43 * l43)
        let l54 = (c54 - l53 * l43) / l44
        let l55 = ExactMath.squareRoot(c55 - l53 * l53 - l54 * l54)
        let (first, second, third) = (dice.normal(), dice.normal(), dice.normal())
        half = power(10, 3.646550162125 + l33 * first)
        steepness = power(10, 0.4263900355 + l43 * first + l44 * second)
        shift = power(10, 1.66648713475 + l53 * first + l54 * second + l55 * third)
    }

    /// The paper's own check: 300 pulses from 20 % to 120 %.
    private var isPlausible: Bool {
        mutating get {
            var (isSilent, isStrong) = (false, false)
            for step in 0..<300 {
                let potential = potential(at: 200 + 1000 * Double(step) / 299)
                if potential <= 1e-7 || potential >= 30e-3 { return false }
                if potential < 30e-6 { isSilent = true }
                if potential > 1e-3 { isStrong = true }
            }
            // The curve must reach what is asked of it before it is asked where.
            guard isSilent, isStrong, noiseFloor < 0.9 * VirtualSubject.criterion,
                height > decimalLog((500e-6 - noiseFloor) * 1e7)
            else { return false }
            return threshold > 300 && threshold < 1000
        }
    }
}

private func power(_ base: Double, _ exponent: Double) -> Double { ExactMath.exp(exponent * ExactMath.log(base)) }
private func decimalLog(_ x: Double) -> Double { ExactMath.log(x) * 0.4342944819032518 }

extension Dice {
    /// A standard normal number: the polar method of Marsaglia, which needs no sine.
    public mutating func normal() -> Double {
        while true {
            let (x, y) = (uniform(-1, 1), uniform(-1, 1))
            let square = x * x + y * y
            if square > 0 && square < 1 { return x * ExactMath.squareRoot(-2 * ExactMath.log(square) / square) }
        }
    }
}
