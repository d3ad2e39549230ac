import StimulatorCore

/// Keeps virtual time in step with the wall clock.
///
/// Virtual time never runs ahead of the wall. It may fall behind: a host that was held up for longer than `mostBehind` loses
/// the rest for good, so the board never sees a burst of ticks that a person could not have answered, and no trip comes from
/// a slow host.
public struct Pace: BitwiseCopyable, Sendable {
    /// How much lost time is caught up: less than the console's lease and more than a host's usual hiccup.
    public static var mostBehind: Nanoseconds { .milliseconds(50) }

    /// Wall clock minus virtual time.
    private var offset: Int64

    /// Starts with both clocks in step.
    /// - Parameter wall: the monotonic wall clock, nanoseconds.
    public init(wall: Int64, now: Instant) { offset = wall &- now.raw }

    /// The virtual moment up to which the board may run; never before `now`.
    public mutating func target(wall: Int64, now: Instant) -> Instant {
        let target = Instant(wall &- offset)
        let latest = now + Pace.mostBehind
        if target > latest {
            offset = offset &+ (target - latest).raw
            return latest
        }
        return max(now, target)
    }

    /// The wall clock at a virtual moment, nanoseconds.
    public func wall(at moment: Instant) -> Int64 { moment.raw &+ offset }
}
