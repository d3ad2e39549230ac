import CSodium
import CSystem
import StimulatorCore

/// What compiled files share: they are read whole, and end in a hash of everything before it.
public enum SealedFile {
    /// BLAKE2b-256 of bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Fixed<32, UInt8> {
        var out = InlineArray<32, UInt8>(repeating: 0)
        unsafe Swift.withUnsafeMutableBytes(of: &out) { out in
            unsafe csodium_hash(bytes.baseAddress, bytes.count, out.baseAddress)
        }
        var hash = Fixed<32, UInt8>(repeating: 0)
        for index in 0..<32 { hash[index] = out[index] }
        return hash
    }

    /// Reads a file's beginning into `buffer`.
    /// - Parameter path: ends in a zero byte.
    /// - Returns: how many bytes were read and how many the file has, or the system's error number, positive.
    static func read(
        _ path: UnsafePointer<CChar>, into buffer: UnsafeMutableRawBufferPointer
    ) -> Result<(read: Int64, size: Int64), ReadError> {
        let descriptor = unsafe csystem_file_open_read_only(path)
        if descriptor < 0 { return .failure(ReadError(code: -descriptor)) }
        defer { _ = csystem_close(descriptor) }
        let size = csystem_file_size(descriptor)
        if size < 0 { return .failure(ReadError(code: Int32(clamping: -size))) }
        let read = unsafe csystem_file_read(descriptor, buffer.baseAddress, buffer.count, 0)
        if read < 0 { return .failure(ReadError(code: Int32(clamping: -read))) }
        return .success((Int64(read), Int64(size)))
    }

    /// The system's error number, positive.
    struct ReadError: Error, BitwiseCopyable {
        let code: Int32
    }
}
