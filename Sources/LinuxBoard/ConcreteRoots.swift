import ControlLoop
import StimulatorCore

// The concrete roots of the safety side on this board. In an Embedded build the compiler proves, through every module and generic
// below them, that what they reach takes no lock and no memory; ordinary builds refuse the attributes across modules.

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepSafety(_ task: inout SafetyTask, at now: Instant, lines: inout SafetyLines) -> Instant {
    task.run(at: now, board: &lines)
}

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepGuardian(_ task: inout Guardian, at now: Instant, lines: inout GuardianLines) -> Instant {
    task.run(at: now, board: &lines)
}

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepSampler(_ task: inout Sampler, at now: Instant, bus: inout LinuxBus) -> Instant {
    task.run(at: now, bus: &bus)
}
