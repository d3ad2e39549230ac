import StimulatorCore

/// A call on the update's files failed.
public struct StoreFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// The system's error number (Linux), positive.
    public var code: Int32
    public init(code: Int32) { self.code = code }

    /// The refusal that it becomes where `length` bytes were to be stored.
    func refusal(of length: Int64) -> UpdateRefusal {
        // ENOSPC and EDQUOT.
        code == 28 || code == 122 ? .noRoom(length) : .storage(code: code)
    }
}

/// The files of updates.
public enum UpdateFile: BitwiseCopyable, Hashable, Sendable {
    /// The slots' state: a `TwoSlotFile`.
    case state
    /// Where the console, which may do nothing else, puts a bundle that it has received.
    case incoming
    /// A bundle that somebody copied to the boot partition.
    case boot
    /// A part in a slot, a or b.
    case part(BundlePart, UpdateSlot)
    /// The header of the bundle that the part came with: it proves the part.
    case proof(BundlePart, UpdateSlot)
}

/// What is read and written at once.
public typealias UpdatePiece = Fixed<4096, UInt8>

/// Where the files of updates lie. Only `sync` makes a file's bytes survive a power cut; until then any of them may be there or not.
public protocol UpdateStore: ~Copyable {
    /// Bytes of a file; nil when there is none.
    func length(of file: UpdateFile) throws(StoreFault) -> Int64?
    /// Reads up to a piece at `offset`.
    /// - Returns: how many bytes; fewer than a piece only at the file's end.
    func read(_ file: UpdateFile, into piece: inout UpdatePiece, at offset: Int64) throws(StoreFault) -> Int
    /// Makes a file empty, or makes an empty file.
    mutating func empty(_ file: UpdateFile) throws(StoreFault)
    /// Writes the bytes `start` ..< `start` + `count` of a piece at `offset`, 0 ... the file's length, and makes the file if there is
    /// none.
    mutating func write(_ file: UpdateFile, _ piece: UpdatePiece, from start: Int, count: Int, at offset: Int64)
        throws(StoreFault)
    /// Returns when the file's bytes, and the file itself, are on the medium.
    mutating func sync(_ file: UpdateFile) throws(StoreFault)
}
