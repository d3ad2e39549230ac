import StimulatorCore

/// The kernel's command line, word by word.
public struct KernelWords: BitwiseCopyable, Sendable {
    /// The most bytes that are looked at: arm64's COMMAND_LINE_SIZE.
    public static var capacity: Int { 2_048 }
    private let bytes: Fixed<2_048, UInt8>
    private let count: Int

    /// - Parameter count: how many of the bytes there are, 0 ... capacity.
    public init(_ bytes: Fixed<2_048, UInt8>, count: Int) {
        self.bytes = bytes
        self.count = max(0, min(count, KernelWords.capacity))
    }

    /// The value of the last word `name=value`; empty when there is none, or it does not fit.
    public func value(of name: StaticString) -> FixedText<64> {
        var found = FixedText<64>()
        forEachWord { start, end in
            let equals = start + name.utf8CodeUnitCount
            guard equals < end, bytes[equals] == UInt8(ascii: "=") else { return }
            for index in start..<equals where unsafe bytes[index] != name.utf8Start[index - start] { return }
            var value = FixedText<64>()
            for index in equals + 1..<end where !value.append(bytes[index]) { return }
            found = value
        }
        return found
    }

    /// The parameters of a module, as the kernel takes them when it is loaded: what follows `module.` in each word that begins so, with
    /// spaces between. A module that is loaded by hand does not get them from the kernel. `-` and `_` are the same in its name.
    public func parameters(of module: FixedText<64>) -> FixedText<256> {
        var parameters = FixedText<256>()
        forEachWord { start, end in
            let dot = start + module.count
            guard dot + 1 < end, bytes[dot] == UInt8(ascii: ".") else { return }
            for index in start..<dot where plain(bytes[index]) != plain(module[index - start]) { return }
            if !parameters.isEmpty { _ = parameters.append(UInt8(ascii: " ")) }
            for index in dot + 1..<end { _ = parameters.append(bytes[index]) }
        }
        return parameters
    }

    private func plain(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }

    private func forEachWord(_ body: (Int, Int) -> Void) {
        var start = 0
        for index in 0...count where index == count || bytes[index] <= 0x20 {
            if index > start { body(start, index) }
            start = index + 1
        }
    }
}
