import StimulatorCore

/// What must hold after every step, whatever came in: written from the design's tables, and sharing no code with the kernel.
struct KernelWatch {
    private(set) var findings: [String] = []
    private(set) var fires = 0
    private(set) var armedSteps = 0
    private var steps = 0
    private var before = StimulatorState.selfTest
    private var asked: PulsePattern?
    private var running: (pattern: PulsePattern, startsAt: Int64, given: Int)?
    private var lastFireAt = Int64.min
    private var recent: [Int64] = []
    private var minute: [(at: Int64, joules: Double)] = []

    init(state: StimulatorState = .selfTest) { before = state }

    private mutating func require(_ holds: Bool, _ what: StaticString) {
        if !holds, findings.count < 5 { findings.append("\(what), step \(steps), \(before)") }
    }

    mutating func observe(_ inputs: KernelInputs, _ outputs: KernelOutputs, state: StimulatorState, events: [Event]) {
        steps += 1
        checkOff(inputs, outputs, state)
        if state.isArmed {
            armedSteps += 1
            checkGrounds(inputs, state)
        }
        checkCharge(inputs, outputs, state)
        follow(inputs, events)
        let fired = outputs.lines.contains(.fire) && outputs.lastFireAt == inputs.now && inputs.now.raw != lastFireAt
        if fired { checkFire(inputs, outputs) }
        checkEvents(events, state)
        before = state
    }

    /// Not armed: nothing is energised. A stop is obeyed in its own step.
    private mutating func checkOff(_ inputs: KernelInputs, _ outputs: KernelOutputs, _ state: StimulatorState) {
        if !state.isArmed {
            require(outputs.lines == .none && outputs.setPoint.raw == 0, "a line is up while not armed")
            require(!outputs.wantsArm && !outputs.wantsBleedOpen, "ARM or BLEED while not armed")
            require(!outputs.wantsHeartbeat || state == .selfTest, "heartbeat while not armed")
        }
        switch inputs.command?.command {
        case .stop?, .disarm?: require(!state.isArmed, "armed after a stop")
        default: break
        }
        require(state.isArmed ? before.isArmed || before == .safe : true, "armed from the wrong state")
    }

    /// What an armed board must see in each step.
    private mutating func checkGrounds(_ inputs: KernelInputs, _ state: StimulatorState) {
        let lines = inputs.lines.rawValue
        require(lines & 0b1_1100 == 0b1_1100, "armed without door, coil or key")
        require(lines & 0b100_0000_0011 == 0, "armed with a stop pressed or the comparator latched")
        require(!inputs.portFailed && !inputs.guardian.outputFailed, "armed with failing lines")
        require(!inputs.guardian.watchdogFailed, "armed with a failing watchdog")
        require(isFresh(inputs.guardian.at, inputs.now, 20_000_000), "armed with an old guardian")
        let volts = inputs.sampler.voltage
        require(volts.quality == .good && isFresh(volts.takenAt, inputs.now, 10_000_000), "armed on an old voltage")
        require(volts.value.raw <= 1_732_500, "armed above the limit")
        for coil in [inputs.sampler.coilA, inputs.sampler.coilB] {
            require(coil.quality == .good && isFresh(coil.takenAt, inputs.now, 200_000_000), "armed on an old coil")
            require(coil.value.raw <= 40_000, "armed with a hot coil")
        }
        let gap = Int64(inputs.sampler.coilA.value.raw) - Int64(inputs.sampler.coilB.value.raw)
        require(gap.magnitude <= 5_000, "armed with disagreeing sensors")
        if before.isArmed { require(inputs.lateness.raw <= 5_000_000, "armed after a late tick") }
    }

    private func isFresh(_ moment: Instant, _ now: Instant, _ limit: Int64) -> Bool {
        let (age, overflow) = now.raw.subtractingReportingOverflow(moment.raw)
        return !overflow && age <= limit
    }

    private mutating func checkCharge(_ inputs: KernelInputs, _ outputs: KernelOutputs, _ state: StimulatorState) {
        guard outputs.lines.contains(.charge) else { return }
        // The arming second proves at 50 V that CHARGE without ARM charges nothing, and that with ARM the voltage is seen to rise.
        let isProof = state == .arming && outputs.setPoint.raw == 50_000
        require([.charging, .ready, .recovering].contains(state) || isProof, "CHARGE in the wrong state")
        require(inputs.lines.contains(.bleedSense) && outputs.wantsBleedOpen, "CHARGE with the bleed closed")
        require(!outputs.lines.contains(.fire), "CHARGE and FIRE")
        require(inputs.sampler.setPointHeld == outputs.setPoint, "CHARGE towards an unproven set-point")
        let volts = Int64(inputs.sampler.voltage.value.raw)
        require(volts < (isProof ? 60_001 : Int64(outputs.setPoint.raw)), "CHARGE above the set-point")
        require(outputs.setPoint.raw <= 1_650_000, "a set-point above the maximum")
    }

    private mutating func follow(_ inputs: KernelInputs, _ events: [Event]) {
        if case .start(let pattern)? = inputs.command?.command, events.contains(where: { $0.kind == .accepted }) {
            asked = pattern
        }
        for event in events {
            if event.kind == .trainFinished { (running, asked) = (nil, nil) }
            if event.kind == .trainStarted, let asked { running = (asked, event.values[0], -1) }
        }
    }

    /// A pulse: accepted, on time, once, at its own voltage, permitted.
    private mutating func checkFire(_ inputs: KernelInputs, _ outputs: KernelOutputs) {
        fires += 1
        lastFireAt = inputs.now.raw
        let now = inputs.now.raw
        require([.charging, .ready, .firing, .recovering].contains(before), "FIRE from the wrong state")
        require(inputs.guardian.permits && inputs.guardian.armIsUp, "FIRE without permission")
        guard let train = running, let number = dueNumber(train.pattern, from: train.startsAt, at: now) else {
            return require(false, "FIRE without an accepted pulse within 200 us")
        }
        require(number > train.given, "a pulse given twice")
        running?.given = number
        let perMille = Int64(train.pattern.intensity(of: UInt32(number)).raw)
        let target = 1_650 * perMille
        let off = (Int64(inputs.sampler.voltage.value.raw) - target).magnitude
        require(Int64(off) <= target * 15 / 1000 + 1, "FIRE at the wrong voltage")
        // Scheduled times may be 200 us apart from the moments of FIRE.
        recent = recent.filter { now - $0 < 999_800_000 } + [now]
        require(recent.count <= 50, "too many pulses in a second")
        let volts = Double(inputs.sampler.voltage.value.raw) / 1000
        minute = minute.filter { now - $0.at < 60_000_000_000 } + [(now, 0.5 * 185e-6 * volts * volts)]
        require(minute.reduce(0) { $0 + $1.joules } <= 63_010, "more energy in a minute than the supply gives")
    }

    /// The accepted pulse whose time is at most 200 us ago.
    private func dueNumber(_ pattern: PulsePattern, from start: Int64, at now: Int64) -> Int? {
        var (low, high) = (0, Int(pattern.pulseCount))
        while low < high {
            let middle = (low + high) / 2
            if start + pattern.time(of: UInt32(middle)).raw <= now { low = middle + 1 } else { high = middle }
        }
        guard low > 0, now - start - pattern.time(of: UInt32(low - 1)).raw <= 200_000 else { return nil }
        return low - 1
    }

    private mutating func checkEvents(_ events: [Event], _ state: StimulatorState) {
        if events.contains(where: { $0.kind == .trip }) { require(!state.isArmed, "armed after a trip") }
        for (left, right) in zip(events, events.dropFirst()) {
            require(right.sequence == left.sequence + 1, "a gap in the events of one step")
        }
    }
}
