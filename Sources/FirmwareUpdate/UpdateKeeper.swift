import StimulatorCore

/// Who may write the slots: takes bundles, chooses what is started, and gives a trial up or keeps it. For the supervisor, which is
/// privileged, before and while it runs the firmware; never for a process that parses what people type.
///
///     take(.console), take(.boot) ─▶ start ─▶ (the firmware runs) ─▶ confirm │ end
///
/// Every byte that is started has been proven in this start by a signed header and a key of the read-only image.
public struct UpdateKeeper<Store: UpdateStore & ~Copyable>: ~Copyable {
    var store: Store
    /// Which slot is started, and what is on trial.
    public internal(set) var state: SlotState
    var content: TwoSlotFile.Content
    let keys: UpdateKeys
    let architecture: MachineArchitecture
    private let factoryVersion: UInt32
    /// Said by the next `start`, when the state was lost.
    private var isStateLost = false

    /// Reads the state; without one that can be believed the factory's firmware is what runs.
    /// - Parameters:
    ///   - keys: of the read-only image.
    ///   - architecture: of this machine.
    ///   - factoryVersion: what the image was made with: nothing older is taken.
    public init(
        _ store: consuming Store, keys: UpdateKeys, architecture: MachineArchitecture, factoryVersion: UInt32
    ) {
        self.store = store
        self.keys = keys
        self.architecture = architecture
        self.factoryVersion = factoryVersion
        state = SlotState()
        content = TwoSlotFile.Content()
        readState()
        state.raise(to: factoryVersion)
    }

    private mutating func readState() {
        var bytes = Fixed<64, UInt8>(repeating: 0)
        var isRead = false
        var length = 0
        do throws(StoreFault) {
            var piece = UpdatePiece(repeating: 0)
            length = Int(clamping: try store.length(of: .state) ?? 0)
            let count = length > 0 ? try store.read(.state, into: &piece, at: 0) : 0
            for index in 0..<min(count, TwoSlotFile.size) { bytes[index] = piece[index] }
            isRead = true
        } catch {
            // As a file that says nothing to trust.
        }
        content = SlotState.file.decode(bytes, count: length) { SlotState(word: $0) != nil }
        if isRead, content.source != .unreadable, let found = SlotState(word: content.word) {
            state = found
            if content.source == .oneSlot { _ = save(state, evenIfSame: true) }
        } else {
            isStateLost = true
            state = SlotState(afterLoss: (version(of: .a), version(of: .b)))
        }
    }

    /// Chooses the slot to start, and stores that it was started before it is.
    /// - Parameter report: what happened at it, if anything did.
    /// - Returns: the slot; every byte in it has just been proven.
    public mutating func start(_ report: (UpdateOutcome) -> Void) -> UpdateSlot {
        if isStateLost { report(.stateLost) }
        isStateLost = false
        let before = state
        var next = state
        // An image that was written since, over the data partition of an older one.
        if version(of: next.confirmed) < factoryVersion { next.returnToFactory() }
        let slot = next.start { isWhole($0, in: before) }
        let isEndTold = next.isEndUntold
        next.tellEnd()
        if let fault = save(next) {
            report(.notStored(code: fault.code))
            // What is not stored is not tried: it could be tried for ever.
            var untried = before
            untried.endTrial(.notConfirmed)
            let other = untried.start { isWhole($0, in: before) }
            state = untried
            return other
        }
        if isEndTold { report(.ended(version(of: next.lastTried), next.lastEnd)) }
        if before.confirmed != next.confirmed { report(.leftSlot(before.confirmed)) }
        return slot
    }

    /// The self-test of what is on trial has passed, and it goes on. The next `start` tells it.
    /// - Returns: the error number of a state that could not be stored: the trial then goes on; nil when it was.
    public mutating func confirm() -> StoreFault? {
        guard let slot = state.trial else { return nil }
        var next = state
        next.confirm(version: version(of: slot))
        return save(next)
    }

    /// What is on trial has failed: the next `start` is of the one before, and tells it.
    /// - Returns: the error number of a state that could not be stored: the count of starts then ends the trial; nil when it was.
    public mutating func end(_ end: TrialEnd) -> StoreFault? {
        var next = state
        next.endTrial(end)
        return save(next)
    }

    /// The highest version of the parts of a slot, as their proofs say; 0 where none can be believed.
    func version(of slot: UpdateSlot) -> UInt32 {
        var version: UInt32 = 0
        for number in 0..<BundlePart.count {
            if let header = header(of: BundlePart(index: number), in: slot) { version = max(version, header.version) }
        }
        return version
    }

    /// Stores a state, and takes it; nil when that was possible.
    mutating func save(_ next: SlotState, evenIfSame: Bool = false) -> StoreFault? {
        guard next.word != content.word || content.source == .unreadable || evenIfSame else {
            state = next
            return nil
        }
        let updated = content.updated(to: next.word)
        let slot = SlotState.file.encode(updated)
        var piece = UpdatePiece(repeating: 0)
        for index in 0..<TwoSlotFile.slotSize { piece[index] = slot[index] }
        do throws(StoreFault) {
            for place in 0..<2 {
                let offset = Int64(place * TwoSlotFile.slotSize)
                try store.write(.state, piece, from: 0, count: TwoSlotFile.slotSize, at: offset)
                try store.sync(.state)
            }
        } catch {
            return error
        }
        content = updated
        state = next
        return nil
    }
}
