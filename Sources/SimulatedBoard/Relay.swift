import StimulatorCore

/// A relay or contactor: its armature follows its coil after a delay, and stays when the coil changes its mind in time.
struct Relay: BitwiseCopyable, Hashable {
    let pullIn: Nanoseconds
    let dropOut: Nanoseconds
    /// Current flows in the coil.
    private(set) var isDriven = false
    /// The armature has moved.
    private(set) var isPulledIn = false
    /// When the armature moves; the distant future if it stays.
    private(set) var movesAt = Instant.distantFuture

    init(pullIn: Nanoseconds, dropOut: Nanoseconds) {
        self.pullIn = pullIn
        self.dropOut = dropOut
    }

    /// Gives the coil current or takes it away. `slowness` multiplies the delay.
    mutating func drive(_ on: Bool, slowness: Int64, at now: Instant) {
        if on == isDriven { return }
        isDriven = on
        movesAt = on == isPulledIn ? .distantFuture : now + (on ? pullIn : dropOut) * slowness
    }

    /// Moves the armature when it is time. Returns true when it moved.
    mutating func move(at now: Instant) -> Bool {
        if now < movesAt { return false }
        isPulledIn = isDriven
        movesAt = .distantFuture
        return true
    }

    func hash(into history: inout HistoryHash) {
        history.add((isDriven ? 1 : 0) | (isPulledIn ? 2 : 0))
        history.add(UInt64(bitPattern: movesAt.raw))
    }
}
