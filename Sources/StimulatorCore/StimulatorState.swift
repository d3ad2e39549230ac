/// What the controller is doing. Raw values are part of the shared page and the journal: they never change meaning.
public enum StimulatorState: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Proving the board at start, capacitor bleeding.
    case selfTest = 0
    /// Discharged, nothing energised.
    case safe = 1
    /// The arming second: posture, contactor and bleed are proven before the first joule.
    case arming = 2
    /// Charging towards the set-point.
    case charging = 3
    /// At the set-point, held there.
    case ready = 4
    /// FIRE is raised; the pulse has not been verified yet.
    case firing = 5
    /// The pulse is verified; the capacitor is being charged for the next one.
    case recovering = 6
    /// Everything is off, the bleed is closed, the fall of the voltage is being verified.
    case discharging = 7
    /// A fault is latched; nothing is energised.
    case faulted = 8

    /// How many states there are: raw values are 0 ..< count.
    public static var count: Int { 9 }

    public var name: StaticString {
        switch self {
        case .selfTest: "selfTest"
        case .safe: "safe"
        case .arming: "arming"
        case .charging: "charging"
        case .ready: "ready"
        case .firing: "firing"
        case .recovering: "recovering"
        case .discharging: "discharging"
        case .faulted: "faulted"
        }
    }

    /// True where the capacitor may hold charge on purpose: the heartbeat runs and every lease is enforced.
    @inlinable public var isArmed: Bool {
        switch self {
        case .arming, .charging, .ready, .firing, .recovering: true
        case .selfTest, .safe, .discharging, .faulted: false
        }
    }

    /// The states that may follow this one, one bit a raw value: the one source for the runtime, the exhaustive test and the
    /// diagram.
    public var successors: UInt16 {
        switch self {
        case .selfTest: set(.safe, .faulted, .discharging)
        case .safe: set(.arming, .selfTest, .discharging)
        case .arming: set(.charging, .discharging)
        case .charging: set(.ready, .firing, .discharging)
        case .ready: set(.charging, .firing, .discharging)
        case .firing: set(.recovering, .discharging)
        case .recovering: set(.charging, .ready, .firing, .discharging)
        case .discharging: set(.safe, .faulted)
        case .faulted: set(.safe, .selfTest, .discharging)
        }
    }

    /// True when `next` may follow this state.
    @inlinable public func mayBecome(_ next: StimulatorState) -> Bool { successors & (1 << UInt16(next.rawValue)) != 0 }

    private func set(
        _ first: StimulatorState, _ second: StimulatorState? = nil, _ third: StimulatorState? = nil,
        _ fourth: StimulatorState? = nil
    ) -> UInt16 {
        var bits: UInt16 = 1 << UInt16(first.rawValue)
        if let second { bits |= 1 << UInt16(second.rawValue) }
        if let third { bits |= 1 << UInt16(third.rawValue) }
        if let fourth { bits |= 1 << UInt16(fourth.rawValue) }
        return bits
    }
}

/// Why a scheduled pulse was not given. A pulse is never given late.
public enum OmissionCause: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The loop came to the pulse more than the late limit after its time.
    case late = 0
    /// The capacitor was below the tolerance of the pulse's set-point.
    case undervoltage = 1
    /// The capacitor was above the tolerance of the pulse's set-point.
    case overvoltage = 2
    /// No trusted voltage at the pulse's time.
    case staleVoltage = 3
    /// The previous pulse had not been verified yet.
    case unverified = 4
    /// The guardian did not permit it.
    case notPermitted = 5

    /// How many causes there are: raw values are 0 ..< count.
    public static var count: Int { 6 }

    public var name: StaticString {
        switch self {
        case .late: "late"
        case .undervoltage: "undervoltage"
        case .overvoltage: "overvoltage"
        case .staleVoltage: "staleVoltage"
        case .unverified: "unverified"
        case .notPermitted: "notPermitted"
        }
    }
}
