import CSystem
import ConsoleSide
import StimulatorCore

/// The file of a console's PINs.
public enum PinFile {
    /// Reads it.
    /// - Parameter path: ends in a zero byte.
    /// - Returns: nil when it cannot be read, is no such file or was damaged.
    public static func load(_ path: UnsafePointer<CChar>) -> PinTable? {
        let descriptor = unsafe csystem_file_open_read_only(path)
        guard descriptor >= 0 else { return nil }
        defer { _ = csystem_close(descriptor) }
        var bytes = Fixed<160, UInt8>(repeating: 0)
        let count = unsafe withUnsafeMutableBytes(of: &bytes) { all in
            unsafe csystem_file_read(descriptor, all.baseAddress, all.count, 0)
        }
        guard count == PinTable.byteCount, csystem_file_size(descriptor) == count else { return nil }
        return PinTable(bytes)
    }
}
