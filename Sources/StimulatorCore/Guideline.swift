/// Where a guideline's number comes from: shown wherever the number is.
public enum GuidelineSource: UInt8, BitwiseCopyable, Hashable, Sendable {
    case rossi2009 = 0
    case chen1997 = 1
    case huang2005 = 2
    case hamada2008 = 3
    case protocolCooldown = 4

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    /// The citation, and where it was read.
    public var citation: StaticString {
        switch self {
        case .rossi2009: "Rossi et al. 2009, Clin Neurophysiol 120:2008-2039, table 4"
        case .chen1997: "Chen et al. 1997, Electroencephalogr Clin Neurophysiol 105:415-421"
        case .huang2005: "Huang et al. 2005, Neuron 45:201-206"
        case .hamada2008: "Hamada et al. 2008, J Physiol 586:3927-3947"
        case .protocolCooldown: "the protocol's own cool-down; Gamboa et al. 2010, PMC2892066"
        }
    }
}

/// The longest single train of a rate and an intensity.
public struct GuidelineCell: BitwiseCopyable, Hashable, Sendable {
    public var longest: Nanoseconds
    /// ">" in the table: the longest that was tested, without ill effect; what lies beyond is not known. Otherwise the length is the limit.
    public var isOpen: Bool
    /// The row and the column: the next faster rate and the next higher intensity that the table has.
    public var rate: Millihertz
    public var part: PerMille
}

/// What is published about safe patterns, as tables. Version 1: changes with every number here.
///
/// Guidelines bind people who stimulate people. The board's physical limits hold whatever stands here.
public enum Guideline {
    /// The version of these tables, as reports show it.
    public static var version: UInt32 { 1 }

    /// Above 130 % of the motor threshold, or 25 Hz, inside a train: no cell, nothing that could be overridden (Rossi 2009, table 4, ends
    /// there).
    public static var highestPart: PerMille { PerMille(1300) }
    public static var shortestInterval: Nanoseconds { .milliseconds(40) }

    /// Between trains: 5 s were safe for ten trains of 20 Hz x 1.6 s at 110 %; 1 s or less was unsafe above 100 % (Chen 1997).
    public static var safeGap: Nanoseconds { .seconds(5) }
    public static var unsafeGap: Nanoseconds { .seconds(1) }
    public static var unsafeGapPart: PerMille { PerMille(1000) }

    /// Chen 1997 advises trains 25 % shorter than the older tables' limits, which table 4 keeps: the part of a limit that has this margin.
    public static var advisedPart: PerMille { PerMille(750) }

    /// Pulses this far apart are single pulses, which no table limits. Field knowledge (usual spacing of single-pulse measurements),
    /// not read in a source.
    public static var singlePulseInterval: Nanoseconds { .seconds(3) }

    /// Up to 1 Hz a pattern is one slow train, pauses or not: the table's slowest row.
    public static var slowInterval: Nanoseconds { .seconds(1) }

    /// Theta burst: 600 pulses at 80 % of the active threshold (Huang 2005); twice as many turned the after-effect round (Gamboa 2010,
    /// PMC2892066).
    public static var thetaPulses: UInt32 { 600 }
    public static var thetaPart: PerMille { PerMille(800) }

    /// Quadripulse: 1440 pulses in 30 min at 90 % of the active threshold, bursts every 5 s (Hamada 2008, PMC2538917).
    public static var quadripulsePulses: UInt32 { 1440 }
    public static var quadripulsePart: PerMille { PerMille(900) }

    /// The cell for trains of an interval at a part of the resting threshold (per mille).
    ///
    /// Between two rows or columns the stricter one counts. Below 90 % the table has nothing: its first column then is what was tested,
    /// not a limit.
    /// - Returns: nil where the table ends: above 25 Hz or above 130 %.
    public static func cell(interval: Nanoseconds, part: PerMille) -> GuidelineCell? {
        guard interval >= shortestInterval, part <= highestPart else { return nil }
        let row = row(for: interval)
        let column = part.raw <= 900 ? 0 : (Int(part.raw) - 900 + 99) / 100
        var cell = cell(row: row, column: column)
        if part.raw < 900 { cell.isOpen = true }
        return cell
    }

    /// The table's rows, slowest first.
    static var rowCount: Int { 5 }

    static func rate(ofRow row: Int) -> Millihertz {
        let rates: InlineArray<5, Int64> = [1, 5, 10, 20, 25]
        return .hertz(rates[row])
    }

    /// The slowest row that is as fast as an interval.
    private static func row(for interval: Nanoseconds) -> Int {
        var row = 0
        while row < rowCount - 1, interval < rate(ofRow: row).interval { row += 1 }
        return row
    }

    /// Rossi et al. 2009, table 4: longest train in milliseconds, by rate (the rows: 1, 5, 10, 20, 25 Hz) and per cent of the resting
    /// threshold (90, 100, 110, 120, 130). Negative where the table says ">".
    private static func cell(row: Int, column: Int) -> GuidelineCell {
        let table: InlineArray<25, Int64> = [
            -1_800_000, -1_800_000, -1_800_000, -360_000, -50_000,
            -10_000, -10_000, -10_000, -10_000, -10_000,
            -5_000, -5_000, -5_000, 4_200, 2_900,
            2_050, 2_050, 1_600, 1_000, 550,
            1_280, 1_280, 840, 400, 240,
        ]
        let entry = table[row * 5 + column]
        return GuidelineCell(
            longest: .milliseconds(Int64(entry.magnitude)), isOpen: entry < 0, rate: rate(ofRow: row),
            part: PerMille(Int32(900 + 100 * column)))
    }
}
