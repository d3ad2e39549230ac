import StimulatorCore

/// What the safety side's snapshot says of a firmware and a board file on trial. The console has no part in it: it cannot write the
/// page that this is read from.
public enum TrialVerdict: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The self-test is not over.
    case open = 0
    /// The self-test has passed, with a board file that can be used.
    case passed = 1
    /// The self-test has failed, or the board file cannot be used.
    case failed = 2

    public init(_ snapshot: Snapshot) {
        if snapshot.trips.contains(.selfTestFailed) || snapshot.trips.contains(.boardMismatch) {
            self = .failed
        } else {
            self = snapshot.selfTestPassed && snapshot.state != .selfTest ? .passed : .open
        }
    }
}
