import StimulatorCore

/// What `check` shows of a plan that no rule refuses: the verdict, rule by rule, and the course of volts and temperature.
extension LineOutput {
    mutating func verdict(_ verdict: Verdict, of plan: PulsePlan, intensity: PerMille) {
        switch verdict {
        case .admitted: put("admitted: ")
        case .needsOverride: put("needs an override: ")
        }
        forecast(verdict.forecast, of: plan)
        label("  guideline")
        finding(verdict.forecast.guideline)
        endLine()
        source(of: verdict.forecast.guideline)
        guard case .needsOverride(_, let breaches) = verdict else { return }
        for index in 0..<breaches.count {
            label("  outside")
            breach(breaches[index])
            endLine()
            source(breaches[index].source)
        }
        label("  way")
        put("`override REASON`, which goes into the journal, then `start`")
        endLine()
    }

    private mutating func forecast(_ forecast: Forecast, of plan: PulsePlan) {
        put(Int64(forecast.pulses), in: .pulses)
        put(plan.steps == nil ? " at " : " at up to ")
        put(plan.strongest)
        put(" in ")
        put(forecast.duration)
        endLine()
        label("  energy")
        put(forecast.energy)
        put(" stored, then a wait of ")
        put(forecast.waitAfter)
        endLine()
        label("  coil")
        put("up to ")
        put(forecast.hottestCoil)
        endLine()
    }

    private mutating func source(_ source: GuidelineSource) {
        label("  source")
        put(source.citation)
        endLine()
    }

    private mutating func source(of finding: GuidelineFinding) {
        switch finding {
        case .notApplied, .singlePulses, .outside: break
        case .inside(_, _, let hasMargin):
            source(.rossi2009)
            if hasMargin { return }
            label("  margin")
            put("less than the 25 % of the limit that is advised")
            endLine()
            source(.chen1997)
        case .named(let named, _): source(named.source)
        }
    }

    mutating func finding(_ finding: GuidelineFinding) {
        switch finding {
        case .notApplied: put("not applied: no motor threshold is known")
        case .singlePulses: put("single pulses, which no table limits")
        case .inside(let cell, let part, _):
            put("inside: ")
            put(part)
            put(" of threshold, ")
            self.cell(cell)
        case .named(let named, let part):
            put("inside: ")
            put(named.name)
            put(" at ")
            put(part)
            put(" of active threshold")
        case .outside(let part):
            put("outside, at ")
            put(part)
            put(" of threshold (tables of version ")
            put(Int64(Guideline.version))
            put(")")
        }
    }

    /// A cell: row, column, and what stands in it.
    mutating func cell(_ cell: GuidelineCell) {
        put(cell.rate)
        put(" at ")
        put(cell.part)
        put(cell.isOpen ? " tested up to " : " at most ")
        put(cell.longest)
    }

    /// One breach as a sentence, with its source.
    mutating func breach(_ breach: GuidelineBreach) {
        switch breach.rule {
        case .trainLength:
            put("a train of ")
            put(breach.actual, in: breach.unit)
            put(breach.isOpen ? " is longer than the longest tested, " : " is longer than the limit, ")
            put(breach.limit, in: breach.unit)
            if let cell = breach.cell {
                put(", for ")
                put(cell.rate)
                put(" at ")
                put(cell.part)
            }
        case .trainGap:
            put("trains ")
            put(breach.actual, in: breach.unit)
            put(" apart, ")
            put(breach.limit, in: breach.unit)
            put(" is what was tested")
        case .namedPulses:
            put(breach.actual, in: breach.unit)
            put(", its publication has ")
            put(breach.limit, in: breach.unit)
        case .namedIntensity:
            put(breach.actual, in: breach.unit)
            put(" of active threshold, its publication has ")
            put(breach.limit, in: breach.unit)
        case .cooldown:
            put("the same protocol ended ")
            put(breach.actual, in: breach.unit)
            put(" ago, its cool-down is ")
            put(breach.limit, in: breach.unit)
        }
    }

    // MARK: Rule by rule

    /// What the plan uses of each rule, and which one is the tightest.
    mutating func loads(_ loads: RuleLoads) {
        put("  rule                used   limit      pattern    at pulse")
        endLine()
        for index in 0..<RuleLoads.count {
            let load = loads[index]
            if load.used <= 0 { continue }
            let start = lineLength
            put("  ")
            put(load.rule.name)
            pad(to: 22, from: start)
            put(PerMille(saturating: load.used))
            pad(to: 29, from: start)
            put(load.limit, in: load.unit)
            pad(to: 40, from: start)
            put(load.actual, in: load.unit)
            pad(to: 51, from: start)
            put(Int64(load.pulseIndex) + 1)
            endLine()
        }
        guard let tightest = loads.tightest else { return }
        label("  tightest")
        put(tightest.rule.name)
        put(", ")
        put(PerMille(saturating: max(0, 1000 - tightest.used)))
        put(" to spare")
        endLine()
    }

    /// How fast the intensity may be repeated for ever: the lowest of the three.
    mutating func sustained(_ rates: SustainedRates) {
        label("  for ever")
        put(rates.lowest.rate)
        put(" by ")
        put(rates.lowest.name)
        put("; table ")
        put(rates.byTable)
        put(", recharge ")
        put(rates.byRecharge)
        put(", energy ")
        put(rates.byEnergy)
        endLine()
    }
}

extension SustainedRates {
    /// The one that bounds, and what it is called.
    var lowest: (rate: Millihertz, name: StaticString) {
        let rate = min(byTable, min(byRecharge, byEnergy))
        return (rate, rate == byEnergy ? "energy" : rate == byRecharge ? "recharge" : "table")
    }
}

/// The same as JSON.
extension LineOutput {
    mutating func verdictReply(
        _ verdict: Verdict, of plan: PulsePlan, _ loads: RuleLoads, _ rates: SustainedRates
    ) {
        let forecast = verdict.forecast
        openReply(.check)
        if case .admitted = verdict { field("verdict", "admitted") } else { field("verdict", "needsOverride") }
        field("pulses", forecast.pulses)
        field("durationNs", forecast.duration.raw)
        field("millijoules", forecast.energy.raw)
        field("coilMillicelsius", Int64(forecast.hottestCoil.raw))
        field("waitNs", forecast.waitAfter.raw)
        key("guideline")
        openString()
        finding(forecast.guideline)
        quote()
        if case .needsOverride(_, let breaches) = verdict { self.breaches(breaches) }
        openList("rules")
        for index in 0..<RuleLoads.count {
            let load = loads[index]
            openElement()
            field("rule", load.rule.name)
            field("usedPermille", load.used)
            field("limit", load.limit)
            field("actual", load.actual)
            field("unit", load.unit.symbol)
            field("pulseIndex", load.pulseIndex)
            closeObject()
        }
        closeList()
        field("tightest", loads.tightest?.rule.name)
        field("tableMillihertz", rates.byTable.raw)
        field("rechargeMillihertz", rates.byRecharge.raw)
        field("energyMillihertz", rates.byEnergy.raw)
        endObjectLine()
    }

    mutating func breaches(_ breaches: GuidelineBreaches) {
        openList("breaches")
        for index in 0..<breaches.count {
            let breach = breaches[index]
            openElement()
            field("rule", breach.rule.name)
            field("limit", breach.limit)
            field("actual", breach.actual)
            field("unit", breach.unit.symbol)
            field("open", breach.isOpen)
            field("citation", breach.source.citation)
            closeObject()
        }
        closeList()
    }
}
