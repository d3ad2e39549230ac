import SimulatedBench
import SimulatedRig
import StimulatorCore

/// The whole controller on the simulated board, console and journal included, driven by typed lines.
struct RigDrive: ~Copyable {
    private var bench: FastBench<Deaf>
    private let memory: RigMemory

    /// A rig that has come to rest after its self-test.
    init(seed: UInt64) throws {
        memory = try RigMemory()
        bench = FastBench(rig: memory.makeRig(seed: seed), listener: Deaf())
        bench.settle()
    }

    /// Turns the key, arms at 15 % (a 10 Hz train of any length is then within every limit) and gives a first, short train, so that
    /// everything has been used once.
    mutating func arm() {
        for line: StaticString in ["operate key on", "set intensity 15%", "arm", "train 10Hz 20"] {
            type(line)
            bench.settle()
        }
        // The shortest pause between two trains is half a second.
        bench.run(for: .seconds(1))
    }

    /// Runs for a time; with `trains`, one of 1000 pulses follows the other, and somebody asks for the status every ten seconds
    /// (a board with nobody at its keys disarms).
    @inline(never) mutating func run(for time: Nanoseconds, trains: Bool) {
        let end = bench.rig.now + time
        var statusAt = bench.rig.now
        while bench.rig.now < end {
            if trains, bench.rig.snapshot.trainTotal == 0 { type("train 10Hz 1000") }
            if trains, bench.rig.now >= statusAt {
                type("status")
                statusAt += .seconds(10)
            }
            bench.run(for: min(.seconds(1), end - bench.rig.now))
        }
    }

    var now: Instant { bench.rig.now }
    var ticks: UInt64 { bench.rig.snapshot.ticks }
    var pulses: UInt64 { bench.rig.checkers.wantedPulses }
    var isArmed: Bool { bench.rig.state.isArmed }
    var historyHash: UInt64 { bench.rig.historyHash }
    /// True while no checker has found anything and nothing has tripped.
    var isSound: Bool { bench.rig.checkers.first == nil && bench.rig.trips.isEmpty }

    private mutating func type(_ line: StaticString) {
        let bytes = unsafe UnsafeBufferPointer(start: line.utf8Start, count: line.utf8CodeUnitCount)
        for index in 0..<line.utf8CodeUnitCount { bench.type(unsafe bytes[index]) }
        bench.type(0x0A)
        bench.awaitAnswer()
    }
}

/// Hears everything and keeps nothing.
private struct Deaf: BenchListener {
    mutating func hear(_ byte: UInt8) {}
    mutating func see(_ event: Event) {}
}
