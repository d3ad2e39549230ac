import Foundation
import StimulatorCore
import Testing

@Suite("capacitor, coil and discharge models") struct ModelTests {
    private let board = BoardDescription()

    /// Charging by small steps: the lower of the current limit and the constant power.
    private func chargeByStepping(from low: Double, to high: Double) -> Double {
        var (volts, seconds) = (low, 0.0)
        while volts < high {
            let current = min(2.0, 1050 / max(volts, 1e-9))
            volts += current / 185e-6 * 1e-6
            seconds += 1e-6
        }
        return seconds
    }

    @Test("charge times are those of a small-step charger, rounded up, never more than 20 us apart") func charging() {
        for (low, high) in [(0, 1650), (0, 500), (300, 900), (600, 1650), (1204, 1650), (1336, 1650)] {
            let time = CapacitorPlan.chargeTime(from: .volts(Int32(low)), to: .volts(Int32(high)), board: board)
            let stepped = chargeByStepping(from: Double(low), to: Double(high))
            #expect(abs(Double(time.raw) / 1e9 - stepped) < 20e-6, "\(low) -> \(high)")
        }
        #expect(CapacitorPlan.chargeTime(from: .volts(900), to: .volts(900), board: board) == .zero)
        #expect(CapacitorPlan.chargeTime(from: .volts(-40), to: .volts(100), board: board) > .zero)
    }

    @Test("the table's numbers: 83-113 ms after a 100 % pulse, 0.24 s at constant power from empty to full")
    func table() {
        func recharge(_ residual: Int32) -> Int64 {
            CapacitorPlan.chargeTime(from: Millivolts(1650 * residual), to: .volts(1650), board: board).raw
        }
        #expect(abs(recharge(810) - 83_000_000) < 1_000_000)
        #expect(abs(recharge(730) - 113_000_000) < 1_500_000)
        // The current limit below 525 V costs 24 ms more than the constant power alone would.
        let whole = CapacitorPlan.chargeTime(from: .zero, to: .volts(1650), board: board).raw
        #expect(whole > 240_000_000 && whole < 266_000_000)
        var strong = board
        strong.chargerCurrent = 1_000_000
        let power = CapacitorPlan.chargeTime(from: .zero, to: .volts(1650), board: strong).raw
        #expect(abs(power - 240_000_000) < 1_000_000)
    }

    @Test("the least interval grows with either intensity and holds the whole recharge") func leastInterval() {
        let full = PerMille(1000)
        let recharge = CapacitorPlan.leastInterval(after: full, next: full, board: board)
        #expect(recharge > .milliseconds(113) && recharge < .milliseconds(140))
        var before = Nanoseconds.zero
        for intensity in stride(from: Int32(20), through: 1000, by: 20) {
            let same = CapacitorPlan.leastInterval(after: PerMille(intensity), next: PerMille(intensity), board: board)
            #expect(same >= before)
            before = same
        }
        let weaker = CapacitorPlan.leastInterval(after: full, next: PerMille(300), board: board)
        #expect(weaker == board.sagTime + board.verifyTime)
    }

    @Test("no board whatever makes the plans or the coil trap once it is within the ceilings") func hostileBoards() {
        for seed in UInt64(0)..<3_000 {
            var random = Seeded(seed)
            let board = BoardDescription.hostile(&random).withinCeilings
            let (first, second) = (PerMille(Int32(random.next() % 1001)), PerMille(Int32(random.next() % 1001)))
            #expect(CapacitorPlan.leastInterval(after: first, next: second, board: board) >= .zero, "seed \(seed)")
            var coil = CoilModel(board: board, measured: Millicelsius(Int32(truncatingIfNeeded: random.hostile())))
            for _ in 0..<8 {
                coil.pulse(at: first)
                coil.advance(Nanoseconds(random.hostile()))
                _ = (coil.caseTemperature, coil.mixedTemperature)
            }
            _ = Admission.leastIntensity(board: board)
        }
    }

    /// Both nodes by small steps of the coupled equations.
    private struct SteppedCoil {
        var winding: Double
        var shell: Double

        mutating func advance(_ seconds: Double) {
            for _ in 0..<Int(seconds / 1e-3 + 0.5) {
                let flow = (winding - shell) / 90 * 1e-3
                winding -= flow
                shell += flow * 135 / 900 - shell / 1200 * 1e-3
            }
        }
    }

    @Test("H-09 the coil model is within a millikelvin of a small-step integration, with long steps and short ones")
    func coil() {
        // Trains of 5 s at 10 Hz and 60 %, 25 s apart, and one long train of single pulses.
        for (pulses, interval, trains, pause) in [(50, 0.1, 20, 25.0), (240, 2.5, 1, 0.0), (20, 5.0, 2, 120.0)] {
            var model = CoilModel(board: board, measured: .celsius(30))
            var stepped = SteppedCoil(winding: 7, shell: 7)
            var (above, below) = (0.0, 0.0)
            func wait(_ seconds: Double) {
                model.advance(Nanoseconds(Int64(seconds * 1e9)))
                stepped.advance(seconds)
                above = max(above, model.caseRise - stepped.shell)
                below = max(below, stepped.shell - model.caseRise)
            }
            for _ in 0..<trains {
                for _ in 0..<pulses {
                    model.pulse(at: PerMille(600))
                    stepped.winding += 50.0 / 135 * 0.36
                    wait(interval)
                }
                if pause > 0 { wait(pause) }
            }
            #expect(above < 0.001 && below < 0.001, "\(pulses) pulses: +\(above) K, -\(below) K")
        }
    }

    @Test("the coil cools towards the air, a coil colder than the air counts as the air, a pulse only warms")
    func cooling() {
        var model = CoilModel(board: board, measured: .celsius(39))
        var before = model.caseTemperature
        for _ in 0..<100 {
            model.advance(.seconds(30))
            #expect(model.caseTemperature <= before && model.caseTemperature >= board.ambient)
            before = model.caseTemperature
        }
        #expect(before < .celsius(25))
        let cold = CoilModel(board: board, measured: .celsius(-40))
        #expect(cold.caseTemperature == board.ambient)
        var pulsed = cold
        pulsed.pulse(at: PerMille(1000))
        #expect(pulsed.winding - cold.winding > 0.37 && pulsed.mixedTemperature > cold.mixedTemperature)
    }
}
