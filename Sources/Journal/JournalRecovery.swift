import StimulatorCore

extension Journal where Store: ~Copyable {
    /// Reads the whole journal, cuts off what is not whole, and makes it ready to be appended to. An empty storage becomes a new
    /// journal. What was cut off is recorded, as the first record behind it.
    ///
    /// Call it before anything is appended, and again only when it threw. When the storage can be read but not written, the
    /// journal is open and not healthy, and `syncIfDue` tries again.
    /// - Throws: `JournalFault` when it cannot be read, or must not be touched. Nothing is changed then.
    public mutating func open(at now: Instant, wall: WallTime) throws(JournalFault) -> RecoveryReport {
        precondition(!isOpen, "a journal is opened once")
        let damage = try reading()
        if let damage, damage.record == 0, damage.reason != .torn { throw .unreadable(damage) }
        let report = RecoveryReport(
            recordsKept: end.record, bytesDropped: damage?.bytes ?? 0, reason: damage?.reason)
        unrecorded = damage
        synced = end
        isOpen = true
        do {
            try begin(at: now, wall: wall)
        } catch {
            fail(error, at: now)
        }
        return report
    }

    /// Reads every whole record from the first; what stands behind them, if anything.
    private mutating func reading() throws(JournalFault) -> Damage? {
        end = JournalReader()
        tally = Tally()
        starts = 0
        lastTrustedWall = nil
        openSession = nil
        do {
            while true {
                let offset = end.offset
                switch try end.next(from: store) {
                case .record(let record): count(record, at: offset)
                case .end: return nil
                case .damaged(let damage): return damage
                }
            }
        } catch {
            throw .storage(error)
        }
    }

    /// Cuts off what is not whole, writes what the journal must say first, and syncs.
    private mutating func begin(at now: Instant, wall: WallTime) throws(StorageFault) {
        if store.length > end.offset { try store.truncate(to: end.offset) }
        try writeBeginning(at: now, wall: wall)
        try sync()
    }

    /// Writes the record that makes a journal, and the one about what was cut off, where they are still missing.
    mutating func writeBeginning(at now: Instant, wall: WallTime) throws(StorageFault) {
        if end.record == 0 { try write(.opened(version: RecordFormat.version), at: now, wall: wall) }
        if let damage = unrecorded {
            try write(.recovered(reason: damage.reason, bytesDropped: damage.bytes), at: now, wall: wall)
            unrecorded = nil
        }
    }
}
