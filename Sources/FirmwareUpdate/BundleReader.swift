import StimulatorCore

/// What a machine is, as far as it matters to an update.
public struct UpdateTarget: BitwiseCopyable, Hashable, Sendable {
    /// The keys of the image.
    public var keys: UpdateKeys
    /// The name in the board file in use.
    public var boardName: FixedText<16>
    /// The hash of the board file in use, as `status` shows it.
    public var boardHash: UInt64
    public var architecture: MachineArchitecture
    /// The highest version that was ever confirmed here: a bundle must be newer.
    public var installedVersion: UInt32

    public init(
        keys: UpdateKeys, boardName: FixedText<16>, boardHash: UInt64, architecture: MachineArchitecture,
        installedVersion: UInt32
    ) {
        self.keys = keys
        self.boardName = boardName
        self.boardHash = boardHash
        self.architecture = architecture
        self.installedVersion = installedVersion
    }

    /// Says whether a signed header is for this machine.
    func judge(_ header: BundleHeader) throws(UpdateRefusal) {
        guard header.boardName == boardName else { throw .board(header.boardName, own: boardName) }
        guard header.boardHash == 0 || header.boardHash == boardHash else {
            throw .boardFile(header.boardHash, own: boardHash)
        }
        guard header.architecture == .any || header.architecture == architecture else {
            throw .architecture(header.architecture, own: architecture)
        }
        guard header.version > installedVersion else {
            throw .downgrade(header.version, installed: installedVersion)
        }
    }
}

/// Reads a bundle once, in pieces of any size, and says at the first byte that makes it clear why it cannot be taken.
///
///     take ─▶ header whole: signature, form, machine ─▶ parts: hash of each at its end ─▶ finish: nothing is missing
///
/// What `take` has not refused is not yet good: only `finish` says so.
public struct BundleReader: BitwiseCopyable {
    /// The signed header; nil until it is there whole and has been found good.
    public private(set) var header: BundleHeader?
    /// The header's bytes, with the signature: the proof that is kept with each part.
    public private(set) var headerBytes = HeaderBytes(repeating: 0)
    /// Bytes taken so far.
    public private(set) var count: Int64 = 0
    private let target: UpdateTarget
    private var hasher = PartHasher()

    public init(target: UpdateTarget) { self.target = target }

    /// Takes the next bytes: the first `length` of a piece, whose parts nobody wants.
    /// - Throws: `UpdateRefusal`. Then nothing more may be taken.
    public mutating func take<let capacity: Int>(
        _ piece: Fixed<capacity, UInt8>, count length: Int
    ) throws(UpdateRefusal) {
        try take(piece, count: length) { (_, _, _) throws(UpdateRefusal) in }
    }

    /// Takes the next bytes: the first `length` of a piece.
    /// - Parameter body: called for each run of bytes that belongs to a part: the part, the place in the piece, how many.
    /// - Throws: `UpdateRefusal`. Then nothing more may be taken.
    public mutating func take<let capacity: Int>(
        _ piece: Fixed<capacity, UInt8>, count length: Int,
        _ body: (BundlePart, _ start: Int, _ count: Int) throws(UpdateRefusal) -> Void
    ) throws(UpdateRefusal) {
        precondition(length >= 0 && length <= capacity)
        var start = 0
        while start < length {
            guard let header else {
                let taken = try takeHeader(piece, from: start, to: length)
                start += taken
                continue
            }
            guard let (part, left) = partAhead(of: header) else {
                throw .trailing(expected: header.bundleSize, actual: count + Int64(length - start))
            }
            let taken = Int(min(left, Int64(length - start)))
            hasher.add(piece, from: start, count: taken)
            count += Int64(taken)
            try body(part, start, taken)
            start += taken
            if Int64(taken) == left { try close(part, of: header) }
        }
    }

    /// Says that there are no more bytes.
    /// - Returns: the header of a bundle that is whole.
    public func finish() throws(UpdateRefusal) -> BundleHeader {
        guard let header else {
            throw count == 0 ? .notBundle : .truncated(expected: Int64(BundleHeader.size), actual: count)
        }
        guard count == header.bundleSize else { throw .truncated(expected: header.bundleSize, actual: count) }
        return header
    }

    private mutating func takeHeader<let capacity: Int>(
        _ piece: Fixed<capacity, UInt8>, from start: Int, to end: Int
    ) throws(UpdateRefusal) -> Int {
        let taken = min(BundleHeader.size - Int(count), end - start)
        for index in 0..<taken { headerBytes[Int(count) + index] = piece[start + index] }
        count += Int64(taken)
        guard count == Int64(BundleHeader.size) else {
            // Eight bytes are enough to see a file of another kind.
            if count >= 8, headerBytes.number(size: 8, at: 0) != BundleHeader.magic { throw .notBundle }
            return taken
        }
        let header = try BundleHeader(headerBytes, signedBy: target.keys)
        try target.judge(header)
        self.header = header
        return taken
    }

    /// The part that the next byte belongs to, and how many bytes of it are to come; nil behind the last.
    private func partAhead(of header: BundleHeader) -> (part: BundlePart, left: Int64)? {
        var end = Int64(BundleHeader.size)
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            end += header[part].length
            if count < end { return (part, end - count) }
        }
        return nil
    }

    private mutating func close(_ part: BundlePart, of header: BundleHeader) throws(UpdateRefusal) {
        guard hasher.hash == header[part].hash else { throw .damaged(part) }
        hasher = PartHasher()
    }
}
