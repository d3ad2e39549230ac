import CSystem
import StimulatorCore

/// The file of the early ends: one word that survives power cuts.
struct WordFile {
    private static var file: TwoSlotFile { TwoSlotFile(magic: 0x3148_5352_4353_4B50) }
    private var descriptor: Int32 = -1
    private var content = TwoSlotFile.Content()

    /// No file: nothing is kept.
    init() {}

    init(_ path: UnsafePointer<CChar>) {
        descriptor = unsafe csystem_file_open(path, 1)
        guard descriptor >= 0 else { return }
        var bytes = Fixed<64, UInt8>(repeating: 0)
        _ = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, TwoSlotFile.size, 0)
        }
        let size = Int(clamping: max(0, csystem_file_size(descriptor)))
        content = WordFile.file.decode(bytes, count: size) { _ in true }
    }

    /// The word; 0 where none could be believed.
    var word: UInt64 { content.word }

    /// Stores another word; returns when it is on the medium. One that cannot be stored is not remembered either.
    mutating func store(_ word: UInt64) {
        guard word != content.word || content.source != .whole else { return }
        let next = content.updated(to: word)
        let slot = WordFile.file.encode(next)
        let isStored = unsafe withUnsafeBytes(of: slot) { bytes in
            for place in 0..<2 {
                let offset = Int64(place * TwoSlotFile.slotSize)
                guard unsafe csystem_file_write(descriptor, bytes.baseAddress, bytes.count, offset) == 0,
                    csystem_file_sync(descriptor) == 0
                else { return false }
            }
            return true
        }
        if isStored { content = next }
    }
}
