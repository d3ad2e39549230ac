import BoardInterface
import StimulatorCore

// What software and hands do to the lines.
extension World {
    /// Sets output lines. Never fails: a pin that does not follow is a fault of the pin, and no kernel tells of it.
    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    @inline(__always) public mutating func set(_ levels: OutputLines, mask: OutputLines, at now: Instant)
        throws(LineFault)
    {
        advance(to: now - clockLead)
        let new = (self.levels - mask) | (levels & mask)
        if new == self.levels { return }
        self.levels = new
        drivePins()
    }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    @inline(__always) public mutating func read(at now: Instant) throws(LineFault) -> InputLines {
        advance(to: now - clockLead)
        return inputs
    }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    @inline(__always) public mutating func fireSenseEdges(at now: Instant) throws(LineFault) -> EdgeCount {
        advance(to: now - clockLead)
        return EdgeCount(count: fireSenseEdges.count, lastAt: fireSenseEdges.lastAt + clockLead)
    }

    /// The watchdog's span: it resets the board when nobody pets it for so long (below the 16 s of a Pi's).
    public static var watchdogSpan: Nanoseconds { .seconds(15) }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    public mutating func pet(at now: Instant) throws(LineFault) {
        advance(to: now - clockLead)
        if faults.has(.watchdog, .off) { throw LineFault(code: 5) }
        watchdogBitesAt = self.now + World.watchdogSpan
        nextChangeAt = min(nextChangeAt, watchdogBitesAt)
        nextEventAt = min(nextEventAt, watchdogBitesAt)
    }

    /// A new owner of the lines: edges are counted from here on.
    public mutating func claimLines(at now: Instant) {
        advance(to: now)
        fireSenseEdges = EdgeCount()
    }

    /// A hand operates a switch, a button, the coil's plug or the door.
    public mutating func operate(_ input: HandInput, on: Bool, at now: Instant) {
        advance(to: now)
        hands = hands.setting(input.line, on)
        settle()
    }

    /// Plans a fault.
    /// - Returns: false when the part cannot fail this way, the fault is over, or eight faults are there.
    public mutating func inject(_ fault: Fault, at now: Instant) -> Bool {
        advance(to: now)
        guard faults.add(fault, at: self.now) else { return false }
        refreshFaults()
        return true
    }

    /// Ends all faults, also those that have not begun.
    public mutating func endFaults(at now: Instant) {
        advance(to: now)
        faults.endAll(at: self.now)
        refreshFaults()
    }

    /// True when a fault is active at `now`: for the scheduler, whose parts do not fail in the world.
    @inline(__always) public func isActive(_ component: FaultComponent, _ mode: FaultMode, at now: Instant) -> Bool {
        faults.isActive(component, mode, at: now)
    }

    /// Finds out which faults are active and lets the hardware follow.
    mutating func refreshFaults() {
        let isTriggered = faults.refresh(at: now)
        let isChattering = faults.outputs.chattering | faults.inputs.chattering != 0
        if !isChattering {
            isInverted = false
            chatterAt = .distantFuture
        } else if chatterAt <= now || chatterAt == .distantFuture {
            isInverted.toggle()
            // A loose contact: half a millisecond to eight milliseconds at a time.
            chatterAt = now + Nanoseconds(500_000 + Int64(dice.below(7_500_000)))
        }
        if faults.has(.power, .off) == isPowered { switchPower() }
        drivePins()
        settle()
        if isTriggered { conduct(.thyristor) }
    }

    /// The controller's supply comes or goes: the outputs fall to their pulls, the chips forget.
    private mutating func switchPower() {
        isPowered.toggle()
        levels = .none
        adc = ADS1115Chip()
        sensorA = TMP117Chip(poweredAt: now)
        sensorB = TMP117Chip(poweredAt: now)
        dac.powerUp()
        watchdogBitesAt = .distantFuture
    }

    /// Brings the pins to what is written, through the faults, and lets the hardware see the edges.
    mutating func drivePins() {
        // Written by the software that then froze: they stay when it thaws, until it writes again.
        if faults.has(.software, .frozenAtWorst) { levels = .charge | .arm | .bleedHold }
        var new = OutputLines(rawValue: faults.outputs.apply(levels.rawValue, inverted: isInverted))
        if !isPowered { new = .none }
        if new == pins { return }
        let changed = OutputLines(rawValue: new.rawValue ^ pins.rawValue)
        let isFireRising = changed.contains(.fire) && new.contains(.fire)
        if changed.contains(.charge) { chargeChangedAt = now }
        let isGateUp = isFireRising && pins.contains(.arm) && isEnabled && isChainClosed
        pins = new
        if changed.contains(.heartbeat) { pumpEnable() }
        if isFireRising { fireEdge(isGateUp: isGateUp) }
        if changed & (.charge | .arm | .bleedHold) != .none { settle() }
    }

    /// A heartbeat edge: ENABLE is up, for 50 ms.
    private mutating func pumpEnable() {
        let wasDown = enableFallsAt == .distantFuture
        enableFallsAt = now + .milliseconds(50)
        // A later fall needs no new plan: the old one finds that nothing is due.
        if wasDown { settle() }
    }

    /// FIRE's rising edge: the charger is inhibited for 2 ms, and the one-shot gives a pulse if ARM, ENABLE and the gate supply were up
    /// before the edge and its dead time is over.
    private mutating func fireEdge(isGateUp: Bool) {
        inhibitEndsAt = now + .milliseconds(2)
        if isGateUp, now >= oneShotReadyAt, !faults.has(.oneShot, .off) {
            oneShotReadyAt = now + .microseconds(1_800)
            conduct(.oneShot)
        }
        settle()
    }
}
