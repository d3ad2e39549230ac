import CSystem
import ControlLoop
import StimulatorCore

// The threads' entry points. File-scope functions: a closure handed to C would inherit its actor and crash on the new thread.
//
// A thread that cannot sleep would take the CPU for good: everything ends, and the heartbeat with it.

func safetyThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    var now = csystem_now()
    while memory.isOpen {
        let next = unsafe memory.safety.pointee.run(at: Instant(now)).raw
        now = TaskWait.until(next, isEdge: unsafe memory.safety.pointee.task.nextIsEdge)
        if now < 0 { memory.close() }
    }
    _ = unsafe StopOrder.lower(.safetyTask, on: &memory.safety.pointee.lines, at: Instant(csystem_now()))
    memory.ended(0)
}

func guardianThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    var now = csystem_now()
    while memory.isOpen {
        let seat = unsafe memory.guardian
        let next = unsafe stepGuardian(&seat.pointee.task, at: Instant(now), lines: &seat.pointee.lines)
        now = TaskWait.until(next.raw, isEdge: false)
        if now < 0 { memory.close() }
    }
    _ = unsafe StopOrder.lower(.guardian, on: &memory.guardian.pointee.lines, at: Instant(csystem_now()))
    memory.ended(1)
}

func samplerThread(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let memory = unsafe SafetyMemory(context)
    memory.wait()
    var now = csystem_now()
    while memory.isOpen {
        let seat = unsafe memory.sampler
        let next = unsafe stepSampler(&seat.pointee.task, at: Instant(now), bus: &seat.pointee.bus)
        now = TaskWait.until(next.raw, isEdge: false)
        if now < 0 { memory.close() }
    }
    memory.ended(2)
}
