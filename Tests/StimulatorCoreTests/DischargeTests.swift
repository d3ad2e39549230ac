import Foundation
import StimulatorCore
import Testing

@Suite("verified discharge") struct DischargeTests {
    private let board = BoardDescription()

    /// Watches a fall whose samples come every 3 ms, and says what was concluded and when.
    private func watch(
        from start: Double, known: Double? = nil, _ volts: (_ seconds: Double) -> Reading<Millivolts>?
    ) -> (verdict: DischargeWatch.Verdict, after: Nanoseconds)? {
        var watch = DischargeWatch()
        let zero = Instant(5_000_000_000)
        let last = known.map { Reading(Millivolts(Int32($0 * 1000)), takenAt: zero - .milliseconds(3), quality: .good) }
        let none = Reading(Millivolts.zero, takenAt: .distantPast, quality: .none)
        let first = Reading(Millivolts(Int32(start * 1000)), takenAt: zero, quality: .good)
        guard watch.start(at: zero, voltage: first, known: last ?? none, board: board) else { return nil }
        var reading = first
        for tick in 1...6_000 {
            let now = zero + .milliseconds(Int64(tick))
            if tick % 3 == 0, let sample = volts(Double(tick) / 1000) {
                reading = Reading(sample.value, takenAt: now, quality: sample.quality)
            }
            let verdict = watch.judge(reading, at: now, board: board)
            if verdict != .pending { return (verdict, now - zero) }
        }
        return nil
    }

    private func good(_ volts: Double) -> Reading<Millivolts> {
        Reading(Millivolts(Int32(volts * 1000)), takenAt: .distantPast, quality: .good)
    }

    private func fall(from start: Double, tau: Double) -> (Double) -> Reading<Millivolts>? {
        { self.good(start * exp(-$0 / tau)) }
    }

    @Test("H-05 the nominal fall is believed when it is below 60 V: 4.2 s from full, in the board's time at 14 % off")
    func nominal() {
        let found = watch(from: 1650, fall(from: 1650, tau: 1.258))
        #expect(found?.verdict == .discharged)
        #expect(abs((found?.after.raw ?? 0) - 4_170_000_000) < 10_000_000)
        #expect(watch(from: 1650, fall(from: 1650, tau: 1.258 * 1.12))?.verdict == .discharged)
        #expect(watch(from: 1650, fall(from: 1650, tau: 1.258 * 0.86))?.verdict == .discharged)
        #expect(watch(from: 100, fall(from: 100, tau: 1.258))?.verdict == .discharged)
    }

    @Test("H-05 a fall that is too slow is not discharged, and the first verdict comes at 250 ms") func tooSlow() {
        for tau in [1.258 * 1.2, 5, 1e9] {
            #expect(watch(from: 1650, fall(from: 1650, tau: tau))?.verdict == .failed)
        }
        let stuck = watch(from: 1650, fall(from: 1650, tau: 1e9))
        #expect((stuck?.after ?? .zero) >= .milliseconds(250) && (stuck?.after ?? .zero) < .milliseconds(256))
    }

    @Test("H-06 a fall that is too fast is not discharged: a divider that breaks reads nothing") func tooFast() {
        #expect(watch(from: 1650, fall(from: 1650, tau: 1.258 * 0.8))?.verdict == .failed)
        #expect(watch(from: 1650) { _ in self.good(0) }?.verdict == .failed)
        #expect(watch(from: 1650) { $0 < 1 ? self.good(1650 * exp(-$0 / 1.258)) : self.good(0) }?.verdict == .failed)
        #expect(watch(from: 1650) { _ in self.good(-4) }?.verdict == .failed)
    }

    @Test("H-06 a start far below what the armed board held is no start: nothing can be verified from it")
    func unknownStart() {
        #expect(watch(from: 0, known: 1650) { _ in self.good(0) } == nil)
        #expect(watch(from: 700, known: 1650, fall(from: 700, tau: 1.258)) == nil)
        // One pulse may just have been given.
        #expect(watch(from: 1240, known: 1650, fall(from: 1240, tau: 1.258))?.verdict == .discharged)
        #expect(watch(from: 30, known: 32, fall(from: 30, tau: 1.258))?.verdict == .discharged)
    }

    @Test("H-07 without fresh, good samples there is no verdict but failure, in the board's time") func stale() {
        let silent = watch(from: 1650) { _ in nil }
        #expect(silent?.verdict == .failed && (silent?.after ?? .zero) > .seconds(5))
        for quality in [Quality.none, .implausible, .failed] {
            let bad = watch(from: 1650) { _ in Reading(.zero, takenAt: .distantPast, quality: quality) }
            #expect(bad?.verdict == .failed && (bad?.after ?? .zero) > .seconds(5))
        }
        #expect(watch(from: 40) { _ in nil }?.verdict == .failed)
    }

    @Test("H-05 a board that is already below 60 V is discharged at the first verdict, and one that rises is not")
    func alreadyLow() {
        let low = watch(from: 12) { _ in self.good(11) }
        #expect(low?.verdict == .discharged && (low?.after ?? .zero) >= .milliseconds(250))
        #expect(watch(from: 12) { _ in self.good(75) }?.verdict == .failed)
    }

    @Test("H-07 a start needs a trusted voltage; a sample from the future or long ago gives no verdict")
    func untrusted() {
        let now = Instant(1_000_000_000)
        let none = Reading(Millivolts.zero, takenAt: .distantPast, quality: .none)
        func starts(_ quality: Quality, _ takenAt: Instant) -> Bool {
            var watch = DischargeWatch()
            let first = Reading(Millivolts.volts(900), takenAt: takenAt, quality: quality)
            return watch.start(at: now, voltage: first, known: none, board: board)
        }
        #expect(starts(.good, now - .milliseconds(10)))
        #expect(!starts(.good, now - .milliseconds(11)))
        #expect(!starts(.good, now + Nanoseconds(1)))
        for quality in [Quality.none, .implausible, .failed] { #expect(!starts(quality, now)) }
        var watch = DischargeWatch()
        let started = watch.start(
            at: now, voltage: Reading(.volts(900), takenAt: now, quality: .good), known: none, board: board)
        #expect(started)
        let later = now + .seconds(1)
        for takenAt in [later + .seconds(3), Instant(.max), later - .milliseconds(11)] {
            let sample = Reading(Millivolts.zero, takenAt: takenAt, quality: .good)
            let verdict = watch.judge(sample, at: later, board: board)
            #expect(verdict == .pending)
        }
    }
}
