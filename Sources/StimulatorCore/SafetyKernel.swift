/// Decides every millisecond, and at every pulse, what may be energised. A pure value: no clock, no I/O, no allocation.
///
/// `step` reads top to bottom like the table in the manual: observe, check every limit, take one command, move between states,
/// drive the outputs. Outputs start from all-off each time: what is not asked for again is off.
public struct SafetyKernel: BitwiseCopyable, Hashable, Sendable {
    public let board: BoardDescription
    /// What the machine has given: what is missing blocks arming.
    let posture: Posture
    public internal(set) var state = StimulatorState.selfTest
    /// Trips that hold or are latched.
    public internal(set) var trips = TripSet()
    /// The first trip of the present stop.
    public internal(set) var firstTrip: Trip?
    /// Events on their way out; the task that steps the kernel takes them after each step.
    public var events = EventQueue()

    /// When the present state was entered.
    var enteredAt = Instant(0)
    var ticks: UInt64 = 0
    var worstLateness = Nanoseconds.zero
    /// Disarmed: since when ENABLE, contactor or bleed are seen up all the same; the far future while none is.
    var heldSince = Instant.distantFuture

    // MARK: Leases and keys
    var leaseEnds = Instant.distantPast
    var journalWritable = false
    var keyEdgeAt = Instant.distantPast
    /// Since when the key is seen off; the far future while it is on.
    var keyOffSince = Instant.distantFuture
    var stallsSeen: UInt32 = 0
    var activeAt = Instant(0)

    // MARK: Charging
    var intensity = PerMille.zero
    var setPoint = Millivolts.zero
    /// When the held set-point was last changed by a command.
    var changedAt = Instant.distantPast
    var charging = false
    var loweringVoltage = false
    /// Since when the voltage is not where it shall be; only arriving there, a pulse or a stop ends it.
    var chargeBeganAt = Instant.distantFuture
    /// Since when the converter has not been proven to hold the set-point.
    var unprovenSince = Instant.distantFuture
    /// Since when the bleed relay has been asked to be open; the far future while it is not.
    var bleedOpenSince = Instant.distantFuture
    /// Since when an armed board lowers its voltage through the bleed; the far future while it does not.
    var bleedClosedSince = Instant.distantFuture
    /// The lowest voltage seen since CHARGE went off: a rise above it is a charger that does not obey.
    var lowestSinceOff = Millivolts(Int32.max)
    var chargeOffAt = Instant.distantPast
    /// The charger has been on since arming, towards a voltage that has to be bled.
    var wasCharged = false
    /// The newest sample of the armed board that fits the one before it.
    var known = Reading<Millivolts>(.zero, takenAt: .distantPast, quality: .none)

    // MARK: Pulses
    var train = TrainProgress()
    var pulse = PulseCheck()
    var window = PulseWindow()
    var energy: EnergyBudget
    var lastTrainEndedAt = Instant.distantPast
    var sessionPulses: UInt32 = 0
    var edgesSeen: UInt32 = 0
    var armUpUntil = Instant.distantPast

    // MARK: Start and stop
    var proof = ArmingProof()
    var selfTest = SelfTest()
    var discharge = DischargeWatch()
    var coilWarned = false
    /// How much warmer than its case the winding is, by the model's worst case, and the moment up to which it is followed.
    var coil: CoilModel
    var coilAt = Instant(0)
    /// The hotter of the two coil sensors, when both were last trusted.
    var hottestCoil = Millicelsius.zero

    /// A kernel that begins with its self-test. `latched` are the lockouts that survived the restart, `last` what the kernel before it
    /// showed, if any: the winding is still as warm, and the minute's energy given. Of the board's limits none is wider than
    /// `Ceiling`. A description that stands in for a file that cannot be used is `boardMismatch` from the start. What `posture` lacks
    /// blocks arming; the posture of a real board is told as the first event.
    public init(
        board: BoardDescription, latched: TripSet = TripSet(), posture: Posture = Posture(),
        after last: Snapshot = Snapshot(), startingAt now: Instant = Instant(0)
    ) {
        self.board = board.withinCeilings
        self.posture = posture
        energy = EnergyBudget(
            sustained: self.board.sustainedPower, lastMinute: last.energyLastMinute, backlog: last.energyBacklog,
            at: now)
        let excess = max(.zero, min(last.windingExcess, .celsius(1_000)))
        coil = CoilModel(board: self.board, measured: self.board.ambient, windingExcess: excess)
        coilAt = now
        enteredAt = now
        trips = TripSet(bits: latched.bits)
        if posture.isReal { events.append(Event(.posture, at: now, Int64(bitPattern: posture.word))) }
        if let fault = board.identity.fault { raise(.boardMismatch, 0, fault.code, at: now) }
    }

    /// When the running pattern's first pulse is due; the distant future while none runs.
    public var firstPulseAt: Instant { train.isActive && !train.isPending ? train.startsAt : .distantFuture }
    /// From a pattern's acceptance on a charged board to its first pulse.
    public static var startLead: Nanoseconds { KernelTimes.startLead }
    /// A pattern was accepted and has not ended.
    public var isPatternActive: Bool { train.isActive }
    /// Lockouts that hold: what must survive a restart.
    public var lockouts: TripSet { TripSet(bits: trips.bits & Trip.lockoutBits) }

    /// One step. Total: every input has an answer. (Out of line, so that what lies inside can be counted.)
    @inline(never) public mutating func step(_ inputs: KernelInputs) -> KernelOutputs {
        ticks &+= 1
        observe(inputs)
        checkAlways(inputs)
        if state.isArmed { checkArmed(inputs) } else { checkDisarmed(inputs) }
        if let command = inputs.command { obey(command, inputs) }
        move(inputs)
        return drive(inputs)
    }

    /// Enters a state, once, by the table.
    @inline(never) mutating func enter(_ next: StimulatorState, at now: Instant) {
        guard next != state else { return }
        precondition(state.mayBecome(next), "a transition that the state table does not have")
        events.append(Event(.state, detail: next.rawValue, extra: state.rawValue, at: now))
        state = next
        enteredAt = now
    }

    /// A limit was broken: remembers the trip, says so once with the limit and the actual value, and stops what runs.
    mutating func raise(_ trip: Trip, _ limit: Int64 = 0, _ actual: Int64 = 0, at now: Instant) {
        // What comes again while its acknowledgement is being tested is not over.
        selfTest.acknowledged.remove(trip)
        guard !trips.contains(trip) else { return }
        trips.insert(trip)
        // A key that was turned before the stop does not acknowledge it.
        if trip.action >= .fault { keyEdgeAt = .distantPast }
        let stops = state.isArmed || (state == .safe && trip.action >= .fault)
        let first = stops || firstTrip == nil
        if first { firstTrip = trip }
        events.append(Event(.trip, detail: trip.rawValue, extra: first ? 1 : 0, at: now, limit, actual))
        if stops { shutDown(.tripped, at: now) }
    }

    /// Ends the train, if any, and begins the verified discharge.
    mutating func shutDown(_ ending: TrainEnding, at now: Instant) {
        // A pulse whose proof the stop cuts short was given all the same: its current or the fall of the voltage was seen.
        if pulse.isOpen, pulse.currentSeen || pulse.fallSeen { countPulse(after: .zero, at: now) }
        pulse.isOpen = false
        finishTrain(ending, at: now)
        stopCharging(at: now)
        // The watch for a charger that does not obey begins anew with every stop: a sample that was wrong is not held against it twice.
        chargeOffAt = now
        lowestSinceOff = Millivolts(Int32.max)
        chargeBeganAt = .distantFuture
        loweringVoltage = false
        unprovenSince = .distantFuture
        bleedOpenSince = .distantFuture
        bleedClosedSince = .distantFuture
        setPoint = .zero
        heldSince = now
        discharge = DischargeWatch()
        enter(.discharging, at: now)
    }

    mutating func stopCharging(at now: Instant) {
        if charging {
            charging = false
            chargeOffAt = now
            lowestSinceOff = Millivolts(Int32.max)
        }
    }

    /// What the kernel shows of itself.
    @inline(__always) public mutating func snapshot(_ inputs: KernelInputs, outputs: OutputLines) -> Snapshot {
        var shown = Snapshot()
        shown.ticks = ticks
        shown.now = inputs.now
        shown.state = state
        shown.trips = trips
        shown.firstTrip = firstTrip
        shown.inputs = inputs.lines
        shown.outputs = outputs
        shown.voltage = inputs.sampler.voltage
        shown.coilA = inputs.sampler.coilA
        shown.coilB = inputs.sampler.coilB
        // Looked at this often, the winding is at most shown as warmer than it is.
        if inputs.now - coilAt >= .milliseconds(100) { followCoil(to: inputs.now) }
        shown.windingExcess = coil.windingExcess
        shown.setPoint = setPoint
        shown.intensity = intensity
        shown.trainTotal = train.isActive ? train.total : 0
        shown.trainDelivered = train.delivered
        shown.trainOmitted = train.omitted
        shown.sessionPulses = sessionPulses
        shown.energyLastMinute = energy.lastMinute(at: inputs.now)
        shown.energyBacklog = energy.backlog(at: inputs.now)
        shown.worstLateness = worstLateness
        shown.keyEdge = keyEdgeIsRecent(at: inputs.now)
        shown.selfTestPassed = selfTest.passed
        shown.posture = posture
        shown.leaseLeft = max(.zero, leaseEnds - inputs.now)
        return shown
    }
}

/// Times that belong to the kernel and not to a board.
enum KernelTimes {
    /// An acknowledgement is valid so long after a key off-to-on edge.
    static var keyEdge: Nanoseconds { .seconds(10) }
    /// The key counts as turned off when it was off for this: contacts bounce for some milliseconds.
    static var keyTurns: Nanoseconds { .milliseconds(20) }
    /// The guardian runs every 2 ms; ten missed runs are a dead guardian.
    static var guardianAge: Nanoseconds { .milliseconds(20) }
    /// ENABLE is gone 50 ms after the last heartbeat edge and the contactor opens within 20 ms; twice that is stuck.
    static var hardwareSettles: Nanoseconds { .milliseconds(150) }
    /// ARM is up from so long before a pulse: 10 ms, and the guardian's 2 ms to put it up.
    static var armBefore: Nanoseconds { .milliseconds(12) }
    /// ARM stays up so long after FIRE.
    static var armAfter: Nanoseconds { .milliseconds(5) }
    /// FIRE is lowered this long after it rose: the one-shot sees only the edge.
    static var fireWidth: Nanoseconds { .microseconds(100) }
    /// Coil current must be seen within this of FIRE's edge.
    static var fireToCurrent: Nanoseconds { .microseconds(200) }
    /// The bleed is closed by now: the guardian's 2 ms and the relay's 15 ms, doubled. ENABLE alone would take 50 ms: a bleed that
    /// waits for it is held by something else.
    static var bleedCloses: Nanoseconds { .milliseconds(35) }
    /// The bleed relay has moved by now.
    static var relayMoves: Nanoseconds { .milliseconds(50) }
    /// From one change of the held set-point to the next: the bleed relay's time to move is over, so that no flood of changes puts
    /// off what is watched after each.
    static var betweenChanges: Nanoseconds { .milliseconds(100) }
    /// Both proofs of a pulse, current and sag, must be there by now.
    static var proof: Nanoseconds { .milliseconds(9) }
    /// The sampler must have written a set-point and read it back by now.
    static var setPointProof: Nanoseconds { .milliseconds(100) }
    /// From acceptance to the first pulse: time for ARM to come up.
    static var startLead: Nanoseconds { .milliseconds(20) }
    /// Lowering the held voltage through the bleed: two time constants of the default board and some.
    static var lowering: Nanoseconds { .seconds(6) }
}
