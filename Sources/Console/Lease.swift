import StimulatorCore

/// When the board's lease is renewed: an armed board whose console says nothing for its lease disarms itself.
///
///     a person    renewed by the shell, four times a second, while the line is up and a byte came within 60 s or a pattern runs; on a
///                 line that does not show that its other end has gone, a pattern that runs does not hold it
///     a program   that has sent `renew` once renews it alone
///     line down   not renewed until a byte comes
struct Lease: BitwiseCopyable {
    /// A quarter of the board's lease of 1 s: three renewals may be lost.
    static var period: Nanoseconds { .milliseconds(250) }

    private var lastKey = Instant.distantPast
    private var lastRenewal = Instant.distantPast
    private(set) var isLineUp = false
    /// A program has taken the renewals over.
    private(set) var isProgramOwned = false
    private var wasHeld = false
    private let idle: Nanoseconds

    init(idle: Nanoseconds) { self.idle = idle }

    /// A byte came from the line.
    mutating func key(at now: Instant) {
        isLineUp = true
        lastKey = now
    }

    mutating func hangUp() {
        isLineUp = false
        isProgramOwned = false
        lastKey = .distantPast
        lastRenewal = .distantPast
    }

    /// A program asks for a renewal, and from now on for every one.
    mutating func renewByProgram(at now: Instant) {
        isProgramOwned = true
        lastRenewal = now
    }

    /// The shell renews again by itself.
    mutating func returnToShell() { isProgramOwned = false }

    /// True when the shell has to send a renewal now; it then counts as sent.
    mutating func isRenewalDue(at now: Instant, patternHolds: Bool) -> Bool {
        guard isHeld(at: now, patternHolds: patternHolds), now - lastRenewal >= Lease.period else { return false }
        lastRenewal = now
        return true
    }

    /// True once when the shell ends the lease because no key came for so long: not for a hang-up, nor for a program.
    mutating func hasBecomeIdle(at now: Instant, patternHolds: Bool) -> Bool {
        let isHeld = isHeld(at: now, patternHolds: patternHolds)
        defer { wasHeld = isHeld }
        return wasHeld && !isHeld && isLineUp && !isProgramOwned
    }

    /// When to ask again.
    func nextWake(after now: Instant, patternHolds: Bool) -> Instant {
        isHeld(at: now, patternHolds: patternHolds) ? lastRenewal + Lease.period : .distantFuture
    }

    /// Somebody is there who keeps the board armed: a person who touched a key lately, or a program that renewed within `span`.
    func isActive(at now: Instant, patternHolds: Bool, span: Nanoseconds) -> Bool {
        isProgramOwned ? isLineUp && now - lastRenewal < span : isHeld(at: now, patternHolds: patternHolds)
    }

    private func isHeld(at now: Instant, patternHolds: Bool) -> Bool {
        isLineUp && !isProgramOwned && (patternHolds || now - lastKey < idle)
    }
}
