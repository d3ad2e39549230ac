import BoardInterface
import CFakeDevices
import ControlLoop
import LinuxBoard
import SimulatedBoard
import StimulatorCore

/// The safety side as it is on Linux, over the fakes of libgpiod and libi2c, with the simulator's world behind them; in virtual time.
///
///     tasks ─▶ LinuxBoard ─▶ shim ─▶ fakes ─▶ World         operator ─▶ the shared page
///
/// A call that blocks lets every other task run meanwhile, as on the board.
public final class LinuxRig {
    /// Who is due when: the three tasks, and the operator with their console.
    enum Seat: Int { case safety = 0, guardian, sampler, person }

    public internal(set) var world: World
    public internal(set) var checkers: Checkers
    var lines: SafetyLines
    var outputs: GuardianLines
    var bus: LinuxBus
    var safety: SafetyTask
    var guardian: Guardian
    var sampler: Sampler
    var person: Operator
    var watch = Watch()
    public internal(set) var now = Instant(0)
    var due = Fixed<4, Instant>(repeating: Instant(0))
    var ranAt = Fixed<4, Instant>(repeating: Instant(0))
    var isBusy = Fixed<4, Bool>(repeating: false)
    /// The call that raised FIRE last.
    public internal(set) var firedBy: Int64 = -1
    let pages: Pages

    /// Claims a board of the world with seed 1.
    /// - Parameters:
    ///   - plan: the call that goes wrong, counted from the first one of the start.
    ///   - line: a line to be placed elsewhere (`cfake_place_line`), with those of `others`.
    /// - Throws: `ClaimFault` when a line cannot be had.
    public init(
        plan: cfake_plan = cfake_plan(), posture: Posture = Posture(), placing line: Int32 = 0, where place: Int32 = 0,
        alsoPlacing others: [Int32] = []
    ) throws(ClaimFault) {
        let board = BoardDescription()
        world = World(seed: 1, board: board)
        checkers = Checkers(board: board)
        pages = Pages()
        let plant = PlantAtStart()
        plant.begin()
        for line in [line] + others { cfake_place_line(line, place) }
        cfake_set_plan(plan)
        let claimed = try LinuxBoard(LinuxBoardWiring(), board: board)
        lines = claimed.safety
        outputs = claimed.guardian
        bus = claimed.bus
        safety = SafetyTask(
            board: board, latched: TripSet(), posture: posture, page: pages.tasks, console: pages.console, at: now)
        guardian = Guardian(board: board, page: pages.tasks)
        sampler = Sampler(board: board, page: pages.tasks)
        person = Operator(page: pages.console)
        let calls = cfake_calls()
        let (requested, levels) = (cfake_requested(), cfake_requested_levels())
        Plant.begin(for: self)
        cfake_set_requested(requested, levels)
        cfake_set_calls(calls)
        cfake_set_plan(plan)
        world.claimLines(at: now)
    }

    deinit { cfake_end() }

    // MARK: Time

    /// Runs to a moment.
    public func run(until limit: Instant) {
        while runNext(before: limit) {}
        now = max(now, limit)
        setClock(now)
    }

    /// Runs the task that is due next, unless it is due after `limit`.
    func runNext(before limit: Instant) -> Bool {
        var chosen: Int?
        for seat in 0..<4 where !isBusy[seat] && (chosen.map { due[seat] < due[$0] } ?? true) { chosen = seat }
        guard let chosen, due[chosen] <= limit, let seat = Seat(rawValue: chosen) else { return false }
        now = max(now, due[chosen])
        setClock(now)
        if now >= watch.nextLookAt { look() }
        isBusy[chosen] = true
        ranAt[chosen] = now
        attend(seat)
        isBusy[chosen] = false
        return true
    }

    /// What software reads, and what the world has reached.
    func setClock(_ moment: Instant) {
        world.horizon = moment
        world.advance(to: moment)
        cfake_set_now(moment.raw)
    }

    /// A call blocks: everybody else runs on.
    func block(for time: Nanoseconds) {
        let end = now + time
        while runNext(before: end) {}
        now = max(now, end)
        setClock(now)
    }

    private func attend(_ seat: Seat) {
        var next: Instant
        switch seat {
        case .safety:
            next = safety.run(at: now, board: &lines)
            watch.update(safety.kernel, person.pattern, &world, &checkers, at: now)
        case .guardian: next = guardian.run(at: now, board: &outputs)
        case .sampler:
            next = max(sampler.run(at: now, bus: &bus), world.transferEndsAt)
        case .person:
            next = person.run(at: now)
            if person.keyIsOn { world.operate(.key, on: true, at: now) }
        }
        // A wake-up is a little late; an edge is spun for.
        let late = seat == .safety && safety.nextIsEdge ? Nanoseconds(1_000) : .microseconds(20)
        due[seat.rawValue] = max(next, now) + late
    }

    // MARK: What came of it

    private func look() {
        watch.nextLookAt = now + .milliseconds(10)
        let ran = LastRuns(
            safety: ranAt[Seat.safety.rawValue], sampler: ranAt[Seat.sampler.rawValue],
            console: ranAt[Seat.person.rawValue])
        checkers.tasksRan(ran, &world)
        checkers.observe(&world, at: now)
    }

    /// The kernel's state, as the console sees it.
    public var shown: Snapshot { pages.shown }
    /// Pulses that the train gave and left out.
    public var train: (delivered: UInt32, omitted: UInt32, isOver: Bool) {
        (person.delivered, person.omitted, person.isTrainOver)
    }
    /// Nothing is energised, whatever the levels are: no ENABLE, contactor open, bleed closed. When every call fails, FIRE itself may stay
    /// high: the one-shot sees only its edge, and without ENABLE not even that.
    public var isDead: Bool {
        !world.isEnabled && !world.isContactorClosed && world.isBleeding
    }
}
