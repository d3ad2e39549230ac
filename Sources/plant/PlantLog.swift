import CSystem
import SimulatedBoard
import StimulatorCore

/// What truly happens at the board, a line each: nanoseconds on CLOCK_MONOTONIC, a word, a value.
///
///     charge fire arm bleedHold 0|1     the pins            enable contactor bleeding overvoltage 0|1    the hardware
///     charged 0|1  60 V or more         pulse MILLIVOLTS   before it
struct PlantLog {
    private let file: Int32
    private var seen: UInt32 = 0
    private var pulses: UInt64 = 0

    private static var words: [StaticString] {
        [
            "charge", "fire", "arm", "bleedHold", "enable", "contactor", "bleeding", "overvoltage", "charged",
        ]
    }

    /// - Parameter file: a descriptor that is open for writing.
    init(file: Int32) { self.file = file }

    /// Writes down what has changed since the last look.
    mutating func look(at world: World) {
        let present = PlantLog.sight(of: world)
        let changed = present ^ seen
        seen = present
        for bit in 0..<PlantLog.words.count where changed >> UInt32(bit) & 1 == 1 {
            put(PlantLog.words[bit], number: Int64(present >> UInt32(bit) & 1), at: world.now)
        }
        while pulses < world.pulses.count {
            let pulse = world.pulses[pulses]
            put("pulse", number: Int64(pulse.before.raw), at: pulse.at)
            pulses += 1
        }
    }

    /// Writes a line.
    func put(_ word: StaticString, _ value: [UInt8], at moment: Instant) {
        var line = Words("")
        line.add(number: moment.raw)
        line.add(" ")
        line.add(word)
        line.add(" ")
        line.add(value)
        line.add("\n")
        line.write(to: file)
    }

    private func put(_ word: StaticString, number: Int64, at moment: Instant) {
        var value = Words("")
        value.add(number: number)
        put(word, value.bytes, at: moment)
    }

    private static func sight(of world: World) -> UInt32 {
        let pins = world.pins
        let facts = [
            pins.contains(.charge), pins.contains(.fire), pins.contains(.arm), pins.contains(.bleedHold),
            world.isEnabled,
            world.isContactorClosed, world.isBleeding, world.isOvervoltageLatched, world.volts >= 60,
        ]
        var bits: UInt32 = 0
        for (bit, fact) in facts.enumerated() where fact { bits |= 1 << UInt32(bit) }
        return bits
    }
}
