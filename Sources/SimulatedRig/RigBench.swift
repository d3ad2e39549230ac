import BoardInterface
import Console
import ConsoleSide
import ControlLoop
import Journal
import SimulatedBoard
import StimulatorCore

extension SimulatedRig {
    // MARK: Hands and faults

    /// A hand operates a switch, a button, the coil's plug or the door.
    @export(interface) public mutating func operate(_ hand: HandInput, on: Bool) {
        world.operate(hand, on: on, at: now)
        checkers.observe(&world, at: now)
    }

    /// Plans a fault.
    /// - Returns: false when the part cannot fail this way, the fault is over, or eight faults are there.
    @discardableResult @export(interface) public mutating func inject(_ fault: Fault) -> Bool {
        // A fault that is over gives its place to the new one.
        checkers.observe(&world, at: now)
        let accepted = world.inject(fault, at: now)
        failDisk()
        return accepted
    }

    /// The console's run, and what it asks of the bench.
    mutating func runConsole() -> Instant {
        let next = side.runConsole(at: clock) - clockLead
        attendRequests(isRunning: true)
        answerPulse()
        if side.wantsJournal { schedule.wake(.journal, at: now) }
        return next
    }

    /// What the console asks of hands and faults.
    mutating func attendRequests(isRunning: Bool) {
        side.attendRequests(at: clock, isRunning: isRunning)
        while let request = side.takeBenchRequest() { attend(request) }
    }

    private mutating func attend(_ request: ConsoleRequest) {
        switch request {
        case .operate(let input, let on):
            if let hand = HandInput(rawValue: UInt8(clamping: input)) { operate(hand, on: on) }
        case .inject(let component, let mode, let duration):
            guard let component = FaultComponent(rawValue: UInt8(clamping: component)),
                let mode = FaultMode(rawValue: UInt8(clamping: mode))
            else { return }
            let until = duration.map { now + $0 } ?? .distantFuture
            inject(Fault(component, mode, from: now, until: until))
        case .virtualSubject(let seed):
            muscle = seed.map { VirtualSubject(seed: $0) }
            pulsesFelt = world.pulses.count
        case .journal, .record, .control, .role, .update: break
        }
    }

    /// The virtual subject's muscle answers the last pulse, with the voltage that the capacitor truly had, when the console wants to know.
    private mutating func answerPulse() {
        guard var subject = muscle, world.pulses.count != pulsesFelt, side.awaitsResponse else { return }
        pulsesFelt = world.pulses.count
        let volts = world.pulses[pulsesFelt - 1].before
        let potential = subject.potential(at: Double(volts.raw) * 1_000 / Double(board.maximumVoltage.raw))
        muscle = subject
        side.hearResponse(potential >= VirtualSubject.criterion, nanovolts: Int64(potential * 1e9))
    }

    // MARK: What the hardware does to the software

    /// A fault is active or has just ended, or the watchdog has bitten: `attendHardware` may have something to do.
    @inline(always) var isDisturbed: Bool {
        !world.faults.isQuiet || hardwareFailed || world.watchdogResets != resetsSeen
    }

    /// Resets, the end of a power cut, the restart of a process that was killed.
    mutating func attendHardware() {
        let isCut = world.isActive(.power, .off, at: now)
        let safetyIsKilled = world.isActive(.safetyProcess, .killed, at: now)
        let consoleIsKilled = world.isActive(.consoleProcess, .killed, at: now)
        let isReset = world.watchdogResets != resetsSeen || (powerWasCut && !isCut)
        resetsSeen = world.watchdogResets
        if isCut && !powerWasCut { cutDisk() }
        if isReset || (safetyWasKilled && !safetyIsKilled) { startSafety(reset: isReset) }
        if isReset || (consoleWasKilled && !consoleIsKilled) { startConsole() }
        powerWasCut = isCut
        safetyWasKilled = safetyIsKilled
        consoleWasKilled = consoleIsKilled
        if clockLead == .zero, world.isActive(.clock, .jump, at: now) {
            clockLead = Fault.clockJump
            world.clockLead = clockLead
        }
        failDisk()
    }

    /// Of what was not on the medium the first bytes may have reached it.
    private mutating func cutDisk() {
        let kept = Int64(dice.below(512))
        side.withStore { $0.cutPower(keeping: kept) }
    }

    private mutating func failDisk() {
        let off = world.isActive(.disk, .off, at: now)
        let full = world.isActive(.disk, .full, at: now)
        hardwareFailed = powerWasCut || safetyWasKilled || consoleWasKilled || off || full
        side.withStore { disk in
            disk.failsWrites = off
            disk.failsSync = off
            disk.space = full ? 0 : Int64(SimulatedRig.diskSize)
        }
    }

    /// The safety process starts: all outputs lowered, the lockouts that were stored. What the tasks told each other is gone; the
    /// page that it shares with the console is still there, unless the whole board was reset.
    mutating func startSafety(reset: Bool) {
        let last = reset ? SimulatedRig.pagesSize / 8 : SimulatedRig.tasksWords
        for word in 0..<last { memory.store(0, word) }
        let tasks = TaskPage(memory)
        let stored = latchFile.latches.trips
        world.claimLines(at: now)
        safety = SafetyTask(board: board, latched: stored, page: tasks, console: controllerPage, at: clock)
        guardian = Guardian(board: board, page: tasks)
        sampler = Sampler(board: board, page: tasks)
        lowerOutputs()
        for raw in 0..<RigTask.count {
            if let task = RigTask(rawValue: raw), task.isOfSafetyProcess { schedule.start(task, at: now) }
        }
    }

    /// A new console process: an empty page, a new session, the journal recovered from the disk.
    mutating func startConsole() {
        let pageWords = ControllerPage.byteCount / 8
        controllerWord =
            controllerWord == SimulatedRig.tasksWords ? controllerWord + pageWords : SimulatedRig.tasksWords
        for word in 0..<pageWords { memory.store(0, controllerWord + word) }
        safety.connect(to: controllerPage)
        side.restart(board: board, page: controllerPage, at: clock, wall: SimulatedRig.noWall)
    }

    /// The first thing that a starting safety process does.
    mutating func lowerOutputs() {
        _ = StopOrder.lower(StopOrder.first, on: &world, at: clock)
        _ = StopOrder.lower(StopOrder.second, on: &world, at: clock)
    }

    /// The time that software reads.
    var clock: Instant { now + clockLead }
}
