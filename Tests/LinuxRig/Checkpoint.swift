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
    let firedBy: Int64
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
            firedBy: firedBy, content: pages.content, calls: cfake_calls(), taken: cfake_taken())
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
        firedBy = point.firedBy
        pages.content = point.content
        cfake_set_calls(point.calls)
        cfake_set_taken(point.taken)
        cfake_set_plan(cfake_plan())
    }

    /// Every byte of the rig but the number of calls and their plan. Two rigs with the same bytes have the same future when no call goes
    /// wrong any more.
    public var content: [UInt8] {
        var bytes = pages.content
        add(world, to: &bytes)
        add(checkers, to: &bytes)
        add(lines, to: &bytes)
        add(outputs, to: &bytes)
        add(bus, to: &bytes)
        add(safety, to: &bytes)
        add(guardian, to: &bytes)
        add(sampler, to: &bytes)
        add(person, to: &bytes)
        add(watch, to: &bytes)
        add(now, to: &bytes)
        add(due, to: &bytes)
        add(ranAt, to: &bytes)
        add(firedBy, to: &bytes)
        add(cfake_taken(), to: &bytes)
        return bytes
    }

    private func add<Value>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Runs one task.
    public func step() { _ = runNext(before: .distantFuture) }
}
