import CSystem
import StimulatorCore

/// Writes bytes to a descriptor, line by line.
public struct OutputWriter: BitwiseCopyable {
    private let descriptor: Int32
    private var bytes = Fixed<256, UInt8>(repeating: 0)
    private var count = 0

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Takes one byte, and writes what it has at the end of a line.
    public mutating func put(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
        if count == 256 || byte == 0x0A { flush() }
    }

    /// Takes a text, byte by byte.
    public mutating func put(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { unsafe put(text.utf8Start[index]) }
    }

    /// Writes what it has. A reader that has gone away is no error: the run goes on and its exit status counts.
    public mutating func flush() {
        unsafe withUnsafeBytes(of: bytes) { buffer in
            _ = unsafe csystem_write_all(descriptor, buffer.baseAddress, count)
        }
        count = 0
    }
}
