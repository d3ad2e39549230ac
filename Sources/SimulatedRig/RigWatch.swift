import SimulatedBoard
import StimulatorCore

/// Tells the checkers what the operator meant and when a stop began. It reads the kernel's state; the checkers themselves see
/// only the world.
struct RigWatch {
    /// When the checkers look next at the latest.
    var nextLookAt = Instant(0)
    private var wasArmed = false
    private var firstPulseAt = Instant.distantFuture
    private var lockouts = TripSet()

    /// Called after every run of the safety task.
    /// - Returns: true when the set of lockouts changed: it has to be stored.
    mutating func update(
        _ kernel: SafetyKernel, meant pattern: PulsePattern?, _ world: inout World, _ checkers: inout Checkers,
        at now: Instant
    ) -> Bool {
        if kernel.firstPulseAt != firstPulseAt {
            checkers.observe(&world, at: now)
            firstPulseAt = kernel.firstPulseAt
            if firstPulseAt == .distantFuture {
                checkers.stopped(at: now)
            } else if let pattern {
                checkers.patternAccepted(pattern, firstPulseAt: firstPulseAt)
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
