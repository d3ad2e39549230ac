extension Admission {
    /// The models of a pattern, one pulse after the other.
    struct Run {
        /// Stored energy of the pulses so far.
        private(set) var given = Millijoules.zero
        /// The hottest that the coil's case becomes, also after the last pulse.
        private(set) var hottest: Millicelsius
        /// What drains at the sustained power.
        private(set) var backlog: EnergyBudget
        /// When the latest pulse is given.
        private(set) var last: Instant
        /// The shortest time after which the latest pulse could have come.
        private(set) var leastInterval = Nanoseconds.zero
        /// From the pulse before to the latest.
        private(set) var interval = Nanoseconds.zero
        /// The most that the pulses of any minute have taken.
        private(set) var mostInMinute = Millijoules.zero
        private(set) var coil: CoilModel
        private(set) var window = PulseWindow()
        /// How strong the latest pulse is.
        private(set) var previous = PerMille.zero
        /// The coil's case before the first pulse.
        let startTemperature: Millicelsius
        let plan: PulsePlan
        let board: BoardDescription

        private let start: Instant
        private let before: Millijoules
        private var minute = Millijoules.zero
        private var oldest: UInt32 = 0
        private var gap = RechargeGap()

        init(_ plan: PulsePlan, board: BoardDescription, snapshot: Snapshot) {
            self.plan = plan
            self.board = board
            start = Instant(0)
            last = start
            before = max(.zero, min(snapshot.energyLastMinute, board.energyPerMinute))
            backlog = EnergyBudget(sustained: board.sustainedPower)
            let measured = max(Run.trusted(snapshot.coilA), Run.trusted(snapshot.coilB))
            coil = CoilModel(board: board, measured: measured, windingExcess: snapshot.windingExcess)
            hottest = coil.caseTemperature
            startTemperature = hottest
        }

        /// A sensor that is not good says nothing: the model then starts at the air's temperature, and the kernel, which arms
        /// only with two good sensors, keeps the limit.
        private static func trusted(_ reading: Reading<Millicelsius>) -> Millicelsius {
            reading.quality == .good ? reading.value : .celsius(-256)
        }

        mutating func pulse(_ number: UInt32) throws(Refusal) {
            let time = start + plan.time(of: number)
            let intensity = plan.intensity(of: number)
            if number > 0 {
                try checkRecharge(time - last, number, intensity)
                try checkPause(time, number)
            }
            try checkWindow(time, number, intensity)
            try checkEnergy(time, number, intensity)
            try checkCoil(time, number, intensity)
            last = time
            previous = intensity
        }

        /// Each step is a pattern of its own: the kernel starts it when the last one's heat and energy allow.
        private func checkPause(_ time: Instant, _ number: UInt32) throws(Refusal) {
            guard plan.steps != nil, number % plan.pattern.pulseCount == 0 else { return }
            let wait = max(backlog.wait(at: last), board.leastWait)
            guard time - last > wait else {
                throw Refusal(
                    .cooldown, unit: .microseconds, limit: micro(wait) + 1, actual: micro(time - last),
                    wouldAdmit: micro(wait) + 1, pulseIndex: number)
            }
        }

        private mutating func checkRecharge(
            _ asked: Nanoseconds, _ number: UInt32, _ intensity: PerMille
        ) throws(Refusal) {
            interval = asked
            let least = gap.least(after: previous, next: intensity, board: board)
            leastInterval = least
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
            case .interval?:
                let limit = micro(Ceiling.leastInterval)
                throw Refusal(
                    .interval, unit: .microseconds, limit: limit, actual: micro(time - last), wouldAdmit: limit,
                    pulseIndex: number)
            case let rule?:
                // Above the limit, it must not read as the limit.
                let asked = max(Millihertz(every: window.averageInterval(at: time)).raw, rate.raw + 1)
                throw Refusal(
                    rule, unit: .millihertz, limit: rate.raw, actual: asked, wouldAdmit: rate.raw, pulseIndex: number)
            }
        }

        /// The kernel counts a pulse for up to 61 s (its slots are whole seconds), and with what the capacitor really holds: up to
        /// the ready tolerance above the set-point. When in the last minute the earlier pulses came is not known: as if just now.
        private mutating func checkEnergy(_ time: Instant, _ number: UInt32, _ intensity: PerMille) throws(Refusal) {
            let counted = Nanoseconds.seconds(61)
            while oldest < number, time - (start + plan.time(of: oldest)) >= counted {
                minute -= most(plan.intensity(of: oldest))
                oldest += 1
            }
            let sum = minute + most(intensity) + (time - start >= counted ? .zero : before)
            guard sum <= board.energyPerMinute else {
                throw Refusal(
                    .energy, unit: .millijoules, limit: board.energyPerMinute.raw, actual: sum.raw,
                    wouldAdmit: Int64(number), pulseIndex: number)
            }
            minute += most(intensity)
            mostInMinute = max(mostInMinute, sum)
            backlog.add(most(intensity), at: time)
            given += board.energy(at: board.setPoint(for: intensity))
        }

        /// The most that a pulse takes from the capacitor.
        private func most(_ intensity: PerMille) -> Millijoules {
            let target = Int64(board.setPoint(for: intensity).raw)
            return board.energy(at: Millivolts(saturating: target + target * Int64(board.readyTolerance.raw) / 1000))
        }

        /// The case is hottest some time after the last pulse, so each pulse is checked as if it were the last.
        private mutating func checkCoil(_ time: Instant, _ number: UInt32, _ intensity: PerMille) throws(Refusal) {
            let limit = board.coilTrip - Admission.coilMargin
            coil.advance(time - last)
            coil.pulse(at: intensity)
            hottest = max(hottest, coil.peak(above: limit))
            guard hottest <= limit else {
                throw Refusal(
                    .temperatureForecast, unit: .millicelsius, limit: Int64(limit.raw), actual: Int64(hottest.raw),
                    wouldAdmit: Int64(number), pulseIndex: number)
            }
        }
    }
}

/// The shortest interval between two pulses, computed again only when an intensity changes.
private struct RechargeGap {
    private var previous = PerMille.zero
    private var next = PerMille.zero
    private var known = Nanoseconds.zero

    mutating func least(after: PerMille, next following: PerMille, board: BoardDescription) -> Nanoseconds {
        if after != previous || following != next {
            known = CapacitorPlan.leastInterval(after: after, next: following, board: board)
            previous = after
            next = following
        }
        return known
    }
}
