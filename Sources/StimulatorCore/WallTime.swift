/// A moment on the calendar.
public struct WallTime: BitwiseCopyable, Hashable, Sendable {
    /// Nanoseconds since 1970-01-01 00:00 UTC.
    public var nanoseconds: Int64
    /// False until something has set the clock: a Pi has none of its own.
    public var isTrusted: Bool
    public init(nanoseconds: Int64, isTrusted: Bool) {
        self.nanoseconds = nanoseconds
        self.isTrusted = isTrusted
    }
}

/// A moment as a calendar in UTC shows it, to the second: years 1970 to 2261.
///
/// Method: days since 1970 and the civil calendar in eras of 400 years (H. Hinnant, "chrono-compatible low-level date algorithms").
public struct CivilTime: BitwiseCopyable, Hashable, Sendable {
    public var year: Int64
    public var month: Int64
    public var day: Int64
    public var hour: Int64
    public var minute: Int64
    public var second: Int64

    /// The calendar's fields of a moment; moments before 1970 are shown as its first.
    public init(nanoseconds: Int64) {
        let seconds = max(0, nanoseconds) / 1_000_000_000
        let days = seconds / 86_400 + 719_468
        let ofDay = seconds % 86_400
        (hour, minute, second) = (ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Nil for what no calendar has, and outside the years 1970 to 2261.
    public init?(year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64) {
        guard (1970...2261).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        // The 31st of April is the 1st of May: not what was said.
        let there = CivilTime(nanoseconds: nanoseconds)
        if there.day != day || there.month != month { return nil }
    }

    /// The moment, nanoseconds since 1970.
    public var nanoseconds: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000_000
    }
}
