import CSystem
import ControlLoop
import StimulatorCore

/// The file of the latches on this machine: what survives a restart of the safety process.
///
/// Slot 0 is written and synced before slot 1, so that at every moment one of them is whole. None of it is done by a task that has a
/// deadline.
struct LatchKeeper {
    private let descriptor: Int32
    private var latches: Latches

    /// Reads the file, and writes both slots anew where one was damaged. Every lockout, when the file cannot be opened or read.
    /// - Parameter descriptor: the open file, or -errno.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        latches = LatchKeeper.read(descriptor)
        if latches.source == .oneSlot { keep(latches.trips, evenIfSame: true) }
    }

    /// What is latched.
    var trips: TripSet { latches.trips }

    /// Stores the lockouts that hold, when they are not the ones in the file. Tried again at the next call when it fails.
    mutating func keep(_ trips: TripSet, evenIfSame: Bool = false) {
        guard trips != latches.trips || evenIfSame else { return }
        let next = latches.updated(to: trips)
        let slot = LatchFile.encode(next)
        let isStored = unsafe withUnsafeBytes(of: slot) { bytes in
            for place in 0..<2 {
                let offset = Int64(place * LatchFile.slotSize)
                guard unsafe csystem_file_write(descriptor, bytes.baseAddress, bytes.count, offset) == 0,
                    csystem_file_sync(descriptor) == 0
                else { return false }
            }
            return true
        }
        if isStored { latches = next }
    }

    private static func read(_ descriptor: Int32) -> Latches {
        var bytes = Fixed<64, UInt8>(repeating: 0)
        let size = csystem_file_size(descriptor)
        let count = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, LatchFile.size, 0)
        }
        guard size >= 0, count >= 0 else { return Latches(Latches.everything, source: .unreadable) }
        return LatchFile.decode(bytes, count: Int(clamping: size))
    }
}
