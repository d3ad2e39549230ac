import StimulatorCore

extension Trip {
    /// What a trip means, in half a sentence.
    var meaning: StaticString {
        switch self {
        case .interlockOpen: "the door interlock is open"
        case .coilMissing: "no coil is plugged in"
        case .keyRemoved: "the key switch is off"
        case .leaseExpired: "the console did not renew the lease"
        case .coilOvertemperature: "the coil is too hot"
        case .coilTemperatureStale: "no fresh coil temperature"
        case .journalFailed: "the journal cannot be written"
        case .pulseTooSoon: "a pulse came due too soon after the one before"
        case .trainTooLong: "a pattern ran longer than it may"
        case .energyExceeded: "more energy in a minute than allowed"
        case .doseExceeded: "more pulses in a session than allowed"
        case .tickLate: "the safety loop was late"
        case .emergencyStop: "emergency stop pressed"
        case .patientStop: "second stop button pressed"
        case .capacitorOvervoltage: "the capacitor is above its limit"
        case .chargeTimeout: "the capacitor did not charge in time"
        case .chargeRunaway: "the voltage rose beyond the set-point, or with the charger off"
        case .voltageStale: "no fresh capacitor voltage"
        case .voltageImplausible: "the capacitor voltage cannot be believed"
        case .coilTemperatureImplausible: "the coil temperatures cannot be believed"
        case .pulseMissing: "a pulse was asked for and none was seen"
        case .lineMismatch: "a line does not read as it was set or as its neighbours say"
        case .outputFailed: "an output could not be set"
        case .tickStalled: "the safety loop stood still"
        case .guardianDisagrees: "the guardian saw a limit broken, or is silent"
        case .overvoltageLatched: "the over-voltage comparator has latched"
        case .dischargeFailed: "the capacitor did not discharge as it must"
        case .pulseUnexpected: "current in the coil without a pulse asked for"
        case .contactorWelded: "the supply contactor does not open"
        case .enableStuck: "ENABLE stays up without a heartbeat"
        case .selfTestFailed: "the self-test failed"
        case .watchdogFailed: "the watchdog cannot be petted"
        case .boardMismatch: "the board is not the one described"
        }
    }
}

extension TripAction {
    var text: StaticString {
        switch self {
        case .disarm: "disarms"
        case .blocksArming: "blocks arming"
        case .fault: "disarms and latches a fault"
        case .lockout: "disarms and locks out, also after a restart"
        }
    }
}

extension TripClearing {
    /// What ends the trip, as something to do or to wait for.
    var text: StaticString {
        switch self {
        case .whenConditionClears: "once the condition is gone"
        case .onDisarm: "once the board is discharged"
        case .acknowledgedWithKeyEdge: "the cause mended, the key switch turned off and on, then `clear` within 10 s"
        case .afterLowVoltageTest:
            "below 60 V, the key switch turned off and on, then `clear` within 10 s and a self-test that passes"
        case .passingRetest: "after a `selftest` that passes"
        }
    }
}

extension LineOutput {
    /// The names of the trips of a set.
    mutating func names(_ trips: TripSet, first: Trip?) {
        if trips.isEmpty { return put("none") }
        var isFirst = true
        for number in 0..<Trip.count {
            guard let trip = Trip(rawValue: UInt8(number)), trips.contains(trip) else { continue }
            if !isFirst { put(UInt8(ascii: " ")) }
            isFirst = false
            put(trip.name)
            if trip == first { put(" (first)") }
        }
    }

    /// One trip of the `faults` list.
    mutating func fault(_ trip: Trip, isFirst: Bool) {
        put(trip.name)
        put(isFirst ? " (first)  " : "  ")
        put(trip.meaning)
        put("; ")
        put(trip.action.text)
        put("; clears: ")
        put(trip.clearing.text)
        endLine()
    }
}
