import StimulatorCore

/// SplitMix64: the same numbers from the same seed on every machine.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True once in `count` on average.
    mutating func oneIn(_ count: UInt64) -> Bool { next() % count == 0 }

    /// A number with few significant bits, small or extreme: what breaks arithmetic.
    mutating func hostile() -> Int64 {
        switch next() % 6 {
        case 0: 0
        case 1: Int64.min
        case 2: Int64.max
        case 3: Int64(bitPattern: next())
        case 4: Int64(bitPattern: 1 << (next() % 64)) &- 1
        default: Int64(next() % 2_000) - 1_000
        }
    }
}

extension PulsePattern {
    /// A pattern that `validated` accepts: random levels, none overlapping, at most `most` pulses.
    static func random(_ random: inout Seeded, most: UInt32 = 6000) -> PulsePattern {
        var pattern = PulsePattern(intensity: PerMille(Int32.random(in: 40...1000, using: &random)))
        var left = most
        var span: Int64 = 0
        for index in 0..<4 {
            let count = UInt32.random(in: 1...max(1, min(left, [8, 30, 12, 4][index])), using: &random)
            left /= count
            let interval =
                span + Int64.random(in: 1_800_000...(index == 0 ? 300_000_000 : 4_000_000_000), using: &random)
            pattern.levels[index] = PatternLevel(count: count, interval: Nanoseconds(interval))
            span += Int64(count - 1) * interval
        }
        if random.oneIn(3) {
            pattern.rampPulses = UInt32.random(in: 1...40, using: &random)
            pattern.rampFrom = PerMille(Int32.random(in: 40...pattern.intensity.raw, using: &random))
        }
        return pattern
    }
}

extension StaticString {
    var text: String { description }
}

extension StimulatorState {
    /// Every state, in the order of the raw values.
    static var all: [StimulatorState] { (0..<UInt8(count)).compactMap(StimulatorState.init(rawValue:)) }
}

extension Trip {
    /// Every trip, in the order of the raw values.
    static var all: [Trip] { (0..<UInt8(count)).compactMap(Trip.init(rawValue:)) }
}
