import BoardInterface
import StimulatorCore

@testable import ControlLoop

/// Zeroed memory for a page, released with the last handle to it.
final class PageMemory {
    private let base: UnsafeMutableRawPointer

    init(bytes: Int = ControllerPage.byteCount) {
        base = .allocate(byteCount: bytes, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { base.deallocate() }

    var words: SharedWords { SharedWords(base) }
}

/// SplitMix64: the same numbers from the same seed on every machine.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Lines without delays: ENABLE and the contactor follow the heartbeat for 50 ms, the bleed its hold, a pulse each rising FIRE.
struct FakeBoard: OutputLinesPort, InputLinesPort, WatchdogPort {
    var hands: InputLines = .interlock | .coilPresent
    var volts = 0.0
    var failsWrites = OutputLines.none
    var failsReads = false
    var failsPets = false
    /// How long it takes to read the inputs.
    var readTakes = Nanoseconds.zero
    private(set) var levels = OutputLines.none
    /// Every write, in order.
    private(set) var writes: [(at: Instant, levels: OutputLines, mask: OutputLines)] = []
    private(set) var fires: [Instant] = []
    private(set) var pets: [Instant] = []
    private var beatAt = Instant.distantPast
    private var edges = EdgeCount()

    mutating func set(_ levels: OutputLines, mask: OutputLines, at now: Instant) throws(LineFault) {
        writes.append((now, levels, mask))
        if (mask & failsWrites) != .none { throw LineFault(code: 5) }
        let before = self.levels
        self.levels = before - mask | levels & mask
        if (before & .heartbeat) != (self.levels & .heartbeat) { beatAt = now }
        if !before.contains(.fire), self.levels.contains(.fire), self.levels.contains(.arm) {
            fires.append(now)
            volts *= 0.77
            edges = EdgeCount(count: edges.count + 1, lastAt: now + .microseconds(20))
        }
    }

    func moment(since began: Instant) -> Instant { began + readTakes }

    mutating func read(at now: Instant) throws(LineFault) -> InputLines {
        if failsReads { throw LineFault(code: 5) }
        let isEnabled = now - beatAt < .milliseconds(50)
        return hands.setting(.enableSense | .contactorSense, isEnabled)
            .setting(.bleedSense, isEnabled && levels.contains(.bleedHold))
    }

    mutating func fireSenseEdges(at now: Instant) throws(LineFault) -> EdgeCount { edges }

    mutating func pet(at now: Instant) throws(LineFault) {
        if failsPets { throw LineFault(code: 5) }
        pets.append(now)
    }
}

/// The safety task and the guardian over their real pages, with a sampler that knows the truth and a console that renews.
struct LoopBench {
    let tasks = PageMemory(bytes: TaskPage.byteCount)
    let shared = PageMemory()
    var board = FakeBoard()
    var safety: SafetyTask
    var guardian: Guardian
    private(set) var console: FrameProducer
    private var events: FrameConsumer
    private(set) var heard: [Event] = []
    private(set) var now = Instant(0)
    var safetyRuns = true
    var guardianRuns = true
    var samplerRuns = true
    private var safetyAt = Instant(0)
    private var guardianAt = Instant(0)
    private var samplerAt = Instant(0)
    private var renewAt = Instant(0)
    private var runs: UInt64 = 0

    init() {
        let (page, controller) = (TaskPage(tasks.words), ControllerPage(shared.words))
        safety = SafetyTask(
            board: BoardDescription(), latched: TripSet(), page: page, console: controller, at: Instant(0))
        guardian = Guardian(board: BoardDescription(), page: page)
        console = FrameProducer(controller.commands)
        events = FrameConsumer(controller.events)
    }

    var page: TaskPage { TaskPage(tasks.words) }
    var state: StimulatorState { safety.kernel.state }
    var guardianReport: GuardianReport? { page.guardian.read().map(GuardianReport.init) }

    mutating func say(_ command: Command) { console.send(TokenedCommand(token: 7, command).frame) }

    mutating func sendRaw(_ frame: Frame) -> Bool { console.send(frame) }

    /// Lets the tasks run in the order of their times until `condition` holds or the time is over.
    @discardableResult mutating func run(for time: Nanoseconds, until condition: (LoopBench) -> Bool = { _ in false })
        -> Bool
    {
        let end = now + time
        while true {
            let next = min(
                min(safetyRuns ? safetyAt : .distantFuture, guardianRuns ? guardianAt : .distantFuture),
                min(samplerAt, renewAt))
            if next > end {
                now = end
                return false
            }
            pass(to: next)
            attend(next)
            if condition(self) { return true }
        }
    }

    private mutating func attend(_ next: Instant) {
        if next == renewAt {
            renewAt += .milliseconds(300)
            console.send(TokenedCommand(token: 0, .renew(journal: true)).frame)
        }
        if next == samplerAt {
            samplerAt += .milliseconds(3)
            if samplerRuns { sample() }
        }
        if next == guardianAt, guardianRuns { guardianAt = guardian.run(at: now, board: &board) }
        if next == safetyAt, safetyRuns { runSafety(at: now) }
    }

    /// One run of the safety task, at its time or late.
    mutating func runSafety(at moment: Instant) {
        pass(to: moment)
        safetyAt = safety.run(at: moment, board: &board)
        while let frame = events.take() {
            if let event = Event(frame: frame) { heard.append(event) }
        }
    }

    private mutating func pass(to next: Instant) {
        let seconds = Double((next - now).raw) / 1e9
        if board.levels.contains(.charge | .arm) {
            board.volts = min(board.volts + 4_000 * seconds, Double(safety.kernel.board.maximumVoltage.raw) / 1000)
            board.volts = min(board.volts, held)
        }
        if !board.levels.contains(.bleedHold) { board.volts *= 1 - seconds / 1.258 }
        now = next
    }

    private var held: Double { Double(page.safety.read().map { SafetyReport($0).setPoint.raw } ?? 0) / 1000 }

    private mutating func sample() {
        runs += 1
        var report = SamplerReport()
        report.voltage = Reading(Millivolts(Int32(board.volts * 1000)), takenAt: now, quality: .good)
        report.coilA = Reading(.celsius(25), takenAt: now, quality: .good)
        report.coilB = Reading(.celsius(25), takenAt: now, quality: .good)
        report.setPointHeld = Millivolts(Int32(held * 1000))
        report.partsIdentified = true
        page.sampler.publish(report.block(runs: runs))
    }

    /// A board that is armed and holds 50 %.
    static func ready() -> LoopBench {
        var bench = LoopBench()
        bench.run(for: .seconds(8)) { $0.state == .safe }
        bench.board.hands = bench.board.hands | .keySwitch
        bench.run(for: .milliseconds(10))
        bench.say(.arm(intensity: PerMille(500)))
        bench.run(for: .seconds(4)) { $0.state == .ready }
        return bench
    }
}
