/// A histogram of wide range and fixed precision (HDR): every value is kept to better than 0.1 %, from nanoseconds to minutes.
///
/// Values below 2048 have a class of their own; above, each power of two is divided into 1024 classes.
struct WideHistogram {
    private var counts: [Int] = []
    private(set) var count = 0
    private(set) var worst: Int64 = 0

    /// Counts a value `times` times. Below zero counts as zero.
    mutating func add(_ value: Int64, times: Int = 1) {
        let value = max(0, value)
        let index = WideHistogram.index(of: value)
        if index >= counts.count { counts += Array(repeating: 0, count: index + 1 - counts.count) }
        counts[index] += times
        count += times
        worst = max(worst, value)
    }

    /// The least value that at least this share (0 ... 1) of all values do not exceed, to the precision of its class; zero when empty.
    func percentile(_ share: Double) -> Int64 {
        let wanted = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, times) in counts.enumerated() {
            seen += times
            if seen >= wanted { return min(worst, WideHistogram.most(of: index)) }
        }
        return 0
    }

    /// The lines of a percentile distribution as HdrHistogram's tools read them: value, share, values so far, 1 / (1 - share).
    var distribution: String {
        var text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
        var seen = 0
        for (index, times) in counts.enumerated() where times > 0 {
            seen += times
            let share = Double(seen) / Double(count)
            let rest = seen == count ? "" : "\(fixed(1 / (1 - share), 2))"
            text += "\(min(worst, WideHistogram.most(of: index))) \(fixed(share, 12)) \(seen) \(rest)\n"
        }
        return text + "#[Max     = \(worst), Total count    = \(count)]\n"
    }

    private static func index(of value: Int64) -> Int {
        if value < 2048 { return Int(value) }
        let shift = 53 - value.leadingZeroBitCount
        return shift * 1024 + Int(value >> Int64(shift))
    }

    /// The highest value of a class.
    private static func most(of index: Int) -> Int64 {
        if index < 2048 { return Int64(index) }
        let shift = index / 1024 - 1
        return (Int64(index - shift * 1024 + 1) << Int64(shift)) - 1
    }
}
