import Console
import Journal
import StimulatorCore

extension ConsoleRequest {
    /// Only a console that runs can grant it.
    var isForConsole: Bool {
        switch self {
        case .control, .role: true
        case .journal, .record, .update, .operate, .inject, .virtualSubject: false
        }
    }
}

extension ShellSession {
    /// Shows a record of the journal.
    mutating func show(_ record: Record) {
        switch record.content {
        case .event(let event): show(sequence: record.sequence, at: event.at, event: event)
        case .gap(let expected, let received):
            show(sequence: record.sequence, at: record.at, lostEvents: received &- expected)
        case .note(let note), .override(let note), .configuration(let note):
            show(sequence: record.sequence, at: record.at, kind: record.content.name, note: note)
        default:
            let name = record.content.name
            let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            unsafe show(sequence: record.sequence, at: record.at, text: bytes.span)
        }
    }
}

extension Note {
    /// For the journal: a bundle has come whole.
    static func received(_ version: UInt32) -> Note {
        var note = Note()
        Spelling.text("update: version ") { _ = note.append($0) }
        Spelling.number(Int64(version)) { _ = note.append($0) }
        Spelling.text(" received, for the next start") { _ = note.append($0) }
        return note
    }
}
