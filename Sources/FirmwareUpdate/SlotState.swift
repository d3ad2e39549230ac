import StimulatorCore

/// Where a firmware and its board file are started from.
public enum UpdateSlot: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// What the image was made with: on the read-only root, never written.
    case factory = 0
    case a = 1
    case b = 2

    public var name: StaticString {
        switch self {
        case .factory: "factory"
        case .a: "a"
        case .b: "b"
        }
    }
}

/// How the last trial of an update ended.
public enum TrialEnd: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// There was none yet.
    case none = 0
    /// Its self-test passed: it stays.
    case confirmed = 1
    /// Its self-test did not pass, or its board file could not be used.
    case selfTestFailed = 2
    /// It ended by itself.
    case crashed = 3
    /// It was started as often as a trial may be, and never came to a passed self-test.
    case notConfirmed = 4
    /// Its bytes are no longer those that were signed.
    case damaged = 5

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 6 }

    /// The end as half a sentence.
    public var text: StaticString {
        switch self {
        case .none: "no trial yet"
        case .confirmed: "its self-test passed"
        case .selfTestFailed: "its self-test did not pass"
        case .crashed: "it ended by itself"
        case .notConfirmed: "it was started three times and never passed its self-test"
        case .damaged: "its bytes are not those that were signed"
        }
    }
}

/// Which slot is started next: two slots beside the factory's, one of them at most on trial.
///
///     install ─▶ on trial ─ self-test passed ─▶ confirmed
///                   │ self-test failed, crashed, three starts, damaged
///                   ▼
///                the one that was confirmed before, or the factory's
///
/// A value: the supervisor stores it before it acts on it, so that a power cut at any moment counts as a start.
public struct SlotState: BitwiseCopyable, Hashable, Sendable {
    /// How often a trial is started before it is given up: once, once more after a power cut, and once for luck.
    public static var trialStarts: UInt8 { 3 }
    /// How long a trial has to run with its self-test passed before it is confirmed, from its start, nanoseconds: the self-test's few
    /// seconds, and as long again in which it must not end by itself.
    public static var trialTime: Int64 { 15_000_000_000 }

    /// What is started when nothing is on trial.
    public private(set) var confirmed = UpdateSlot.factory
    /// The slot on trial; nil when none is.
    public private(set) var trial: UpdateSlot?
    /// How often the trial was started.
    public private(set) var starts: UInt8 = 0
    /// How the last trial ended, and of which slot it was; `factory` before the first.
    public private(set) var lastEnd = TrialEnd.none
    public private(set) var lastTried = UpdateSlot.factory
    /// The end of the last trial has not been told yet.
    public private(set) var isEndUntold = false
    /// The highest version that was ever confirmed: no update may be older. 0 before the first.
    public private(set) var version: UInt32 = 0
    /// Which parts lie in slot a (bits 0, 1) and b (bits 2, 3), by `BundlePart`; the others are the factory's.
    private var contents: UInt8 = 0

    public init() {}

    /// The state after its file could not be read: the factory's firmware, and no version below those that lie in the slots.
    public init(afterLoss versions: (UInt32, UInt32)) { version = max(versions.0, versions.1) }

    /// What runs, or is started next.
    public var chosen: UpdateSlot { trial ?? confirmed }

    /// The slot that the next update goes to: never the confirmed one.
    public var target: UpdateSlot { confirmed == .a ? .b : .a }

    /// The version below which nothing may go is at least this: what the image was made with.
    public mutating func raise(to version: UInt32) { self.version = max(self.version, version) }

    /// True when a slot has a part of its own; otherwise the part is the factory's.
    public func has(_ part: BundlePart, in slot: UpdateSlot) -> Bool {
        slot != .factory && contents & SlotState.bit(part, slot) != 0
    }

    /// To be stored before a byte of `target` is written: nothing refers to it from now on.
    public mutating func clearTarget() {
        trial = nil
        starts = 0
        for number in 0..<BundlePart.count { contents &= ~SlotState.bit(BundlePart(index: number), target) }
        if lastTried == target {
            lastTried = .factory
            lastEnd = .none
            isEndUntold = false
        }
    }

    /// To be stored when `target` is written and synced: it is on trial.
    /// - Parameter isNew: says which parts came with the bundle; beside them it has those of the confirmed slot.
    public mutating func installed(_ isNew: (BundlePart) -> Bool) {
        clearTarget()
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            if isNew(part) || has(part, in: confirmed) { contents |= SlotState.bit(part, target) }
        }
        trial = target
    }

    /// To be stored when the image is newer than what was confirmed: the factory's firmware is started.
    public mutating func returnToFactory() { confirmed = .factory }

    /// To be stored before a start: chooses the slot.
    /// - Parameter isWhole: says whether the bytes of a slot are those that were signed. Asked of a and b alone.
    /// - Returns: the slot to start.
    public mutating func start(_ isWhole: (UpdateSlot) -> Bool) -> UpdateSlot {
        if let slot = trial {
            if starts >= SlotState.trialStarts {
                endTrial(.notConfirmed)
            } else if !isWhole(slot) {
                endTrial(.damaged)
            } else {
                starts += 1
                return slot
            }
        }
        if confirmed != .factory && !isWhole(confirmed) {
            confirmed = .factory
        }
        return confirmed
    }

    /// To be stored when the self-test of the slot on trial has passed.
    /// - Parameter version: of the slot.
    public mutating func confirm(version: UInt32) {
        guard let slot = trial else { return }
        endTrial(.confirmed)
        confirmed = slot
        raise(to: version)
    }

    /// To be stored when the trial has failed. Without a trial nothing happens.
    public mutating func endTrial(_ end: TrialEnd) {
        guard let slot = trial else { return }
        lastTried = slot
        lastEnd = end
        isEndUntold = true
        trial = nil
        starts = 0
    }

    /// To be stored when the end of the last trial is told.
    public mutating func tellEnd() { isEndUntold = false }
}

extension SlotState {
    private static func bit(_ part: BundlePart, _ slot: UpdateSlot) -> UInt8 {
        1 << (part.rawValue + (slot == .b ? 2 : 0))
    }

    /// A slot that is started has something in it.
    private func isFilled(_ slot: UpdateSlot) -> Bool {
        slot == .factory || has(.board, in: slot) || has(.firmware, in: slot)
    }
}

/// The state as the word of its file: bits 0-1 confirmed, 2-3 on trial (0 for none), 4-7 starts, 8-11 last end, 12-13 last tried,
/// 14-17 contents, 18 the last end has not been told, 32-62 version.
extension SlotState {
    /// Nil for a word that no state has.
    public init?(word: UInt64) {
        guard let confirmed = UpdateSlot(rawValue: UInt8(word & 3)),
            let trial = UpdateSlot(rawValue: UInt8(word >> 2 & 3)),
            let end = TrialEnd(rawValue: UInt8(word >> 8 & 15)), let tried = UpdateSlot(rawValue: UInt8(word >> 12 & 3))
        else { return nil }
        self.confirmed = confirmed
        self.trial = trial == .factory ? nil : trial
        starts = UInt8(word >> 4 & 15)
        lastEnd = end
        lastTried = tried
        contents = UInt8(word >> 14 & 15)
        isEndUntold = word >> 18 & 1 == 1
        version = UInt32(word >> 32)
        let isPossible =
            (self.trial == nil ? starts == 0 : trial == target && starts <= SlotState.trialStarts)
            && (end == .none) == (tried == .factory) && !(isEndUntold && end == .none)
            && version <= BundleHeader.highestVersion
            && isFilled(confirmed) && isFilled(trial)
        guard isPossible, self.word == word else { return nil }
    }

    /// The word for the state's file, and for the firmware's command line.
    public var word: UInt64 {
        UInt64(confirmed.rawValue) | UInt64(trial?.rawValue ?? 0) << 2 | UInt64(starts) << 4
            | UInt64(lastEnd.rawValue) << 8 | UInt64(lastTried.rawValue) << 12 | UInt64(contents) << 14
            | (isEndUntold ? 1 << 18 : 0)
            | UInt64(version) << 32
    }

    /// The file of the state.
    public static var file: TwoSlotFile { TwoSlotFile(magic: 0x3153_544F_4C53_4B50) }
}
