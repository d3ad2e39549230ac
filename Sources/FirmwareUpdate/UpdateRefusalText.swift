import StimulatorCore

/// The reasons for people, byte by byte, for every kind of output.
extension UpdateRefusal {
    /// Writes why, and what would work, as half a sentence each.
    public func spell(_ put: (UInt8) -> Void) {
        why(put)
        Spelling.text("; would be taken: ", put)
        remedy(put)
    }

    /// Writes what is wrong, with the value.
    public func why(_ put: (UInt8) -> Void) {
        switch self {
        case .notBundle, .format, .form, .tooLarge, .truncated, .trailing, .damaged: whyFile(put)
        case .noKeys, .unknownKey, .signature: whySignature(put)
        case .board, .boardFile, .architecture, .downgrade, .returned: whyMachine(put)
        case .noRoom, .storage, .noSlots, .notBegun, .offset, .line: whyHere(put)
        }
    }

    private func whyFile(_ put: (UInt8) -> Void) {
        switch self {
        case .notBundle: Spelling.text("it does not begin as an update bundle does", put)
        case .format(let version):
            Spelling.text("it is of version ", put)
            Spelling.number(Int64(version), put)
            Spelling.text(" of the bundle format, this firmware reads version 1", put)
        case .tooLarge(let length, let limit):
            two(length, " bytes, at most ", limit, " are taken", put)
        case .truncated(let expected, let actual):
            two(actual, " bytes are there, it has ", expected, "", put)
        case .trailing(let expected, let actual):
            two(actual, " bytes are there, it has only ", expected, "", put)
        case .damaged(let part):
            Spelling.text("the bytes of ", put)
            Spelling.text(part.name, put)
            Spelling.text(" are not those that were signed", put)
        default: Spelling.text("it is signed, and says what no bundle may say", put)
        }
    }

    private func whySignature(_ put: (UInt8) -> Void) {
        switch self {
        case .noKeys: Spelling.text("no update key is known here", put)
        case .unknownKey(let key):
            Spelling.text("it is signed with key ", put)
            Spelling.hexadecimal(key, put)
            Spelling.text(", which is not known here", put)
        default: Spelling.text("its signature is not that of its bytes: it was changed or damaged", put)
        }
    }

    private func whyMachine(_ put: (UInt8) -> Void) {
        switch self {
        case .board(let name, let own):
            Spelling.text("it is for board ", put)
            Spelling.text(name, put)
            Spelling.text(", this one is ", put)
            Spelling.text(own, put)
        case .boardFile(let hash, let own):
            Spelling.text("it is for the board whose file has hash ", put)
            Spelling.hexadecimal(hash, put)
            Spelling.text(", the file in use has ", put)
            Spelling.hexadecimal(own, put)
        case .architecture(let architecture, let own):
            Spelling.text("its firmware is for ", put)
            Spelling.text(architecture.name, put)
            Spelling.text(", this machine is ", put)
            Spelling.text(own.name, put)
        case .returned(let version):
            Spelling.text("this very bundle, version ", put)
            Spelling.number(Int64(version), put)
            Spelling.text(", was tried here and given up", put)
        case .downgrade(let version, let installed):
            two(Int64(version), " is its version, ", Int64(installed), " has been confirmed here", put)
        default: break
        }
    }

    private func whyHere(_ put: (UInt8) -> Void) {
        switch self {
        case .noRoom(let length):
            Spelling.text("there is no room for ", put)
            Spelling.number(length, put)
            Spelling.text(" bytes", put)
        case .storage(let code):
            Spelling.text("the storage failed, error ", put)
            Spelling.number(Int64(code), put)
        case .noSlots: Spelling.text("this firmware was started without slots for updates", put)
        case .notBegun: Spelling.text("no update is being received", put)
        case .offset(let offset, let expected):
            two(offset, " is not the place of the next byte, which is ", expected, "", put)
        default: Spelling.text("the line was damaged: its check is not that of its bytes", put)
        }
    }

    /// Writes what would be taken.
    public func remedy(_ put: (UInt8) -> Void) {
        switch self {
        case .notBundle, .form: Spelling.text("a file that `stim update make` has made", put)
        case .format: Spelling.text("a bundle made by the `stim` that goes with this firmware", put)
        case .noKeys: Spelling.text("an image that was made with a key: see Boards/updates.md", put)
        case .unknownKey: Spelling.text("a bundle signed with a key that `update status` shows", put)
        case .signature, .damaged: Spelling.text("the file as it was made: copy, send or make it again", put)
        case .tooLarge(_, let limit):
            Spelling.text("at most ", put)
            Spelling.number(limit, put)
            Spelling.text(" bytes", put)
        case .truncated, .trailing: Spelling.text("the whole file, and nothing behind it", put)
        case .board(_, let own):
            Spelling.text("a bundle made for ", put)
            Spelling.text(own, put)
        case .boardFile: Spelling.text("a bundle made for the board file in use", put)
        case .architecture(_, let own):
            Spelling.text("a firmware built for ", put)
            Spelling.text(own.name, put)
        case .downgrade, .returned:
            Spelling.text("version ", put)
            Spelling.number(wouldAdmit, put)
            Spelling.text(" or later", put)
            if case .returned = self { Spelling.text(", or the same over the serial line", put) }
        case .noRoom: Spelling.text("a smaller bundle, or the same with room on the data partition", put)
        case .storage: Spelling.text("the same again; a card that fails again has to be replaced", put)
        case .noSlots: Spelling.text("an update of a board that runs a flashed image", put)
        case .notBegun: Spelling.text("`update begin LENGTH` first", put)
        case .offset(_, let expected):
            Spelling.text("the bytes from ", put)
            Spelling.number(expected, put)
        case .line: Spelling.text("the same line again", put)
        }
    }

    private func two(
        _ first: Int64, _ between: StaticString, _ second: Int64, _ end: StaticString, _ put: (UInt8) -> Void
    ) {
        Spelling.number(first, put)
        Spelling.text(between, put)
        Spelling.number(second, put)
        Spelling.text(end, put)
    }
}
