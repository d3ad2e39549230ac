import StimulatorCore

/// What a session remembers of its SCPI side.
struct SCPIState: BitwiseCopyable {
    /// What the message that is being carried out waits for.
    enum Wait: BitwiseCopyable, Hashable {
        case nothing
        /// The safety side's answer to the unit.
        case answer
        /// That nothing is pending (`*WAI`).
        case completion
        /// The same, and then the answer 1 (`*OPC?`).
        case completionQuery
        /// The end of the self-test (`*TST?`).
        case selfTest
    }

    var errors = SCPIErrorQueue()
    var operation = SCPIRegister()
    var questionable = SCPIRegister()
    /// The standard event status; a session begins with its power-on bit.
    var eventStatus: UInt8 = 1 << 7
    var eventEnable: UInt8 = 0
    var serviceEnable: UInt8 = 0
    /// `*OPC` was given: bit 0 is set once nothing is pending.
    var isCompletionNoted = false

    /// The message that is being carried out.
    var scanner = SCPIScanner(LineBuffer())
    var wait = Wait.nothing
    /// The unit that is being carried out, or waits for its answer.
    var header = SCPIHeader.cls
    /// The message has given a response: the next one follows a semicolon.
    var hasResponded = false
    /// A unit is being carried out: what is accepted or refused now is its own.
    var isPerforming = false
    /// The unit has been accepted or refused.
    var isSettled = false
    /// The token of the command that the unit sent.
    var awaitedToken: UInt32 = 0
    /// The token that is being answered; 0 for none.
    var answeringToken: UInt32 = 0
    /// When the safety side gave its last answer: an older snapshot does not know of it yet.
    var answeredAt = Instant.distantPast

    /// A message has not come to its end.
    var isBusy: Bool { wait != .nothing || !scanner.isAtEnd }

    /// Leaves what is left of the message undone.
    mutating func endMessage() {
        scanner = SCPIScanner(LineBuffer())
        wait = .nothing
    }
}

/// Lines that came while a message was being carried out, each behind its length.
struct WaitingLines: BitwiseCopyable {
    private static var capacity: Int { 2_048 }
    private var bytes = Fixed<2_048, UInt8>(repeating: 0)
    private var first = 0
    private var used = 0

    var isEmpty: Bool { used == 0 }

    /// Adds a line; false when it does not fit.
    mutating func add(_ line: LineBuffer) -> Bool {
        // Lengths 0 ... 256 in two bytes.
        guard used + line.count + 2 <= WaitingLines.capacity else { return false }
        put(UInt8(line.count & 0xFF))
        put(UInt8(line.count >> 8))
        for index in 0..<line.count { put(line.bytes[index]) }
        return true
    }

    mutating func take() -> LineBuffer? {
        guard used > 0 else { return nil }
        let length = Int(get()) | Int(get()) << 8
        var line = LineBuffer()
        for _ in 0..<length { line.insert(get(), at: line.count) }
        return line
    }

    mutating func clear() { used = 0 }

    private mutating func put(_ byte: UInt8) {
        bytes[(first + used) % WaitingLines.capacity] = byte
        used += 1
    }

    private mutating func get() -> UInt8 {
        let byte = bytes[first]
        first = (first + 1) % WaitingLines.capacity
        used -= 1
        return byte
    }
}
