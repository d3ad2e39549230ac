import CSystem
import ControlLoop
import StimulatorCore

/// The safety task with its lines, as its thread holds it.
struct SafetySeat {
    var task: SafetyTask
    var lines: SafetyLines
    /// The first of the pages that it shares with one console and the next, and which console it has met.
    let console: ControllerPage
    var connected: UInt64

    /// One run. A console that was started anew is met on a page of its own, with what the one before left unread.
    mutating func run(at now: Instant) -> Instant {
        let wanted = console.consoles.load(ControllerPage.wantedWord)
        if wanted != connected {
            task.connect(to: console.page(of: wanted))
            connected = wanted
            console.consoles.store(wanted, ControllerPage.connectedWord)
        }
        return stepSafety(&task, at: now, lines: &lines)
    }
}

/// The guardian with its lines.
struct GuardianSeat {
    var task: Guardian
    var lines: GuardianLines
}

/// The sampler with its bus.
struct SamplerSeat {
    var task: Sampler
    var bus: LinuxBus
}

/// The one block of memory of the safety process, touched and locked: a gate, the tasks' page, and a seat for each thread.
///
///     0   gate: 0 wait, 1 run, 2 stop; threads that have ended      1024   the tasks' page
///     4096   safety          69 632   guardian           73 728   sampler
@safe struct SafetyMemory: BitwiseCopyable, @unchecked Sendable {
    static var byteCount: Int { 77_824 }
    private static var safetyOffset: Int { 4_096 }
    private static var guardianOffset: Int { 69_632 }
    private static var samplerOffset: Int { 73_728 }

    let base: UnsafeMutableRawPointer

    /// - Parameter base: `byteCount` bytes, zeroed, aligned to 4096, that live as long as the process.
    init(_ base: UnsafeMutableRawPointer) {
        precondition(MemoryLayout<SafetySeat>.size <= SafetyMemory.guardianOffset - SafetyMemory.safetyOffset)
        precondition(MemoryLayout<GuardianSeat>.size <= 4_096 && MemoryLayout<SamplerSeat>.size <= 4_096)
        unsafe self.base = base
    }

    var tasks: TaskPage { unsafe TaskPage(SharedWords(base + 1_024)) }
    var safety: UnsafeMutablePointer<SafetySeat> {
        unsafe (base + SafetyMemory.safetyOffset).assumingMemoryBound(to: SafetySeat.self)
    }
    var guardian: UnsafeMutablePointer<GuardianSeat> {
        unsafe (base + SafetyMemory.guardianOffset).assumingMemoryBound(to: GuardianSeat.self)
    }
    var sampler: UnsafeMutablePointer<SamplerSeat> {
        unsafe (base + SafetyMemory.samplerOffset).assumingMemoryBound(to: SamplerSeat.self)
    }

    // MARK: The gate

    private var gate: SharedWords { unsafe SharedWords(base) }

    /// Lets the threads run. The seats must be filled.
    func open() { gate.store(1, 0) }

    /// Tells every thread to end.
    func close() { gate.store(2, 0) }

    /// The threads shall go on.
    var isOpen: Bool { gate.load(0) == 1 }

    /// Waits until the seats are filled.
    func wait() { while gate.load(0) == 0 { _ = csystem_sleep_until(csystem_now() + 1_000_000) } }

    /// A thread has lowered its lines and runs no more. `thread` is 0, 1 or 2.
    func ended(_ thread: Int) { gate.store(1, 1 + thread) }

    /// Every thread has ended.
    var allEnded: Bool { gate.load(1) & gate.load(2) & gate.load(3) == 1 }
}
