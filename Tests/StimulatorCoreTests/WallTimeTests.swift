import Foundation
import StimulatorCore
import Testing

@Suite("the calendar") struct WallTimeTests {
    @Test("a moment's fields are those that Foundation has, and lead back to it") func fields() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = Seeded(3)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: 0..<9_200_000_000, using: &random)
            let time = CivilTime(nanoseconds: seconds * 1_000_000_000)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
            let found = [time.year, time.month, time.day, time.hour, time.minute, time.second]
            #expect(found.map { Int($0) } == expected.compactMap(\.self), "\(seconds)")
            #expect(time.nanoseconds == seconds * 1_000_000_000)
        }
    }

    @Test("what no calendar has is no time") func none() {
        func time(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64 = 0, _ minute: Int64 = 0) -> CivilTime? {
            CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: 0)
        }
        #expect(time(2024, 2, 29) != nil && time(2000, 2, 29) != nil && time(1970, 1, 1) != nil)
        #expect(time(2023, 2, 29) == nil && time(2100, 2, 29) == nil && time(2026, 4, 31) == nil)
        #expect(time(1969, 12, 31) == nil && time(2262, 1, 1) == nil)
        #expect(time(2026, 0, 1) == nil && time(2026, 13, 1) == nil && time(2026, 1, 0) == nil)
        #expect(time(2026, 1, 1, 24) == nil && time(2026, 1, 1, 0, 60) == nil && time(2026, 1, 1, -1) == nil)
    }
}
