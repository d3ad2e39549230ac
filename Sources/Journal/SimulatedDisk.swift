/// A storage in memory whose medium can be made to fail: what the simulator's journal writes to.
///
///     0 ─── durable ─── dirty ───── length
///     │ on the medium │ lost in a power cut │
///
/// It keeps the rule that makes a failed sync dangerous: the bytes of a failed sync count as clean, so a later sync that succeeds
/// does not bring them to the medium unless they were written again.
/// The medium is memory of the caller: a disk is far too large to lie in a value that is moved about.
@safe public struct SimulatedDisk: Storage, ~Copyable {
    private let medium: UnsafeMutablePointer<UInt8>
    private let capacity: Int64
    public private(set) var length: Int64 = 0
    /// Bytes that survive a power cut.
    public private(set) var durable: Int64 = 0
    /// The lowest offset written since the last sync, good or failed.
    private var dirty = Int64.max

    /// Every read fails (EIO).
    public var failsReads = false
    /// Every write fails (EIO), nothing of it is written.
    public var failsWrites = false
    /// Every sync fails (EIO).
    public var failsSync = false
    /// The bytes that the medium still takes end here; lower it to make the disk full.
    public var space: Int64
    /// Calls of `sync` that succeeded.
    public private(set) var syncs: UInt64 = 0

    /// An empty disk.
    /// - Parameter memory: `capacity` bytes that outlive the disk and that nobody else touches.
    public init(memory: UnsafeMutableRawPointer, capacity: Int64) {
        unsafe medium = memory.assumingMemoryBound(to: UInt8.self)
        self.capacity = capacity
        space = capacity
    }

    public func read(into bytes: inout RecordBytes, count: Int, at offset: Int64) throws(StorageFault) {
        if failsReads { throw .device }
        guard count >= 0 && offset >= 0 && offset <= length && Int64(count) <= length - offset else { throw .range }
        bytes.resize(to: count)
        let from = unsafe UnsafeRawBufferPointer(start: medium + Int(offset), count: count)
        unsafe bytes.withUnsafeMutableBytes { unsafe $0.copyMemory(from: from) }
    }

    public mutating func write(_ bytes: RecordBytes, at offset: Int64) throws(StorageFault) {
        if failsWrites { throw .device }
        guard offset >= 0 && offset <= length else { throw .range }
        let room = max(0, min(space, capacity) - offset)
        let count = Int(min(room, Int64(bytes.count)))
        let to = unsafe UnsafeMutableRawBufferPointer(start: medium + Int(offset), count: count)
        unsafe bytes.withUnsafeBytes { unsafe to.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        length = max(length, offset + Int64(count))
        durable = min(durable, offset)
        dirty = min(dirty, offset)
        if count < bytes.count { throw .full }
    }

    public mutating func sync() throws(StorageFault) {
        let reached = dirty
        dirty = Int64.max
        if failsSync { throw .device }
        syncs += 1
        if reached <= durable { durable = length }
    }

    public mutating func truncate(to newLength: Int64) throws(StorageFault) {
        if failsWrites { throw .device }
        guard newLength >= 0 && newLength <= length else { throw .range }
        length = newLength
        durable = min(durable, length)
    }

    /// The power fails: of what was not durable only the first `kept` bytes remain.
    public mutating func cutPower(keeping kept: Int64 = 0) {
        length = min(length, durable + max(0, kept))
        durable = length
        dirty = Int64.max
    }

    /// The byte at `offset`, 0 ..< length, behind the back of whoever writes: for damage.
    public subscript(offset: Int64) -> UInt8 {
        get {
            precondition(offset >= 0 && offset < length)
            return unsafe medium[Int(offset)]
        }
        set {
            precondition(offset >= 0 && offset < length)
            unsafe medium[Int(offset)] = newValue
        }
    }
}
