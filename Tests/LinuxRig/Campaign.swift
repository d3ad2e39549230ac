import CFakeDevices
import Glibc
import LinuxBoard
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
            Wrong(name: "blocks for good", mode: CFAKE_BLOCKS, error: 0, length: 1, time: 20_000_000_000),
        ]

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
    /// Anything else.
    case broken(String)
}

extension LinuxRig {
    /// Runs to the end of the operator's script, or of a stop.
    /// - Parameter whole: also the discharge, to below 60 V; else a stop is followed until the board is dead.
    public func verdict(whole: Bool) -> Outcome {
        // Self-test, arming, train, discharge take 10 s; a call that blocks for good 20 s more.
        let end = now + .seconds(34)
        while now < end {
            run(until: now + .milliseconds(20))
            if let first = checkers.first { return .broken("\(first.kind.name) \(first.value) at \(first.at.raw)") }
            let isRest = shown.state == .safe || shown.state == .faulted
            if person.isDone && isRest && world.volts < 60 { return finish() }
            guard isStopped else { continue }
            if !whole || (isRest && world.volts < 60) { return finish() }
        }
        return world.volts < 60 && isDead
            ? .stop : .broken("no end: \(shown.state.name), \(world.volts) V, dead: \(isDead)")
    }

    /// Stopped half a second ago, or never armed and faulted.
    private var isStopped: Bool {
        if shown.state == .faulted { return watch.stoppedAt.map { now - $0 > .milliseconds(500) } ?? true }
        guard let stoppedAt = watch.stoppedAt, !person.isDone else { return false }
        return now - stoppedAt > .milliseconds(500)
    }

    private func finish() -> Outcome {
        // A call that blocked for long may end with one late edge of the heartbeat: ENABLE for 50 ms, and nothing that uses it.
        if !isDead { run(until: now + .milliseconds(200)) }
        checkers.observe(&world, at: now)
        if let first = checkers.first { return .broken("\(first.kind.name) \(first.value) at \(first.at.raw)") }
        guard isDead else { return .broken("stopped, and not dead: \(shown.state.name)") }
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
    public private(set) var refusedStarts = 0
    public private(set) var broken: [String] = []
    /// Calls of the whole train.
    public private(set) var calls: Int64 = 0
    private let stride: Int64

    /// - Parameter stride: 1 for every call; n for each n-th, another n-th for each way.
    public init(stride: Int64) { self.stride = stride }

    /// While lines are claimed and devices opened.
    public mutating func start() {
        let calls = LinuxRig.callsOfStart
        for (index, wrong) in Wrong.all.enumerated() {
            // A start has far fewer calls than a train: more of them are taken.
            for number in 0..<calls where (number + Int64(index)) % (stride / 40 + 1) == 0 { start(wrong, at: number) }
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
            for number in before.calls..<after.calls {
                for (index, wrong) in Wrong.all.enumerated() where isChosen(number, index) {
                    rig.restore(before)
                    cfake_set_plan(wrong.plan(at: number))
                    count(rig.verdict(whole: number / stride % 16 == 0), wrong, number)
                }
            }
            rig.restore(after)
        }
        calls = cfake_calls()
    }

    private func isChosen(_ number: Int64, _ way: Int) -> Bool { (number + Int64(way) * 7) % stride == 0 }

    /// A call that is chosen may come in the next step: none makes more than 64.
    private func isNear(_ calls: Int64) -> Bool {
        (calls..<calls + 64).contains { number in Wrong.all.indices.contains { isChosen(number, $0) } }
    }

    private mutating func count(_ outcome: Outcome, _ wrong: Wrong, _ number: Int64) {
        switch outcome {
        case .train: trains += 1
        case .stop: stops += 1
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
