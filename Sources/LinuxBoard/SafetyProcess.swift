import CLinuxBoard
import CSystem
import ControlLoop
import StimulatorCore

/// The process that can fire a pulse: its three tasks on their threads. It parses nothing.
public struct SafetyProcess {
    private static var guardianPriority: Int32 { 90 }
    private static var safetyPriority: Int32 { 80 }
    private static var samplerPriority: Int32 { 70 }
    /// How often the latches are looked at.
    private static var keepingPeriod: Int64 { 10_000_000 }
    /// An orderly end waits so long for a discharged board: the lease, the discharge and its verdict.
    private static var longestEnd: Int64 { 20_000_000_000 }

    /// How an orderly end was.
    public enum End: UInt8, BitwiseCopyable, Sendable {
        /// Discharged, lines low, watchdog disarmed.
        case quiet = 0
        /// Not discharged in time: the watchdog goes on and resets the machine.
        case notQuiet = 1
    }

    private let board: LinuxBoard
    private let memory: SafetyMemory
    private let console: ControllerPage
    private var latches: LatchKeeper

    /// Claims the board, starts the threads, and finds out what the machine gives.
    /// - Parameters:
    ///   - shared: the safety process's view of the shared pages.
    ///   - latchFile: the open file of the latches, or -errno: then everything is latched.
    /// - Throws: `ClaimFault` for lines that cannot be had, and for threads, code -errno.
    public init(
        _ description: BoardDescription, _ wiring: LinuxBoardWiring, shared: UnsafeMutableRawPointer, latchFile: Int32
    ) throws(ClaimFault) {
        board = try LinuxBoard(wiring, board: description)
        guard let base = unsafe csystem_map(SafetyMemory.byteCount) else {
            throw ClaimFault(code: -ENOMEM)
        }
        memory = unsafe SafetyMemory(base)
        console = unsafe ControllerPage(SharedWords(shared))
        latches = LatchKeeper(descriptor: latchFile)
        var machine = LinuxPosture()
        try unsafe SafetyProcess.start(guardianThread, SafetyProcess.guardianPriority, -1, memory, &machine)
        try unsafe SafetyProcess.start(safetyThread, SafetyProcess.safetyPriority, wiring.safetyCPU, memory, &machine)
        try unsafe SafetyProcess.start(samplerThread, SafetyProcess.samplerPriority, -1, memory, &machine)
        machine.look(at: board, wiring)
        seat(description, machine.posture)
    }

    private static func start(
        _ entry: @convention(c) (UnsafeMutableRawPointer?) -> Void, _ priority: Int32, _ cpu: Int32,
        _ memory: SafetyMemory, _ machine: inout LinuxPosture
    ) throws(ClaimFault) {
        let had = unsafe clinuxboard_thread(entry, memory.base, priority, cpu)
        if had < 0 { throw ClaimFault(code: had) }
        machine.note(thread: had, wantsCPU: cpu >= 0)
    }

    private func seat(_ description: BoardDescription, _ posture: Posture) {
        let task = SafetyTask(
            board: description, latched: latches.trips, posture: posture, page: memory.tasks, console: console,
            at: Instant(csystem_now()))
        let connected = console.consoles.load(ControllerPage.wantedWord)
        unsafe memory.safety.initialize(
            to: SafetySeat(task: task, lines: board.safety, console: console, connected: connected))
        unsafe memory.guardian.initialize(
            to: GuardianSeat(task: Guardian(board: description, page: memory.tasks), lines: board.guardian))
        unsafe memory.sampler.initialize(
            to: SamplerSeat(task: Sampler(board: description, page: memory.tasks), bus: board.bus))
    }

    /// Runs until SIGTERM, then until the board is discharged: nobody renews the lease any more.
    public mutating func run() -> End {
        memory.open()
        var endsAt = Int64.max
        while memory.isOpen && csystem_now() < endsAt {
            _ = csystem_sleep_until(csystem_now() + SafetyProcess.keepingPeriod)
            guard let words = present.snapshot.read(), let shown = Snapshot(words: words) else { continue }
            latches.keep(TripSet(bits: shown.trips.bits & Trip.lockoutBits))
            if csystem_signal() == 0 { continue }
            endsAt = min(endsAt, csystem_now() + SafetyProcess.longestEnd)
            if isQuiet(shown) { return end() }
        }
        memory.close()
        return .notQuiet
    }

    /// The page of the console that was met last.
    private var present: ControllerPage { console.page(of: console.consoles.load(ControllerPage.connectedWord)) }

    /// Nothing is energised and the capacitor is seen to be below 60 V.
    private func isQuiet(_ shown: Snapshot) -> Bool {
        (shown.state == .safe || shown.state == .faulted) && shown.voltage.quality == .good
            && shown.voltage.value < Ceiling.discharged
            && shown.inputs & (.enableSense | .contactorSense | .bleedSense) == .none
    }

    /// The threads lower their lines and end; only then the watchdog is disarmed.
    private func end() -> End {
        memory.close()
        let deadline = csystem_now() + 1_000_000_000
        while !memory.allEnded && csystem_now() < deadline { _ = csystem_sleep_until(csystem_now() + 1_000_000) }
        guard memory.allEnded else { return .notQuiet }
        if board.guardian.watchdog >= 0 { _ = clinuxboard_watchdog_end(board.guardian.watchdog) }
        return .quiet
    }
}
