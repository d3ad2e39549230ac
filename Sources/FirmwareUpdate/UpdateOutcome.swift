import StimulatorCore

/// Where a bundle came from.
public enum BundleSource: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Received by the console, over its line.
    case console = 0
    /// The file `update.pk` of the boot partition.
    case boot = 1

    var file: UpdateFile { self == .console ? .incoming : .boot }
    var text: StaticString { self == .console ? "from the console" : "from the boot partition" }
}

/// What became of an update: for the console and the journal.
public enum UpdateOutcome: BitwiseCopyable, Hashable, Sendable {
    /// There was none, or nothing new.
    case nothing
    case refused(UpdateRefusal, BundleSource)
    /// It lies in a slot and is on trial.
    case installed(UInt32, UpdateSlot)
    /// The trial of this version is over (0 where its file cannot say): it stays, or what ran before is started again.
    case ended(UInt32, TrialEnd)
    /// The confirmed slot's bytes are not those that were signed, or older than the image: the factory's firmware is started.
    case leftSlot(UpdateSlot)
    /// The file of the slots' state could not be read: the factory's firmware is started.
    case stateLost
    /// The state could not be stored: no trial is begun.
    case notStored(code: Int32)

    /// Writes the outcome as a sentence without its full stop; nothing for `nothing`.
    public func spell(_ put: (UInt8) -> Void) {
        switch self {
        case .nothing: break
        case .refused(let refusal, let source):
            Spelling.text("update ", put)
            Spelling.text(source.text, put)
            Spelling.text(" refused: ", put)
            refusal.spell(put)
        case .installed(let version, let slot):
            spell(version, " is on trial in slot ", slot.name, put)
        case .ended(let version, .confirmed): spell(version, " is confirmed: ", TrialEnd.confirmed.text, put)
        case .ended(let version, let end): spell(version, " is given up, the one before runs: ", end.text, put)
        case .leftSlot(let slot):
            Spelling.text("update: slot ", put)
            Spelling.text(slot.name, put)
            Spelling.text(" is damaged, or older than the image: the factory's firmware runs", put)
        case .stateLost:
            Spelling.text("update: the state of the slots could not be read: the factory's firmware runs", put)
        case .notStored(let code):
            Spelling.text("update: the state of the slots could not be stored, error ", put)
            Spelling.number(Int64(code), put)
        }
    }

    private func spell(_ version: UInt32, _ text: StaticString, _ more: StaticString, _ put: (UInt8) -> Void) {
        Spelling.text("update: version ", put)
        if version == 0 { Spelling.text("unknown", put) } else { Spelling.number(Int64(version), put) }
        Spelling.text(text, put)
        Spelling.text(more, put)
    }
}
