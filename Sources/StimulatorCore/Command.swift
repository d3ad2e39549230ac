/// What the console side may ask of the safety side. Everything in it is treated as hostile there.
public enum Command: BitwiseCopyable, Hashable, Sendable {
    /// Extends the lease. `journal` is true while the journal can be written.
    case renew(journal: Bool)
    /// Arm and hold the set-point of an intensity.
    case arm(intensity: PerMille)
    /// End whatever runs, discharge.
    case disarm
    /// Stop everything at once: as `disarm`, from any state, never refused.
    case stop
    /// Change the set-point that is held.
    case intensity(PerMille)
    /// Give a pattern, the first pulse as soon as everything is ready.
    case start(PulsePattern)
    /// End the running pattern, stay armed.
    case abort
    /// Acknowledge a trip (nil: all).
    case clear(Trip?)
    /// Run the self-test again.
    case selfTest
}

/// A command and the token by which its answer is known.
public struct TokenedCommand: BitwiseCopyable, Hashable, Sendable {
    /// Chosen by the console side, echoed in the answer.
    public var token: UInt32
    public var command: Command

    @inlinable public init(token: UInt32, _ command: Command) {
        self.token = token
        self.command = command
    }

    /// The command as a frame. Layout: word 0 = kind | token << 32; start: 1-4 levels (count << 48 | interval in ns), word 5 =
    /// intensity | ramp pulses << 16 | ramp from << 32; others: word 1.
    public var frame: Frame {
        var frame = Frame.empty
        frame[0] = UInt64(token) << 32
        switch command {
        case .renew(let journal):
            frame[0] |= 1
            frame[1] = journal ? 1 : 0
        case .arm(let intensity):
            frame[0] |= 2
            frame[1] = UInt64(UInt32(bitPattern: intensity.raw))
        case .disarm: frame[0] |= 3
        case .stop: frame[0] |= 4
        case .intensity(let intensity):
            frame[0] |= 5
            frame[1] = UInt64(UInt32(bitPattern: intensity.raw))
        case .start(let pattern):
            frame[0] |= 6
            encode(pattern, into: &frame)
        case .abort: frame[0] |= 7
        case .clear(let trip):
            frame[0] |= 8
            frame[1] = trip.map { UInt64($0.rawValue) } ?? 255
        case .selfTest: frame[0] |= 9
        }
        return frame
    }

    /// Decodes a frame; nil for anything that no well-behaved console sends: what decodes is, word for word, what `frame` makes
    /// of the command. Values are range-checked, not believed: a pattern still has to be `validated`.
    public init?(frame: Frame) {
        token = UInt32(truncatingIfNeeded: frame[0] >> 32)
        guard frame[0] & 0xFFFF_FF00 == 0 else { return nil }
        switch frame[0] & 0xFF {
        case 1:
            guard frame[1] <= 1 else { return nil }
            command = .renew(journal: frame[1] == 1)
        case 2:
            guard let intensity = TokenedCommand.intensity(frame[1]) else { return nil }
            command = .arm(intensity: intensity)
        case 3: command = .disarm
        case 4: command = .stop
        case 5:
            guard let intensity = TokenedCommand.intensity(frame[1]) else { return nil }
            command = .intensity(intensity)
        case 6:
            guard let pattern = TokenedCommand.pattern(frame) else { return nil }
            command = .start(pattern)
        case 7: command = .abort
        case 8:
            if frame[1] == 255 {
                command = .clear(nil)
            } else {
                guard let raw = UInt8(exactly: frame[1]), let trip = Trip(rawValue: raw) else { return nil }
                command = .clear(trip)
            }
        case 9: command = .selfTest
        default: return nil
        }
        if self.frame != frame { return nil }
    }

    private func encode(_ pattern: PulsePattern, into frame: inout Frame) {
        for index in 0..<4 {
            let level = pattern.levels[index]
            frame[1 + index] = UInt64(field(level.count)) << 48 | interval(level.interval)
        }
        frame[5] =
            UInt64(field(pattern.intensity.raw)) | UInt64(field(pattern.rampPulses)) << 16
            | UInt64(field(pattern.rampFrom.raw)) << 32
    }

    // What a field cannot hold becomes its largest value, which `validated` refuses on the other side: cut off, it could become
    // another, valid pattern.
    private func field<Value: BinaryInteger>(_ value: Value) -> UInt16 { UInt16(exactly: value) ?? .max }
    private func interval(_ time: Nanoseconds) -> UInt64 {
        time.raw >= 0 && time.raw < 0xFFFF_FFFF_FFFF ? UInt64(time.raw) : 0xFFFF_FFFF_FFFF
    }

    private static func intensity(_ word: UInt64) -> PerMille? {
        word >= 1 && word <= 1000 ? PerMille(Int32(word)) : nil
    }

    private static func pattern(_ frame: Frame) -> PulsePattern? {
        guard let intensity = intensity(frame[5] & 0xFFFF), frame[5] >> 48 == 0 else { return nil }
        var pattern = PulsePattern(intensity: intensity)
        for index in 0..<4 {
            let word = frame[1 + index]
            pattern.levels[index] = PatternLevel(
                count: UInt32(word >> 48), interval: Nanoseconds(Int64(word & 0xFFFF_FFFF_FFFF)))
        }
        pattern.rampPulses = UInt32(frame[5] >> 16 & 0xFFFF)
        pattern.rampFrom = PerMille(Int32(frame[5] >> 32 & 0xFFFF))
        return pattern
    }
}
