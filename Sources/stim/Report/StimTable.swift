import Foundation
import StimulatorCore

/// A session's patterns as a NIBS-BIDS table (BEP037, a draft) and the file that explains its columns.
enum StimTable {
    /// Changes with every column here: the draft's names may change.
    static let version = 1

    /// The files' path without ending, below the data set's folder.
    static func path(_ session: SessionRecord) -> String {
        let subject = "sub-" + session.code.filter { $0.isLetter || $0.isNumber }
        let number = String(format: "ses-%02d", session.number)
        return "\(subject)/\(number)/stim/\(subject)_\(number)_stim"
    }

    /// Two codes that differ in hyphens alone would have one label.
    static func ambiguous(_ sessions: [SessionRecord]) -> [String] {
        Dictionary(grouping: Set(sessions.map(\.code))) { $0.filter { $0.isLetter || $0.isNumber } }.values
            .filter { $0.count > 1 }.map { $0.sorted().joined(separator: ", ") }.sorted()
    }

    static func table(_ session: SessionRecord) -> String {
        var lines = [
            "StimID\tStimType\tOnset\tDuration\tpattern\tpulses_asked\tpulses_delivered\tpulses_omitted\ttms_intensity_mso"
                + "\ttms_intensity_rmt_pct"
        ]
        for (index, train) in session.trains.enumerated() {
            let mso = train.intensity == .zero ? "n/a" : tenths(train.intensity)
            let part = train.threshold.map { 100 * Double(train.intensity.raw) / Double($0.raw) }
            let rmt = part.map { String(format: "%.1f", $0) } ?? "n/a"
            let onset = train.onset.map { String(format: "%.6f", $0) } ?? "n/a"
            let times = String(format: "stim-%04d\ttms\t%@\t%.6f", index + 1, onset, train.duration)
            let counts = "\(train.asked)\t\(train.delivered)\t\(train.omitted)"
            lines.append("\(times)\t\(train.protocolName ?? "n/a")\t\(counts)\t\(mso)\t\(rmt)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func tenths(_ part: PerMille) -> String { "\(part.raw / 10).\(part.raw % 10)" }

    /// What the columns mean.
    static func explanation(_ session: SessionRecord) throws -> Data {
        func column(_ text: String, _ units: String? = nil) -> [String: String] {
            units.map { ["Description": text, "Units": $0] } ?? ["Description": text]
        }
        let object: [String: Any] = [
            "StimID": column("One pattern of pulses."), "StimType": column("tms."),
            "Onset": column("First pulse, from the begin of the session on the board's monotonic clock.", "s"),
            "Duration": column("From the first pulse to the end of the pattern.", "s"),
            "pattern": column("The protocol of the library that it was; n/a for one set by hand."),
            "pulses_asked": column("Pulses of the pattern."), "pulses_delivered": column("Pulses given and verified."),
            "pulses_omitted": column("Pulses left out because they would have been late or of another voltage."),
            "tms_intensity_mso": column("Of maximum stimulator output.", "%"),
            "tms_intensity_rmt_pct": column("Of the resting motor threshold that was on record at the begin.", "%"),
            "RestingMotorThreshold": session.resting.map { Double($0.raw) / 10 } as Any,
            "RestingMotorThresholdMethod": session.restingMethod.map { "\($0.name)" } as Any,
            "SessionBegan": RecordText.wall(session.began.nanoseconds), "ClockWasSet": session.began.isTrusted,
            "Schema": "NIBS-BIDS, BEP037 draft", "ExporterVersion": version,
        ].compactMapValues { value in
            if case Optional<Any>.none = value { return nil }
            return value
        }
        return try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
    }
}
