import StimulatorCore

/// When the tasks run: as they plan, later by the jitter of a wake-up, and as late as a fault makes them.
struct Schedule {
    /// When each task is due by its own plan, and when it may run.
    private var planned = Fixed<5, Instant>(repeating: Instant(0))
    private var due = Fixed<5, Instant>(repeating: Instant(0))
    private var ranAt = Fixed<5, Instant>(repeating: Instant(0))
    /// The task that runs next, of equal ones the first, and when.
    private(set) var next = RigTask.safety
    private(set) var soonest = Instant(0)

    /// When the task is due by its own plan.
    func plan(of task: RigTask) -> Instant { planned[task.rawValue] }

    /// When the task last ran.
    func lastRun(of task: RigTask) -> Instant { ranAt[task.rawValue] }

    /// Takes a task as run that somebody outside of the rig plays.
    mutating func assumeRun(of task: RigTask, at now: Instant) { ranAt[task.rawValue] = now }

    /// The task ran at `now`, plans to run again at `next`, and will be woken so much later.
    @inline(always) mutating func ran(_ task: RigTask, at now: Instant, next: Instant, jitter: Nanoseconds) {
        ranAt[task.rawValue] = now
        planned[task.rawValue] = next
        due[task.rawValue] = next + jitter
        choose()
    }

    /// The task starts anew: its plan is to run at `now`.
    mutating func start(_ task: RigTask, at now: Instant) {
        planned[task.rawValue] = now
        due[task.rawValue] = now
        choose()
    }

    /// The task runs at `time`, whatever its plan is.
    mutating func move(_ task: RigTask, to time: Instant) {
        due[task.rawValue] = time
        choose()
    }

    /// Something waits for the task: it runs at `now`, if it would not have run before.
    mutating func wake(_ task: RigTask, at now: Instant) { move(task, to: min(due[task.rawValue], now)) }

    @inline(always) private mutating func choose() {
        var first = (task: RigTask.safety, at: due[RigTask.safety.rawValue])
        consider(.guardian, &first)
        consider(.sampler, &first)
        consider(.console, &first)
        consider(.journal, &first)
        (next, soonest) = first
    }

    @inline(always) private func consider(_ task: RigTask, _ first: inout (task: RigTask, at: Instant)) {
        if due[task.rawValue] < first.at { first = (task, due[task.rawValue]) }
    }
}
