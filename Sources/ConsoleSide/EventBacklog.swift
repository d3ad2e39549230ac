import StimulatorCore

/// Events that the journal has not written yet. A full backlog forgets the oldest: the journal then shows the gap.
struct EventBacklog {
    private var events = Fixed<64, Event>(repeating: Event(.state, at: Instant(0)))
    private var taken: UInt64 = 0
    private var added: UInt64 = 0
    /// Since when the oldest event waits.
    private var waitingSince = Instant.distantFuture

    /// A journal task that does not write for half a second does not run: what happens is not recorded any more.
    func isOverdue(at now: Instant) -> Bool { now > waitingSince && now - waitingSince > .milliseconds(500) }

    mutating func append(_ event: Event, at now: Instant) {
        waitingSince = min(waitingSince, now)
        if added - taken == 64 { taken += 1 }
        events[Int(added % 64)] = event
        added += 1
    }

    mutating func take() -> Event? {
        if taken == added {
            waitingSince = .distantFuture
            return nil
        }
        taken += 1
        return events[Int((taken - 1) % 64)]
    }
}
