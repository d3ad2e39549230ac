import CSystem
import ControlLoop
import StimulatorCore

/// How a task's thread waits for its next run: asleep, on an absolute schedule; only the last of the way to an edge is spun.
public enum TaskWait {
    /// The longest spin, nanoseconds. Real-time throttling takes time from a thread that spins always.
    public static var spin: Int64 { SafetyTask.nearEdge.raw }

    /// Returns at `moment` (nanoseconds on CLOCK_MONOTONIC) or later: at an edge as near after it as the clock can be read.
    /// - Parameter spin: how much of the way to an edge is spun, nanoseconds.
    /// - Returns: what the clock says then; -errno when the thread cannot sleep.
    public static func until(_ moment: Int64, isEdge: Bool, spin: Int64 = spin) -> Int64 {
        let slept = csystem_sleep_until(isEdge ? moment - spin : moment)
        if slept < 0 { return Int64(slept) }
        return isEdge ? csystem_spin_until(moment) : csystem_now()
    }
}
