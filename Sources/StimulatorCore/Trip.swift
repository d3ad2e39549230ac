/// A limit was broken or a part failed: the closed set of reasons why the controller stopped by itself.
///
/// One name everywhere: in Swift, on the console, in the journal and in the manual.
public enum Trip: UInt8, BitwiseCopyable, Hashable, Sendable {
    case interlockOpen = 0
    case coilMissing = 1
    case keyRemoved = 2
    case leaseExpired = 3
    case coilOvertemperature = 4
    case coilTemperatureStale = 5
    case journalFailed = 6
    case pulseTooSoon = 7
    case trainTooLong = 8
    case energyExceeded = 9
    case doseExceeded = 10
    case tickLate = 11
    case emergencyStop = 12
    case patientStop = 13
    case capacitorOvervoltage = 14
    case chargeTimeout = 15
    case chargeRunaway = 16
    case voltageStale = 17
    case voltageImplausible = 18
    case coilTemperatureImplausible = 19
    case pulseMissing = 20
    case lineMismatch = 21
    case outputFailed = 22
    case tickStalled = 23
    case guardianDisagrees = 24
    case overvoltageLatched = 25
    case dischargeFailed = 26
    case pulseUnexpected = 27
    case contactorWelded = 28
    case enableStuck = 29
    case selfTestFailed = 30
    case watchdogFailed = 31
    case boardMismatch = 32

    /// How many trips there are: raw values are 0 ..< count.
    public static var count: Int { 33 }
}

/// What a trip does to the board, from mild to severe.
public enum TripAction: UInt8, BitwiseCopyable, Hashable, Sendable, Comparable {
    /// Discharge and go to `safe`; arming is refused while the condition holds.
    case disarm = 0
    /// Arming is refused until a re-test passes.
    case blocksArming = 1
    /// Discharge and go to `faulted`; an acknowledgement with a key edge is needed.
    case fault = 2
    /// As a fault, and the latch survives a restart.
    case lockout = 3

    @inlinable public static func < (left: TripAction, right: TripAction) -> Bool { left.rawValue < right.rawValue }
}

/// What ends a trip.
public enum TripClearing: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// By itself, when the condition is gone.
    case whenConditionClears = 0
    /// By itself, once the board is discharged.
    case onDisarm = 1
    /// Acknowledged by a person, within 10 s of a key off-to-on edge.
    case acknowledgedWithKeyEdge = 2
    /// Engineer, key edge, below 60 V, then a passing low-voltage test.
    case afterLowVoltageTest = 3
    /// A passing self-test.
    case passingRetest = 4
}

extension Trip {
    /// What the trip does (design: states and trips).
    public var action: TripAction {
        switch self {
        case .interlockOpen, .coilMissing, .keyRemoved, .leaseExpired, .coilOvertemperature, .coilTemperatureStale,
            .journalFailed, .pulseTooSoon, .trainTooLong, .energyExceeded, .doseExceeded, .tickLate:
            .disarm
        case .emergencyStop, .patientStop, .capacitorOvervoltage, .chargeTimeout, .chargeRunaway, .voltageStale,
            .voltageImplausible, .coilTemperatureImplausible, .pulseMissing, .lineMismatch, .outputFailed, .tickStalled,
            .guardianDisagrees, .overvoltageLatched:
            .fault
        case .dischargeFailed, .pulseUnexpected, .contactorWelded, .enableStuck: .lockout
        case .selfTestFailed, .watchdogFailed, .boardMismatch: .blocksArming
        }
    }

    /// What ends the trip.
    public var clearing: TripClearing {
        switch self {
        case .pulseTooSoon, .trainTooLong, .energyExceeded, .doseExceeded, .tickLate: .onDisarm
        default:
            switch action {
            case .disarm: .whenConditionClears
            case .blocksArming: .passingRetest
            case .fault: .acknowledgedWithKeyEdge
            case .lockout: .afterLowVoltageTest
            }
        }
    }

    /// The name, the same on the console, in the journal and in the manual.
    public var name: StaticString {
        switch self {
        case .interlockOpen: "interlockOpen"
        case .coilMissing: "coilMissing"
        case .keyRemoved: "keyRemoved"
        case .leaseExpired: "leaseExpired"
        case .coilOvertemperature: "coilOvertemperature"
        case .coilTemperatureStale: "coilTemperatureStale"
        case .journalFailed: "journalFailed"
        case .pulseTooSoon: "pulseTooSoon"
        case .trainTooLong: "trainTooLong"
        case .energyExceeded: "energyExceeded"
        case .doseExceeded: "doseExceeded"
        case .tickLate: "tickLate"
        case .emergencyStop: "emergencyStop"
        case .patientStop: "patientStop"
        case .capacitorOvervoltage: "capacitorOvervoltage"
        case .chargeTimeout: "chargeTimeout"
        case .chargeRunaway: "chargeRunaway"
        case .voltageStale: "voltageStale"
        case .voltageImplausible: "voltageImplausible"
        case .coilTemperatureImplausible: "coilTemperatureImplausible"
        case .pulseMissing: "pulseMissing"
        case .lineMismatch: "lineMismatch"
        case .outputFailed: "outputFailed"
        case .tickStalled: "tickStalled"
        case .guardianDisagrees: "guardianDisagrees"
        case .overvoltageLatched: "overvoltageLatched"
        case .dischargeFailed: "dischargeFailed"
        case .pulseUnexpected: "pulseUnexpected"
        case .contactorWelded: "contactorWelded"
        case .enableStuck: "enableStuck"
        case .selfTestFailed: "selfTestFailed"
        case .watchdogFailed: "watchdogFailed"
        case .boardMismatch: "boardMismatch"
        }
    }

    /// Every trip whose action is `lockout`, one bit a trip.
    @inlinable public static var lockoutBits: UInt64 {
        1 << UInt64(Trip.dischargeFailed.rawValue) | 1 << UInt64(Trip.pulseUnexpected.rawValue)
            | 1 << UInt64(Trip.contactorWelded.rawValue) | 1 << UInt64(Trip.enableStuck.rawValue)
    }

    /// The unit of the trip's limit and actual value.
    public var unit: ValueUnit {
        switch self {
        case .coilOvertemperature, .coilTemperatureImplausible: .millicelsius
        case .leaseExpired, .coilTemperatureStale, .voltageStale, .tickLate, .tickStalled, .chargeTimeout,
            .pulseTooSoon, .pulseMissing, .dischargeFailed, .guardianDisagrees:
            .microseconds
        case .capacitorOvervoltage, .chargeRunaway, .voltageImplausible: .millivolts
        case .energyExceeded: .millijoules
        case .trainTooLong, .doseExceeded: .pulses
        default: .none
        }
    }
}

/// The unit of a limit or an actual value in an event.
public enum ValueUnit: UInt8, BitwiseCopyable, Hashable, Sendable {
    case none = 0
    case millivolts = 1
    case millicelsius = 2
    case microseconds = 3
    case millijoules = 4
    case pulses = 5
    case millihertz = 6
    case perMille = 7
}

/// A set of trips that hold at once.
public struct TripSet: BitwiseCopyable, Hashable, Sendable {
    /// One bit a trip, bit number = raw value.
    public var bits: UInt64
    @inlinable public init(bits: UInt64 = 0) { self.bits = bits & TripSet.all }
    /// Every bit that is a trip.
    @inlinable public static var all: UInt64 { (1 << UInt64(Trip.count)) - 1 }
    @inlinable public var isEmpty: Bool { bits == 0 }
    @inlinable public func contains(_ trip: Trip) -> Bool { bits & (1 << UInt64(trip.rawValue)) != 0 }
    @inlinable public mutating func insert(_ trip: Trip) { bits |= 1 << UInt64(trip.rawValue) }
    @inlinable public mutating func remove(_ trip: Trip) { bits &= ~(1 << UInt64(trip.rawValue)) }
    /// The trip with the lowest raw value; nil when the set is empty.
    @inlinable public var first: Trip? { Trip(rawValue: UInt8(bits.trailingZeroBitCount)) }
    /// The trips of the set for which `isIncluded` is true.
    @inlinable public func filtered(_ isIncluded: (Trip) -> Bool) -> TripSet {
        var (rest, chosen) = (self, TripSet())
        while let trip = rest.first {
            rest.remove(trip)
            if isIncluded(trip) { chosen.insert(trip) }
        }
        return chosen
    }
}
