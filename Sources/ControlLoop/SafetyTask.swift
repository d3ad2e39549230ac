import BoardInterface
import StimulatorCore

/// Steps the kernel every millisecond and at every edge that it plans, and drives CHARGE and FIRE.
public struct SafetyTask: Sendable {
    /// 1 ms.
    @inlinable public static var period: Nanoseconds { .milliseconds(1) }

    public private(set) var kernel: SafetyKernel
    /// Lateness of the runs.
    public private(set) var lateness = LatenessHistogram()
    /// Frames from the console that were no commands.
    public private(set) var nonsense: UInt64 = 0
    private let page: TaskPage
    private var snapshots: PublishedBlock<24>
    private var commands: FrameConsumer
    private var events: FrameProducer
    private var report = SafetyReport()
    private var inputs: KernelInputs
    private var samplerSeen = PublishedBlock<9>.unseen
    private var guardianSeen = PublishedBlock<3>.unseen
    private var plannedAt: Instant
    private var nextTick: Instant
    private var outputFailed = false

    public init(
        board: BoardDescription, latched: TripSet, posture: Posture = Posture(), page: TaskPage,
        console: ControllerPage, at now: Instant
    ) {
        // What the process before this one showed is in the page still, unless the board was reset.
        var last = Snapshot()
        if let words = console.snapshot.read(), let shown = Snapshot(words: words) { last = shown }
        kernel = SafetyKernel(board: board, latched: latched, posture: posture, after: last, startingAt: now)
        self.page = page
        snapshots = console.snapshot
        commands = FrameConsumer(console.commands)
        commands.skip()
        events = FrameProducer(console.events)
        inputs = KernelInputs(now: now)
        plannedAt = now
        nextTick = now
    }

    /// A new console process, with an empty page that is not the old one's: its rings begin anew, with what the old one left unread.
    public mutating func connect(to console: ControllerPage) {
        snapshots = console.snapshot
        commands = FrameConsumer(console.commands)
        let unread = events
        events = FrameProducer(console.events)
        unread.resend(to: &events)
    }

    /// The command that the last run took; nil when it took none.
    public var command: TokenedCommand? { inputs.command }

    /// A tick that would come less than this before an edge comes with it: on a real board a run takes tens of microseconds, and the
    /// tick's would still last when the edge is due.
    @inlinable public static var nearEdge: Nanoseconds { .microseconds(200) }

    /// The next run is an edge: the thread sleeps to shortly before it and spins the rest.
    public private(set) var nextIsEdge = false

    /// One run: read, step, write, publish. The step's time is that at which the lines were read: what took too long is late.
    /// - Returns: when to run again: the next tick, or an edge before or near it.
    public mutating func run<Port: OutputLinesPort & InputLinesPort & ~Copyable>(
        at began: Instant, board: inout Port
    ) -> Instant {
        lateness.add(began - plannedAt)
        gather(at: began, from: &board)
        let now = inputs.now
        let outputs = kernel.step(inputs)
        do throws(LineFault) {
            try board.set(outputs.lines, mask: .safetyTask, at: now)
            outputFailed = false
        } catch {
            outputFailed = true
        }
        if now >= nextTick {
            report.ticks &+= 1
            report.tickAt = now
            nextTick += SafetyTask.period
            // Missed ticks are not made up for: their lateness has been seen, and the count tells the guardian.
            if nextTick <= now { nextTick = now + SafetyTask.period }
        }
        publish(outputs)
        nextIsEdge = outputs.nextEdge > now && outputs.nextEdge < nextTick + SafetyTask.nearEdge
        plannedAt = nextIsEdge ? outputs.nextEdge : nextTick
        return plannedAt
    }

    @inline(always) private mutating func gather<Port: InputLinesPort & ~Copyable>(
        at began: Instant, from board: inout Port
    ) {
        inputs.portFailed = outputFailed
        do throws(LineFault) {
            inputs.lines = try board.read(at: began)
            inputs.fireSense = try board.fireSenseEdges(at: began)
        } catch {
            inputs.portFailed = true
        }
        inputs.now = board.moment(since: began)
        inputs.lateness = max(.zero, inputs.now - plannedAt)
        if let block = page.sampler.read(newerThan: &samplerSeen) { inputs.sampler = SamplerReport(block) }
        if let block = page.guardian.read(newerThan: &guardianSeen) { inputs.guardian = GuardianReport(block) }
        inputs.command = nil
        if let frame = commands.take() {
            inputs.command = TokenedCommand(frame: frame)
            if inputs.command == nil { nonsense &+= 1 }
        }
    }

    @inline(always) private mutating func publish(_ outputs: KernelOutputs) {
        report.wantsHeartbeat = outputs.wantsHeartbeat
        report.wantsBleedOpen = outputs.wantsBleedOpen
        report.wantsArm = outputs.wantsArm
        report.setPoint = outputs.setPoint
        report.lastFireAt = outputs.lastFireAt
        page.safety.publish(report.block)
        snapshots.publish(kernel.snapshot(inputs, outputs: outputs.lines).words)
        for index in 0..<kernel.events.count {
            let event = kernel.events[index]
            events.send(event.frame, vital: event.isVital)
        }
        kernel.events.removeAll()
    }
}
