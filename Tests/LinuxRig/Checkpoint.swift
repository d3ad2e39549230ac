import CFakeDevices
import ControlLoop
import LinuxBoard
import SimulatedBoard
import StimulatorCore

/// Everything that a rig is, between two runs of its tasks.
public struct Checkpoint {
    let world: World
    let checkers: Checkers
    let lines: SafetyLines
    let outputs: GuardianLines
    let bus: LinuxBus
    let safety: SafetyTask
    let guardian: Guardian
    let sampler: Sampler
    let person: Operator
    let watch: Watch
    let now: Instant
    let due: Fixed<4, Instant>
    let ranAt: Fixed<4, Instant>
    let content: [UInt8]
    /// Calls of the fakes so far.
    public let calls: Int64
    let taken: UInt32
}

extension LinuxRig {
    /// The rig as it is.
    public func checkpoint() -> Checkpoint {
        Checkpoint(
            world: world, checkers: checkers, lines: lines, outputs: outputs, bus: bus, safety: safety,
            guardian: guardian, sampler: sampler, person: person, watch: watch, now: now, due: due, ranAt: ranAt,
            content: pages.content, calls: cfake_calls(), taken: cfake_taken())
    }

    /// The rig as it was.
    public func restore(_ point: Checkpoint) {
        world = point.world
        checkers = point.checkers
        lines = point.lines
        outputs = point.outputs
        bus = point.bus
        safety = point.safety
        guardian = point.guardian
        sampler = point.sampler
        person = point.person
        watch = point.watch
        now = point.now
        due = point.due
        ranAt = point.ranAt
        pages.content = point.content
        cfake_set_calls(point.calls)
        cfake_set_taken(point.taken)
        cfake_set_plan(cfake_plan())
    }

    /// Runs one task.
    public func step() { _ = runNext(before: .distantFuture) }
}
