import ControlLoop
import SimulatedBoard
import StimulatorCore

// The concrete roots of the safety side on this board. In an Embedded build the compiler proves, through every module and generic
// below them, that what they reach takes no lock and no memory; ordinary builds refuse the attributes across modules.

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepSafety(_ task: inout SafetyTask, at now: Instant, world: inout World) -> Instant {
    task.run(at: now, board: &world)
}

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepGuardian(_ task: inout Guardian, at now: Instant, world: inout World) -> Instant {
    task.run(at: now, board: &world)
}

#if hasFeature(Embedded)
    @_noLocks @_noAllocation
#endif
func stepSampler(_ task: inout Sampler, at now: Instant, world: inout World) -> Instant {
    task.run(at: now, bus: &world)
}
