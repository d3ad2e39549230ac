import StimulatorCore
import Testing

@testable import Console

@Suite("the report of a train") struct TrainReportTests {
    /// A train of `count` pulses at 100 ms; `lateness` says how late each is given, nil omits it.
    private func report(_ count: UInt32, lateness: (UInt32) -> Int64?) -> TrainReport {
        var report = TrainReport()
        report.add(Event(.trainStarted, index: count, at: Instant(0), 1_000_000, 300))
        var given: UInt32 = 0
        for number in 0..<count {
            let scheduled = 1_000_000 + Int64(number) * 100_000_000
            if let late = lateness(number) {
                given += 1
                report.add(
                    Event(
                        .pulse, index: number, at: Instant(scheduled), scheduled, scheduled + late,
                        495_000 + Int64(number), 370_000 - Int64(number), 24_000 + Int64(number)))
            } else {
                let cause = number % 2 == 0 ? OmissionCause.late : .undervoltage
                report.add(Event(.omitted, detail: cause.rawValue, index: number, at: Instant(scheduled), scheduled))
            }
        }
        report.add(
            Event(.trainFinished, index: given, at: Instant(0), Int64(count - given), 1_133_000, 24_049, 4_900_000_000))
        return report
    }

    @Test("a train on time has the schedule's interval and no spread") func onTime() {
        let report = report(50) { _ in 7_000 }
        #expect(report.delivered == 50)
        #expect(report.omitted == 0)
        #expect(report.intervalMean == .milliseconds(100))
        #expect(report.intervalSpread == .zero)
        #expect(report.worstLateness == .microseconds(7))
        #expect(report.voltageBefore == Millivolts(495_024))
        #expect(report.voltageAfter == Millivolts(369_975))
        #expect(report.coil == Millicelsius(24_049))
        #expect(report.energy == Millijoules(1_133_000))
        #expect(report.duration == .milliseconds(4_900))
        #expect(!report.isRunning)
    }

    @Test("the spread is the latest minus the earliest deviation, not drift of the mean") func spread() {
        let report = report(11) { $0 == 5 ? 50_000 : $0 == 7 ? -20_000 : 0 }
        #expect(report.intervalSpread == .microseconds(70))
        #expect(report.intervalMean == .milliseconds(100))
    }

    @Test("omitted pulses are counted by cause and do not stretch the interval") func omissions() {
        let report = report(10) { $0 == 3 || $0 == 4 || $0 == 9 ? nil : 0 }
        #expect(report.delivered == 7)
        #expect(report.omitted == 3)
        #expect(report.omittedBy[Int(OmissionCause.late.rawValue)] == 1)
        #expect(report.omittedBy[Int(OmissionCause.undervoltage.rawValue)] == 2)
        #expect(report.intervalMean == .milliseconds(100))
    }

    @Test("nested patterns report the mean over bursts and pauses, and spread against the schedule") func nested() {
        let pattern = PulsePattern.thetaBurst(intensity: PerMille(300), bursts: 10)
        var report = TrainReport()
        report.add(Event(.trainStarted, index: pattern.pulseCount, at: Instant(0)))
        for number in 0..<pattern.pulseCount {
            let time = pattern.time(of: number).raw
            report.add(Event(.pulse, index: number, at: Instant(time), time, time + 1_000))
        }
        #expect(report.intervalMean.raw == pattern.duration.raw / Int64(pattern.pulseCount - 1))
        #expect(report.intervalSpread == .zero)
    }

    @Test("a single pulse has neither interval nor spread") func single() {
        let report = report(1) { _ in 3_000 }
        #expect(report.intervalMean == .zero)
        #expect(report.intervalSpread == .zero)
        #expect(report.delivered == 1)
    }

    @Test("trips between start and end belong to the train, others do not") func trips() {
        var report = TrainReport()
        report.add(Event(.trip, detail: Trip.keyRemoved.rawValue, at: Instant(0)))
        report.add(Event(.trainStarted, index: 5, at: Instant(0)))
        report.add(Event(.trip, detail: Trip.coilMissing.rawValue, at: Instant(0)))
        report.add(Event(.trainFinished, detail: 2, index: 2, at: Instant(0)))
        report.add(Event(.trip, detail: Trip.tickLate.rawValue, at: Instant(0)))
        #expect(report.trips == TripSet(bits: 1 << UInt64(Trip.coilMissing.rawValue)))
        #expect(report.outcome == .tripped)
        #expect(report.delivered == 2)
    }

    @Test("an end without a beginning is a report of its own") func endOnly() {
        var report = report(3) { _ in 0 }
        report.add(Event(.trainFinished, detail: 1, index: 0, at: Instant(0), 0, 0, 7, 0, 7))
        #expect(report.total == 7)
        #expect(report.delivered == 0)
        #expect(report.outcome == .aborted)
        #expect(report.intervalMean == .zero)
    }

    @Test("hostile numbers saturate or wrap, they do not trap") func hostile() {
        var random = Seeded(state: 0x7261_696E)
        var report = TrainReport()
        for _ in 0..<20_000 {
            guard let kind = EventKind(rawValue: UInt8.random(in: 1...UInt8(EventKind.count), using: &random)) else {
                continue
            }
            var event = Event(
                kind, detail: .random(in: 0...255, using: &random), extra: .random(in: 0...255, using: &random),
                index: .random(in: 0 ... .max, using: &random), at: Instant(.random(in: .min ... .max, using: &random)))
            for index in 0..<5 { event.values[index] = .random(in: .min ... .max, using: &random) }
            report.add(event)
            // Reading every number must not trap; the totals are those of the events.
            let numbers = [report.intervalMean.raw, report.intervalSpread.raw, Int64(report.voltageAfter.raw)]
            if kind == .trainStarted { #expect(report.total == event.index && numbers == [0, 0, 0]) }
            if kind == .trainFinished { #expect(report.delivered == event.index && !report.isRunning) }
        }
    }
}
