import StimulatorCore

/// What a session asks of its surroundings, not of the safety side.
public enum ConsoleRequest: BitwiseCopyable, Hashable, Sendable {
    /// Show the newest `count` records, oldest first, each by `show`, then call `journalShown`.
    case journal(count: Int)
    /// Put this on record. `isAwaited`: a command line waits for it: call `recorded` once the entry is on the medium, or cannot be.
    case record(JournalEntry, isAwaited: Bool)
    /// A virtual subject of this seed lies under the simulated coil; nil takes it away.
    case virtualSubject(seed: UInt64?)
    /// Receive an update: call `updateAnswered` with what became of it.
    case update(UpdateRequest)
    /// A hand moves an input of the simulated board.
    case operate(input: Int, on: Bool)
    /// A part of the simulated board fails; nil is for ever.
    case inject(component: Int, mode: Int, duration: Nanoseconds?)
    /// Who holds control: `take` and `release` are answered by `controlAnswered`.
    case control(ControlRequest)
    /// Another role, with its PIN where it wants one; answered by `roleAnswered`.
    case role(Role, Pin?)
}

/// Up to eight requests on their way: from a session to its surroundings, from the console to hands and faults of a simulated board.
public struct RequestQueue: BitwiseCopyable {
    private var requests = Fixed<8, ConsoleRequest>(repeating: .journal(count: 0))
    private var first = 0
    private var count = 0

    /// Nothing waits.
    public init() {}

    /// There is no room for another.
    public var isFull: Bool { count == 8 }

    /// Adds a request; the queue may not be full.
    public mutating func add(_ request: ConsoleRequest) {
        precondition(!isFull)
        requests[(first + count) % 8] = request
        count += 1
    }

    /// The oldest request; nil when none waits.
    public mutating func take() -> ConsoleRequest? {
        guard count > 0 else { return nil }
        let request = requests[first]
        // A PIN that was taken is nowhere any more.
        requests[first] = .journal(count: 0)
        first = (first + 1) % 8
        count -= 1
        return request
    }

    /// Forgets what waits.
    public mutating func clear() { self = RequestQueue() }
}
