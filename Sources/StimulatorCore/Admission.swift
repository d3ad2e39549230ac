/// What a pattern would do, computed before its first pulse.
public struct Forecast: BitwiseCopyable, Hashable, Sendable {
    public var pulses: UInt32
    /// First to last pulse.
    public var duration: Nanoseconds
    /// Stored energy of all pulses.
    public var energy: Millijoules
    /// Highest predicted temperature of the coil's case.
    public var hottestCoil: Millicelsius
    /// Wait after the last pulse before the next pattern may start.
    public var waitAfter: Nanoseconds
}

/// Decides before the first pulse whether a pattern may be given.
///
/// The whole pattern runs through the models that the kernel's limits come from, with the worst case of every tolerance: what is
/// admitted here, the kernel does not stop on a board without a fault. The kernel checks again at every pulse all the same.
public enum Admission {
    /// The coil sensors read this much above the case at most (one sits nearer to the winding), and the model is this good.
    @inlinable public static var coilMargin: Millicelsius { .celsius(1) }

    /// Runs the whole pattern through the capacitor, rate, energy, temperature and dose models.
    /// - Returns: the forecast when the pattern is admitted.
    /// - Throws: the first rule that it breaks, with limit, actual and the nearest value that would be admitted.
    public static func forecast(
        _ asked: PulsePattern, board: BoardDescription, snapshot: Snapshot
    ) throws(Refusal) -> Forecast {
        let pattern = try asked.validated()
        try checkCounts(pattern, board: board, snapshot: snapshot)
        try checkWait(board: board, snapshot: snapshot)
        var run = Run(board: board, snapshot: snapshot)
        for number in 0..<pattern.pulseCount { try run.pulse(number, of: pattern) }
        return Forecast(
            pulses: pattern.pulseCount, duration: pattern.duration, energy: run.given, hottestCoil: run.cooledDown(),
            waitAfter: max(run.budget.wait(at: run.last), board.leastWait))
    }

    /// The lowest intensity that the charger regulates.
    public static func leastIntensity(board: BoardDescription) -> PerMille {
        let maximum = Int64(board.maximumVoltage.raw)
        return PerMille(Int32((Int64(board.minimumVoltage.raw) * 1000 + maximum - 1) / maximum))
    }

    private static func checkCounts(
        _ pattern: PulsePattern, board: BoardDescription, snapshot: Snapshot
    ) throws(Refusal) {
        let total = Int64(pattern.pulseCount)
        let most = Int64(board.pulsesPerPattern)
        guard total <= most else {
            throw Refusal(.trainLength, unit: .pulses, limit: most, actual: total, wouldAdmit: most)
        }
        let left = max(0, Int64(board.pulsesPerSession) - Int64(snapshot.sessionPulses))
        guard total <= left else { throw Refusal(.dose, unit: .pulses, limit: left, actual: total, wouldAdmit: left) }
        let least = Int64(leastIntensity(board: board).raw)
        let lowest = Int64(pattern.intensity(of: 0).raw)
        guard lowest >= least else {
            throw Refusal(.badValue, unit: .perMille, limit: least, actual: lowest, wouldAdmit: least)
        }
    }

    private static func checkWait(board: BoardDescription, snapshot: Snapshot) throws(Refusal) {
        let wait = snapshot.energyBacklog.raw * 1_000_000 / max(1, board.sustainedPower.raw / 1_000)
        guard wait <= 0 else {
            throw Refusal(.cooldown, unit: .microseconds, limit: wait / 1000, actual: 0, wouldAdmit: wait / 1000)
        }
    }

    /// The models, one pulse after the other.
    private struct Run {
        let board: BoardDescription
        var budget: EnergyBudget
        var coil: CoilModel
        var window = PulseWindow()
        var given = Millijoules.zero
        var hottest: Millicelsius
        var last: Instant
        private let start: Instant
        private var previous = PerMille.zero
        private var least = Nanoseconds.zero
        private var leastFor = PerMille.zero

        init(board: BoardDescription, snapshot: Snapshot) {
            self.board = board
            start = snapshot.now
            last = snapshot.now
            budget = EnergyBudget(sustained: board.sustainedPower)
            // The page does not say when in the last minute: as if it were now.
            budget.add(snapshot.energyLastMinute, at: snapshot.now)
            let measured = max(snapshot.coilA.value, snapshot.coilB.value)
            coil = CoilModel(board: board, measured: measured)
            hottest = measured
        }

        mutating func pulse(_ number: UInt32, of pattern: PulsePattern) throws(Refusal) {
            let time = start + pattern.time(of: number)
            let intensity = pattern.intensity(of: number)
            if number > 0 { try checkRecharge(time - last, number, intensity) }
            try checkWindow(time, number, intensity)
            try checkEnergy(time, number, intensity)
            coil.advance(time - last)
            try checkCoil(number)
            coil.pulse(at: intensity)
            last = time
            previous = intensity
        }

        /// The case is hottest some time after the last pulse: follow it for three winding time constants.
        mutating func cooledDown() -> Millicelsius {
            for _ in 0..<12 {
                coil.advance(board.windingTimeConstant / 4)
                hottest = max(hottest, coil.caseTemperature)
            }
            return hottest
        }

        private mutating func checkRecharge(
            _ interval: Nanoseconds, _ number: UInt32, _ intensity: PerMille
        ) throws(Refusal) {
            if leastFor != intensity || previous != intensity {
                least = CapacitorPlan.leastInterval(after: previous, next: intensity, board: board)
                leastFor = intensity
            }
            guard interval >= least else {
                throw Refusal(
                    .recharge, unit: .microseconds, limit: micro(least) + 1, actual: micro(interval),
                    wouldAdmit: micro(least) + 1, pulseIndex: number)
            }
        }

        private mutating func checkWindow(_ time: Instant, _ number: UInt32, _ intensity: PerMille) throws(Refusal) {
            let rate = board.rate(at: intensity)
            switch window.broken(by: time, perSecond: board.pulsesPerSecond, rate: rate) {
            case nil: window.add(time)
            case .pulsesPerSecond?:
                let limit = Int64(board.pulsesPerSecond)
                throw Refusal(
                    .pulsesPerSecond, unit: .pulses, limit: limit, actual: limit + 1, wouldAdmit: limit,
                    pulseIndex: number)
            case let rule?:
                let interval = max(1, (time - last).raw)
                throw Refusal(
                    rule, unit: .millihertz, limit: rate.raw, actual: 1_000_000_000_000 / interval,
                    wouldAdmit: rate.raw, pulseIndex: number)
            }
        }

        private mutating func checkEnergy(_ time: Instant, _ number: UInt32, _ intensity: PerMille) throws(Refusal) {
            // The kernel books what the capacitor holds: up to the ready tolerance above the set-point.
            let stored = board.energy(at: board.setPoint(for: intensity))
            let booked = stored + Millijoules(stored.raw * Int64(board.readyTolerance.raw) * 2 / 1000 + 1)
            let sum = budget.lastMinute(at: time) + booked
            guard sum <= board.energyPerMinute else {
                throw Refusal(
                    .energy, unit: .millijoules, limit: board.energyPerMinute.raw, actual: sum.raw,
                    wouldAdmit: Int64(number), pulseIndex: number)
            }
            budget.add(booked, at: time)
            given += stored
        }

        private mutating func checkCoil(_ number: UInt32) throws(Refusal) {
            hottest = max(hottest, coil.caseTemperature)
            let limit = board.coilTrip - Admission.coilMargin
            guard hottest <= limit else {
                throw Refusal(
                    .temperatureForecast, unit: .millicelsius, limit: Int64(limit.raw), actual: Int64(hottest.raw),
                    wouldAdmit: Int64(number), pulseIndex: number)
            }
        }
    }
}
