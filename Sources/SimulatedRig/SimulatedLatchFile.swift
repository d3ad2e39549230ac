import ControlLoop
import StimulatorCore

/// The file of latches on the simulated board: what survives a restart of the safety process.
///
/// Slot 0 is written and synced before slot 1, so that at every moment one of them is whole.
struct SimulatedLatchFile: BitwiseCopyable {
    private var bytes = Fixed<64, UInt8>(repeating: 0)
    private var count = 0

    /// What a starting safety process reads.
    var latches: Latches { LatchFile.decode(bytes, count: count) }

    /// Writes both slots.
    mutating func write(_ trips: TripSet) {
        let slot = LatchFile.encode(latches.updated(to: trips))
        for index in 0..<LatchFile.slotSize {
            bytes[index] = slot[index]
            bytes[LatchFile.slotSize + index] = slot[index]
        }
        count = LatchFile.size
    }
}
