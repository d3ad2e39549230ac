import StimulatorCore

/// When the tasks last ran, as the scheduler knows it.
public struct LastRuns: BitwiseCopyable, Sendable {
    public var safety: Instant
    public var sampler: Instant
    public var console: Instant

    public init(safety: Instant, sampler: Instant, console: Instant) {
        self.safety = safety
        self.sampler = sampler
        self.console = console
    }
}

/// Why the true world demands a stop: what hands did, and what no longer runs. No line and no kernel is asked.
struct StopCauses: BitwiseCopyable {
    /// The safety task reads the lines every millisecond; its wake-up and the next tick besides.
    private static var seenByTick: Nanoseconds { .milliseconds(3) }
    /// With something broken: a safety task that is 20 ms late, or dead, and then the guardian at 9 ms or the charge pump at 50 ms.
    private static var seenWithFault: Nanoseconds { .milliseconds(75) }

    private let lease: Nanoseconds
    private var keyOffAt: Instant?
    private var coilOutAt: Instant?
    /// When a fault was last active.
    private var brokenAt = Instant.distantPast

    init(lease: Nanoseconds) { self.lease = lease }

    /// The moment from which hands demand a stop; nil while they do not. The chain acts without software, so at once.
    mutating func hands(_ world: inout World) -> Instant? {
        let now = world.now
        if !world.faults.isQuiet { brokenAt = now }
        let hands = world.hands
        let key = StopCauses.follow(hands.contains(.keySwitch), .keySwitchLine, &keyOffAt, &world)
        let coil = StopCauses.follow(hands.contains(.coilPresent), .coilPresentLine, &coilOutAt, &world)
        if !world.isChainClosed { return now }
        let first = min(key, coil)
        if first == .distantFuture { return nil }
        let allowed = now - brokenAt > .milliseconds(100) ? StopCauses.seenByTick : StopCauses.seenWithFault
        return now - first >= allowed ? first + allowed : nil
    }

    /// Since when a contact is off and can be known to be: not while its line is stuck at on, nor while no software runs at all.
    private static func follow(
        _ isOn: Bool, _ line: FaultComponent, _ offAt: inout Instant?, _ world: inout World
    ) -> Instant {
        if isOn {
            offAt = nil
            return .distantFuture
        }
        let now = world.now
        let isHidden = world.isActive(line, .stuckHigh, at: now) || world.isActive(.software, .frozenAtWorst, at: now)
        let since = isHidden ? now : offAt ?? now
        offAt = since
        return since
    }

    /// The moment from which the tasks' silence demands a stop; nil while it does not. Software that is frozen at its worst is stopped
    /// by the chain alone.
    func silence(_ ran: LastRuns, _ world: inout World) -> Instant? {
        let now = world.now
        if world.isActive(.software, .frozenAtWorst, at: now) { return nil }
        // The guardian needs 9 ms, the charge pump 50 ms. The console's last renewal may wait behind 31 other commands.
        var first = min(ran.safety + .milliseconds(60), ran.sampler + .milliseconds(80))
        first = min(first, ran.console + lease + .milliseconds(40))
        return first < now ? first : nil
    }
}
