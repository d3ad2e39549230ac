/// What admission says of a pattern for a subject. The third verdict is a thrown `Refusal`.
public enum Verdict: BitwiseCopyable, Hashable, Sendable {
    case admitted(Forecast)
    /// Outside a guideline: given only with an override that an operator recorded for exactly this pattern.
    case needsOverride(Forecast, GuidelineBreaches)

    /// What the pattern would do, in either verdict.
    public var forecast: Forecast {
        switch self {
        case .admitted(let forecast), .needsOverride(let forecast, _): forecast
        }
    }
}

/// How long a protocol wants to be left alone before it is given again.
public struct Cooldown: BitwiseCopyable, Hashable, Sendable {
    public var name: ProtocolName
    /// Powered-on time from its last pulse.
    public var time: Nanoseconds

    @inlinable public init(_ name: ProtocolName, time: Nanoseconds) {
        self.name = name
        self.time = time
    }
}

/// What a pattern is judged by: the board, what it has already given, and who the pulses are for.
public struct AdmissionContext: BitwiseCopyable, Hashable, Sendable {
    public var board: BoardDescription
    public var snapshot: Snapshot
    /// Without a threshold no cell of a guideline can be looked up: the forecast says so.
    public var subject: SubjectContext
    /// Of the protocol that the pattern is; nil for a pattern that is none.
    public var cooldown: Cooldown?

    @inlinable public init(
        board: BoardDescription, snapshot: Snapshot, subject: SubjectContext = SubjectContext(),
        cooldown: Cooldown? = nil
    ) {
        self.board = board
        self.snapshot = snapshot
        self.subject = subject
        self.cooldown = cooldown
    }
}

extension Admission {
    /// Judges a pattern, or steps of it: the board's physical limits, the subject's dose, the guidelines, the protocol's cool-down, in this
    /// order.
    /// - Returns: admitted, or what an operator must override on record.
    /// - Throws: what nobody can override.
    public static func verdict(_ plan: PulsePlan, in context: AdmissionContext) throws(Refusal) -> Verdict {
        var forecast = try forecast(plan, board: context.board, snapshot: context.snapshot) { _ in }
        try checkDose(plan, forecast, board: context.board, subject: context.subject)
        var breaches = BreachList()
        forecast.guideline = try judge(plan, for: context.subject, &breaches)
        if let cooldown = context.cooldown, let since = context.subject.sinceEnd(of: cooldown.name),
            since < cooldown.time
        {
            breaches.add(
                GuidelineBreach(
                    rule: .cooldown, source: .protocolCooldown, unit: .microseconds, limit: micro(cooldown.time),
                    actual: micro(since)))
        }
        if let breaches = breaches.breaches { return .needsOverride(forecast, breaches) }
        return .admitted(forecast)
    }

    /// Judges a pattern that is no protocol.
    public static func verdict(
        _ pattern: PulsePattern, board: BoardDescription, snapshot: Snapshot, subject: SubjectContext
    ) throws(Refusal) -> Verdict {
        try verdict(
            PulsePlan(pattern), in: AdmissionContext(board: board, snapshot: snapshot, subject: subject))
    }

    /// What is left of the session's and the day's dose.
    private static func checkDose(
        _ plan: PulsePlan, _ forecast: Forecast, board: BoardDescription, subject: SubjectContext
    ) throws(Refusal) {
        guard let left = subject.doseLeft else { return }
        guard forecast.pulses <= left.pulses else {
            throw Refusal(
                .dose, unit: .pulses, limit: Int64(left.pulses), actual: Int64(forecast.pulses),
                wouldAdmit: Int64(left.pulses))
        }
        guard forecast.energy <= left.energy else {
            var sum = Millijoules.zero
            var fitting: UInt32 = 0
            while fitting < plan.pulseCount {
                sum += board.energy(at: board.setPoint(for: plan.intensity(of: fitting)))
                if sum > left.energy { break }
                fitting += 1
            }
            throw Refusal(
                .dose, unit: .millijoules, limit: left.energy.raw, actual: forecast.energy.raw,
                wouldAdmit: Int64(fitting), pulseIndex: fitting)
        }
    }
}

extension SubjectContext {
    /// What may still be given, by the tighter of the day's and the session's limit; nil where neither has one.
    public var doseLeft: Dose? {
        guard dayLimit != nil || sessionLimit != nil else { return nil }
        var left = Dose(pulses: .max, energy: Millijoules(.max))
        if let dayLimit { left = left.atMost(dayLimit.less(today)) }
        if let sessionLimit { left = left.atMost(sessionLimit.less(session)) }
        return left
    }
}

extension Dose {
    /// What is left of this when `given` is taken away.
    fileprivate func less(_ given: Dose) -> Dose {
        let energyLeft = max(.zero, energy - min(energy, given.energy))
        return Dose(pulses: pulses - min(pulses, given.pulses), energy: energyLeft)
    }

    fileprivate func atMost(_ other: Dose) -> Dose {
        Dose(pulses: min(pulses, other.pulses), energy: min(energy, other.energy))
    }
}
