/// What is wrong with a protocol: the closed set.
public enum ProtocolFault: BitwiseCopyable, Hashable, Sendable {
    /// A name has 1 ... 23 small letters, digits and hyphens, and begins with a letter.
    case name
    /// Summary, evidence or citation is missing.
    case text
    /// The pattern is none: why.
    case pattern(Refusal)
    /// The intensities are not 0 < least <= usual <= most, at most 100 % of maximum output or 200 % of a threshold.
    case intensity
    /// The parts of the steps, their rounds (1 ... 100) or their pauses (1 s ... 1 h, the shorter first).
    case steps
    /// More pulses than a pattern may have.
    case pulses
    /// A cool-down is 0 ... 366 days.
    case cooldown
}

extension StimulationProtocol {
    /// Calls `report` for everything that is wrong: the one place where a protocol is judged, for the loader of compiled libraries and
    /// for the tool that checks them.
    public func judge(_ report: (ProtocolFault) -> Void) {
        if !isNamed { report(.name) }
        if summary.isEmpty || evidenceText.isEmpty || citation.isEmpty { report(.text) }
        do throws(Refusal) {
            var pattern = pattern
            pattern.intensity = PerMille(1000)
            _ = try pattern.validated()
            if pulseCount > Ceiling.pulsesPerPattern { report(.pulses) }
        } catch {
            report(.pattern(error))
        }
        let highest = PerMille(basis == .maximum ? 1000 : 2000)
        if least < PerMille(1) || least > usual || usual > most || most > highest { report(.intensity) }
        if !areStepsSound(highest) { report(.steps) }
        if cooldown < .zero || cooldown > .seconds(366 * 86_400) { report(.cooldown) }
    }

    private var isNamed: Bool {
        for index in 0..<name.count {
            let byte = name[index]
            let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            let isOther = byte == UInt8(ascii: "-") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
            if !isLetter && (index == 0 || !isOther) { return false }
        }
        return !name.isEmpty
    }

    private func areStepsSound(_ highest: PerMille) -> Bool {
        guard hasSteps else { return rounds == 0 && waitLeast == .zero && waitMost == .zero && !isShuffled }
        guard Int(stepCount) <= PulseSteps.most, rounds >= 1, rounds <= 100 else { return false }
        for index in 0..<PulseSteps.most {
            let part = parts[index]
            if index < Int(stepCount) ? part < PerMille(1) || part > highest : part != .zero { return false }
        }
        return waitLeast >= .seconds(1) && waitLeast <= waitMost && waitMost <= Ceiling.longestInterval
    }
}

/// Why a compiled protocol library cannot be used.
public enum LibraryFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// It could not be read: the system's error number, positive.
    case unreadable(code: Int32)
    /// It does not begin as a compiled library does.
    case magic
    /// It is of another version of the format.
    case version(UInt32)
    /// It has more or fewer bytes than its number of protocols wants, or more protocols than a library has.
    case length(Int64)
    /// Its hash is not that of its bytes.
    case hash
    /// Bytes that have no meaning, in the protocol with this number.
    case form(Int)
    /// The protocol with this number is not sound.
    case unsound(Int, ProtocolFault)
    /// Two protocols have one name: the numbers of both.
    case sharedName(Int, Int)

    /// The reason as half a sentence, without its numbers.
    public var text: StaticString {
        switch self {
        case .unreadable: "it cannot be read"
        case .magic: "it is no compiled protocol library: `stim protocol compile` makes one"
        case .version: "it is of another version of the format: compile its protocols again"
        case .length: "it is cut off, or has more than 32 protocols: copy or compile it again"
        case .hash: "its hash is not that of its bytes: it was damaged or changed, copy or compile it again"
        case .form: "it has bytes where nothing stands: compile its protocols again"
        case .unsound: "one of its protocols breaks a rule: compile its protocols again, which says which"
        case .sharedName: "two of its protocols have one name"
        }
    }
}
