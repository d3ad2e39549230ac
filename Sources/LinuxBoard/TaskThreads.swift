import CSystem
import ControlLoop
import StimulatorCore

// The threads' entry points. File-scope functions: a closure handed to C would inherit its actor and crash on the new thread.

/// The last of the way to an edge is spun, never slept: real-time throttling takes time from a thread that spins always.
private let spin: Int64 = 200_000

func safetyThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    var next = csystem_now()
    while memory.isOpen {
        let isEdge = unsafe memory.safety.pointee.task.nextIsEdge
        // A thread that cannot sleep would take the CPU for good: everything ends, and the heartbeat with it.
        if csystem_sleep_until(isEdge ? next - spin : next) < 0 { memory.close() }
        while isEdge && csystem_now() < next {}
        next = unsafe memory.safety.pointee.run(at: Instant(csystem_now())).raw
    }
    _ = unsafe StopOrder.lower(.safetyTask, on: &memory.safety.pointee.lines, at: Instant(csystem_now()))
    memory.ended(0)
}

func guardianThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    while memory.isOpen {
        let seat = unsafe memory.guardian
        let now = Instant(csystem_now())
        let next = unsafe stepGuardian(&seat.pointee.task, at: now, lines: &seat.pointee.lines)
        if csystem_sleep_until(next.raw) < 0 { memory.close() }
    }
    _ = unsafe StopOrder.lower(.guardian, on: &memory.guardian.pointee.lines, at: Instant(csystem_now()))
    memory.ended(1)
}

func samplerThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    while memory.isOpen {
        let seat = unsafe memory.sampler
        let now = Instant(csystem_now())
        let next = unsafe stepSampler(&seat.pointee.task, at: now, bus: &seat.pointee.bus)
        if csystem_sleep_until(next.raw) < 0 { memory.close() }
    }
    memory.ended(2)
}
