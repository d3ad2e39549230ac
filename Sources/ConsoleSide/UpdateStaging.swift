import Console
import FirmwareUpdate
import Journal
import StimulatorCore

/// Receives a bundle, line by line, and puts it where the next start finds it: all that this side can do for an update.
///
///     begin ─▶ data ... ─▶ end: whole and signed ─▶ its first eight bytes are written, last of all
///
/// The bundle is verified while it comes, so that a person hears at once what is wrong with it. That decides nothing: whoever installs
/// it trusts none of it, and verifies it again.
public struct UpdateStaging<Store: Storage & ~Copyable>: ~Copyable {
    private var status = UpdateStatus()
    private var target: UpdateTarget?
    private var store: Store?
    private var reader: BundleReader?

    /// Nowhere to put a bundle: each is refused as `noSlots`.
    init() {}

    /// - Parameter slots: as this firmware was started from them.
    public init(
        in store: consuming Store, slots: SlotState, keys: UpdateKeys, board: BoardIdentity,
        architecture: MachineArchitecture
    ) {
        self.store = consume store
        target = UpdateTarget(
            keys: keys, boardName: board.name, boardHash: board.hash, architecture: architecture,
            installedVersion: slots.version)
        status.slots = slots
        status.keys = keys
        status.staged = stagedVersion()
    }

    /// What a console has that is started in the place of this one's: the storage, and in it what had come whole.
    mutating func handOver() -> UpdateStaging {
        var next = UpdateStaging()
        next.status = status
        next.status.length = 0
        next.target = target
        next.store = store.take()
        next.status.staged = next.stagedVersion()
        return next
    }

    /// Does what a session asks for.
    mutating func attend(_ request: UpdateRequest) -> UpdateAnswer {
        do throws(UpdateRefusal) {
            switch request {
            case .begin(let length): return try begin(length)
            case .data(let offset, let line): return try take(line, at: offset)
            case .end: return .staged(try finish())
            case .abort:
                try discard()
                return .discarded
            case .status:
                var shown = status
                shown.received = reader?.count
                return .status(shown)
            }
        } catch {
            return .refused(error)
        }
    }

    private mutating func begin(_ length: Int64) throws(UpdateRefusal) -> UpdateAnswer {
        guard let target else { throw .noSlots }
        if target.keys.count == 0 { throw .noKeys }
        guard length <= BundleHeader.largestBundle else {
            throw .tooLarge(length, limit: BundleHeader.largestBundle)
        }
        try discard()
        status.length = length
        reader = BundleReader(target: target)
        return .received(0, of: length)
    }

    private mutating func take(_ line: UpdateLine, at offset: Int64) throws(UpdateRefusal) -> UpdateAnswer {
        guard let before = reader else { throw .notBegun }
        guard offset == before.count else { throw .offset(offset, expected: before.count) }
        guard line.ownCheck == line.check else { throw .line }
        let end = offset + Int64(line.count)
        do throws(UpdateRefusal) {
            guard end <= status.length else { throw .trailing(expected: status.length, actual: end) }
            var next = before
            try next.take(line.bytes, count: line.count)
            try write(line, at: offset)
            reader = next
        } catch {
            // What is wrong with it, or with the storage, does not become right with the next line.
            reader = nil
            throw error
        }
        return .received(end, of: status.length)
    }

    /// The bundle as it came, but for its first eight bytes: zeros, so that it is none until it is whole.
    private mutating func write(_ line: UpdateLine, at offset: Int64) throws(UpdateRefusal) {
        var bytes = RecordBytes()
        bytes.resize(to: line.count)
        for index in 0..<line.count { bytes[index] = offset + Int64(index) < 8 ? 0 : line.bytes[index] }
        try put(bytes, at: offset)
    }

    private mutating func finish() throws(UpdateRefusal) -> UInt32 {
        guard let reader else { throw .notBegun }
        let header = try reader.finish()
        self.reader = nil
        var magic = RecordBytes()
        magic.resize(to: 8)
        for index in 0..<8 { magic[index] = reader.headerBytes[index] }
        // Synced first, so that no power cut can leave the beginning without the rest.
        try sync()
        try put(magic, at: 0)
        try sync()
        status.staged = header.version
        return header.version
    }

    /// Forgets what was received, also by a console before this one.
    private mutating func discard() throws(UpdateRefusal) {
        reader = nil
        status.staged = nil
        do throws(StorageFault) {
            try store?.truncate(to: 0)
            try store?.sync()
        } catch {
            throw .storage(code: error.code)
        }
    }

    private mutating func put(_ bytes: RecordBytes, at offset: Int64) throws(UpdateRefusal) {
        do throws(StorageFault) {
            try store?.write(bytes, at: offset)
        } catch {
            throw error.isFull ? .noRoom(status.length) : .storage(code: error.code)
        }
    }

    private mutating func sync() throws(UpdateRefusal) {
        do throws(StorageFault) {
            try store?.sync()
        } catch {
            throw .storage(code: error.code)
        }
    }

    /// The version of a bundle that an earlier console of this start has received; nil when there is none.
    private mutating func stagedVersion() -> UInt32? {
        var bytes = RecordBytes()
        do throws(StorageFault) {
            guard let length = store?.length, length >= Int64(BundleHeader.size) else { return nil }
            try store?.read(into: &bytes, count: BundleHeader.size, at: 0)
        } catch {
            return nil
        }
        var header = HeaderBytes(repeating: 0)
        for index in 0..<BundleHeader.size { header[index] = bytes[index] }
        do throws(UpdateRefusal) {
            return try BundleHeader(header, signedBy: status.keys).version
        } catch {
            return nil
        }
    }
}
