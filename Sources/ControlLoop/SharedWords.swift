import StimulatorCore
import Synchronization

/// 64-bit atomics at fixed offsets of a region that two tasks, later two processes, share. The only unsafe code of the room.
///
/// The region must be 8-byte aligned, zeroed at the start, and outlive every copy of the handle.
@safe public struct SharedWords: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer

    public init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

    /// The same region, from `word` on.
    @inline(__always) public func from(_ word: Int) -> SharedWords { unsafe SharedWords(base + word * 8) }

    /// Reads one word; later reads of this task stay behind it.
    @inline(__always) public func load(_ word: Int) -> UInt64 {
        unsafe (base + word * 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring)
    }

    /// Writes one word; earlier writes of this task stay before it.
    @inline(__always) public func store(_ value: UInt64, _ word: Int) {
        unsafe (base + word * 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .releasing)
    }
}

/// A block of words that one task publishes whole and others read whole (a sequence lock).
///
///     word 0      version: odd while the writer is inside
///     words 1...  the block
public struct PublishedBlock<let count: Int>: Sendable {
    private let words: SharedWords

    public init(_ words: SharedWords) { self.words = words }

    /// Publishes a block. One writer only.
    @inline(__always) public func publish(_ block: Fixed<count, UInt64>) {
        let version = words.load(0)
        words.store(version | 1, 0)
        for index in 0..<count { words.store(block[index], 1 + index) }
        words.store((version | 1) &+ 1, 0)
    }

    /// The newest whole block; nil when the writer was inside on each of four looks: the caller keeps what it had.
    public func read() -> Fixed<count, UInt64>? {
        var seen = PublishedBlock.unseen
        return read(newerThan: &seen)
    }

    /// The newest whole block, unless it is the one that the caller saw last: nil then, and when `read` gives nil.
    /// - Parameter seen: what the last call left; at first `unseen`.
    @inline(__always) public func read(newerThan seen: inout UInt64) -> Fixed<count, UInt64>? {
        if words.load(0) == seen { return nil }
        var block = Fixed<count, UInt64>(repeating: 0)
        for _ in 0..<4 {
            let before = words.load(0)
            if before & 1 != 0 { continue }
            for index in 0..<count { block[index] = words.load(1 + index) }
            if words.load(0) == before {
                seen = before
                return block
            }
        }
        return nil
    }

    /// No block: the version of one that is being written.
    public static var unseen: UInt64 { .max }

    /// How often the block was published.
    public var version: UInt64 { words.load(0) / 2 }
}
