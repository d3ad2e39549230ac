import SimulatedBoard
import StimulatorCore
import Testing

/// Integrates C dV/dt = source - V/R with the classical Runge-Kutta method in steps of a microsecond: nothing of the closed forms.
private func integrate(
    volts: Double, seconds: Double, capacitance: Double, resistance: Double, power: Double, current: Double
) -> Double {
    func slope(_ volts: Double) -> Double {
        let source = power == 0 ? 0 : min(current, power / max(volts, 1))
        return (source - volts / resistance) / capacitance
    }
    var volts = volts
    let step = 1e-6
    for _ in 0..<Int(seconds / step + 0.5) {
        let first = slope(volts)
        let second = slope(volts + step / 2 * first)
        let third = slope(volts + step / 2 * second)
        let fourth = slope(volts + step * third)
        volts += step / 6 * (first + 2 * second + 2 * third + fourth)
    }
    return volts
}

@Suite("the capacitor, the charger and the coil") struct PhysicsTests {
    @Test(
        "a charge from nothing follows the differential equation through both of the charger's laws",
        arguments: [false, true])
    func charging(bleeds: Bool) {
        var bench = Bench(volts: 0)
        bench.setPoint(1650)
        bench.raise(.arm | (bleeds ? .none : .bleedHold))
        bench.beat(.milliseconds(60))
        bench.raise(.charge)
        let parts = bench.world.parts
        let both = parts.fixedResistance * parts.bleedResistance / (parts.fixedResistance + parts.bleedResistance)
        var expected = 0.0
        for _ in 0..<10 {
            bench.beat(.milliseconds(20))
            expected = integrate(
                volts: expected, seconds: 0.020, capacitance: parts.capacitance,
                resistance: bleeds ? both : parts.fixedResistance, power: parts.chargerPower,
                current: parts.chargerCurrent)
            #expect(abs(bench.world.volts - expected) < 1e-3, "\(bench.world.volts) V, expected \(expected) V")
        }
    }

    @Test("a capacitor without charger follows the differential equation") func bleeding() {
        var bench = Bench(volts: 1650)
        bench.wait(.milliseconds(500))
        let bled = integrate(
            volts: 1650, seconds: 0.5, capacitance: 185e-6, resistance: 470_000 * 6_800 / 476_800, power: 0, current: 0)
        #expect(abs(bench.world.volts - bled) < 1e-6 * bled)
    }

    @Test("1650 V are below 60 V after 4.1 s, and after 4.7 s with the slowest parts from 1735 V") func dischargeTime()
    {
        var nominal = Bench(volts: 1650)
        nominal.wait(.milliseconds(4_060))
        #expect(nominal.world.volts > 60)
        nominal.wait(.milliseconds(110))
        #expect(nominal.world.volts < 60)
        var slowest = Bench(volts: 1735) { parts in
            parts.capacitance *= 1.05
            parts.bleedResistance *= 1.05
            parts.fixedResistance *= 1.05
        }
        slowest.wait(.milliseconds(4_500))
        #expect(slowest.world.volts > 60)
        slowest.wait(.milliseconds(200))
        #expect(slowest.world.volts < 60)
    }

    @Test("a pulse at 100 % is recharged in 83 ms to 113 ms", arguments: [(0.81, 81, 85), (0.73, 110, 114)])
    func recharge(residual: Double, least: Int64, most: Int64) {
        var bench = Bench(volts: 0) { $0.residual = residual }
        bench.charge(to: 1650)
        let before = bench.world.volts
        bench.fire()
        #expect(abs(bench.world.volts / before - residual) < 0.001)
        bench.beat(.milliseconds(least))
        #expect(bench.world.volts < before * 0.998)
        bench.beat(.milliseconds(most - least + 3))
        #expect(bench.world.volts >= before * 0.998)
    }

    @Test("the charger holds the set-point within its hysteresis and its divider, and tops up by itself") func holding()
    {
        for seed in UInt64(1)...20 {
            var bench = Bench(seed: seed)
            bench.charge(to: 1000)
            var least = 2000.0
            var most = 0.0
            for _ in 0..<400 {
                bench.beat(.milliseconds(4))
                least = min(least, bench.world.volts)
                most = max(most, bench.world.volts)
            }
            #expect(most < 1004.1 && least > 992, "seed \(seed): \(least) V ... \(most) V")
            #expect(most - least > 0.5, "seed \(seed): it never topped up")
        }
    }

    @Test("looking changes no bit: a run split by random questions ends in the same state") func looking() {
        for seed in UInt64(1)...20 {
            var asked = Bench(seed: seed)
            var left = Bench(seed: seed)
            asked.charge(to: 1500)
            left.charge(to: 1500)
            asked.fire()
            left.fire()
            var dice = Dice(seed: seed)
            let end = asked.now + .milliseconds(300)
            while asked.now < end {
                asked.wait(min(Nanoseconds(Int64(dice.below(900_000))), end - asked.now))
                _ = asked.world.volts
                _ = asked.inputs
            }
            left.wait(end - left.now)
            #expect(asked.world.volts.bitPattern == left.world.volts.bitPattern, "seed \(seed)")
            #expect(asked.world.caseTemperature.bitPattern == left.world.caseTemperature.bitPattern, "seed \(seed)")
            #expect(asked.hash == left.hash, "seed \(seed)")
        }
    }

    @Test("the coil's two nodes follow their differential equations") func coil() {
        var bench = Bench(volts: 0)
        bench.charge(to: 1650)
        let board = bench.world.board
        let full = Double(board.maximumVoltage.raw) * 1e-3
        var winding = 23.0
        var atCase = 23.0
        var heat = 0.0
        for _ in 0..<40 {
            let part = bench.world.volts / full
            heat = bench.world.parts.coilHeat * part * part
            bench.fire()
            winding += heat / 135
            let began = bench.now
            bench.beat(.milliseconds(300))
            _ = began
            for _ in 0..<301 {
                let flow = 135.0 / 90 * (winding - atCase)
                winding -= 0.001 * flow / 135
                atCase += 0.001 * (flow - 900.0 / 1200 * (atCase - 23)) / 900
            }
        }
        #expect(bench.world.pulses.count == 40)
        #expect(abs(bench.world.windingTemperature - winding) < 0.01)
        #expect(abs(bench.world.caseTemperature - atCase) < 0.001)
        #expect(bench.world.windingTemperature > 30)
    }

    @Test("the coil cools to the air, the winding through the case") func cooling() {
        var bench = Bench(volts: 0)
        bench.charge(to: 1650)
        bench.fire()
        let hot = bench.world.windingTemperature
        #expect(hot > 23.2 && hot < 23.4)
        bench.wait(.seconds(300))
        #expect(abs(bench.world.windingTemperature - bench.world.caseTemperature) < 0.01)
        bench.wait(.seconds(20_000))
        #expect(abs(bench.world.windingTemperature - 23) < 1e-6)
    }
}
