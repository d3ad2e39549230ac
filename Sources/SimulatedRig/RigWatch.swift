import SimulatedBoard
import StimulatorCore

/// What the console asked for, as the safety task took it in its last run.
struct Asked {
    /// The command, if one was taken.
    let command: Command?
    /// The pattern of a start, as the console sent it.
    let pattern: PulsePattern?
}

/// Tells the checkers what the operator meant and when a stop began. It reads what the console asked for and the kernel's state; the
/// checkers themselves see only the world.
struct RigWatch {
    /// When the checkers look next at the latest.
    var nextLookAt = Instant(0)
    private var wasArmed = false
    private var firstPulseAt = Instant.distantFuture
    private var wasActive = false
    /// The pattern that runs and has not begun yet, as the console sent it. One start begins one pattern, once.
    private var meant: PulsePattern?
    private var lockouts = TripSet()

    /// True while the kernel is what it was at the last update, as far as the checkers are concerned.
    @inline(always) func hasSeen(_ kernel: SafetyKernel) -> Bool {
        kernel.isPatternActive == wasActive && kernel.firstPulseAt == firstPulseAt
            && kernel.state.isArmed == wasArmed && kernel.lockouts == lockouts
    }

    /// Called after a run of the safety task that took a command or changed what `hasSeen` looks at. `clockLead` is how far the kernel's
    /// clock is ahead of the world's.
    /// - Returns: true when the set of lockouts changed: it has to be stored.
    mutating func update(
        _ kernel: SafetyKernel, _ asked: Asked, _ world: inout World, _ checkers: inout Checkers,
        at now: Instant, clockLead: Nanoseconds
    ) -> Bool {
        if kernel.isPatternActive, !wasActive { meant = asked.pattern }
        wasActive = kernel.isPatternActive
        if kernel.firstPulseAt != firstPulseAt {
            checkers.observe(&world, at: now)
            firstPulseAt = kernel.firstPulseAt
            if firstPulseAt != .distantFuture, let meant {
                checkers.patternAccepted(meant, firstPulseAt: firstPulseAt - clockLead)
            } else {
                checkers.stopped(at: now)
            }
            meant = nil
        }
        followArming(kernel, asked.command, &world, &checkers, at: now)
        if kernel.lockouts != lockouts {
            lockouts = kernel.lockouts
            return true
        }
        return false
    }

    /// Only an arming that was asked for gives leave. A stop that was asked for ends it, whatever the kernel makes of it.
    private mutating func followArming(
        _ kernel: SafetyKernel, _ command: Command?, _ world: inout World, _ checkers: inout Checkers, at now: Instant
    ) {
        switch command {
        case .stop, .disarm:
            checkers.observe(&world, at: now)
            checkers.tripped(at: now)
        case .abort:
            checkers.observe(&world, at: now)
            checkers.stopped(at: now)
        case .arm: if kernel.state.isArmed, !wasArmed { checkers.armed(at: now) }
        default: break
        }
        guard wasArmed != kernel.state.isArmed else { return }
        wasArmed = kernel.state.isArmed
        if !wasArmed {
            checkers.observe(&world, at: now)
            checkers.tripped(at: now)
        }
    }
}
