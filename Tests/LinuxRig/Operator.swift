import ControlLoop
import SimulatedBoard
import StimulatorCore

/// A person with a console: key on, arm, a short train, disarm. They see no more than the shared page.
struct Operator {
    static let pattern = PulsePattern.train(intensity: PerMille(300), rate: .hertz(20), pulses: 3)
    private enum Deed { case waitForSafe, arm, waitForReady, waitForEnd, done }

    var pattern: PulsePattern { Operator.pattern }
    private(set) var keyIsOn = false
    private(set) var delivered: UInt32 = 0
    private(set) var omitted: UInt32 = 0
    private(set) var isTrainOver = false
    /// The script is at its end.
    var isDone: Bool { deed == .done }
    private let page: ControllerPage
    private var commands: FrameProducer
    private var events: FrameConsumer
    private var deed = Deed.waitForSafe
    private var token: UInt32 = 0

    init(page: ControllerPage) {
        self.page = page
        commands = FrameProducer(page.commands)
        events = FrameConsumer(page.events)
    }

    /// Renews the lease and does the next thing, every 5 ms.
    mutating func run(at now: Instant) -> Instant {
        send(.renew(journal: true))
        while let frame = events.take() {
            guard let event = Event(frame: frame), event.kind == .trainFinished else { continue }
            isTrainOver = true
            delivered = event.index
            omitted = UInt32(clamping: event.values[0])
        }
        if let state = page.snapshot.read().flatMap({ Snapshot(words: $0) })?.state { act(in: state) }
        return now + .milliseconds(5)
    }

    private mutating func act(in state: StimulatorState) {
        switch deed {
        case .waitForSafe where state == .safe:
            keyIsOn = true
            deed = .arm
        case .arm:
            send(.arm(intensity: pattern.intensity))
            deed = .waitForReady
        case .waitForReady where state == .ready:
            send(.start(pattern))
            deed = .waitForEnd
        case .waitForEnd where isTrainOver:
            send(.disarm)
            deed = .done
        default: break
        }
    }

    private mutating func send(_ command: Command) {
        token &+= 1
        commands.send(TokenedCommand(token: token, command).frame)
    }
}

/// Tells the checkers what the operator meant and when a stop began.
struct Watch {
    var nextLookAt = Instant(0)
    private(set) var wasArmed = false
    /// When the board was last stopped, by whomever.
    private(set) var stoppedAt: Instant?
    private var firstPulseAt = Instant.distantFuture

    mutating func update(
        _ kernel: SafetyKernel, _ meant: PulsePattern, _ world: inout World, _ checkers: inout Checkers, at now: Instant
    ) {
        if kernel.firstPulseAt != firstPulseAt {
            checkers.observe(&world, at: now)
            firstPulseAt = kernel.firstPulseAt
            if firstPulseAt == .distantFuture {
                checkers.stopped(at: now)
            } else {
                checkers.patternAccepted(meant, firstPulseAt: firstPulseAt)
            }
        }
        guard wasArmed != kernel.state.isArmed else { return }
        wasArmed = kernel.state.isArmed
        if wasArmed { return checkers.armed(at: now) }
        stoppedAt = now
        checkers.observe(&world, at: now)
        checkers.tripped(at: now)
    }
}
