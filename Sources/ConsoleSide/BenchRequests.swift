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

/// Requests to hands and faults on their way to a simulated board.
struct BenchRequests {
    private var requests = Fixed<8, ConsoleRequest>(repeating: .journal(count: 0))
    private var first = 0
    private var count = 0

    var isFull: Bool { count == 8 }

    mutating func add(_ request: ConsoleRequest) {
        precondition(!isFull)
        requests[(first + count) % 8] = request
        count += 1
    }

    mutating func take() -> ConsoleRequest? {
        guard count > 0 else { return nil }
        defer {
            first = (first + 1) % 8
            count -= 1
        }
        return requests[first]
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
