import SimulatedBoard
import StimulatorCore

/// Draws from a seed what people do at a bench, and what breaks there: one episode after the other.
///
/// An episode begins with a board that is safe. It has at most one fault, and whoever plays it waits for the fault's end and brings
/// the bench back before the next one, so two faults never overlap. What is drawn does not depend on what the board does.
struct BenchOperator {
    /// The longest fault.
    static var longestFault: Nanoseconds { .seconds(10) }
    /// Every way in which a part can fail.
    static let failures: [(component: FaultComponent, mode: FaultMode)] = (0..<UInt8(FaultComponent.count)).flatMap {
        component in
        (0..<UInt8(FaultMode.count)).compactMap { mode in
            guard let component = FaultComponent(rawValue: component), let mode = FaultMode(rawValue: mode),
                Fault.isValid(component, mode)
            else { return nil }
            return (component, mode)
        }
    }

    private var dice: Dice

    init(seed: UInt64) { dice = Dice(seed: seed ^ 0x0BE7_C4_0BE7_A702) }

    /// The next episode.
    mutating func episode() -> [Deed] {
        var deeds = opening()
        for _ in 0..<(2 + dice.below(9)) {
            deeds.append(action())
            deeds.append(.pause(pause()))
        }
        if chance(65) { deeds.insert(failure(), at: Int(dice.below(UInt64(deeds.count)))) }
        if chance(4) { deeds.append(.pause(.seconds(10 + Int64(dice.below(120))))) }
        return deeds
    }

    /// Most sessions begin as they should; some begin anyhow.
    private mutating func opening() -> [Deed] {
        var deeds: [Deed] = []
        if chance(10) { deeds.append(.terminal(chance(50))) }
        if chance(10) { return deeds }
        deeds += [
            .hand(.key, on: true), .pause(.milliseconds(30)), .line("set intensity \(intensity())%"), .line("arm"),
        ]
        deeds.append(.pause(chance(70) ? .milliseconds(1_500 + Int64(dice.below(1_000))) : pause()))
        return deeds
    }

    private mutating func action() -> Deed {
        switch dice.below(100) {
        case 0..<44: .line(pattern())
        case 44..<56: .line("set intensity \(intensity())%")
        case 56..<68: .line(pick(["arm", "arm", "disarm", "start", "abort", "stop", "selftest", "clear", "check"]))
        case 68..<78: .line(question())
        case 78..<83: .press(unfinished() + [0x18])
        case 83..<89: .press(garbage())
        case 89..<96: hand()
        case 96..<98: .hangUp
        default: .line("check \(pattern())")
        }
    }

    private mutating func question() -> String {
        pick([
            "status", "help", "help train", "limits", "faults", "journal 5", "watch on", "watch off", "mode json",
            "mode human", "renew", "history", "clear tickLate", "set intensity 250%", "inject", "operate",
        ])
    }

    private mutating func hand() -> Deed {
        switch dice.below(10) {
        case 0..<2: .hand(.key, on: chance(60))
        case 2..<4: .hand(.interlock, on: chance(30))
        case 4..<6: .hand(.coil, on: chance(30))
        case 6..<8: .hand(.emergencyStop, on: chance(70))
        default: .hand(.patientStop, on: chance(70))
        }
    }

    /// The beginning of a line.
    private mutating func unfinished() -> [UInt8] {
        let line = Array(pattern().utf8)
        return Array(line.prefix(Int(dice.below(UInt64(line.count)))))
    }

    private mutating func garbage() -> [UInt8] {
        // Without 0x18, which is a stop; that is drawn apart.
        let count = dice.below(chance(10) ? 2_000 : 40)
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }.filter { $0 != 0x18 }
        return chance(80) ? bytes + [0x0A] : bytes
    }

    private mutating func failure() -> Deed {
        let chosen = BenchOperator.failures[Int(dice.below(UInt64(BenchOperator.failures.count)))]
        let lasting = min(span(octaves: 14), BenchOperator.longestFault)
        return .fault(chosen.component, chosen.mode, after: span(octaves: 11), lasting: lasting)
    }

    // MARK: Numbers

    private mutating func intensity() -> UInt64 {
        chance(60) ? 20 + dice.below(45) : chance(50) ? 2 + dice.below(20) : 1 + dice.below(100)
    }

    /// A train, a theta burst, quadripulses, pairs or a single pulse, often more than the board allows.
    private mutating func pattern() -> String {
        switch dice.below(16) {
        case 0..<6: "train \(1 + dice.below(20))Hz \(1 + dice.below(60))"
        case 6: "train \(1 + dice.below(60))Hz \(1 + dice.below(400))"
        case 7: "train \(5 + dice.below(20))Hz \(1 + dice.below(20)) x \(1 + dice.below(4)) every \(1 + dice.below(6))s"
        case 8..<10: "theta \(1 + dice.below(20))"
        case 10: pick(["itbs", "ctbs", "itbs 2", "ctbs 40", "theta 10 x 3"])
        case 11..<13: "qps \(5 + dice.below(50))ms \(1 + dice.below(3))"
        case 13: "paired \(2 + dice.below(200))ms"
        case 14: "paired \(20 + dice.below(200))ms x \(1 + dice.below(5)) every \(1 + dice.below(4))s"
        default: "pulse"
        }
    }

    /// Milliseconds to seconds, short ones as likely as long ones.
    private mutating func pause() -> Nanoseconds { span(octaves: 13) }

    /// A time of 1 ms up to 2^octaves ms, every octave as likely as the others.
    private mutating func span(octaves: UInt64) -> Nanoseconds {
        let low: UInt64 = 1_000_000 << dice.below(octaves)
        return Nanoseconds(Int64(low + dice.below(low)))
    }

    private mutating func chance(_ percent: UInt64) -> Bool { dice.below(100) < percent }

    private mutating func pick(_ choices: [String]) -> String { choices[Int(dice.below(UInt64(choices.count)))] }
}
