import StimulatorCore

extension Journal where Store: ~Copyable {
    /// When `syncIfDue` has something to do: not after now = at once, distant future = nothing is waiting.
    public var syncDue: Instant {
        guard isOpen else { return .distantFuture }
        if let failure { return failure.lastTry + Self.retryInterval }
        if urgent { return .distantPast }
        if let unsyncedSince { return unsyncedSince + Self.syncInterval }
        return .distantFuture
    }

    /// True when `syncIfDue` has something to do.
    public func needsSync(at now: Instant) -> Bool { syncDue <= now }

    /// Syncs when it is time; after a failure, tries to bring everything to the medium again. A failure shows in `isHealthy`.
    public mutating func syncIfDue(at now: Instant, wall: WallTime) {
        guard needsSync(at: now) else { return }
        do {
            if failure == nil { try sync() } else { try resume(at: now, wall: wall) }
        } catch {
            fail(error, at: now)
        }
    }

    /// Brings everything to the medium.
    mutating func sync() throws(StorageFault) {
        try store.sync()
        synced = end
        unsyncedSince = nil
        urgent = false
    }

    /// Keeps the first failure and counts the others.
    mutating func fail(_ fault: StorageFault, at now: Instant) {
        if failure == nil {
            failure = JournalFailure(fault: fault, since: now, lastTry: now)
        } else {
            failure?.lastTry = now
            failure?.count &+= 1
        }
    }

    /// After a failure: cuts off what a refused write left, writes everything since the last good sync again, records the
    /// failure, syncs. Healthy only when all of it succeeded.
    private mutating func resume(at now: Instant, wall: WallTime) throws(StorageFault) {
        guard let failure else { return }
        if store.length > end.offset { try store.truncate(to: end.offset) }
        let lost = try rewriteUnsynced()
        try writeBeginning(at: now, wall: wall)
        try write(
            .resumed(code: failure.fault.code, failures: failure.count, recordsLost: lost, since: failure.since),
            at: now,
            wall: wall)
        try sync()
        self.failure = nil
    }

    /// Writes every record since the last good sync again in its place: after a failed sync the system holds them to be on the
    /// medium although they may not be. Records that can no longer be read are given up.
    /// - Returns: how many were given up.
    private mutating func rewriteUnsynced() throws(StorageFault) -> UInt64 {
        var reader = synced
        while reader.record < end.record {
            let offset = reader.offset
            guard case .record = try reader.next(from: store) else { break }
            var bytes = RecordBytes()
            try store.read(into: &bytes, count: Int(reader.offset - offset), at: offset)
            try store.write(bytes, at: offset)
        }
        let lost = end.record - reader.record
        if lost > 0 { try store.truncate(to: reader.offset) }
        end = reader
        return lost
    }
}
