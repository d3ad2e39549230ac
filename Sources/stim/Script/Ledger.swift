/// What a run came upon, and what of it the script expected.
///
/// An expectation covers what has happened since the last line that ran after an earlier expectation, or since the start;
/// expectations that follow each other cover the same. It takes every incident of its name, and fails when there is none.
/// What no expectation took fails the run.
struct Ledger: Equatable {
    /// Something that fails the run.
    struct Failure: Equatable {
        /// The line that was running; 0 before the first.
        let line: Int
        let message: String
    }

    private struct Entry: Equatable {
        let line: Int
        let incident: Incident
    }

    private var open: [Entry] = []
    private var closed: [Failure] = []
    private var expecting = false

    /// An incident while `line` ran.
    mutating func note(_ incident: Incident, line: Int) {
        let entry = Entry(line: line, incident: incident)
        if !open.contains(entry) { open.append(entry) }
    }

    /// A line that is no expectation begins.
    mutating func proceed() {
        guard expecting else { return }
        expecting = false
        close()
    }

    /// An expectation at `line`.
    mutating func expect(_ incident: Incident, line: Int) {
        expecting = true
        if open.contains(where: { $0.incident == incident }) {
            open.removeAll { $0.incident == incident }
            return
        }
        let instead =
            open.isEmpty ? "nothing unexpected happened" : open.map { "\($0.incident)" }.joined(separator: ", ")
        closed.append(Failure(line: line, message: "expected \(incident), but: \(instead)"))
    }

    /// The run failed at `line` for another reason.
    mutating func fail(_ message: String, line: Int) { closed.append(Failure(line: line, message: message)) }

    /// Everything that fails the run, by line; the run is over.
    mutating func finish() -> [Failure] {
        close()
        return closed.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }

    private mutating func close() {
        for entry in open { closed.append(Failure(line: entry.line, message: "not expected: \(entry.incident)")) }
        open = []
    }
}
