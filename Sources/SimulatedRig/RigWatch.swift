import SimulatedBoard
import StimulatorCore

/// Tells the checkers what the operator meant and when a stop began. It reads the kernel's state; the checkers themselves see
/// only the world.
struct RigWatch {
    /// When the checkers look next at the latest.
    var nextLookAt = Instant(0)
    private var wasArmed = false
    private var firstPulseAt = Instant.distantFuture
    private var wasActive = false
    /// The pattern that runs, as the console sent it.
    private var meant: PulsePattern?
    private var lockouts = TripSet()

    /// True while the kernel is what it was at the last update, as far as the checkers are concerned.
    @inline(always) func hasSeen(_ kernel: SafetyKernel) -> Bool {
        kernel.isPatternActive == wasActive && kernel.firstPulseAt == firstPulseAt
            && kernel.state.isArmed == wasArmed && kernel.lockouts == lockouts
    }

    /// Called after a run of the safety task that changed what `hasSeen` looks at. `sent` is the pattern of the command that the run
    /// took, as the console sent it; `clockLead` is how far the kernel's clock is ahead of the world's.
    /// - Returns: true when the set of lockouts changed: it has to be stored.
    mutating func update(
        _ kernel: SafetyKernel, sent: PulsePattern?, _ world: inout World, _ checkers: inout Checkers,
        at now: Instant, clockLead: Nanoseconds
    ) -> Bool {
        if kernel.isPatternActive, !wasActive { meant = sent }
        wasActive = kernel.isPatternActive
        if kernel.firstPulseAt != firstPulseAt {
            checkers.observe(&world, at: now)
            firstPulseAt = kernel.firstPulseAt
            if firstPulseAt == .distantFuture {
                checkers.stopped(at: now)
            } else if let meant {
                checkers.patternAccepted(meant, firstPulseAt: firstPulseAt - clockLead)
            }
        }
        if wasArmed != kernel.state.isArmed {
            wasArmed = kernel.state.isArmed
            if !wasArmed {
                checkers.observe(&world, at: now)
                checkers.tripped(at: now)
            }
        }
        if kernel.lockouts != lockouts {
            lockouts = kernel.lockouts
            return true
        }
        return false
    }
}
