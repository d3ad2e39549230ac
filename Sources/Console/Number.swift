import StimulatorCore

/// A number at the start of a word and the unit behind it.
struct Number {
    /// The value in thousandths, saturated far above any limit.
    var thousandths: Int64
    /// True when no point was written.
    var isWhole: Bool
    /// The letters behind the digits; empty when there are none.
    var unit: WordRange

    /// Larger than any value that a line can mean, small enough to be multiplied by any unit of time.
    private static var most: Int64 { 1_000_000_000_000 }

    /// Reads digits with up to three decimals; nil for anything else.
    init?(_ word: WordRange, in line: LineBuffer) {
        var index = word.start
        guard let whole = Number.digits(&index, upTo: word.end, in: line) else { return nil }
        thousandths = min(whole, Number.most / 1000) * 1000
        isWhole = true
        if index < word.end, line.bytes[index] == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            let start = index
            guard let decimals = Number.digits(&index, upTo: word.end, in: line), index - start <= 3 else { return nil }
            thousandths += decimals * (index - start == 1 ? 100 : index - start == 2 ? 10 : 1)
        }
        unit = WordRange(start: index, end: word.end)
    }

    /// The value times `unit`; saturates.
    func scaled(by unit: Int64) -> Int64 {
        let (product, overflow) = thousandths.multipliedReportingOverflow(by: unit)
        return overflow ? .max / 1000 : product / 1000
    }

    private static func digits(_ index: inout Int, upTo end: Int, in line: LineBuffer) -> Int64? {
        let start = index
        var value: Int64 = 0
        while index < end, line.bytes[index] >= UInt8(ascii: "0"), line.bytes[index] <= UInt8(ascii: "9") {
            value = min(value * 10 + Int64(line.bytes[index] - UInt8(ascii: "0")), most)
            index += 1
        }
        return index > start ? value : nil
    }
}
