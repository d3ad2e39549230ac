import BoardInterface
import CLinuxBoard
import StimulatorCore

/// Asks for real time, in the order in which each step needs the one before, and finds out what could not be had.
///
///     lock all memory, keep the allocator from giving any back ─▶ threads with touched stacks, SCHED_FIFO, affinity ─▶
///     hold the CPUs awake ─▶ timers that are not put off
struct LinuxPosture {
    private(set) var posture = Posture()
    /// Kept open as long as the process lives: the request ends with the descriptor.
    private let latency: Int32

    /// Before the threads: what they inherit.
    init() {
        posture.isReal = true
        if clinuxboard_lock_memory() < 0 { posture.miss(.lockedMemory) }
        latency = clinuxboard_hold_latency()
        if latency < 0 { posture.miss(.latency) }
        if clinuxboard_sharp_timers() < 0 { posture.miss(.latency) }
    }

    /// Takes note of what a thread was given: the shim's flags. Only the safety task wants a CPU for itself.
    mutating func note(thread had: Int32, wantsCPU: Bool) {
        if !has(CLINUXBOARD_HAS_PRIORITY, in: had) { posture.miss(.priority) }
        if !has(CLINUXBOARD_HAS_STACK, in: had) { posture.miss(.touchedStacks) }
        if wantsCPU, !has(CLINUXBOARD_HAS_CPU, in: had) { posture.miss(.ownCPU) }
    }

    /// What the kernel and the watchdog's driver say.
    mutating func look(at board: LinuxBoard, _ wiring: LinuxBoardWiring) {
        if clinuxboard_realtime_budget() < 900 || clinuxboard_throttled() == 1 { posture.miss(.unthrottled) }
        if clinuxboard_governor() != 1 { posture.miss(.governor) }
        if board.watchdogSeconds < 1 || board.watchdogSeconds > 15 { posture.miss(.watchdog) }
        posture.watchdogSeconds = UInt8(clamping: board.watchdogSeconds)
        posture.bootStatus = UInt16(truncatingIfNeeded: board.bootStatus)
        let persistence: LinePersistence =
            switch clinuxboard_lines_persist() {
            case 1: .kept
            case 0: .released
            default: .untold
            }
        if persistence != wiring.persistence { posture.miss(.linePersistence) }
        posture.preemption = UInt8(clamping: clinuxboard_preemption())
        if posture.preemption != UInt8(CLINUXBOARD_PREEMPT_RT) { posture.miss(.preemption) }
    }

    private func has(_ flag: Int, in had: Int32) -> Bool { had >= 0 && Int(had) & flag != 0 }
}
