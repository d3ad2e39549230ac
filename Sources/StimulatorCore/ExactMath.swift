/// The exponential and the logarithm, from + - * / alone: the same bits on every machine and in every build.
///
/// libm differs between machines and even between processors under one C library, so the simulator and the kernel use none of
/// it. Method: range reduction by ln 2 in two parts, Taylor polynomial (exp), atanh series (log). Accuracy better than 4 ulp
/// over the range used (checked against libm by a test).
public enum ExactMath {
    private static var ln2High: Double { 0x1.62e42feep-1 }
    private static var ln2Low: Double { 0x1.a39ef35793c76p-33 }

    /// e to the power of `x`. Saturates: 0 below -700 and for no number, the largest finite number above 700.
    public static func exp(_ x: Double) -> Double {
        if !(x >= -700) { return 0 }
        if x > 700 { return Double.greatestFiniteMagnitude }
        let scaled = x * 1.4426950408889634
        // Adding and taking away 1.5 * 2^52 rounds to the nearest integer without a call (`rounded` calls libm in debug).
        let power = (scaled + 0x1.8p52) - 0x1.8p52
        let rest = (x - power * ln2High) - power * ln2Low
        var sum = 1.0 / 6_227_020_800
        sum = sum * rest + 1.0 / 479_001_600
        sum = sum * rest + 1.0 / 39_916_800
        sum = sum * rest + 1.0 / 3_628_800
        sum = sum * rest + 1.0 / 362_880
        sum = sum * rest + 1.0 / 40_320
        sum = sum * rest + 1.0 / 5_040
        sum = sum * rest + 1.0 / 720
        sum = sum * rest + 1.0 / 120
        sum = sum * rest + 1.0 / 24
        sum = sum * rest + 1.0 / 6
        sum = sum * rest + 0.5
        sum = sum * rest + 1
        sum = sum * rest + 1
        return sum * Double(bitPattern: UInt64(Int64(power) + 1023) << 52)
    }

    /// The square root of a number that is not negative; 0 for anything else. Newton's method from an estimate of the exponent:
    /// within one unit in the last place. (The standard library's calls libm in debug builds.)
    public static func squareRoot(_ x: Double) -> Double {
        if !(x > 0x1p-1000) { return 0 }
        // Half the exponent, and a guess of half the mantissa: off by at most 4 %; each step squares the error.
        var root = Double(bitPattern: (x.bitPattern >> 1) + 0x1FF7_A3BE_A91D_9B1B)
        root = 0.5 * (root + x / root)
        root = 0.5 * (root + x / root)
        root = 0.5 * (root + x / root)
        return 0.5 * (root + x / root)
    }

    /// The natural logarithm of a finite number above 2^-1000; -700 for anything that is not above it.
    public static func log(_ x: Double) -> Double {
        if !(x > 0x1p-1000) { return -700 }
        if x > Double.greatestFiniteMagnitude { return ExactMath.log(Double.greatestFiniteMagnitude) }
        var exponent = Int64(x.bitPattern >> 52) - 1023
        var mantissa = Double(bitPattern: x.bitPattern & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        if mantissa > 1.4142135623730951 {
            mantissa *= 0.5
            exponent += 1
        }
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 1.0 / 23
        sum = sum * square + 1.0 / 21
        sum = sum * square + 1.0 / 19
        sum = sum * square + 1.0 / 17
        sum = sum * square + 1.0 / 15
        sum = sum * square + 1.0 / 13
        sum = sum * square + 1.0 / 11
        sum = sum * square + 1.0 / 9
        sum = sum * square + 1.0 / 7
        sum = sum * square + 1.0 / 5
        sum = sum * square + 1.0 / 3
        sum = sum * square + 1
        return Double(exponent) * ln2High + (2 * ratio * sum + Double(exponent) * ln2Low)
    }
}
