import SimulatedBench
import SimulatedRig
import StimulatorCore

@testable import stim

/// A rig that a test drives as hands at the bench do, and looks at from outside: the true voltage, not the reported one.
final class Bench {
    private let memory: RigMemory
    private var fast: FastBench<Silence>

    /// A board after its self-test, with the key on.
    init(seed: UInt64 = 1) throws {
        memory = try RigMemory()
        fast = FastBench(rig: memory.makeRig(seed: seed), listener: Silence())
        fast.settle()
        say("operate key on")
        say("set intensity 100%")
    }

    var state: StimulatorState { fast.rig.state }
    var trips: TripSet { fast.rig.trips }
    var volts: Double { fast.rig.world.volts }
    /// Pulses of the true world that matched no accepted entry, and everything else that must never be.
    var violations: UInt8 { fast.rig.checkers.kinds }

    /// Types a line and waits for its answer.
    func say(_ line: String) {
        for byte in line.utf8 { fast.type(byte) }
        fast.type(0x0A)
        fast.awaitAnswer()
    }

    /// Types a line and waits until the board has come to rest.
    func settle(after line: String) {
        say(line)
        fast.settle()
    }

    func run(for time: Nanoseconds) { fast.run(for: time) }

    func type(_ byte: UInt8) { fast.type(byte) }

    func hangUp() { fast.hangUp() }

    /// The time until the true voltage is below 60 V; nil when it is not in `limit`.
    func timeToDischarge(within limit: Nanoseconds) -> Nanoseconds? {
        var elapsed = Nanoseconds.zero
        while volts >= 60 {
            if elapsed >= limit { return nil }
            run(for: .milliseconds(1))
            elapsed += .milliseconds(1)
        }
        return elapsed
    }

    /// True when `arm` does not leave the state that the board is in.
    func refusesToArm() -> Bool {
        let before = state
        say("arm")
        return state == before && !state.isArmed
    }
}

/// Hears nothing: the tests look at the rig.
struct Silence: BenchListener {
    mutating func hear(_ byte: UInt8) {}
    mutating func see(_ event: Event) {}
}
