import CFakeDevices
import Glibc
import LinuxBoard
import SimulatedBoard
import StimulatorCore

/// How one call goes wrong.
public struct Wrong: Sendable {
    public let name: String
    let mode: cfake_mode
    let error: Int32
    let length: Int64
    let time: Int64

    /// Every way: each error once, what comes after the deed, what goes on for good, what is cut short, what takes its time.
    public static let all: [Wrong] =
        [
            (EIO, "EIO"), (ENODEV, "ENODEV"), (EINTR, "EINTR"), (EAGAIN, "EAGAIN"), (EBUSY, "EBUSY"), (ENXIO, "ENXIO"),
            (ETIMEDOUT, "ETIMEDOUT"), (EBADF, "EBADF"),
        ].map { Wrong(name: "\($0.1) once", mode: CFAKE_FAILS, error: $0.0, length: 1, time: 0) } + [
            Wrong(name: "EIO after the deed", mode: CFAKE_FAILS_AFTER, error: EIO, length: 1, time: 0),
            Wrong(name: "EINTR for good", mode: CFAKE_FAILS, error: EINTR, length: .max, time: 0),
            Wrong(name: "EIO for good", mode: CFAKE_FAILS, error: EIO, length: .max, time: 0),
            Wrong(name: "short", mode: CFAKE_SHORT, error: EIO, length: 1, time: 0),
            Wrong(name: "blocks 300 us", mode: CFAKE_BLOCKS, error: 0, length: 1, time: 300_000),
            Wrong(name: "blocks 12 ms", mode: CFAKE_BLOCKS, error: 0, length: 1, time: 12_000_000),
            Wrong(name: "blocks for good", mode: CFAKE_BLOCKS, error: 0, length: 1, time: 8_000_000_000),
        ]

    /// One call goes wrong and none after it.
    var isOnce: Bool { length == 1 }

    /// The plan for call `number`.
    public func plan(at number: Int64) -> cfake_plan {
        cfake_plan(at: number, length: length, mode: Int32(mode.rawValue), error: error, nanoseconds: time)
    }
}

/// What came of a run.
public enum Outcome: Sendable {
    /// Every pulse given or left out with its cause, the board discharged.
    case train
    /// The board stopped by itself and is dead.
    case stop
    /// The very call that raises FIRE takes its time: no software takes that pulse back. It is seen as one that nobody asked for, and the
    /// board locks itself out.
    case lateFire
    /// Anything else.
    case broken(String)
}

extension LinuxRig {
    /// Runs to the end of the operator's script, or of a stop.
    /// - Parameters:
    ///   - whole: also the discharge, to below 60 V; else a stop is followed until the board is dead.
    ///   - slow: the call that blocks, if one does.
    public func verdict(whole: Bool, slow: Int64? = nil) -> Outcome {
        // Self-test, arming, train, discharge take 10 s; a call that blocks for good 8 s more.
        let end = now + .seconds(22)
        while now < end {
            run(until: now + .milliseconds(20))
            if let broken = violation(slow: slow) { return broken }
            let isRest = shown.state == .safe || shown.state == .faulted
            if person.isDone && isRest && world.volts < 60 { return finish(slow: slow) }
            guard isStopped else { continue }
            if !whole || (isRest && world.volts < 60) { return finish(slow: slow) }
        }
        return world.volts < 60 && isDead
            ? .stop : .broken("no end: \(shown.state.name), \(world.volts) V, dead: \(isDead)")
    }

    /// What the checkers found, but for the one late pulse that the slow call itself gave.
    private func violation(slow: Int64?) -> Outcome? {
        guard let first = checkers.first, !isLateFire(slow) else { return nil }
        return .broken("\(first.kind.name) \(first.value) at \(first.at.raw)")
    }

    private func isLateFire(_ slow: Int64?) -> Bool {
        slow == firedBy && checkers.unwantedPulses == 1 && checkers.kinds == 1 << ViolationKind.unwantedPulse.rawValue
    }

    /// Stopped half a second ago, or never armed and faulted.
    private var isStopped: Bool {
        if shown.state == .faulted { return watch.stoppedAt.map { now - $0 > .milliseconds(500) } ?? true }
        guard let stoppedAt = watch.stoppedAt, !person.isDone else { return false }
        return now - stoppedAt > .milliseconds(500)
    }

    private func finish(slow: Int64?) -> Outcome {
        // A call that blocked for long may end with one late edge of the heartbeat: ENABLE for 50 ms, and nothing that uses it.
        if !isDead { run(until: now + .milliseconds(200)) }
        checkers.observe(&world, at: now)
        if let broken = violation(slow: slow) { return broken }
        guard isDead else { return .broken("stopped, and not dead: \(shown.state.name)") }
        if checkers.first != nil {
            let isSeen = shown.trips.contains(.pulseUnexpected)
            return isSeen ? .lateFire : .broken("a late pulse that nobody saw: \(shown.trips)")
        }
        let isWhole = train.isOver && train.delivered + train.omitted == 3 && person.isDone && shown.trips.isEmpty
        if isWhole, UInt64(train.delivered) != checkers.wantedPulses {
            return .broken("\(train.delivered) pulses told, \(checkers.wantedPulses) seen")
        }
        return isWhole ? .train : .stop
    }
}

/// Every call of a short train goes wrong in every way.
public struct Campaign {
    public private(set) var trains = 0
    public private(set) var stops = 0
    public private(set) var lateFires = 0
    public private(set) var refusedStarts = 0
    public private(set) var broken: [String] = []
    /// Runs that were followed to their end; the others came to the very state of one that was.
    public private(set) var followed = 0
    /// Calls of the whole train.
    public private(set) var calls: Int64 = 0
    private let stride: Int64
    private let job: Int64
    private let jobs: Int64

    /// - Parameters:
    ///   - stride: 1 for every call; n for each n-th, another n-th for each way.
    ///   - job: which share of them, 0 ..< `jobs`.
    public init(stride: Int64, job: Int64 = 0, of jobs: Int64 = 1) {
        self.stride = stride
        self.job = job
        self.jobs = jobs
    }

    /// While lines are claimed and devices opened.
    public mutating func start() {
        let calls = LinuxRig.callsOfStart
        for (index, wrong) in Wrong.all.enumerated() {
            // A start has far fewer calls than a train: more of them are taken.
            for number in 0..<calls where (number + Int64(index)) % (stride / 40 + 1) == 0 && isMine(number) {
                start(wrong, at: number)
            }
        }
    }

    private mutating func start(_ wrong: Wrong, at number: Int64) {
        do throws(ClaimFault) {
            let rig = try LinuxRig(plan: wrong.plan(at: number))
            count(rig.verdict(whole: false), wrong, number)
        } catch {
            refusedStarts += 1
            if cfake_requested_levels() != 0 { broken.append("start, call \(number) \(wrong.name): a line is high") }
            cfake_end()
        }
    }

    /// From the first run of a task to the end of the discharge.
    public mutating func train() throws {
        let rig = try LinuxRig()
        while !(rig.person.isDone && rig.shown.state == .safe) {
            guard isNear(cfake_calls()) else {
                rig.step()
                continue
            }
            let before = rig.checkpoint()
            rig.step()
            let after = rig.checkpoint()
            let undisturbed = rig.content
            for number in before.calls..<after.calls {
                // What the call's run leaves is often the same for many ways: then so is what comes of it. The first is the train itself.
                var known = [(content: undisturbed, outcome: Outcome.train)]
                for (index, wrong) in Wrong.all.enumerated() where isChosen(number, index) {
                    rig.restore(before)
                    cfake_set_plan(wrong.plan(at: number))
                    rig.step()
                    let content = rig.content
                    if wrong.isOnce, let outcome = known.first(where: { $0.content == content })?.outcome {
                        count(outcome, wrong, number)
                        continue
                    }
                    let slow = wrong.mode == CFAKE_BLOCKS ? number : nil
                    let outcome = rig.verdict(whole: number / stride % 16 == 0, slow: slow)
                    if wrong.isOnce { known.append((content, outcome)) }
                    count(outcome, wrong, number)
                    followed += 1
                }
            }
            rig.restore(after)
        }
        calls = cfake_calls()
    }

    private func isMine(_ number: Int64) -> Bool { number / stride % jobs == job }

    private func isChosen(_ number: Int64, _ way: Int) -> Bool {
        (number + Int64(way) * 7) % stride == 0 && isMine(number)
    }

    /// A call that is chosen may come in the next step: none makes more than 64.
    private func isNear(_ calls: Int64) -> Bool {
        (calls..<calls + 64).contains { number in Wrong.all.indices.contains { isChosen(number, $0) } }
    }

    private mutating func count(_ outcome: Outcome, _ wrong: Wrong, _ number: Int64) {
        switch outcome {
        case .train: trains += 1
        case .stop: stops += 1
        case .lateFire: lateFires += 1
        case .broken(let why): broken.append("call \(number) \(wrong.name): \(why)")
        }
    }
}

extension LinuxRig {
    /// How many calls it takes to claim a board.
    public static var callsOfStart: Int64 {
        guard (try? LinuxRig()) != nil else { return 0 }
        return cfake_calls()
    }
}
