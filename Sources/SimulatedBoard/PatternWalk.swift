import StimulatorCore

/// The checkers' own expansion of a pattern: four nested counters that step from entry to entry, adding and taking away intervals. It
/// shares nothing with the closed form that the kernel uses.
struct PatternWalk: BitwiseCopyable {
    private var counts = Fixed<4, UInt32>(repeating: 1)
    private var intervals = Fixed<4, Int64>(repeating: 0)
    private var position = Fixed<4, UInt32>(repeating: 0)
    /// The present entry's time, nanoseconds.
    private var due: Int64 = 0
    /// The time of the entry before it; far in the past when there is none.
    private var previous = Int64.min / 2
    private var isOver = true
    /// The present entry, counted from 0.
    private var number: UInt32 = 0
    private var perMille: Int64 = 0
    private var rampPulses: UInt32 = 0
    private var rampFrom: Int64 = 0

    /// No pattern: nothing matches.
    init() {}

    init(_ pattern: PulsePattern, firstAt: Instant) {
        for level in 0..<4 {
            counts[level] = pattern.levels[level].count
            intervals[level] = pattern.levels[level].interval.raw
        }
        due = firstAt.raw
        isOver = false
        perMille = Int64(pattern.intensity.raw)
        rampPulses = pattern.rampPulses
        rampFrom = Int64(pattern.rampFrom.raw)
    }

    /// Takes the entry that a pulse at `at` belongs to. Nil when there is none left within `tolerance`; entries before it were
    /// omitted, and no entry is taken twice.
    mutating func take(at: Instant, tolerance: Int64) -> UInt32? {
        while !isOver, due < at.raw - tolerance { step() }
        if isOver || due > at.raw + tolerance { return nil }
        step()
        return number - 1
    }

    /// True when an entry that is not taken yet comes within `before` of `at`, or one that is past lies within `after` of it.
    func isNear(_ at: Instant, before: Nanoseconds, after: Nanoseconds) -> Bool {
        at.raw - previous <= after.raw || (!isOver && abs(due - at.raw) <= before.raw)
    }

    /// What entry `number` asks for on a board with this maximum: the intensity, reached over the ramp in equal steps.
    func millivolts(of number: UInt32, at maximum: Int64) -> Int64 {
        if number >= rampPulses { return maximum * perMille / 1000 }
        let steps = Int64(rampPulses)
        return maximum * (rampFrom * (steps - Int64(number)) + perMille * Int64(number)) / (1000 * steps)
    }

    private mutating func step() {
        number += 1
        previous = due
        for level in 0..<4 {
            position[level] += 1
            if position[level] < counts[level] {
                due += intervals[level]
                return
            }
            due -= Int64(position[level] - 1) * intervals[level]
            position[level] = 0
        }
        isOver = true
    }
}
