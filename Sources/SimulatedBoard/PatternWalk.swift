import StimulatorCore

/// The checkers' own expansion of a pattern: four nested counters that step from entry to entry, adding and taking away intervals. It
/// shares nothing with the closed form that the kernel uses.
struct PatternWalk: BitwiseCopyable {
    private var counts = Fixed<4, UInt32>(repeating: 1)
    private var intervals = Fixed<4, Int64>(repeating: 0)
    private var position = Fixed<4, UInt32>(repeating: 0)
    /// The present entry's time, nanoseconds.
    private var due: Int64 = 0
    private var isOver = true

    /// No pattern: nothing matches.
    init() {}

    init(_ pattern: PulsePattern, firstAt: Instant) {
        for level in 0..<4 {
            counts[level] = pattern.levels[level].count
            intervals[level] = pattern.levels[level].interval.raw
        }
        due = firstAt.raw
        isOver = false
    }

    /// Takes the entry that a pulse at `at` belongs to. False when there is none left within `tolerance`; entries before it were
    /// omitted, and no entry is taken twice.
    mutating func take(at: Instant, tolerance: Int64) -> Bool {
        while !isOver, due < at.raw - tolerance { step() }
        if isOver || due > at.raw + tolerance { return false }
        step()
        return true
    }

    private mutating func step() {
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
