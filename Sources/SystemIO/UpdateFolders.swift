import CSystem
import FirmwareUpdate
import StimulatorCore

/// The files of updates on this machine.
///
/// | file | path |
/// |---|---|
/// | state | DATA/slots/state |
/// | part, proof | DATA/slots/a/board.bin, board.proof, stimd, stimd.proof; DATA/slots/b the same |
/// | incoming | DATA/incoming/update |
/// | boot | BOOT/update.pk |
public struct UpdateFolders: UpdateStore, ~Copyable {
    private let data: FixedText<64>
    private let boot: FixedText<64>

    /// - Parameters:
    ///   - data: where the data partition is, without a slash at its end.
    ///   - boot: where the boot partition is; nothing is ever written there.
    public init(data: FixedText<64>, boot: FixedText<64>) {
        self.data = data
        self.boot = boot
    }

    /// A file's path.
    public func path(of file: UpdateFile) -> FixedText<128> {
        var path = folder(of: file)
        switch file {
        case .state: path.add("/state")
        case .incoming: path.add("/update")
        case .boot: path.add("/update.pk")
        case .part(let part, _): path.add(part == .board ? "/board.bin" : "/stimd")
        case .proof(let part, _): path.add(part == .board ? "/board.proof" : "/stimd.proof")
        }
        return path
    }

    private func folder(of file: UpdateFile) -> FixedText<128> {
        var path = FixedText<128>()
        let root = file == .boot ? boot : data
        for index in 0..<root.count { _ = path.append(root[index]) }
        switch file {
        case .state: path.add("/slots")
        case .incoming: path.add("/incoming")
        case .boot: break
        case .part(_, let slot), .proof(_, let slot): path.add(slot == .b ? "/slots/b" : "/slots/a")
        }
        return path
    }

    public func length(of file: UpdateFile) throws(StoreFault) -> Int64? {
        let descriptor = unsafe path(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        if descriptor == -ENOENT { return nil }
        try UpdateFolders.check(descriptor)
        defer { csystem_close(descriptor) }
        return try UpdateFolders.check(csystem_file_size(descriptor))
    }

    public func read(_ file: UpdateFile, into piece: inout UpdatePiece, at offset: Int64) throws(StoreFault) -> Int {
        let descriptor = unsafe path(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        try UpdateFolders.check(descriptor)
        defer { csystem_close(descriptor) }
        let count = unsafe withUnsafeMutableBytes(of: &piece) { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, buffer.count, offset)
        }
        return Int(try UpdateFolders.check(count))
    }

    public mutating func empty(_ file: UpdateFile) throws(StoreFault) {
        try withOpen(file) { csystem_file_truncate($0, 0) }
    }

    public mutating func write(
        _ file: UpdateFile, _ piece: UpdatePiece, from start: Int, count: Int, at offset: Int64
    ) throws(StoreFault) {
        precondition(start >= 0 && count >= 0 && start + count <= MemoryLayout<UpdatePiece>.size)
        try withOpen(file) { descriptor in
            unsafe withUnsafeBytes(of: piece) { buffer in
                unsafe csystem_file_write(descriptor, buffer.baseAddress.map { unsafe $0 + start }, count, offset)
            }
        }
    }

    public mutating func sync(_ file: UpdateFile) throws(StoreFault) {
        try withOpen(file) { csystem_file_sync($0) }
        // The name of a new file is on the medium when its folder is.
        let folder = unsafe folder(of: file).withCString { unsafe csystem_file_open_read_only($0) }
        try UpdateFolders.check(folder)
        defer { csystem_close(folder) }
        try UpdateFolders.check(csystem_file_sync(folder))
    }

    private func withOpen(_ file: UpdateFile, _ body: (Int32) -> Int32) throws(StoreFault) {
        guard file != .boot else { throw StoreFault(code: EROFS) }
        let descriptor = unsafe path(of: file).withCString { unsafe csystem_file_open($0, 1) }
        try UpdateFolders.check(descriptor)
        defer { csystem_close(descriptor) }
        try UpdateFolders.check(body(descriptor))
    }

    @discardableResult private static func check<Result: SignedInteger>(_ result: Result) throws(StoreFault) -> Result {
        if result < 0 { throw StoreFault(code: Int32(clamping: -Int64(result))) }
        return result
    }
}

extension UpdateKeys {
    /// The keys of a file; none where it cannot be read.
    /// - Parameter path: ends in a zero byte.
    public static func read(_ path: UnsafePointer<CChar>) -> UpdateKeys {
        let descriptor = unsafe csystem_file_open_read_only(path)
        if descriptor < 0 { return UpdateKeys() }
        defer { csystem_close(descriptor) }
        let size = csystem_file_size(descriptor)
        guard size > 0, size <= Int64(UpdateKeys.fileSize) else { return UpdateKeys() }
        var bytes = Fixed<128, UInt8>(repeating: 0)
        let count = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        return count == size ? UpdateKeys(bytes, count: Int(size)) : UpdateKeys()
    }
}

extension MachineArchitecture {
    /// What this program is compiled for, and so what runs beside it.
    public static var own: MachineArchitecture { MachineArchitecture(rawValue: csystem_architecture()) ?? .any }
}

extension FixedText {
    /// Appends a text; what does not fit is left out.
    fileprivate mutating func add(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { _ = unsafe append(text.utf8Start[index]) }
    }
}
