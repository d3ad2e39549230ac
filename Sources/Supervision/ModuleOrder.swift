import StimulatorCore

/// The list of the modules to load: a file name a line, each after those that it needs.
public struct ModuleOrder: BitwiseCopyable, Sendable {
    /// The most bytes of the list.
    public static var capacity: Int { 4_096 }
    private let bytes: Fixed<4_096, UInt8>
    private let count: Int
    private var next = 0

    /// - Parameter count: how many of the bytes there are, 0 ... capacity.
    public init(_ bytes: Fixed<4_096, UInt8>, count: Int) {
        self.bytes = bytes
        self.count = max(0, min(count, ModuleOrder.capacity))
    }

    /// The next module's name, without `.ko`; nil at the end.
    public mutating func take() -> FixedText<64>? {
        while next < count {
            var name = FixedText<64>()
            var fits = true
            while next < count, bytes[next] != 0x0A {
                fits = name.append(bytes[next]) && fits
                next += 1
            }
            next += 1
            if fits && !name.isEmpty { return name }
        }
        return nil
    }
}
