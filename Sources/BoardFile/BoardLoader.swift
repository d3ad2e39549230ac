import BoardInterface
import StimulatorCore

/// Loading a compiled board file: nothing is parsed, everything is checked, nothing is moved into its bounds.
extension BoardImage {
    /// The board that a compiled file describes.
    /// - Parameter bytes: all of the file's bytes.
    /// - Throws: `BoardFault`, the first that is found: form before hash before values.
    public init(_ bytes: BoardBytes) throws(BoardFault) {
        var offset = 0
        guard bytes.number(size: 8, at: &offset) == BoardImage.magic else { throw .magic }
        let version = UInt32(truncatingIfNeeded: bytes.number(size: 4, at: &offset))
        guard version == BoardImage.version else { throw .version(version) }
        let length = Int64(bytes.number(size: 4, at: &offset))
        guard length == Int64(BoardBytes.count) else { throw .length(length) }
        guard bytes.hash == bytes.storedHash else { throw .hash }
        guard let kind = BoardKind(rawValue: UInt8(truncatingIfNeeded: bytes.number(size: 1, at: &offset))) else {
            throw .form
        }
        // Bytes that are neither 0 nor 1 are found when all are compared.
        let allowsWire = bytes.number(size: 7, at: &offset) == 1
        let name: FixedText<16> = try bytes.text(at: &offset)
        let description = try BoardImage.description(bytes, at: &offset)
        let wiring = try BoardImage.wiring(bytes, at: &offset)
        self.init(kind: kind, name: name, description: description, wiring: wiring, allowsWire: allowsWire)
        try judgeWiring()
        // What was read must give the same bytes again: nothing lies between the fields, or behind a text.
        guard self.bytes.hash == bytes.hash else { throw .form }
    }

    private static func description(_ bytes: BoardBytes, at offset: inout Int) throws(BoardFault) -> BoardDescription {
        var first: BoardMisfit?
        let start = offset
        offset += 8 * BoardField.count
        let description = BoardDescription(
            numbers: { field in
                var place = start + 8 * Int(field.rawValue)
                return Int64(bitPattern: bytes.number(size: 8, at: &place))
            },
            misfit: { misfit in if first == nil { first = misfit } })
        if let first { throw .number(first) }
        var shared: BoardFault?
        description.sharedAddresses { one, other in if shared == nil { shared = .sharedAddress(one, other) } }
        if let shared { throw shared }
        return description
    }

    private static func wiring(_ bytes: BoardBytes, at offset: inout Int) throws(BoardFault) -> BoardWiring {
        var wiring = BoardWiring()
        for index in 0..<Signal.count {
            var line = LineWiring()
            line.name = try bytes.text(at: &offset)
            line.header = Int8(truncatingIfNeeded: bytes.number(size: 1, at: &offset))
            // A byte that is neither 0 nor 1 is found when the bytes are compared.
            line.isActiveLow = bytes.number(size: 7, at: &offset) == 1
            wiring.lines[index] = line
        }
        wiring.bus = try bytes.text(at: &offset)
        wiring.watchdog = try bytes.text(at: &offset)
        wiring.watchdogSpan = UInt32(truncatingIfNeeded: bytes.number(size: 4, at: &offset))
        wiring.isolatedCPU = UInt32(truncatingIfNeeded: bytes.number(size: 2, at: &offset))
        let raw = bytes.number(size: 2, at: &offset)
        guard raw <= 2, let persistence = LinePersistence(rawValue: UInt8(raw)) else { throw .wiring(.persistence) }
        wiring.persistence = persistence
        for index in 0..<2 {
            wiring.serial[index].path = try bytes.text(at: &offset)
            wiring.serial[index].baud = UInt32(truncatingIfNeeded: bytes.number(size: 8, at: &offset))
        }
        return wiring
    }

    private func judgeWiring() throws(BoardFault) {
        switch kind {
        case .simulated: if wiring != BoardWiring() { throw .wiring(.simulated) }
        case .linux:
            var first: WiringFault?
            wiring.judge { fault in if first == nil { first = fault } }
            if let first { throw .wiring(first) }
        }
    }

    /// Reads a compiled board file.
    /// - Parameter path: ends in a zero byte.
    /// - Throws: `BoardFault`.
    public static func load(_ path: UnsafePointer<CChar>) throws(BoardFault) -> BoardImage {
        var bytes = BoardBytes()
        let (read, size): (Int64, Int64)
        switch unsafe bytes.withUnsafeMutableBytes({ all in unsafe SealedFile.read(path, into: all) }) {
        case .failure(let error): throw .unreadable(code: error.code)
        case .success(let counts): (read, size) = counts
        }
        // A file of another kind is told as such, however long it is.
        var offset = 0
        guard bytes.number(size: 8, at: &offset) == magic else { throw .magic }
        guard read == Int64(BoardBytes.count), size == read else { throw .length(size) }
        return try BoardImage(bytes)
    }

    /// The board that a firmware runs with: the one of the file, if it can be used and is of a kind that the firmware has. Otherwise the
    /// simulated board's description, with the reason in its identity: nothing can be armed, and everything can be read.
    public static func load(_ path: UnsafePointer<CChar>, runs isKindKnown: (BoardKind) -> Bool) -> BoardImage {
        do throws(BoardFault) {
            let image = try unsafe load(path)
            if !isKindKnown(image.kind) { throw .kind }
            return image
        } catch {
            var image = simulated
            image.description.identity = BoardIdentity()
            image.description.identity.fault = error
            return image
        }
    }
}
