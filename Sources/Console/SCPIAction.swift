import StimulatorCore

/// What a program message unit asks for, every parameter read and in its range.
enum SCPIAction: BitwiseCopyable {
    /// What the shell does for a command line.
    case perform(ShellCommand, CommandName)
    /// The pattern that is given next.
    case setPattern(PulsePattern)
    /// A register's mask.
    case setMask(SCPIHeader, UInt16)
    /// A command without parameters that the session does by itself.
    case act(SCPIHeader)
    case query(SCPIQuery)
}

/// A query and its parameter.
struct SCPIQuery: BitwiseCopyable {
    var header: SCPIHeader
    var suffix = 1
    /// For a setting: one end of its range instead of its value.
    var extreme: SCPIExtreme?
    /// The number of a limit.
    var index = 0
    /// The header that `SYSTem:HELP:SYNTax` explains; nil where there is none of that name.
    var topic: SCPIHeader?
}

/// The ranges of the settings on one board.
struct SCPIRanges: BitwiseCopyable {
    let board: BoardDescription
    /// The intensity that patterns are made with; what counts is the one when they are given.
    let intensity: PerMille

    /// DEFault is what a new session has.
    func intensity(preset: PerMille) -> SCPIRange {
        SCPIRange(.intensity, Int64(Admission.leastIntensity(board: board).raw), 1_000, preset: Int64(preset.raw))
    }

    func voltage(preset: PerMille) -> SCPIRange {
        let range = intensity(preset: preset)
        return SCPIRange(
            .voltage, millivolts(range.least), millivolts(range.most), preset: millivolts(range.preset))
    }

    var time: SCPIRange {
        SCPIRange(.time, Ceiling.leastInterval.raw, Ceiling.longestInterval.raw, preset: 10_000_000_000)
    }

    /// The slowest rate is the longest interval's.
    var rate: SCPIRange {
        SCPIRange(
            .rate, 1_000_000_000_000 / Ceiling.longestInterval.raw + 1, board.maximumRate.raw,
            preset: min(10_000, board.maximumRate.raw))
    }

    func count(preset: Int64) -> SCPIRange { SCPIRange(.count, 1, Int64(board.pulsesPerPattern), preset: preset) }

    private func millivolts(_ perMille: Int64) -> Int64 {
        Int64(board.setPoint(for: PerMille(saturating: perMille)).raw)
    }

    /// The intensity of a voltage, downwards.
    func perMille(_ millivolts: Int64) -> PerMille {
        let most = max(1, Int64(board.maximumVoltage.raw))
        var intensity = PerMille(saturating: millivolts * 1_000 / most)
        // The set-point of an intensity is itself rounded down.
        if intensity.raw < 1_000, Int64(board.setPoint(for: intensity + PerMille(1)).raw) <= millivolts {
            intensity += PerMille(1)
        }
        return intensity
    }
}

/// Reads one unit; the same for a look at the whole message beforehand and for carrying it out.
struct SCPIReader<Simulation: SimulationVocabulary> {
    let ranges: SCPIRanges
    /// What a new session's intensity is.
    let firstIntensity: PerMille
    private var arguments: SCPIArguments

    init(_ unit: SCPIUnit, in line: LineBuffer, ranges: SCPIRanges, firstIntensity: PerMille) {
        arguments = SCPIArguments(unit, in: line)
        self.ranges = ranges
        self.firstIntensity = firstIntensity
    }

    private var unit: SCPIUnit { arguments.unit }

    /// The action, when every parameter is there and in its range.
    mutating func action() throws(SCPIFault) -> SCPIAction {
        guard unit.header.exists(in: Simulation.self) else { throw SCPIFault(-113, unit.range) }
        let action = unit.isQuery ? SCPIAction.query(try query()) : try command()
        try arguments.end()
        return action
    }

    private mutating func query() throws(SCPIFault) -> SCPIQuery {
        var query = SCPIQuery(header: unit.header, suffix: unit.suffix)
        switch unit.header {
        case .intensity, .voltage: query.extreme = try arguments.extreme()
        case .limit:
            let range = SCPIRange(.count, 1, Int64(BoardLimit.count), preset: 1)
            query.index = Int(try arguments.number(range)) - 1
        case .helpSyntax:
            let text = try arguments.string()
            query.topic = SCPIHeader.named(text, in: arguments.line)
            if query.topic == nil { throw SCPIFault(-224, text) }
        default: break
        }
        return query
    }

    private mutating func command() throws(SCPIFault) -> SCPIAction {
        switch unit.header {
        case .ese, .sre: .setMask(unit.header, UInt16(try arguments.number(.mask(bits: 8))))
        case .operationEnable, .operationPositive, .operationNegative, .questionableEnable, .questionablePositive,
            .questionableNegative:
            .setMask(unit.header, UInt16(try arguments.number(.mask(bits: 15))))
        case .arm: .perform(.arm, .arm)
        case .disarm: .perform(.disarm, .disarm)
        case .initiate, .trg: .perform(.start, .start)
        case .abort: .perform(.abort, .abort)
        case .stop: .perform(.stop, .stop)
        case .leaseRenew: .perform(.renew, .renew)
        case .tripClear: .perform(.clear(arguments.hasMore ? try trip() : nil), .clear)
        case .intensity:
            .perform(
                .setIntensity(
                    PerMille(saturating: try arguments.number(ranges.intensity(preset: firstIntensity)))), .set)
        case .voltage:
            .perform(
                .setIntensity(ranges.perMille(try arguments.number(ranges.voltage(preset: firstIntensity)))), .set)
        case .simulationInput, .simulationFault: try simulation()
        case .pattern, .patternSingle, .patternTrain, .patternTheta, .patternITBS, .patternCTBS, .patternQPS,
            .patternPaired:
            .setPattern(try validPattern())
        default: .act(unit.header)
        }
    }

    // MARK: Words in strings

    private mutating func index(_ kind: WordKind, expected: Expected) throws(SCPIFault) -> Int {
        let word = try arguments.string()
        guard let index = Vocabulary<Simulation>.index(of: word, in: arguments.line, kind: kind) else {
            let nearest = Vocabulary<Simulation>.nearest(to: word, in: arguments.line, kind: kind)
            throw SCPIFault(-224, word, misfit: Misfit(word, expected: expected, nearest: nearest, kind: kind))
        }
        return index
    }

    private mutating func trip() throws(SCPIFault) -> Trip? {
        Trip(rawValue: UInt8(clamping: try index(.trip, expected: .trip)))
    }

    private mutating func simulation() throws(SCPIFault) -> SCPIAction {
        if unit.header == .simulationInput {
            let input = try index(.input, expected: .input)
            return .perform(.request(.operate(input: input, on: try arguments.onOff())), .operate)
        }
        let component = try index(.component, expected: .component)
        let mode = try index(.failure(component: component), expected: .failure)
        var duration: Nanoseconds?
        if arguments.hasMore { duration = Nanoseconds(try arguments.number(ranges.time)) }
        return .perform(.request(.inject(component: component, mode: mode, duration: duration)), .inject)
    }

    // MARK: Patterns

    /// The pattern, where it is one. Whether the board may give it, `INITiate` says.
    private mutating func validPattern() throws(SCPIFault) -> PulsePattern {
        let given = try pattern()
        do throws(Refusal) { return try given.validated() } catch { throw SCPIFault(error) }
    }

    private mutating func pattern() throws(SCPIFault) -> PulsePattern {
        let intensity = ranges.intensity
        switch unit.header {
        case .pattern: return try levels()
        case .patternTrain:
            let rate = Millihertz(try arguments.number(ranges.rate))
            let pulses = try count(preset: 50)
            let (repeats, every) = try repetition()
            return .train(intensity: intensity, rate: rate, pulses: pulses, repeats: repeats, every: every)
        case .patternTheta:
            let bursts = try count(preset: 10)
            return .thetaBurst(
                intensity: intensity, bursts: bursts, trains: arguments.hasMore ? try count(preset: 1) : 1)
        case .patternITBS:
            return .thetaBurst(
                intensity: intensity, bursts: 10, trains: arguments.hasMore ? try count(preset: 20) : 20)
        case .patternCTBS:
            return .thetaBurst(intensity: intensity, bursts: arguments.hasMore ? try count(preset: 200) : 200)
        case .patternQPS:
            let interval = try time()
            return .quadripulse(
                intensity: intensity, interval: interval, bursts: arguments.hasMore ? try count(preset: 360) : 360)
        case .patternPaired:
            let interval = try time()
            let (repeats, every) = try repetition()
            return .paired(intensity: intensity, interval: interval, repeats: repeats, every: every)
        default: return .single(intensity: intensity)
        }
    }

    private mutating func levels() throws(SCPIFault) -> PulsePattern {
        var pattern = PulsePattern.single(intensity: ranges.intensity)
        for index in 0..<4 where index == 0 || arguments.hasMore {
            let items = try count(preset: 1)
            // What is not repeated has no interval, and any number may stand there.
            let least: Int64 = items == 1 ? 0 : Ceiling.leastInterval.raw
            let range = SCPIRange(.time, least, Ceiling.longestInterval.raw, preset: least)
            let interval = Nanoseconds(try arguments.number(range))
            pattern.levels[index] = items == 1 ? .once : PatternLevel(count: items, interval: interval)
        }
        return pattern
    }

    private mutating func repetition() throws(SCPIFault) -> (repeats: UInt32, every: Nanoseconds) {
        guard arguments.hasMore else { return (1, .zero) }
        return (try count(preset: 1), try time())
    }

    private mutating func count(preset: Int64) throws(SCPIFault) -> UInt32 {
        UInt32(clamping: try arguments.number(ranges.count(preset: preset)))
    }

    private mutating func time() throws(SCPIFault) -> Nanoseconds { Nanoseconds(try arguments.number(ranges.time)) }
}
