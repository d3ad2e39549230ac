import Testing

@testable import StimulatorCore

/// The board as luck would have it: every tolerance that admission allows for lies on the good side. What is refused even here, no board
/// gives.
private var luckiest: BoardDescription {
    var board = BoardDescription()
    // The coil leaves the most, and the capacitor is full when the pulse is given.
    board.residualLeast = board.residualMost + board.readyTolerance
    board.residualMost = board.residualLeast
    // A tenth for the parts, a tenth because a pulse is given from 1.5 % below the set-point.
    board.chargerPower = Milliwatts(board.chargerPower.raw * 125 / 100)
    board.chargerCurrent = board.chargerCurrent * 125 / 100
    // The charger waits for no sample, and none proves the voltage.
    board.sagTime = .microseconds(1)
    board.verifyTime = .microseconds(1)
    // 1.5 % of voltage more, and a second more in the minute.
    board.energyPerMinute = Millijoules(board.energyPerMinute.raw * 106 / 100)
    board.coilTrip = board.coilTrip + Admission.coilMargin
    return board
}

private func verdict(_ pattern: PulsePattern, _ board: BoardDescription, _ snapshot: Snapshot) -> Refusal? {
    do throws(Refusal) {
        _ = try Admission.forecast(pattern, board: board, snapshot: snapshot)
        return nil
    } catch {
        return error
    }
}

/// What the kernel on the ideal board makes of a pattern.
private struct Deliverance {
    var delivered: UInt32
    var isWhole: Bool
    var complaint: String

    init(_ pattern: PulsePattern, coil: Millicelsius) {
        var plant = Plant.ready(pattern.intensity(of: 0).raw)
        plant.tamper = { inputs in
            inputs.sampler.coilA.value = coil
            inputs.sampler.coilB.value = coil
        }
        plant.run(for: .milliseconds(600))
        plant.forgetEvents()
        if let refusal = plant.ask(.start(pattern)) {
            (delivered, isWhole, complaint) = (0, false, "refused: \(refusal.rule.name)")
            return
        }
        plant.run(pattern.duration + .seconds(10)) {
            $0.events.contains { $0.kind == .trainFinished || $0.kind == .omitted || $0.kind == .trip }
        }
        let omitted = plant.events.first { $0.kind == .omitted }
        let trip = plant.events.first { $0.kind == .trip }.flatMap { Trip(rawValue: $0.detail) }
        delivered = UInt32(plant.fires.count)
        let report = plant.events.first { $0.kind == .trainFinished }
        isWhole = omitted == nil && trip == nil && report?.index == pattern.pulseCount
        complaint =
            trip.map { "\($0.name)" }
            ?? omitted.flatMap { OmissionCause(rawValue: $0.detail) }.map { "omitted: \($0.name)" } ?? "none"
    }
}

@Suite("admission and the kernel agree") struct AdmissionPropertyTests {
    private static let physical: Set<RefusalRule> = [
        .rateForPower, .pulsesPerSecond, .recharge, .energy, .temperatureForecast, .interval,
    ]

    private func snapshot(coil: Millicelsius) -> Snapshot {
        var snapshot = Snapshot.rested
        snapshot.coilA.value = coil
        snapshot.coilB.value = coil
        return snapshot
    }

    /// Nested levels and ramps of any kind; half of them so slow that they may be admitted.
    private func draw(_ random: inout Seeded) -> PulsePattern {
        var pattern = PulsePattern.random(&random, most: 24)
        if random.oneIn(2) {
            pattern.intensity = PerMille(pattern.intensity.raw / 3 + 40)
            pattern.rampFrom = min(pattern.rampFrom, pattern.intensity)
        }
        return pattern
    }

    @Test("H-11 what is admitted, nested and ramped as it may be, the kernel gives whole: 120 patterns of seed 0xAD41")
    func admitted() {
        var random = Seeded(0xAD41)
        var given = 0
        for number in 0..<120 {
            let pattern = draw(&random)
            let coil = Millicelsius.celsius(25)
            guard verdict(pattern, BoardDescription(), snapshot(coil: coil)) == nil,
                pattern.duration < .seconds(40)
            else { continue }
            given += 1
            let result = Deliverance(pattern, coil: coil)
            #expect(result.isWhole, "pattern \(number) of seed 0xAD41: \(result.complaint): \(pattern)")
        }
        #expect(given > 20, "only \(given) were admitted")
    }

    /// A train that is somewhat too fast for the luckiest charger.
    private func tooFast(_ random: inout Seeded) -> PulsePattern {
        let intensity = PerMille(Int32.random(in: 300...1000, using: &random))
        let least = CapacitorPlan.leastInterval(after: intensity, next: intensity, board: luckiest)
        let interval = least.raw * Int64.random(in: 60...95, using: &random) / 100
        return .train(intensity: intensity, rate: Millihertz(1_000_000_000_000 / interval), pulses: 6)
    }

    @Test("H-11 what is refused for a physical limit without any margin, the kernel omits or stops: 200 of seed 0xAD42")
    func refused() {
        var random = Seeded(0xAD42)
        var seen: [RefusalRule: Int] = [:]
        var margin = 0
        for number in 0..<200 {
            let pattern = number % 2 == 0 ? PulsePattern.random(&random, most: 24) : tooFast(&random)
            let coil = Millicelsius.celsius(25)
            guard let refusal = verdict(pattern, BoardDescription(), snapshot(coil: coil)),
                AdmissionPropertyTests.physical.contains(refusal.rule)
            else { continue }
            guard verdict(pattern, luckiest, snapshot(coil: coil)) != nil else {
                margin += 1
                continue
            }
            guard pattern.time(of: refusal.pulseIndex) < .seconds(40) else { continue }
            seen[refusal.rule, default: 0] += 1
            let result = Deliverance(pattern, coil: coil)
            #expect(!result.isWhole, "pattern \(number) of seed 0xAD42, \(refusal.rule.name): given whole: \(pattern)")
        }
        #expect((seen[.recharge] ?? 0) > 20 && margin < 60, "\(seen), \(margin) within the margins")
    }

    @Test("H-12 more energy or heat than a board without margins bears: the kernel stops the train")
    func budgets() {
        let cases: [(PulsePattern, Millicelsius, RefusalRule, Trip)] = [
            (.train(intensity: PerMille(1000), rate: .hertz(8), pulses: 300), .celsius(25), .energy, .energyExceeded),
            (
                .train(intensity: PerMille(1000), rate: .hertz(8), pulses: 140), Millicelsius(37_000),
                .temperatureForecast, .coilOvertemperature
            ),
        ]
        for (pattern, coil, rule, trip) in cases {
            #expect(verdict(pattern, luckiest, snapshot(coil: coil))?.rule == rule)
            let result = Deliverance(pattern, coil: coil)
            #expect(!result.isWhole && result.complaint == "\(trip.name)", "\(result.complaint)")
        }
    }
}
