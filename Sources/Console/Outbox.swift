import StimulatorCore

/// Commands on their way to the safety side.
///
/// Order: a stop, the disarm of a hang-up, a renewal, then everything else as it was asked for. A stop or a hang-up throws away
/// what waits behind it.
struct Outbox: BitwiseCopyable {
    /// More waiting commands than this are refused as `busy`.
    static var capacity: Int { 8 }

    private var waiting = Fixed<8, TokenedCommand>(repeating: TokenedCommand(token: 0, .disarm))
    private var first = 0
    private var count = 0
    /// The token of a stop that has not been taken yet.
    private(set) var stopToken: UInt32?
    private var disarms = false
    private var renewal: Bool?

    var isFull: Bool { count == Outbox.capacity }

    /// Adds a command; the box may not be full.
    mutating func add(_ command: TokenedCommand) {
        precondition(!isFull)
        waiting[(first + count) % Outbox.capacity] = command
        count += 1
    }

    /// A stop goes ahead of everything, and instead of it.
    mutating func stop(token: UInt32) {
        count = 0
        stopToken = token
    }

    /// The line is gone: disarm, and forget what it had asked for. A waiting stop stays.
    mutating func disarmAlone() {
        count = 0
        renewal = nil
        disarms = true
    }

    mutating func renew(journal: Bool) { renewal = journal }

    /// The next command; nil when none waits.
    mutating func take() -> TokenedCommand? {
        if let token = stopToken {
            stopToken = nil
            return TokenedCommand(token: token, .stop)
        }
        if disarms {
            disarms = false
            return TokenedCommand(token: 0, .disarm)
        }
        if let journal = renewal {
            renewal = nil
            return TokenedCommand(token: 0, .renew(journal: journal))
        }
        return takeWaiting()
    }

    /// The oldest of the commands that wait their turn.
    mutating func takeWaiting() -> TokenedCommand? {
        guard count > 0 else { return nil }
        let command = waiting[first]
        first = (first + 1) % Outbox.capacity
        count -= 1
        return command
    }
}

/// Command lines that wait for their answer.
struct PendingReplies: BitwiseCopyable {
    struct Entry: BitwiseCopyable {
        /// What the answer will carry; 0 for the answer to a request, which carries none.
        var token: UInt32
        var name: CommandName
        var deadline: Instant
        /// The session's intensity if the command is refused.
        var previousIntensity: PerMille
        /// What a program called its request.
        var id: RequestID
    }

    private var entries = Fixed<8, Entry>(
        repeating: Entry(
            token: 0, name: .stop, deadline: .distantFuture, previousIntensity: .zero,
            id: RequestID()))
    private(set) var count = 0

    var isFull: Bool { count == 8 }
    var isEmpty: Bool { count == 0 }

    /// Adds an entry; there must be room.
    mutating func add(_ entry: Entry) {
        precondition(!isFull)
        entries[count] = entry
        count += 1
    }

    /// Takes the oldest entry for which `holds` is true.
    mutating func takeFirst(where holds: (Entry) -> Bool) -> Entry? {
        for index in 0..<count where holds(entries[index]) {
            let entry = entries[index]
            for later in index + 1..<count { entries[later - 1] = entries[later] }
            count -= 1
            return entry
        }
        return nil
    }

    func contains(_ name: CommandName) -> Bool {
        for index in 0..<count where entries[index].name == name { return true }
        return false
    }

    /// The earliest deadline.
    var nextDeadline: Instant {
        var earliest = Instant.distantFuture
        for index in 0..<count { earliest = min(earliest, entries[index].deadline) }
        return earliest
    }

    mutating func clear() { count = 0 }
}
