import CSystem
import StimulatorCore

/// Loading a compiled protocol library: nothing is parsed, everything is checked.
extension ProtocolLibrary {
    /// The library that lies in `bytes`, which outlive it.
    /// - Throws: `LibraryFault`, the first that is found: form before hash before values.
    public static func checked(_ bytes: UnsafeRawBufferPointer) throws(LibraryFault) -> ProtocolLibrary {
        guard let start = bytes.baseAddress, bytes.count >= headerSize + hashSize else {
            throw .length(Int64(bytes.count))
        }
        let view = unsafe LibraryBytes(start, count: bytes.count)
        var offset = 0
        guard view.number(size: 8, at: &offset) == magic else { throw .magic }
        let version = UInt32(view.number(size: 4, at: &offset))
        guard version == ProtocolLibrary.version else { throw .version(version) }
        let count = Int(view.number(size: 4, at: &offset))
        guard count <= most, bytes.count == headerSize + count * entrySize + hashSize else {
            throw .length(Int64(bytes.count))
        }
        let sealed = bytes.count - hashSize
        let hash = unsafe SealedFile.hash(UnsafeRawBufferPointer(rebasing: bytes[..<sealed]))
        for index in 0..<hashSize where hash[index] != view[sealed + index] { throw .hash }
        try judge(view, count)
        return ProtocolLibrary(checked: view)
    }

    private static func judge(_ view: LibraryBytes, _ count: Int) throws(LibraryFault) {
        for index in 0..<count {
            guard let entry = StimulationProtocol(view, index) else { throw .form(index) }
            var first: ProtocolFault?
            entry.judge { fault in if first == nil { first = fault } }
            if let first { throw .unsound(index, first) }
            for earlier in 0..<index where StimulationProtocol(view, earlier)?.name == entry.name {
                throw .sharedName(earlier, index)
            }
        }
    }

    /// The library of a compiled file, which stays in memory for as long as the program runs; the built-in one without a file. One that
    /// cannot be used has no protocols, and says why in `fault`.
    /// - Parameter path: ends in a zero byte.
    public static func load(_ path: UnsafePointer<CChar>?) -> ProtocolLibrary {
        guard let path = unsafe path else { return .builtIn }
        guard let memory = unsafe csystem_map(longest) else { return ProtocolLibrary(fault: .unreadable(code: ENOMEM)) }
        do throws(LibraryFault) {
            return try unsafe load(path, into: UnsafeMutableRawBufferPointer(start: memory, count: longest))
        } catch {
            return ProtocolLibrary(fault: error)
        }
    }

    /// Reads a compiled library into `memory`, which is `longest` bytes and outlives it.
    /// - Parameter path: ends in a zero byte.
    /// - Throws: `LibraryFault`.
    public static func load(
        _ path: UnsafePointer<CChar>, into memory: UnsafeMutableRawBufferPointer
    ) throws(LibraryFault) -> ProtocolLibrary {
        switch unsafe SealedFile.read(path, into: memory) {
        case .failure(let error): throw .unreadable(code: error.code)
        case .success(let (read, size)):
            guard read == size else { throw .length(size) }
            return try unsafe checked(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<Int(read)]))
        }
    }
}
