import CSystem
import SimulatedBench
import SimulatedRig
import StimulatorCore
import SystemIO

/// Standard input, line by line, in virtual time: each line when what the one before began has come to its end.
struct ScriptRun: ~Copyable {
    private var bench: FastBench<TrainListener>

    init(rig: consuming SimulatedRig) { bench = FastBench(rig: rig, listener: TrainListener()) }

    /// Runs to the end of standard input and of what the last line began; then says the history's hash.
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
        bench.listener.writer.put(history: bench.rig.historyHash)
        bench.listener.writer.flush()
        return settled == .atRest && bench.listener.gaveWholeTrain
    }
}

extension OutputWriter {
    /// The hash of the whole run, sixteen hexadecimal digits on a line of its own: the same for the same seed and script in every
    /// build and on every machine.
    fileprivate mutating func put(history: UInt64) {
        put("history ")
        for digit in 0..<16 {
            let value = UInt8(truncatingIfNeeded: history >> UInt64(60 - 4 * digit) & 15)
            put(value < 10 ? 48 + value : 87 + value)
        }
        put(10)
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
