import Console
import StimulatorCore

/// Holds up who guesses PINs: for each role, whichever channel it comes from, so that neither a hang-up nor a second channel helps.
///
///     wrong PIN 1, 2, 3, 4    1, 2, 4, 8 s until the next is looked at
///     wrong PIN 5             five minutes, and again after every further one
///     right PIN, or a key off-to-on edge: somebody stands at the board     from the beginning
///
/// A console process that is started anew in the place of one that ended does not know how often it was tried: every such start counts
/// as a wrong PIN, so that to make it end is no way around the wait.
struct PinGuard: BitwiseCopyable {
    private static var free: Int { 5 }
    private static var lockOut: Nanoseconds { .seconds(300) }

    private var failures = Fixed<3, Int>(repeating: 0)
    private var until = Fixed<3, Instant>(repeating: .distantPast)
    /// An edge from before this console's start is nobody's who stands at the board now.
    private var sawKeyEdge = true

    /// - Parameter restarts: how many console processes have ended since the firmware's start.
    init(restarts: Int = 0, at now: Instant = .distantPast) {
        for _ in 0..<min(restarts, PinGuard.free) {
            fail(.operator, at: now)
            fail(.engineer, at: now)
        }
    }

    /// How long the next PIN for a role has to wait; zero when it need not.
    func wait(for role: Role, at now: Instant) -> Nanoseconds {
        let end = until[Int(role.rawValue)]
        return end > now ? end - now : .zero
    }

    /// Wrong PINs for a role since the last right one.
    func count(for role: Role) -> Int { failures[Int(role.rawValue)] }

    mutating func fail(_ role: Role, at now: Instant) {
        let index = Int(role.rawValue)
        failures[index] = min(failures[index] + 1, PinGuard.free)
        let isLockedOut = failures[index] == PinGuard.free
        until[index] = now + (isLockedOut ? PinGuard.lockOut : .seconds(1 << Int64(failures[index] - 1)))
    }

    mutating func succeed(_ role: Role) {
        failures[Int(role.rawValue)] = 0
        until[Int(role.rawValue)] = .distantPast
    }

    /// Takes whether the safety side has seen a key edge lately. A new one ends every wait.
    mutating func update(keyEdge: Bool) {
        if keyEdge, !sawKeyEdge {
            failures = Fixed(repeating: 0)
            until = Fixed(repeating: .distantPast)
        }
        sawKeyEdge = keyEdge
    }
}
