import CSystem
import Journal

/// A journal's storage in a file of this machine.
///
/// The length is this process's own: two writers of one file are a mistake that the journal's chain shows.
public struct FileStorage: Storage, ~Copyable {
    private let descriptor: Int32
    public private(set) var length: Int64

    /// Opens a file for reading alone.
    /// - Throws: `StorageFault` with the system's error number.
    public init(reading path: UnsafePointer<CChar>) throws(StorageFault) {
        try self.init(descriptor: unsafe csystem_file_open_read_only(path))
    }

    /// Opens a file for writing too, and makes it when it is not there.
    /// - Throws: `StorageFault` with the system's error number.
    public init(writing path: UnsafePointer<CChar>) throws(StorageFault) {
        try self.init(descriptor: unsafe csystem_file_open(path, 1))
    }

    /// Takes an open file, whoever opened it.
    /// - Parameter descriptor: the open file, or -errno.
    /// - Throws: `StorageFault` with the system's error number.
    public init(descriptor: Int32) throws(StorageFault) {
        let size = descriptor < 0 ? Int64(descriptor) : csystem_file_size(descriptor)
        if descriptor >= 0 && size < 0 { csystem_close(descriptor) }
        self.descriptor = descriptor
        length = try FileStorage.check(size)
    }

    deinit { csystem_close(descriptor) }

    public func read(into bytes: inout RecordBytes, count: Int, at offset: Int64) throws(StorageFault) {
        guard offset >= 0 && count >= 0 && offset <= length - Int64(count) else { throw .range }
        bytes.resize(to: count)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe csystem_file_read(descriptor, buffer.baseAddress, count, offset)
        }
        // Shorter: someone has cut the file since it was opened.
        if try FileStorage.check(result) < count { throw .range }
    }

    public mutating func write(_ bytes: RecordBytes, at offset: Int64) throws(StorageFault) {
        guard offset >= 0 && offset <= length else { throw .range }
        let result = unsafe bytes.withUnsafeBytes { buffer in
            unsafe csystem_file_write(descriptor, buffer.baseAddress, bytes.count, offset)
        }
        // A failed write may have made the file longer.
        length = max(length, result < 0 ? csystem_file_size(descriptor) : offset + Int64(bytes.count))
        try FileStorage.check(result)
    }

    public mutating func sync() throws(StorageFault) { try FileStorage.check(csystem_file_sync(descriptor)) }

    public mutating func truncate(to newLength: Int64) throws(StorageFault) {
        guard newLength >= 0 && newLength <= length else { throw .range }
        try FileStorage.check(csystem_file_truncate(descriptor, newLength))
        length = newLength
    }

    @discardableResult private static func check<Result: SignedInteger>(_ result: Result) throws(StorageFault) -> Result
    {
        if result < 0 { throw StorageFault(code: Int32(clamping: -Int64(result))) }
        return result
    }
}
