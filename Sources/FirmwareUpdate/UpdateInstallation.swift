import StimulatorCore

/// Taking a bundle: checked whole before a byte is written, and again while it is copied.
extension UpdateKeeper where Store: ~Copyable {
    /// Takes the bundle of a source, if there is one that is new.
    ///
    /// A bundle of the console is gone after that, whatever became of it. One of the boot partition stays; it is refused again at
    /// every start, or was given up once and is not tried again.
    /// - Parameters:
    ///   - boardName: the name in the board file that runs.
    ///   - boardHash: that file's hash, as `status` shows it.
    public mutating func take(
        _ source: BundleSource, boardName: FixedText<16>, boardHash: UInt64
    ) -> UpdateOutcome {
        var target = UpdateTarget(
            keys: keys, boardName: boardName, boardHash: boardHash, architecture: architecture,
            installedVersion: state.version)
        // What somebody left on the boot partition does not take the place of a newer one that is on trial.
        if source == .boot, let slot = state.trial { target.installedVersion = max(state.version, version(of: slot)) }
        let outcome: UpdateOutcome
        do throws(UpdateRefusal) {
            outcome = try take(source, target)
        } catch {
            outcome = isOldNews(error, source) ? .nothing : .refused(error, source)
        }
        if source == .console { discardIncoming() }
        return outcome
    }

    private mutating func take(_ source: BundleSource, _ target: UpdateTarget) throws(UpdateRefusal) -> UpdateOutcome {
        guard let length = try pending(source) else { return .nothing }
        if length > BundleHeader.largestBundle { throw .tooLarge(length, limit: BundleHeader.largestBundle) }
        var check = BundleReader(target: target)
        try read(source, into: &check) { _, _, _, _ in }
        let header = try check.finish()
        if let slot = state.trial, isSame(check.headerBytes, in: slot) { return .nothing }
        if source == .boot, state.lastEnd != .confirmed, isSame(check.headerBytes, in: state.lastTried) {
            throw .returned(header.version)
        }
        try install(source, header, target)
        return .installed(header.version, state.target)
    }

    /// The length of the bundle of a source; nil when there is none. One that the console has not received whole begins with zeros.
    private func pending(_ source: BundleSource) throws(UpdateRefusal) -> Int64? {
        do throws(StoreFault) {
            guard let length = try store.length(of: source.file), length > 0 else { return nil }
            var piece = UpdatePiece(repeating: 0)
            let count = try store.read(source.file, into: &piece, at: 0)
            for index in 0..<min(count, 8) where piece[index] != 0 { return length }
            return source == .boot ? length : nil
        } catch {
            throw error.refusal(of: 0)
        }
    }

    /// The boot partition's bundle is what runs already, and what is left there stays there.
    private func isOldNews(_ refusal: UpdateRefusal, _ source: BundleSource) -> Bool {
        if case .downgrade(let version, let installed) = refusal { return source == .boot && version == installed }
        return false
    }

    private func isSame(_ header: HeaderBytes, in slot: UpdateSlot) -> Bool {
        for number in 0..<BundlePart.count {
            if slot != .factory, proof(of: BundlePart(index: number), in: slot) == header { return true }
        }
        return false
    }

    /// Reads a bundle through a reader, and hands on what belongs to the parts.
    private mutating func read(
        _ source: BundleSource, into reader: inout BundleReader,
        _ body: (inout Store, BundlePart, UpdatePiece, (start: Int, count: Int)) throws(UpdateRefusal) -> Void
    ) throws(UpdateRefusal) {
        var offset: Int64 = 0
        var piece = UpdatePiece(repeating: 0)
        while true {
            let count: Int
            do throws(StoreFault) {
                count = try store.read(source.file, into: &piece, at: offset)
            } catch {
                throw error.refusal(of: 0)
            }
            if count == 0 { return }
            offset += Int64(count)
            let taken = piece
            try reader.take(taken, count: count) { (part, start, run) throws(UpdateRefusal) in
                try body(&store, part, taken, (start, run))
            }
        }
    }

    /// Writes the slot that nothing refers to, and puts it on trial. A failure, or a power cut, leaves what was confirmed.
    private mutating func install(
        _ source: BundleSource, _ header: BundleHeader, _ target: UpdateTarget
    ) throws(UpdateRefusal) {
        var next = state
        next.clearTarget()
        try store(next, header)
        let slot = next.target
        let confirmed = next.confirmed
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            try write(header) { (store) throws(StoreFault) in
                try store.empty(.part(part, slot))
                try store.empty(.proof(part, slot))
            }
        }
        try copyParts(source, header, target, to: slot)
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            if !header.contains(part) && state.has(part, in: confirmed) {
                try write(header) { (store) throws(StoreFault) in
                    try Self.copy(.part(part, confirmed), to: .part(part, slot), in: &store)
                    try Self.copy(.proof(part, confirmed), to: .proof(part, slot), in: &store)
                }
            }
        }
        next.installed { header.contains($0) }
        // What was copied from the confirmed slot is judged like the rest.
        guard isWhole(slot, in: next) else { throw .storage(code: 5) }
        try store(next, header)
    }

    /// Reads the bundle a second time, and checks the very bytes that are written: it lies where the console can write.
    private mutating func copyParts(
        _ source: BundleSource, _ header: BundleHeader, _ target: UpdateTarget, to slot: UpdateSlot
    ) throws(UpdateRefusal) {
        var reader = BundleReader(target: target)
        var written = Fixed<2, Int64>(repeating: 0)
        try read(source, into: &reader) { (store, part, piece, run) throws(UpdateRefusal) in
            let offset = written[Int(part.rawValue)]
            do throws(StoreFault) {
                try store.write(.part(part, slot), piece, from: run.start, count: run.count, at: offset)
            } catch {
                throw error.refusal(of: header.bundleSize)
            }
            written[Int(part.rawValue)] = offset + Int64(run.count)
        }
        guard try reader.finish() == header else { throw .signature }
        var proof = UpdatePiece(repeating: 0)
        for index in 0..<BundleHeader.size { proof[index] = reader.headerBytes[index] }
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            guard header.contains(part) else { continue }
            try write(header) { (store) throws(StoreFault) in
                try store.sync(.part(part, slot))
                try store.write(.proof(part, slot), proof, from: 0, count: BundleHeader.size, at: 0)
                try store.sync(.proof(part, slot))
            }
        }
    }

    private static func copy(
        _ from: UpdateFile, to: UpdateFile, in store: inout Store
    ) throws(StoreFault) {
        var offset: Int64 = 0
        var piece = UpdatePiece(repeating: 0)
        while true {
            let count = try store.read(from, into: &piece, at: offset)
            if count == 0 { break }
            try store.write(to, piece, from: 0, count: count, at: offset)
            offset += Int64(count)
        }
        try store.sync(to)
    }

    private mutating func write(
        _ header: BundleHeader, _ body: (inout Store) throws(StoreFault) -> Void
    ) throws(UpdateRefusal) {
        do throws(StoreFault) {
            try body(&store)
        } catch {
            throw error.refusal(of: header.bundleSize)
        }
    }

    private mutating func store(_ next: SlotState, _ header: BundleHeader) throws(UpdateRefusal) {
        if let fault = save(next) { throw fault.refusal(of: header.bundleSize) }
    }

    private mutating func discardIncoming() {
        do throws(StoreFault) {
            guard try store.length(of: .incoming) ?? 0 > 0 else { return }
            try store.empty(.incoming)
            try store.sync(.incoming)
        } catch {
            // It is refused, or known, at the next start.
        }
    }
}
