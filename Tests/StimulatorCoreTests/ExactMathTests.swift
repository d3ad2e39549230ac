import Foundation
import StimulatorCore
import Testing

@Suite("exact mathematics") struct ExactMathTests {
    /// Units in the last place between two numbers of one sign.
    private func ulps(_ left: Double, _ right: Double) -> UInt64 {
        left.bitPattern > right.bitPattern
            ? left.bitPattern - right.bitPattern : right.bitPattern - left.bitPattern
    }

    @Test("exp is within 4 ulp of libm over its whole range") func exponential() {
        var random = Seeded(1)
        var worst: UInt64 = 0
        for step in 0..<200_000 {
            let x =
                step % 2 == 0
                ? Double.random(in: -700...700, using: &random) : Double.random(in: -2...2, using: &random)
            worst = max(worst, ulps(ExactMath.exp(x), Foundation.exp(x)))
        }
        #expect(worst <= 4)
    }

    @Test("log is within 4 ulp of libm over its whole range") func logarithm() {
        var random = Seeded(2)
        var worst: UInt64 = 0
        for step in 0..<200_000 {
            let power = Int.random(in: -999...1023, using: &random)
            let mantissa = Double.random(in: 1..<2, using: &random)
            let x = step % 2 == 0 ? scalbn(mantissa, power) : Double.random(in: 0.5...2, using: &random)
            worst = max(worst, ulps(ExactMath.log(x), Foundation.log(x)))
        }
        #expect(worst <= 4)
    }

    @Test("the ends of the range saturate, and what is no number is answered") func ends() {
        #expect(ExactMath.exp(0) == 1)
        #expect(ExactMath.exp(-701) == 0)
        #expect(ExactMath.exp(701) == .greatestFiniteMagnitude)
        #expect(ExactMath.exp(-.infinity) == 0)
        #expect(ExactMath.exp(.infinity) == .greatestFiniteMagnitude)
        #expect(ExactMath.exp(.nan) == 0)
        #expect(ExactMath.log(1) == 0)
        for x in [0, -0.0, -1, -.infinity, .nan, .leastNonzeroMagnitude] { #expect(ExactMath.log(x) == -700) }
        #expect(ExactMath.log(.infinity) == ExactMath.log(.greatestFiniteMagnitude))
    }

    @Test("the bits are the same on every machine") func golden() {
        let numbers = [-650.25, -12.5, -1.2578, -0.1, 0.003, 0.5, 1, 2.75, 33.3, 699]
        #expect(numbers.map { ExactMath.exp($0).bitPattern } == Self.exponentials)
        let positive = [0x1p-900, 1e-30, 0.0125, 0.7071, 0.99999, 1.00001, 1.5, 2, 1650, 1e200]
        #expect(positive.map { ExactMath.log($0).bitPattern } == Self.logarithms)
        var hash = HistoryHash()
        for step in 0..<10_000 {
            let x = Double(step) * 0.137 - 690
            hash.add(ExactMath.exp(x).bitPattern)
            hash.add(ExactMath.log(Double(step + 1) * 0.0371).bitPattern)
        }
        #expect(hash.value == Self.history)
    }

    private static let exponentials: [UInt64] = [
        382130569244428575, 4525909737269159568, 4598792730649697184, 4606325270462671674, 4607195949885379250,
        4610103999673009820, 4613303445314885482, 4624995636945348861, 4823487417713049288, 9148433102551608661,
    ]
    private static let logarithms: [UInt64] = [
        13872070541044215019, 13857933354432331716, 13839991778661924932, 13823287144300585566, 13755392649980671765,
        4532020554096380454, 4600975829957056588, 4604418534313441775, 4620027282302495296, 4646809117259420914,
    ]
    private static let history: UInt64 = 3_396_315_066_032_144_449
}
