import StimulatorCore
import Testing

@Suite("the trip table") struct TripTests {
    /// The design's table of trips, row by row: action, what clears, names.
    private static let design: [(TripAction, TripClearing, String)] = [
        (
            .disarm, .whenConditionClears,
            "interlockOpen coilMissing keyRemoved leaseExpired coilOvertemperature coilTemperatureStale journalFailed"
        ),
        (.disarm, .onDisarm, "pulseTooSoon trainTooLong energyExceeded doseExceeded tickLate"),
        (
            .fault, .acknowledgedWithKeyEdge,
            """
            emergencyStop patientStop capacitorOvervoltage chargeTimeout chargeRunaway voltageStale voltageImplausible \
            coilTemperatureImplausible pulseMissing lineMismatch outputFailed tickStalled guardianDisagrees overvoltageLatched
            """
        ),
        (.lockout, .afterLowVoltageTest, "dischargeFailed pulseUnexpected contactorWelded enableStuck"),
        (.blocksArming, .passingRetest, "selfTestFailed watchdogFailed boardMismatch"),
    ]

    @Test("the set is closed and every trip does and clears what the design's row says") func rows() {
        var named: [String] = []
        for (action, clearing, names) in Self.design {
            for name in names.split(separator: " ").map(String.init) {
                named.append(name)
                let trip = Trip.all.first { $0.name.text == name }
                #expect(trip?.action == action, "\(name)")
                #expect(trip?.clearing == clearing, "\(name)")
            }
        }
        #expect(named.count == Trip.count)
        #expect(Set(named) == Set(Trip.all.map(\.name.text)))
    }

    @Test("names are the cases' names, each once, and raw values are contiguous") func names() {
        #expect(Trip.all.count == Trip.count)
        #expect(Trip(rawValue: UInt8(Trip.count)) == nil)
        for trip in Trip.all { #expect(trip.name.text == "\(trip)") }
        #expect(Set(Trip.all.map(\.name.text)).count == Trip.count)
    }

    @Test("actions are ordered by severity") func severity() {
        #expect(TripAction.disarm < .blocksArming && TripAction.blocksArming < .fault && TripAction.fault < .lockout)
    }

    @Test("the lockouts are the trips whose action says so") func lockouts() {
        for trip in Trip.all {
            #expect(TripSet(bits: Trip.lockoutBits).contains(trip) == (trip.action == .lockout), "\(trip)")
        }
    }

    @Test("a set of trips holds what was put in, ignores what is no trip, and gives its members in order") func sets() {
        for seed in UInt64(0)..<2_000 {
            var random = Seeded(seed)
            var set = TripSet()
            var naive = Set<UInt8>()
            for _ in 0..<40 {
                let trip = Trip.all[Int(random.next() % UInt64(Trip.count))]
                if random.oneIn(3) {
                    set.remove(trip)
                    naive.remove(trip.rawValue)
                } else {
                    set.insert(trip)
                    naive.insert(trip.rawValue)
                }
            }
            #expect(Trip.all.filter(set.contains).map(\.rawValue) == naive.sorted(), "seed \(seed)")
            #expect(set.first?.rawValue == naive.min(), "seed \(seed)")
            #expect(set.isEmpty == naive.isEmpty, "seed \(seed)")
            let faults = set.filtered { $0.action == .fault }
            #expect(Trip.all.allSatisfy { faults.contains($0) == (set.contains($0) && $0.action == .fault) })
        }
        #expect(TripSet(bits: .max).bits == TripSet.all)
        #expect(TripSet(bits: ~TripSet.all).isEmpty)
    }
}
