import StimulatorCore
import SystemIO

/// Passes the console's words on to a descriptor.
public struct EchoListener: BenchListener {
    private var writer: OutputWriter

    public init(descriptor: Int32) { writer = OutputWriter(descriptor: descriptor) }

    public mutating func hear(_ byte: UInt8) { writer.put(byte) }
    public mutating func see(_ event: Event) {}
    /// Writes a last line that has no end, such as a prompt.
    public mutating func flush() { writer.flush() }
}
