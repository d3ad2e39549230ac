import StimulatorCore
import Testing

@Suite("quantities") struct QuantityTests {
    @Test("H-07 a moment far away saturates: what is old never wraps round into something fresh") func saturation() {
        let end = Instant(.max)
        #expect(end - .distantPast == Nanoseconds(.max))
        #expect(.distantPast - end == Nanoseconds(.min))
        #expect(end + .seconds(1) == end)
        #expect(Instant(.min) - .seconds(1) == Instant(.min))
        #expect(Instant(.min) + Nanoseconds(.min) == Instant(.min))
        #expect(Instant(.max) - Nanoseconds(.min) == end)
        #expect(Instant(-1) - Instant(.max) == Nanoseconds(.min))
        var random = Seeded(3)
        for _ in 0..<100_000 {
            let (left, right) = (random.hostile(), random.hostile())
            let (sum, over) = left.addingReportingOverflow(right)
            let (difference, under) = left.subtractingReportingOverflow(right)
            let saturated = (Instant(left) + Nanoseconds(right)).raw
            #expect(saturated == (over ? (right > 0 ? .max : .min) : sum))
            let apart = (Instant(left) - Instant(right)).raw
            #expect(apart == (under ? (right < 0 ? .max : .min) : difference))
        }
    }

    @Test("a number that a type cannot hold becomes the nearest one it can") func clamping() {
        #expect(Millivolts(saturating: Int64.max).raw == .max)
        #expect(Millivolts(saturating: Int64.min).raw == .min)
        #expect(Millicelsius(saturating: UInt64.max).raw == .max)
        #expect(Millivolts(saturating: -5).raw == -5)
    }

    @Test("the rate of a rate's interval is the rate") func ratesOfIntervals() {
        for rate in 1...100_000 {
            let rate = Millihertz(Int64(rate))
            #expect(Millihertz(every: rate.interval) == rate)
        }
        #expect(Millihertz(every: Nanoseconds(0)) == Millihertz(1_000_000_000_000))
    }
    @Test("a rate's interval is its reciprocal to the nanosecond; no rate has a distant one") func intervals() {
        #expect(Millihertz.hertz(10).interval == .milliseconds(100))
        #expect(Millihertz(19_600).interval == Nanoseconds(51_020_408))
        #expect(Millihertz(0).interval == Nanoseconds(.max / 4))
        #expect(Millihertz(-1).interval == Nanoseconds(.max / 4))
        #expect(Millihertz(.max).interval == .zero)
    }

    @Test("H-07 a reading is trusted when it is good, not from the future and young enough") func trust() {
        let now = Instant(1_000_000_000)
        let limit = Nanoseconds.milliseconds(10)
        func isTrusted(_ quality: Quality, _ takenAt: Instant) -> Bool {
            Reading(Millivolts.zero, takenAt: takenAt, quality: quality).isTrusted(at: now, within: limit)
        }
        #expect(isTrusted(.good, now))
        #expect(isTrusted(.good, now - limit))
        #expect(!isTrusted(.good, now - limit - Nanoseconds(1)))
        #expect(!isTrusted(.good, now + Nanoseconds(1)))
        #expect(!isTrusted(.good, .distantPast))
        #expect(!isTrusted(.good, Instant(.min)))
        for quality in [Quality.none, .implausible, .failed] { #expect(!isTrusted(quality, now)) }
    }
}
