import Console
import SimulatedRig
import StimulatorCore

/// What hears the console and sees the events of a rig that runs without a person.
public protocol BenchListener: ~Copyable {
    /// The console said one byte on its main line.
    mutating func hear(_ byte: UInt8)
    /// The console said one byte on another channel.
    mutating func hear(_ byte: UInt8, on channel: Int)
    /// An event or a refusal reached the console.
    mutating func see(_ event: Event)
}

extension BenchListener where Self: ~Copyable {
    /// Most runs have one line.
    public mutating func hear(_ byte: UInt8, on channel: Int) {}
}

/// The simulated rig in virtual time alone, as fast as the host can: for scripts.
public struct FastBench<Listener: BenchListener & ~Copyable>: ~Copyable {
    /// Bytes that are typed in a millisecond: a fast serial line, so that a long line meets the console as it would there.
    private static var bytesPerMillisecond: Int64 { 64 }

    public private(set) var rig: SimulatedRig
    public var listener: Listener
    private var settling: Settling
    private var typed: Int64 = 0

    public init(rig: consuming SimulatedRig, listener: consuming Listener) {
        settling = Settling(at: rig.now)
        self.rig = rig
        self.listener = listener
    }

    /// Types one byte on the console's line.
    public mutating func type(_ byte: UInt8) { type(byte, on: ChannelNumber.line) }

    /// Types one byte on a channel.
    public mutating func type(_ byte: UInt8, on channel: Int) {
        rig.receive(byte, on: channel)
        settling = Settling(at: rig.now)
        typed += 1
        if typed % FastBench.bytesPerMillisecond == 0 { step() }
    }

    /// Runs for a time.
    public mutating func run(for time: Nanoseconds) {
        let end = rig.now + time
        while rig.now < end { step(until: end) }
    }

    /// Runs until what the last line began has come to its end.
    /// - Returns: `atRest`, or `stuck` when it does not end.
    @discardableResult public mutating func settle() -> Settling.Verdict {
        settling = Settling(at: rig.now)
        while true {
            step()
            let verdict = settling.judge(at: rig.now, state: rig.state, trainTotal: rig.snapshot.trainTotal)
            if verdict != .moving { return verdict }
        }
    }

    /// Runs until the console has answered the last line, whatever the board does.
    public mutating func awaitAnswer() {
        settling = Settling(at: rig.now)
        while settling.judge(at: rig.now, state: .safe, trainTotal: 0) == .moving { step() }
    }

    /// Runs until the board is in a state.
    /// - Returns: false when it is not in it within `limit`.
    public mutating func run(until state: StimulatorState, limit: Nanoseconds) -> Bool {
        let end = rig.now + limit
        while rig.state != state {
            if rig.now >= end { return false }
            step(until: end)
        }
        return true
    }

    /// Hands every byte of the journal's disk to `body`.
    public mutating func readJournal(_ body: (UInt8) -> Void) { rig.readJournal(body) }

    /// The line goes down.
    public mutating func hangUp() { rig.hangUp() }

    /// Somebody comes through a socket; nil when all channels are taken.
    public mutating func connect(_ kind: ChannelName.Kind) -> Int? { rig.connect(kind) }

    /// A channel goes down.
    public mutating func hangUp(_ channel: Int) {
        rig.hangUp(channel)
        settling = Settling(at: rig.now)
    }

    private mutating func step() { step(until: rig.now + .milliseconds(1)) }

    private mutating func step(until end: Instant) {
        rig.run(until: min(end, rig.now + .milliseconds(1)))
        while let byte = rig.takeOutput() {
            settling.heard(at: rig.now)
            listener.hear(byte)
        }
        for channel in ChannelNumber.line + 1..<ChannelNumber.count {
            while let byte = rig.takeOutput(of: channel) {
                settling.heard(at: rig.now)
                listener.hear(byte, on: channel)
            }
        }
        while let event = rig.takeEvent() { listener.see(event) }
    }
}
