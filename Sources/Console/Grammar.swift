import FirmwareUpdate
import StimulatorCore

/// Reads one line, word by word.
///
/// Total: any bytes give a command or a `Misfit`. What a pattern means for the board is not judged here but by admission.
struct Grammar<Simulation: SimulationVocabulary> {
    let line: LineBuffer
    let words: WordList
    /// The word that is read next.
    private var next = 0
    /// The intensity that patterns get.
    private let intensity: PerMille

    init(_ line: LineBuffer, intensity: PerMille) {
        self.line = line
        self.intensity = intensity
        words = WordList(line, upTo: line.count)
    }

    /// The command's name: the first word.
    mutating func name() throws(Misfit) -> CommandName {
        try oneOf(.command, expected: .command, named: { CommandName(rawValue: UInt8(clamping: $0)) })
    }

    /// The rest of the line of a command, up to its end.
    mutating func arguments(of name: CommandName) throws(Misfit) -> ShellCommand {
        let command = try argumentsToEnd(of: name)
        if next < words.count { throw Misfit(words[next], expected: .nothing) }
        return command
    }

    private mutating func argumentsToEnd(of name: CommandName) throws(Misfit) -> ShellCommand {
        switch name {
        case .help: return .help(hasMore ? try self.name() : nil)
        case .status: return .status
        case .selftest: return .selfTest
        case .arm: return .arm
        case .disarm: return .disarm
        case .stop: return .stop
        case .set: return try setting()
        case .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired: return .give(try pattern(name))
        case .check: return .check(hasMore ? try checkedPattern() : nil)
        case .start: return .start
        case .abort: return .abort
        case .limits: return .limits
        case .posture: return .posture
        case .faults: return .faults
        case .clear:
            return .clear(
                hasMore ? try oneOf(.trip, expected: .trip, named: { Trip(rawValue: UInt8(clamping: $0)) }) : nil)
        case .watch: return .watch(hasMore ? try onOff() : nil)
        case .journal: return .journal(count: hasMore ? Int(try count(upTo: 1000)) : 10)
        case .mode: return .mode(json: try index(.outputMode, expected: .outputMode) == 1)
        case .renew: return .renew
        case .role:
            // A PIN that stands on this line is not to be repeated.
            if words.count > 2 { throw Misfit(.missing, expected: .pinLine) }
            return .role(
                hasMore ? try oneOf(.role, expected: .role, named: { Role(rawValue: UInt8(clamping: $0)) }) : nil)
        case .control:
            guard hasMore else { return .control(nil) }
            return .control(try index(.controlWish, expected: .controlWish) == 0 ? .take : .release)
        case .protocol: return try protocolCommand()
        case .override: return try overriding()
        case .session, .threshold, .note, .clock, .yes, .no, .subject: return try subjectCommand(name)
        case .update: return .update(try updateRequest())
        case .operate: return try operation()
        case .inject: return try injection()
        }
    }

    // MARK: Commands with arguments

    private mutating func setting() throws(Misfit) -> ShellCommand {
        _ = try index(.settable, expected: .settable)
        return .setIntensity(try part(upTo: 1000))
    }

    /// A part of maximum output or of a threshold, per mille.
    mutating func part(upTo most: Int64) throws(Misfit) -> PerMille {
        let place = word()
        guard let number = Number(place, in: line), let unit = unit(of: number, .intensity) else {
            throw Misfit(place, expected: .intensity)
        }
        let value = number.scaled(by: unit)
        guard value <= most else {
            throw Misfit(place, expected: .intensity, unit: .perMille, limit: most, actual: value)
        }
        guard value >= 1 else { throw Misfit(place, expected: .intensity, unit: .perMille, limit: 1, actual: value) }
        return PerMille(saturating: value)
    }

    private mutating func operation() throws(Misfit) -> ShellCommand {
        let input = try index(.input, expected: .input)
        return .request(.operate(input: input, on: try onOff()))
    }

    private mutating func injection() throws(Misfit) -> ShellCommand {
        let component = try index(.component, expected: .component)
        let mode = try index(.failure(component: component), expected: .failure)
        var duration: Nanoseconds?
        if hasMore {
            try keyword("for", expected: .forWord)
            duration = try time()
        }
        return .request(.inject(component: component, mode: mode, duration: duration))
    }

    private mutating func checkedPattern() throws(Misfit) -> PulsePattern {
        let place = words[next]
        let name = try self.name()
        guard name.isPattern else { throw Misfit(place, expected: .pattern) }
        return try pattern(name)
    }

    private mutating func updateRequest() throws(Misfit) -> UpdateRequest {
        switch try index(.updateVerb, expected: .updateVerb) {
        case 0:
            let place = word()
            return .begin(length: try count(place, upTo: .max))
        case 1:
            let offset = try offset()
            let data = word()
            guard var bytes = line.base64(data) else { throw Misfit(data, expected: .base64) }
            let place = word()
            guard let check = line.check(place) else { throw Misfit(place, expected: .check) }
            bytes.check = check
            return .data(offset: offset, bytes)
        case 2: return .end
        case 3: return .abort
        default: return .status
        }
    }

    private mutating func offset() throws(Misfit) -> Int64 {
        let place = word()
        guard let number = Number(place, in: line), number.isWhole, number.unit.count == 0 else {
            throw Misfit(place, expected: .offset)
        }
        return number.scaled(by: 1)
    }

    // MARK: Patterns

    private mutating func pattern(_ name: CommandName) throws(Misfit) -> PulsePattern {
        switch name {
        case .train:
            let rate = try rate()
            let pulses = try patternCount()
            let (repeats, every) = try repetition()
            return .train(intensity: intensity, rate: rate, pulses: pulses, repeats: repeats, every: every)
        case .theta:
            let bursts = try patternCount()
            return .thetaBurst(intensity: intensity, bursts: bursts, trains: try repeats() ?? 1)
        case .itbs:
            return .thetaBurst(intensity: intensity, bursts: 10, trains: hasMore ? try patternCount() : 20)
        case .ctbs:
            return .thetaBurst(intensity: intensity, bursts: hasMore ? try patternCount() : 200)
        case .qps:
            let interval = try time()
            return .quadripulse(
                intensity: intensity, interval: interval, bursts: hasMore ? try patternCount() : 360)
        case .paired:
            let interval = try time()
            let (repeats, every) = try repetition()
            return .paired(intensity: intensity, interval: interval, repeats: repeats, every: every)
        default:
            return .single(intensity: intensity)
        }
    }

    /// `x REPEATS every TIME`, or nothing.
    private mutating func repetition() throws(Misfit) -> (repeats: UInt32, every: Nanoseconds) {
        guard let repeats = try repeats() else { return (1, .zero) }
        try keyword("every", expected: .every)
        return (repeats, try time())
    }

    /// `x REPEATS`, also written together as `x4`; nil at the end of the line.
    private mutating func repeats() throws(Misfit) -> UInt32? {
        guard hasMore else { return nil }
        let place = words[next]
        if place.count > 1, lowercased(line.bytes[place.start]) == UInt8(ascii: "x") {
            next += 1
            return try patternCount(WordRange(start: place.start + 1, end: place.end))
        }
        try keyword("x", expected: .repeats)
        return try patternCount()
    }

    // MARK: Words

    var hasMore: Bool { next < words.count }

    mutating func word() -> WordRange {
        let word = words[next]
        if hasMore { next += 1 }
        return word
    }

    private mutating func keyword(_ text: StaticString, expected: Expected) throws(Misfit) {
        let place = word()
        guard line.matches(place, text) else { throw Misfit(place, expected: expected) }
    }

    mutating func index(_ kind: WordKind, expected: Expected) throws(Misfit) -> Int {
        let place = word()
        guard let index = Vocabulary<Simulation>.index(of: place, in: line, kind: kind) else {
            throw Misfit(
                place, expected: expected,
                nearest: Vocabulary<Simulation>.nearest(to: place, in: line, kind: kind), kind: kind)
        }
        return index
    }

    private mutating func oneOf<Value>(
        _ kind: WordKind, expected: Expected, named value: (Int) -> Value?
    ) throws(Misfit) -> Value {
        let place = words[next]
        guard let value = value(try index(kind, expected: expected)) else { throw Misfit(place, expected: expected) }
        return value
    }

    private mutating func onOff() throws(Misfit) -> Bool { try index(.onOff, expected: .onOff) == 0 }

    mutating func count(upTo limit: Int64) throws(Misfit) -> Int64 {
        let place = word()
        return try count(place, upTo: limit)
    }

    private func count(_ place: WordRange, upTo limit: Int64) throws(Misfit) -> Int64 {
        guard let number = Number(place, in: line), number.isWhole, number.unit.count == 0 else {
            throw Misfit(place, expected: .count)
        }
        let value = number.scaled(by: 1)
        guard value >= 1 else { throw Misfit(place, expected: .count, unit: .none, limit: 1, actual: value) }
        guard value <= limit else { throw Misfit(place, expected: .count, unit: .none, limit: limit, actual: value) }
        return value
    }

    /// A number of items in a pattern. Counts above the ceiling pass: admission says what the ceiling is.
    private mutating func patternCount() throws(Misfit) -> UInt32 {
        let place = word()
        return try patternCount(place)
    }

    private func patternCount(_ place: WordRange) throws(Misfit) -> UInt32 {
        UInt32(clamping: try count(place, upTo: .max))
    }

    private mutating func rate() throws(Misfit) -> Millihertz {
        let place = word()
        guard let number = Number(place, in: line), let unit = unit(of: number, .rate) else {
            throw Misfit(place, expected: .rate)
        }
        let value = number.scaled(by: unit)
        let least = 1_000_000_000_000 / Ceiling.longestInterval.raw + 1
        guard value >= least else {
            throw Misfit(place, expected: .rate, unit: .millihertz, limit: least, actual: value)
        }
        return Millihertz(value)
    }

    private mutating func time() throws(Misfit) -> Nanoseconds {
        let place = word()
        guard let number = Number(place, in: line), let unit = unit(of: number, .time) else {
            throw Misfit(place, expected: .time)
        }
        let value = number.scaled(by: unit)
        let longest = Ceiling.longestInterval.raw
        guard value <= longest else {
            throw Misfit(
                place, expected: .time, unit: .microseconds, limit: longest / 1000, actual: value / 1000)
        }
        return Nanoseconds(value)
    }

    /// The value of a number's unit (per mille, millihertz, nanoseconds), written together or as the next word; nil where it is
    /// not one of the kind.
    private mutating func unit(of number: Number, _ kind: Expected) -> Int64? {
        if number.unit.count > 0 { return unitValue(number.unit, kind) }
        if hasMore, let value = unitValue(words[next], kind) {
            next += 1
            return value
        }
        switch kind {
        case .intensity: return 10
        case .rate: return 1000
        default: return nil
        }
    }

    private func unitValue(_ unit: WordRange, _ kind: Expected) -> Int64? {
        switch kind {
        case .intensity: line.matches(unit, "%") ? 10 : line.matches(unit, "permille") ? 1 : nil
        case .rate: line.matches(unit, "Hz") ? 1000 : nil
        case .time:
            line.matches(unit, "s")
                ? 1_000_000_000
                : line.matches(unit, "ms")
                    ? 1_000_000
                    : line.matches(unit, "us") ? 1_000 : line.matches(unit, "min") ? 60_000_000_000 : nil
        default: nil
        }
    }
}
