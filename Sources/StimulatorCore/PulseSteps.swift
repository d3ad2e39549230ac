/// A pattern that is given again and again at changing intensities, with pauses between: an input-output curve.
///
/// Everything follows from `seed`: the order within each round, and the pauses.
public struct PulseSteps: BitwiseCopyable, Hashable, Sendable {
    /// Most intensities of a round.
    public static var most: Int { 8 }

    /// Outputs of a round; the first `count` count.
    public var intensities = Fixed<8, PerMille>(repeating: .zero)
    /// 1 ... `most`.
    public var count: UInt32 = 1
    /// How often each intensity is given, 1 ... 100.
    public var rounds: UInt32 = 1
    /// Each round in an order of its own; otherwise as listed.
    public var isShuffled = false
    /// From the last pulse of a step to the first of the next.
    public var waitLeast = Nanoseconds.zero
    public var waitMost = Nanoseconds.zero
    public var seed: UInt64 = 0

    public init() {}

    /// How many steps there are.
    public var total: UInt32 { count * rounds }

    /// The output of step `number`, 0 ..< total.
    public func intensity(of number: UInt32) -> PerMille {
        let place = number % count
        guard isShuffled else { return intensities[Int(place)] }
        var random = StepDice(seed: seed ^ 0x0DE2, number: number / count)
        var order = intensities
        var left = count
        // Fisher and Yates, up to the place that is asked for.
        for index in 0...place {
            let chosen = index + UInt32(random.below(UInt64(left)))
            left -= 1
            let kept = order[Int(index)]
            order[Int(index)] = order[Int(chosen)]
            order[Int(chosen)] = kept
        }
        return order[Int(place)]
    }

    /// The pause after step `number`, in whole milliseconds.
    public func wait(after number: UInt32) -> Nanoseconds {
        var random = StepDice(seed: seed ^ 0x3A17, number: number)
        let span = UInt64(max(0, waitMost.raw - waitLeast.raw) / 1_000_000)
        return waitLeast + .milliseconds(Int64(random.below(span + 1)))
    }

    /// The strongest of the outputs.
    public var strongest: PerMille {
        var strongest = intensities[0]
        for index in 1..<max(1, Int(count)) { strongest = max(strongest, intensities[index]) }
        return strongest
    }
}

/// SplitMix64, begun anew for every step: any step can be asked for.
private struct StepDice {
    private var state: UInt64

    init(seed: UInt64, number: UInt32) { state = seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95 }

    /// 0 ..< bound; the bias of the remainder is below 2^-32 for the bounds here.
    mutating func below(_ bound: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ mixed >> 31) % max(1, bound)
    }
}

/// What `start` gives: a pattern, or steps of it.
public struct PulsePlan: BitwiseCopyable, Hashable, Sendable {
    /// Its intensity counts where there are no steps.
    public var pattern: PulsePattern
    public var steps: PulseSteps?

    @inlinable public init(_ pattern: PulsePattern, steps: PulseSteps? = nil) {
        self.pattern = pattern
        self.steps = steps
    }

    /// How many times the pattern is given.
    public var stepCount: UInt32 { steps?.total ?? 1 }

    /// The pattern of step `number`, at its intensity.
    public func pattern(of number: UInt32) -> PulsePattern {
        var pattern = pattern
        if let steps { pattern.intensity = steps.intensity(of: number) }
        return pattern
    }

    /// All pulses; saturates.
    public var pulseCount: UInt32 {
        UInt32(clamping: UInt64(pattern.pulseCount) * UInt64(stepCount))
    }

    /// The weakest intensity that is given: a ramp's first, or that of a step.
    var weakest: PerMille {
        guard let steps else { return pattern.intensity(of: 0) }
        var weakest = steps.strongest
        for index in 0..<Int(steps.count) { weakest = min(weakest, steps.intensities[index]) }
        return weakest
    }

    /// The strongest intensity that is given.
    public var strongest: PerMille { steps?.strongest ?? pattern.intensity }

    /// From a step's first pulse to the next step's, at the shortest pause.
    public var leastSpacing: Nanoseconds { pattern.duration + (steps?.waitLeast ?? .zero) }

    /// When pulse `number` comes, at the shortest pauses.
    func time(of number: UInt32) -> Nanoseconds {
        guard steps != nil else { return pattern.time(of: number) }
        let each = pattern.pulseCount
        return leastSpacing * Int64(number / each) + pattern.time(of: number % each)
    }

    /// How strong pulse `number` is.
    func intensity(of number: UInt32) -> PerMille {
        guard steps != nil else { return pattern.intensity(of: number) }
        let each = pattern.pulseCount
        return self.pattern(of: number / each).intensity(of: number % each)
    }

    /// The plan when each of its steps is a pattern, all of them no more pulses than a pattern may have.
    /// - Throws: as `PulsePattern.validated`.
    func validated() throws(Refusal) {
        _ = try pattern(of: 0).validated()
        guard let steps else { return }
        let most = Int64(Ceiling.pulsesPerPattern)
        guard pulseCount <= Ceiling.pulsesPerPattern else {
            throw Refusal(
                .trainLength, unit: .pulses, limit: most, actual: Int64(pulseCount), wouldAdmit: most)
        }
        for index in 0..<Int(min(steps.count, UInt32(PulseSteps.most))) {
            var pattern = pattern
            pattern.intensity = steps.intensities[index]
            _ = try pattern.validated()
        }
    }

    /// First to last pulse, at the shortest pauses.
    public var duration: Nanoseconds { leastSpacing * Int64(stepCount - 1) + pattern.duration }
}
