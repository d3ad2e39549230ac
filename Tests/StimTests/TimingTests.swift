import CReference
import CSystem
import Foundation
import LinuxBoard
import Testing

@testable import stim

@Suite("The measurements of time") struct TimingTests {
    @Test("the histogram keeps every value to 0.1 %, small ones exactly, and the worst exactly")
    func histogram() {
        var histogram = WideHistogram()
        #expect(histogram.percentile(0.5) == 0 && histogram.count == 0)
        for value in Int64(1)...1_000 { histogram.add(value) }
        #expect([0.5, 0.999, 1].map { histogram.percentile($0) } == [500, 999, 1_000])
        for exponent in 0..<40 {
            var wide = WideHistogram()
            for value in [Int64(1) << exponent, Int64(3) << exponent, (Int64(1) << exponent) + 1] {
                wide.add(value)
                wide.add(1 << 42)
                let kept = wide.percentile(0.5)
                #expect(kept >= value && kept <= value + value / 1_000, "\(value)")
                wide = WideHistogram()
            }
        }
        histogram.add(123_456_789, times: 3)
        histogram.add(-5)
        #expect(histogram.worst == 123_456_789 && histogram.count == 1_004 && histogram.percentile(1) == 123_456_789)
    }

    @Test("the distribution's last line has every value, and its shares rise to 1") func distribution() {
        var histogram = WideHistogram()
        for value in [Int64(10), 20, 20, 5_000_000] { histogram.add(value) }
        let rows = histogram.distribution.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
        #expect(rows.first?.prefix(3).map(String.init) == ["10", "0.250000000000", "1"])
        #expect(rows.dropLast().last?.map(String.init) == ["5000000", "1.000000000000", "4"])
    }

    @Test("cyclictest's report: what is out of its range counts as the range, the worst as what it is")
    func cyclictest() throws {
        let report = #"{"thread": {"0": {"histogram": {"2500": 3, "3000": 1}, "cycles": 7, "max": 4000000}}}"#
        var histogram = WideHistogram()
        try Cyclictest.add(Data(report.utf8), to: &histogram)
        #expect(histogram.count == 7 && histogram.worst == 4_000_000)
        #expect(histogram.percentile(0.4) == 2_501 && histogram.percentile(5.0 / 7) >= 1_000_000)
    }

    @Test("a goal is met when no percentile but the worst is beyond it; a column that did not run is named")
    func goals() {
        func table(firmware: [Int64], cyclictest: [Int64]) -> String {
            var columns = [TimeColumn("C loop"), TimeColumn("firmware"), TimeColumn("cyclictest")]
            for _ in 0..<2_000 { columns[0].histogram.add(1_000) }
            for value in firmware { columns[1].histogram.add(value, times: 2_000 / firmware.count) }
            for value in cyclictest { columns[2].histogram.add(value, times: 2_000) }
            return TimeTable(columns, title: "test").text
        }
        let good = table(firmware: [1_100], cyclictest: [2_200])
        #expect(good.contains("1.1: met") && good.contains("0.5: met") && !good.contains("NOT"))
        #expect(table(firmware: [1_000, 1_102], cyclictest: [2_300]).contains("1.1: NOT met"))
        #expect(table(firmware: [1_000], cyclictest: [1_999]).contains("0.5: NOT met"))
        #expect(table(firmware: [1_000], cyclictest: []).contains("cyclictest: not measured"))
    }

    @Test("no edge is met early, by neither loop") func neverEarly() {
        var late = [Int64](repeating: -1, count: 20)
        let spins = [Int64](repeating: TaskWait.spin, count: 20)
        #expect(unsafe reference_edges(csystem_now() + 1_000_000, 300_000, spins, 20, &late) == 0)
        #expect(late.allSatisfy { $0 >= 0 })
        for isEdge in [true, false] {
            for _ in 0..<20 {
                let moment = csystem_now() + 300_000
                #expect(TaskWait.until(moment, isEdge: isEdge) >= moment)
            }
        }
    }
}
