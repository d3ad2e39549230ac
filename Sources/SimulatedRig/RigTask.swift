import SimulatedBoard
import StimulatorCore

/// The tasks of both processes, as the scheduler numbers them.
enum RigTask: Int, BitwiseCopyable {
    case safety = 0
    case guardian = 1
    case sampler = 2
    case console = 3
    case journal = 4

    static var count: Int { 5 }

    /// The part that fails when the task does.
    var component: FaultComponent {
        switch self {
        case .safety: .safetyTask
        case .guardian: .guardianTask
        case .sampler: .samplerTask
        case .console: .consoleTask
        case .journal: .journalTask
        }
    }

    var isOfSafetyProcess: Bool { rawValue <= RigTask.sampler.rawValue }
}

/// What a fault does to a task's next run.
enum TaskFate: BitwiseCopyable {
    case runs
    /// It runs, this much later.
    case late(Nanoseconds)
    /// It does not run; ask again in a millisecond.
    case stopped
}

extension World {
    /// What the active faults do to a task at `now`. (Mutating so that the world, which is large, goes by reference.)
    mutating func fate(of task: RigTask, at now: Instant) -> TaskFate {
        if isActive(.power, .off, at: now) || isActive(.software, .frozenAtWorst, at: now) { return .stopped }
        if isActive(.clock, .stuck, at: now) { return .stopped }
        let process: FaultComponent = task.isOfSafetyProcess ? .safetyProcess : .consoleProcess
        if isActive(process, .killed, at: now) || isActive(process, .frozen, at: now) { return .stopped }
        if isActive(task.component, .off, at: now) { return .stopped }
        if isActive(task.component, .slow, at: now) { return .late(.milliseconds(2)) }
        if isActive(task.component, .delayed, at: now) { return .late(.milliseconds(20)) }
        return .runs
    }
}
