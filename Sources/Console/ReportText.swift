import StimulatorCore

/// What became of a pattern, and what would become of one, for people.
extension LineOutput {
    mutating func report(_ report: TrainReport) {
        put("pattern ")
        put(report.outcome.name)
        put(": ")
        put(Int64(report.delivered))
        put(" of ")
        put(Int64(report.total))
        put(" delivered in ")
        put(report.duration)
        endLine()
        label("  omitted")
        omissions(report)
        endLine()
        if report.delivered > 1 {
            label("  interval")
            put(report.intervalMean)
            put(" mean, spread ")
            put(report.intervalSpread)
            put(" (latest minus earliest against the schedule)")
            endLine()
        }
        if report.delivered > 0 {
            label("  voltage")
            put(report.voltageBefore)
            put(" before, ")
            put(report.voltageAfter)
            put(" after (means)")
            endLine()
        }
        label("  coil")
        put(report.coil)
        endLine()
        label("  energy")
        put(report.energy)
        put(" stored")
        endLine()
        label("  trips")
        names(report.trips, first: nil)
        endLine()
    }

    private mutating func omissions(_ report: TrainReport) {
        guard report.omitted > 0 else { return put("none") }
        put(Int64(report.omitted))
        put(":")
        for number in 0..<OmissionCause.count {
            guard let cause = OmissionCause(rawValue: UInt8(number)), report.omittedBy[number] > 0 else { continue }
            put(" ")
            put(cause.name)
            put(" ")
            put(Int64(report.omittedBy[number]))
        }
    }
}
