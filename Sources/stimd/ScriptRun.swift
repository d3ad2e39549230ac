import CSystem
import SimulatedBench
import SimulatedRig
import StimulatorCore

/// Standard input, line by line, in virtual time: each line when what the one before began has come to its end.
struct ScriptRun: ~Copyable {
    private var bench: FastBench<TrainListener>

    init(rig: consuming SimulatedRig) { bench = FastBench(rig: rig, listener: TrainListener()) }

    /// Runs to the end of standard input and of what the last line began.
    /// - Returns: true when a train was given whole.
    consuming func run() -> Bool {
        var settled = bench.settle()
        var byte: UInt8 = 0x0A
        while settled == .atRest, unsafe csystem_read(0, &byte, 1) == 1 {
            bench.type(byte)
            if byte == 0x0A { settled = bench.settle() }
        }
        // A last line may lack its end.
        if settled == .atRest && byte != 0x0A { bench.type(0x0A) }
        settled = bench.settle()
        bench.listener.writer.flush()
        return settled == .atRest && bench.listener.gaveWholeTrain
    }
}

/// Passes the console's words on, and notes whether a train was given whole.
struct TrainListener: BenchListener {
    var writer = OutputWriter(descriptor: 1)
    private(set) var gaveWholeTrain = false

    mutating func hear(_ byte: UInt8) { writer.put(byte) }

    mutating func see(_ event: Event) {
        if event.kind == .trainFinished && event.detail == 0 && event.values[0] == 0 { gaveWholeTrain = true }
    }
}
