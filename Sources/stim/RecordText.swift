import Foundation
import Journal
import StimulatorCore

/// A journal's records as lines of text.
enum RecordText {
    /// Record number, wall time (`~` before one that no one had set), seconds since the start, and what it says.
    static func line(_ record: Record) -> String {
        let wall = (record.wall.isTrusted ? "" : "~") + wall(record.wall.nanoseconds)
        return "\(record.sequence)  \(wall)  \(seconds(record.at.raw))  \(text(record.content))"
    }

    static func damage(_ damage: Damage) -> String {
        "damaged: record \(damage.record) at byte \(damage.offset) is not whole (\(damage.reason.name)); "
            + "\(damage.bytes) bytes cannot be proven"
    }

    private static func text(_ content: RecordContent) -> String {
        switch content {
        case .opened(let version): "journal opened, format \(version)"
        case .start(let boardHash, let number): "start \(number), board \(String(boardHash, radix: 16))"
        case .event(let event): self.event(event)
        case .gap(let expected, let received): "gap: event \(expected) was to come, \(received) came"
        case .note(let note): "note: \(string(note))"
        case .override(let note): "override: \(string(note))"
        case .configuration(let note): "configuration: \(string(note))"
        case .recovered(let reason, let bytesDropped): "recovered: \(bytesDropped) bytes dropped (\(reason.name))"
        case .resumed(let code, let failures, let recordsLost, let since):
            "resumed after error \(code) at \(seconds(since.raw)): \(failures) failed calls, \(recordsLost) records lost"
        case .subject(let entry): subject(entry)
        case .clock(let moment): "clock set to \(wall(moment))"
        case .unknown(let kind): "a record of a later version (kind \(kind))"
        }
    }

    /// What a record says about a subject.
    static func subject(_ entry: SubjectEntry) -> String {
        switch entry {
        case .sessionBegan(let code, let profile, let continues):
            return "session of \(string(code)) \(continues ? "goes on" : "began"), \(profile.name)"
        case .sessionEnded: return "session ended"
        case .threshold(let kind, let method, let found):
            let interval =
                found.pulses > 0
                ? ", 95 % interval \(percent(found.low)) to \(percent(found.high)), \(found.pulses) pulses" : ""
            return "\(kind.name) motor threshold \(percent(found.threshold)), \(method.name)\(interval)"
        case .pain(let rating): return "pain \(rating) of 10"
        case .sideEffect(let note): return "side effect: \(string(note))"
        case .protocolStarted(let name): return "protocol \(string(name)) started"
        }
    }

    static func percent(_ part: PerMille) -> String {
        part.raw % 10 == 0 ? "\(part.raw / 10) %" : "\(part.raw / 10).\(part.raw % 10) %"
    }

    static func string<let capacity: Int>(_ text: FixedText<capacity>) -> String {
        String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }

    /// A wall time in UTC, to the millisecond.
    static func wall(_ nanoseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000) / 1_000)
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func event(_ event: Event) -> String {
        let values = event.values
        switch event.kind {
        case .state: return "state \(state(event.extra)) -> \(state(event.detail))"
        case .trip:
            return
                "trip \(trip(event.detail)), limit \(quantity(values[0], of: event)), actual \(quantity(values[1], of: event))"
        case .tripCleared: return "trip \(trip(event.detail)) cleared"
        case .accepted: return "command \(event.index) accepted"
        case .refused:
            guard let refusal = event.refusal else { return "command \(event.index) refused" }
            return "command \(event.index) refused: \(refusal.rule.name), limit \(refusal.limit), "
                + "actual \(refusal.actual) \(refusal.unit)"
        case .trainStarted:
            return "train of \(event.index) at \(values[1]) per mille, first pulse at \(seconds(values[0]))"
        case .pulse:
            return
                "pulse \(event.index) at \(seconds(values[1])), \(values[2]) mV -> \(values[3]) mV, coil \(values[4]) mC"
        case .omitted: return "pulse \(event.index) omitted: \(cause(event.detail)), \(values[2]) mV"
        case .trainFinished:
            return "train \(ending(event.detail)): \(event.index) delivered, \(values[0]) omitted, "
                + "\(values[1]) mJ, coil \(values[2]) mC"
        case .posture: return "posture \(String(UInt64(bitPattern: values[0]), radix: 16))"
        case .idle: return "idle for \(values[0]) us: disarms"
        case .coilWarning: return "coil warm: \(values[0]) mC"
        case .selfTest: return event.extra == 1 ? "self-test passed" : "self-test failed at step \(event.detail)"
        }
    }

    private static func state(_ raw: UInt8) -> String { name(StimulatorState(rawValue: raw)?.name, raw) }
    private static func trip(_ raw: UInt8) -> String { name(Trip(rawValue: raw)?.name, raw) }
    private static func cause(_ raw: UInt8) -> String { name(OmissionCause(rawValue: raw)?.name, raw) }

    private static func ending(_ raw: UInt8) -> String {
        switch raw {
        case 0: "complete"
        case 1: "aborted"
        case 2: "tripped"
        default: "ended (\(raw))"
        }
    }

    /// A name, or the number that stands for none: whole records need not be sensible.
    private static func name(_ name: StaticString?, _ raw: UInt8) -> String { name.map { "\($0)" } ?? "(\(raw))" }

    private static func quantity(_ value: Int64, of trip: Event) -> String {
        let unit = Trip(rawValue: trip.detail)?.unit ?? .none
        return unit == .none ? "\(value)" : "\(value) \(unit)"
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let microseconds = nanoseconds / 1_000
        let fraction = "\(1_000_000 + (microseconds % 1_000_000).magnitude)".dropFirst()
        return "\(nanoseconds < 0 ? "-" : "")\((microseconds / 1_000_000).magnitude).\(fraction) s"
    }

    static func string(_ note: Note) -> String {
        let text = String(decoding: (0..<note.count).map { note[$0] }, as: UTF8.self)
        // Bytes from a file: none may move the reader's cursor.
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
