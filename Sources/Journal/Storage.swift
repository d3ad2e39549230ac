/// A call on a storage failed.
public struct StorageFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// The system's error number (Linux), positive; 0 where there is none.
    public var code: Int32
    public init(code: Int32) { self.code = code }

    /// No space left on the device (ENOSPC).
    public static var full: StorageFault { StorageFault(code: 28) }
    /// The device failed (EIO).
    public static var device: StorageFault { StorageFault(code: 5) }
    /// A range was asked for that is not there (EINVAL).
    public static var range: StorageFault { StorageFault(code: 22) }
    /// The disk, or the owner's share of it (EDQUOT), is full.
    public var isFull: Bool { code == 28 || code == 122 }
}

/// Where a journal keeps its bytes: one file, or what stands for it.
///
///     0 ─── synced ───────────── length
///     │ survives a power cut │ may be lost, or be kept in part │
///
/// - A write starts at or below `length` and may make it longer. A write that fails may have written a part.
/// - Only `sync` makes bytes survive a power cut. After a **failed** sync nothing since the last good one may be trusted, not
///   even when the next sync succeeds: Linux marks the pages clean. They have to be written again.
/// - Calls may block for as long as the medium takes; none is made by the safety side.
public protocol Storage: ~Copyable {
    /// Bytes that can be read.
    var length: Int64 { get }
    /// Reads exactly `count` bytes (0 ... `RecordBytes.capacity`) at `offset`, and sets the buffer's count.
    /// - Throws: `StorageFault`; `.range` when they are not all there.
    func read(into bytes: inout RecordBytes, count: Int, at offset: Int64) throws(StorageFault)
    /// Writes the buffer's bytes at `offset`, 0 ... `length`.
    /// - Throws: `StorageFault`, full where `isFull`; a part may have been written.
    mutating func write(_ bytes: RecordBytes, at offset: Int64) throws(StorageFault)
    /// Returns when everything written is on the medium.
    mutating func sync() throws(StorageFault)
    /// Forgets every byte from `newLength` (0 ... `length`) on.
    mutating func truncate(to newLength: Int64) throws(StorageFault)
}
