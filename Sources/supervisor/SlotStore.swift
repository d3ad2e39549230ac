import CSystem
import FirmwareUpdate
import StimulatorCore

/// The files of updates on the card.
///
///     /boot/update.pk   /data/incoming/update   /data/slots/state   /data/slots/a|b/board.bin|stimd, a proof beside each
struct SlotStore: UpdateStore, ~Copyable {
    func length(of file: UpdateFile) throws(StoreFault) -> Int64? {
        let descriptor = unsafe SlotStore.path(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        if descriptor == -ENOENT { return nil }
        try check(descriptor)
        defer { csystem_close(descriptor) }
        let size = csystem_file_size(descriptor)
        if size < 0 { throw StoreFault(code: Int32(clamping: -size)) }
        return size
    }

    func read(_ file: UpdateFile, into piece: inout UpdatePiece, at offset: Int64) throws(StoreFault) -> Int {
        let descriptor = unsafe SlotStore.path(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        try check(descriptor)
        defer { csystem_close(descriptor) }
        let count = unsafe withUnsafeMutableBytes(of: &piece) { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, buffer.count, offset)
        }
        if count < 0 { throw StoreFault(code: Int32(clamping: -count)) }
        return Int(count)
    }

    mutating func empty(_ file: UpdateFile) throws(StoreFault) {
        let descriptor = try open(file)
        defer { csystem_close(descriptor) }
        try check(csystem_file_truncate(descriptor, 0))
    }

    mutating func write(
        _ file: UpdateFile, _ piece: UpdatePiece, from start: Int, count: Int, at offset: Int64
    ) throws(StoreFault) {
        let descriptor = try open(file)
        defer { csystem_close(descriptor) }
        let result = unsafe withUnsafeBytes(of: piece) { buffer in
            unsafe csystem_file_write(descriptor, buffer.baseAddress.unsafelyUnwrapped + start, count, offset)
        }
        try check(result)
    }

    /// The file's bytes, and then its folder, where its name is.
    mutating func sync(_ file: UpdateFile) throws(StoreFault) {
        let descriptor = try open(file)
        defer { csystem_close(descriptor) }
        try check(csystem_file_sync(descriptor))
        let folder = unsafe SlotStore.folder(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        try check(folder)
        defer { csystem_close(folder) }
        try check(csystem_file_sync(folder))
    }

    private func open(_ file: UpdateFile) throws(StoreFault) -> Int32 {
        let descriptor = unsafe SlotStore.path(of: file).withCString { unsafe csystem_file_open($0, 1) }
        try check(descriptor)
        return descriptor
    }

    private func check(_ result: Int32) throws(StoreFault) {
        if result < 0 { throw StoreFault(code: -result) }
    }

    // MARK: Paths

    /// Where a file lies.
    static func path(of file: UpdateFile) -> FixedText<64> {
        var path = folder(of: file)
        switch file {
        case .state: path.add("/state")
        case .incoming: path.add("/update")
        case .boot: path.add("/update.pk")
        case .part(.board, _): path.add("/board.bin")
        case .part(.firmware, _): path.add("/stimd")
        case .proof(.board, _): path.add("/board.proof")
        case .proof(.firmware, _): path.add("/stimd.proof")
        }
        return path
    }

    private static func folder(of file: UpdateFile) -> FixedText<64> {
        var path = FixedText<64>()
        switch file {
        case .state: path.add("/data/slots")
        case .incoming: path.add("/data/incoming")
        case .boot: path.add("/boot")
        case .part(_, let slot), .proof(_, let slot):
            path.add("/data/slots/")
            path.add(slot.name)
        }
        return path
    }
}
