import StimulatorCore

/// One answer of the wire emulation, byte by byte.
struct WireReply: BitwiseCopyable, Hashable {
    /// The longest answer: a train's parameters.
    static var capacity: Int { 24 }

    private(set) var bytes = Fixed<24, UInt8>(repeating: 0)
    private(set) var count = 0

    /// An answer that begins with the command's byte.
    init(_ command: WireCommand) { put(command.rawValue) }

    /// The answer to bytes that are no packet.
    init(_ failure: WireFailure) {
        switch failure {
        case .unknown: put(UInt8(ascii: "?"))
        case .bad(let command): self = .refusal(of: command, UInt8(ascii: "?"))
        }
    }

    /// The answer to a command whose data is wrong (`?`) or which the state does not allow (`S`).
    static func refusal(of command: WireCommand, _ letter: UInt8) -> WireReply {
        var reply = WireReply(command)
        reply.put(letter)
        reply.seal()
        return reply
    }

    /// Adds a byte. An answer is never longer than `capacity`.
    mutating func put(_ byte: UInt8) {
        precondition(count < WireReply.capacity)
        bytes[count] = byte
        count += 1
    }

    mutating func put(_ text: StaticString) { for index in 0..<text.byteCount { put(text.byte(at: index)) } }

    /// Adds a number with leading zeros; one that does not fit is shown as the nearest that does.
    mutating func put(_ number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = max(0, min(number, divisor * 10 - 1))
        while divisor > 0 {
            put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// Adds the check byte.
    mutating func seal() {
        var sum: UInt8 = 0
        for index in 0..<count { sum &+= bytes[index] }
        put(WireParser.check(sum))
    }
}

/// Answers on their way to the line. One that does not fit whole is dropped: its client has ten others that it has not read.
struct WireQueue: BitwiseCopyable {
    private static var capacity: Int { 256 }

    private var bytes = Fixed<256, UInt8>(repeating: 0)
    private var first = 0
    private(set) var count = 0

    mutating func append(_ reply: WireReply) {
        guard WireQueue.capacity - count >= reply.count else { return }
        for index in 0..<reply.count { append(reply.bytes[index]) }
    }

    /// The next byte; nil when there is none.
    mutating func take() -> UInt8? {
        guard count > 0 else { return nil }
        let byte = bytes[first]
        first = (first + 1) % WireQueue.capacity
        count -= 1
        return byte
    }

    /// Takes all that another queue holds, as far as there is room.
    mutating func append(contentsOf other: inout WireQueue) {
        guard WireQueue.capacity - count >= other.count else { return other.clear() }
        while let byte = other.take() { append(byte) }
    }

    mutating func clear() {
        first = 0
        count = 0
    }

    private mutating func append(_ byte: UInt8) {
        bytes[(first + count) % WireQueue.capacity] = byte
        count += 1
    }
}
