import BoardInterface
import Console
import ConsoleSide
import ControlLoop
import FirmwareUpdate
import Journal
import SimulatedBoard
import StimulatorCore

/// The whole controller on the simulated board, in virtual time: world, tasks of both processes, checkers, one scheduler.
///
/// One seed reproduces everything, bit for bit: the parts' tolerances, the jitter of every wake-up, the order of equal ones. What
/// runs here is the code that runs on a board; only the sleeping is simulated.
///
/// `@export(interface)` on what the programs call: Embedded Swift would compile the controller anew in each of them.
@safe public struct SimulatedRig: ~Copyable {
    /// Bytes of memory that a rig needs, aligned to 4096: pages for the tasks, which it zeroes, and the journal's disk.
    public static var memorySize: Int { pagesSize + diskSize + stagingSize }
    static var pagesSize: Int { 4_096 + 2 * ControllerPage.byteCount }
    /// The journal's disk: three hours of pulses at 10 Hz.
    static var diskSize: Int { 16 << 20 }
    /// Where an update is received: room for a firmware half as large as a board's.
    static var stagingSize: Int { 512 << 10 }

    public let board: BoardDescription
    /// The true world: for checkers, hands and faults.
    public var world: World
    public internal(set) var checkers: Checkers
    /// Virtual time: starts at 0.
    public private(set) var now = Instant(0)
    var history = HistoryHash()

    let memory: SharedWords
    /// Where the present console's page begins, in words.
    var controllerWord = SimulatedRig.tasksWords
    var safety: SafetyTask
    var guardian: Guardian
    var sampler: Sampler
    var side: ConsoleSide<SimulatedDisk, SimulatedBenchWords>
    var latchFile = SimulatedLatchFile()

    var dice: Dice
    var schedule = Schedule()
    var watch = RigWatch()
    /// The virtual subject under the coil; nil for none. And the pulses up to the last that it has answered.
    var muscle: VirtualSubject?
    var pulsesFelt: UInt64 = 0
    var powerWasCut = false
    var safetyWasKilled = false
    var consoleWasKilled = false
    /// One of these, or the disk, had failed when `attendHardware` last looked.
    var hardwareFailed = false
    var resetsSeen: UInt32 = 0
    /// How far the software's clock is ahead of the world's.
    var clockLead = Nanoseconds.zero

    /// A rig with everything off and the self-test about to begin.
    /// - Parameters:
    ///   - updateKeys: what updates must be signed with; nil for a board without slots for updates.
    ///   - memory: `memorySize` bytes, aligned to 4096, that outlive the rig.
    @export(interface) public init(
        seed: UInt64, board: BoardDescription, protocols: ProtocolLibrary = .builtIn, updateKeys: UpdateKeys? = nil,
        memory: UnsafeMutableRawPointer
    ) {
        self.board = board
        world = World(seed: seed, board: board)
        checkers = Checkers(board: board)
        dice = Dice(seed: seed ^ 0x5EED_0F_7A5C5)
        self.memory = unsafe SharedWords(memory)
        for word in 0..<SimulatedRig.pagesSize / 8 { self.memory.store(0, word) }
        let tasks = TaskPage(self.memory)
        let page = ControllerPage(self.memory.from(SimulatedRig.tasksWords))
        safety = SafetyTask(board: board, latched: TripSet(), page: tasks, console: page, at: Instant(0))
        guardian = Guardian(board: board, page: tasks)
        sampler = Sampler(board: board, page: tasks)
        let disk = unsafe SimulatedDisk(memory: memory + SimulatedRig.pagesSize, capacity: Int64(SimulatedRig.diskSize))
        side = ConsoleSide(
            board: board, protocols: protocols, page: page, store: disk, at: Instant(0), wall: SimulatedRig.noWall)
        for raw in 0..<RigTask.count {
            if let task = RigTask(rawValue: raw) { schedule.move(task, to: Instant(Int64(dice.below(1_000_000)))) }
        }
        lowerOutputs()
        if let updateKeys {
            let place = unsafe memory + SimulatedRig.pagesSize + SimulatedRig.diskSize
            let staging = unsafe SimulatedDisk(memory: place, capacity: Int64(SimulatedRig.stagingSize))
            side.receiveUpdates(
                in: UpdateStaging(
                    in: staging, slots: SlotState(), keys: updateKeys, board: board.identity, architecture: .amd64))
        }
    }

    /// Words of the tasks' page; the controller page of each console process in turn lies behind it.
    static var tasksWords: Int { 512 }
    /// The controller page of the present console process.
    var controllerPage: ControllerPage { ControllerPage(memory.from(controllerWord)) }
    /// A board without a clock of its own.
    static var noWall: WallTime { WallTime(nanoseconds: 0, isTrusted: false) }

    // MARK: The console line

    /// True for a person at a terminal.
    public var isTerminal: Bool {
        get { side.lineIsTerminal }
        set { side.lineIsTerminal = newValue }
    }

    /// One byte typed on the console line, now.
    public mutating func receive(_ byte: UInt8) { receive(byte, on: ChannelNumber.line) }

    /// One byte typed on a channel of the console, now. Hands and faults need no console: what `operate` and `inject` ask is done at
    /// once, also where the console does not run.
    @export(interface) public mutating func receive(_ byte: UInt8, on channel: Int) {
        side.receive(byte, on: channel, at: clock)
        consoleIsStopped ? attendRequests(isRunning: false) : wakeConsole()
    }

    /// The next byte for the line; nil when there is none, and while the console does not run.
    public mutating func takeOutput() -> UInt8? { takeOutput(of: ChannelNumber.line) }

    /// The next byte for a channel; nil when there is none, and while the console does not run.
    @export(interface) public mutating func takeOutput(of channel: Int) -> UInt8? {
        consoleIsStopped ? nil : side.takeOutput(of: channel)
    }

    /// Somebody comes through a socket.
    /// - Returns: the channel; nil when all are taken.
    @export(interface) public mutating func connect(_ kind: ChannelName.Kind) -> Int? { side.connect(kind, at: clock) }

    /// The PINs of the console's roles: every channel begins anew with the role that wants none.
    @export(interface) public mutating func setPins(_ pins: PinTable) { side.setPins(pins, at: clock) }

    /// The wire emulation has a line from now on.
    @export(interface) public mutating func openWire() { side.openWire(at: clock) }

    /// Nothing more comes on a channel; it may still be answered.
    @export(interface) public mutating func endInput(of channel: Int) {
        side.endInput(of: channel, at: clock)
        wakeConsole()
    }

    private var consoleIsStopped: Bool {
        mutating get {
            if world.faults.isQuiet { return false }
            if case .stopped = world.fate(of: .console, at: now) { return true }
            return false
        }
    }

    /// The line went down.
    public mutating func hangUp() { hangUp(ChannelNumber.line) }

    /// A channel went down.
    @export(interface) public mutating func hangUp(_ channel: Int) {
        side.hangUp(channel, at: clock)
        wakeConsole()
    }

    /// The next thing that happened: events of the safety side, and every refusal. For scripts.
    public mutating func takeEvent() -> Event? { side.takeHeard() }

    /// The pulses that the journal proves.
    public var journalTally: Tally { side.journal.tally }

    /// The journal is open and everything could be written to it.
    public var isJournalHealthy: Bool { side.journal.isHealthy }

    /// Walks through the whole journal on the disk; nil when it cannot be read.
    @export(interface) public mutating func verifyJournal() -> Verification? {
        var found: Verification?
        side.withStore { disk in
            do throws(StorageFault) { found = try JournalReader.verify(disk) } catch { found = nil }
        }
        return found
    }

    /// Hands every byte of the journal's disk to `body`, from the first.
    @export(interface) public mutating func readJournal(_ body: (UInt8) -> Void) {
        side.withStore { disk in
            for offset in 0..<disk.length { body(disk[offset]) }
        }
    }

    // MARK: What shows

    public var state: StimulatorState { safety.kernel.state }
    public var trips: TripSet { safety.kernel.trips }
    public var firstTrip: Trip? { safety.kernel.firstTrip }
    /// What the safety side shows of itself, as the console reads it.
    public var snapshot: Snapshot {
        guard let words = controllerPage.snapshot.read() else {
            return Snapshot()
        }
        return Snapshot(words: words) ?? Snapshot()
    }
    /// Hash of the history so far: the same for the same seed and input, in every build and on every machine.
    public var historyHash: UInt64 { history.value }
    /// When the next task is due.
    public var nextWake: Instant { schedule.soonest }

    private mutating func wakeConsole() { schedule.wake(.console, at: now) }

    // MARK: Time

    /// Runs every task that is due up to and including `limit`.
    @export(interface) public mutating func run(until limit: Instant) {
        while schedule.soonest <= limit { runNext() }
        now = max(now, limit)
        world.advance(to: now)
    }

    /// Runs the task that is due next.
    private mutating func runNext() {
        let task = schedule.next
        now = max(now, schedule.soonest)
        world.horizon = now
        world.advance(to: now)
        if now >= watch.nextLookAt { look() }
        if isDisturbed { attendHardware() }
        attend(task)
    }

    /// The checkers look whatever the software does: frozen tasks are still planned.
    private mutating func look() {
        watch.nextLookAt = now + .milliseconds(10)
        let ran = LastRuns(
            safety: schedule.lastRun(of: .safety), sampler: schedule.lastRun(of: .sampler),
            console: schedule.lastRun(of: .console))
        checkers.tasksRan(ran, &world)
        checkers.observe(&world, at: now)
        world.hash(into: &history)
    }

    @inline(always) private mutating func attend(_ task: RigTask) {
        switch world.faults.isQuiet ? .runs : world.fate(of: task, at: now) {
        case .runs: break
        case .late(let delay):
            // Late once for each planned run.
            let late = schedule.plan(of: task) + delay
            if now < late { return schedule.move(task, to: late) }
        case .stopped: return schedule.move(task, to: now + .milliseconds(1))
        }
        let next = run(task)
        schedule.ran(task, at: now, next: next, jitter: jitter(of: task))
    }

    @inline(always) private mutating func run(_ task: RigTask) -> Instant {
        switch task {
        case .safety: return runSafety()
        case .guardian: return stepGuardian(&guardian, at: clock, world: &world) - clockLead
        case .sampler: return max(stepSampler(&sampler, at: clock, world: &world) - clockLead, world.transferEndsAt)
        case .console: return runConsole()
        case .journal: return side.runJournal(at: clock, wall: SimulatedRig.noWall) - clockLead
        }
    }

    @inline(always) private mutating func runSafety() -> Instant {
        let next = stepSafety(&safety, at: clock, world: &world) - clockLead
        history.add(UInt64(world.levels.rawValue) | UInt64(safety.kernel.state.rawValue) << 32)
        if safety.command != nil || !watch.hasSeen(safety.kernel) { tellCheckers() }
        return next
    }

    private mutating func tellCheckers() {
        let sent = safety.command.flatMap { side.start(sentAs: $0.token) }
        let asked = Asked(command: safety.command?.command, pattern: sent)
        if watch.update(safety.kernel, asked, &world, &checkers, at: now, clockLead: clockLead) {
            latchFile.write(safety.kernel.lockouts)
        }
    }

    /// Wake-ups of a quiet PREEMPT_RT kernel: up to 40 us; an edge is spun for: up to 2 us.
    @inline(always) private mutating func jitter(of task: RigTask) -> Nanoseconds {
        let drawn = dice.next()
        return Nanoseconds(Int64(task == .safety && safety.nextIsEdge ? drawn % 2_000 : drawn % 40_000))
    }
}
