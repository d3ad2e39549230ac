/// The normal distribution, from + - * / and our own exponential and logarithm: the same bits on every machine.
public enum NormalDistribution {
    /// The logarithm of the probability that a standard normal number is below `z`.
    ///
    /// Method: the Chebyshev fit of the complementary error function with a relative error below 1.2e-7 everywhere (Press et al.,
    /// Numerical Recipes, "erfcc"), taken as a logarithm, so that it holds far out in the tails too.
    public static func logCumulative(_ z: Double) -> Double {
        let distance = (z < 0 ? -z : z) * 0.7071067811865476
        let tail = logTail(distance) - 0.6931471805599453
        if z < 0 { return tail }
        let above = ExactMath.exp(tail)
        // Far up the logarithm is the tail itself, to better than the fit.
        return above < 1e-8 ? -above : ExactMath.log(1 - above)
    }

    /// The logarithm of the complementary error function at `x` >= 0.
    private static func logTail(_ x: Double) -> Double {
        let t = 1 / (1 + 0.5 * x)
        var sum = 0.17087277
        sum = sum * t - 0.82215223
        sum = sum * t + 1.48851587
        sum = sum * t - 1.13520398
        sum = sum * t + 0.27886807
        sum = sum * t - 0.18628806
        sum = sum * t + 0.09678418
        sum = sum * t + 0.37409196
        sum = sum * t + 1.00002368
        sum = sum * t - 1.26551223
        return ExactMath.log(t) - x * x + sum
    }
}
