import BoardInterface
import StimulatorCore

// The charger, and what it makes of the capacitor.
extension World {
    /// The true voltage at which the charger's own divider sees its set-point.
    var chargerSetPoint: Double {
        let wrong = faults.has(.setPointDAC, .wrong) ? 1.08 : 1
        return dac.output * wrong * Double(board.dacFullScale.raw) * 1e-3 / parts.chargerDivider
    }

    /// The solid-state inhibit is released: CHARGE, ARM, ENABLE, chain, no over-voltage, and not within 2 ms of FIRE.
    private var isReleased: Bool {
        pins.contains(.charge | .arm) && isEnabled && isChainClosed && !isOvervoltageLatched
            && inhibitEndsAt == .distantFuture
    }

    /// Lets the charger deliver or rest at `volts`, and plans what the voltage passes next.
    mutating func settleCharger(_ volts: Double) {
        let isRunaway = faults.has(.charger, .runaway)
        let isSupplied = isContactorClosed && !faults.has(.mains, .off) && !faults.has(.charger, .off)
        let mayRun = isSupplied && (isReleased || isRunaway || faults.has(.charger, .stuckOn))
        let setPoint = chargerSetPoint
        // Below a volt the regulator does not start.
        let isAsked = isRunaway || setPoint > 1
        if !mayRun || !isAsked || volts < setPoint * (1 - parts.hysteresis) {
            isHolding = false
        } else if volts >= setPoint {
            isHolding = true
        }
        let delivers = mayRun && isAsked && (isRunaway || !isHolding)
        let flow = flow(delivers: delivers, volts: volts)
        if flow != capacitor.flow { capacitor.begin(flow, volts: volts, at: now) }
        planCrossing(setPoint: isRunaway ? nil : setPoint, mayTopUp: mayRun && isHolding)
    }

    private func flow(delivers: Bool, volts: Double) -> Flow {
        let fixed = parts.fixedResistance
        let bleed = parts.bleedResistance
        let resistance = isBleeding ? fixed * bleed / (fixed + bleed) : fixed
        guard delivers else { return Flow(source: .none, strength: 0, resistance: resistance) }
        let weakness = faults.has(.charger, .slow) ? 0.3 : 1.0
        // The knee's own crossing may come out a rounding error below it.
        if volts < kneeVolts * 0.999_999_999 {
            return Flow(source: .current, strength: parts.chargerCurrent * weakness, resistance: resistance)
        }
        return Flow(source: .power, strength: parts.chargerPower * weakness, resistance: resistance)
    }

    /// Where the current limit gives way to constant power: P/I.
    private var kneeVolts: Double { parts.chargerPower / parts.chargerCurrent }

    private mutating func planCrossing(setPoint: Double?, mayTopUp: Bool) {
        crossing = .none
        crossingAt = .distantFuture
        if capacitor.flow.source == .none {
            if mayTopUp, let setPoint { consider(.topUp, setPoint * (1 - parts.hysteresis)) }
            let mayReset = isOvervoltageLatched && !isEnabled && !faults.has(.overvoltageComparator, .stuckOn)
            if mayReset { consider(.discharged, 60) }
            return
        }
        if capacitor.flow.source == .current { consider(.constantPower, kneeVolts) }
        if let setPoint { consider(.setPoint, setPoint) }
        let mayLatch = !isOvervoltageLatched && !faults.has(.overvoltageComparator, .off)
        if mayLatch { consider(.overvoltage, parts.overvoltage) }
    }

    private mutating func consider(_ candidate: Crossing, _ volts: Double) {
        var at = capacitor.crossing(of: volts)
        // A crossing that rounding put into the past is due at once, but never at the very moment that planned it.
        if at <= now { at = now + Nanoseconds(1) }
        if at < crossingAt {
            crossing = candidate
            crossingAt = at
        }
    }
}
