/// Which motor threshold: of the muscle at rest, or slightly tensed.
public enum ThresholdKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// RMT.
    case resting = 0
    /// AMT.
    case active = 1

    public var name: StaticString { self == .resting ? "resting" : "active" }

    /// What comes behind a percentage: `% RMT`.
    public var symbol: StaticString { self == .resting ? "RMT" : "AMT" }
}

/// A motor threshold as it was found on this board.
public struct MotorThreshold: BitwiseCopyable, Hashable, Sendable {
    /// Of maximum output, 1 ... 1000.
    public var intensity: PerMille
    public var method: ThresholdMethod
    /// Wall time, nanoseconds since 1970; 0 where nobody knows.
    public var date: Int64

    @inlinable public init(_ intensity: PerMille, method: ThresholdMethod, date: Int64 = 0) {
        self.intensity = intensity
        self.method = method
        self.date = date
    }

    /// The output that `part` of this threshold is: 1000 is the threshold itself. Rounded to the nearest per mille, at most what the type
    /// holds; what is above maximum output is told by whoever sets it.
    public func output(for part: PerMille) -> PerMille {
        PerMille(saturating: (Int64(intensity.raw) * Int64(part.raw) + 500) / 1000)
    }

    /// How much of the threshold an output is, per mille, as the limits count it: of a threshold that the method overestimates, more.
    /// Rounded up.
    public func part(of output: PerMille) -> PerMille {
        let threshold = Int64(max(1, intensity.raw))
        let counted = Int64(max(0, output.raw)) * Int64(1000 + method.overestimate.raw)
        return PerMille(saturating: (counted + threshold - 1) / threshold)
    }
}

/// Pulses, and the stored energy of them.
public struct Dose: BitwiseCopyable, Hashable, Sendable {
    public var pulses: UInt32
    public var energy: Millijoules

    @inlinable public init(pulses: UInt32 = 0, energy: Millijoules = .zero) {
        self.pulses = pulses
        self.energy = energy
    }
}

/// A protocol's name: small letters, digits and hyphens.
public typealias ProtocolName = FixedText<24>

/// That a protocol was given: wholly or in part, as long as one pulse came.
public struct ProtocolUse: BitwiseCopyable, Hashable, Sendable {
    public var name: ProtocolName
    /// Powered-on time (`SubjectContext.poweredOn`) when its last pulse came.
    public var end: Nanoseconds

    @inlinable public init(_ name: ProtocolName, end: Nanoseconds) {
        self.name = name
        self.end = end
    }
}

/// What admission knows of who the pulses are for.
///
/// The surroundings of a session fill it from the journal and keep it up to date; admission reads it. Without a subject (an empty
/// code: bench use) nothing here limits a dose.
public struct SubjectContext: BitwiseCopyable, Hashable, Sendable {
    /// Never a name; empty for none.
    public var code = SubjectCode()
    public var resting: MotorThreshold?
    public var active: MotorThreshold?
    /// Given today, and in the subject's present session. Where wall time is not trusted the previous session counts as today's.
    public var today = Dose()
    public var session = Dose()
    /// The most of a day and of a session, by the session's profile; nil: not limited.
    public var dayLimit: Dose?
    public var sessionLimit: Dose?
    /// Time for which the board was powered on, over all starts, as far as the journal shows: cool-downs count it and nothing else,
    /// because a clock can be set.
    public var poweredOn = Nanoseconds.zero
    /// True when wall time was set by somebody who knows it.
    public var isWallTimeTrusted = false
    private var uses = Fixed<16, ProtocolUse>(repeating: ProtocolUse(ProtocolName(), end: .zero))

    public init() {}

    /// Sessions with a subject are judged by thresholds and doses.
    @inlinable public var hasSubject: Bool { !code.isEmpty }

    /// The threshold of a kind; nil where it is not known.
    @inlinable public func threshold(_ kind: ThresholdKind) -> MotorThreshold? {
        kind == .resting ? resting : active
    }

    /// Notes that a protocol was given. More than sixteen different ones forget the one that ended first.
    public mutating func note(_ use: ProtocolUse) {
        guard !use.name.isEmpty else { return }
        var place = 0
        for index in 0..<16 {
            if uses[index].name == use.name {
                place = index
                break
            }
            if isOlder(index, than: place) { place = index }
        }
        uses[place] = use
    }

    /// Powered-on time since a protocol last ended; nil when it was not given.
    public func sinceEnd(of name: ProtocolName) -> Nanoseconds? {
        guard !name.isEmpty else { return nil }
        for index in 0..<16 where uses[index].name == name { return max(.zero, poweredOn - uses[index].end) }
        return nil
    }

    /// Free places are the oldest.
    private func isOlder(_ index: Int, than other: Int) -> Bool {
        if uses[other].name.isEmpty { return false }
        return uses[index].name.isEmpty || uses[index].end < uses[other].end
    }
}
