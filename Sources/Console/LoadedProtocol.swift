import StimulatorCore

/// The protocol of the library that the set pattern is.
struct LoadedProtocol: BitwiseCopyable, Hashable {
    var name: ProtocolName
    var cooldown: Nanoseconds
    /// Nil for a plain pattern.
    var steps: PulseSteps?
}

/// What `protocol load` says of itself.
struct ProtocolChoice: BitwiseCopyable, Hashable {
    var name: ProtocolName
    /// Part of the protocol's basis; nil for the usual one.
    var part: PerMille?
    /// The output that stands for the threshold; nil for the subject's.
    var threshold: PerMille?
    /// Order and pauses of steps; nil for one that the session makes.
    var seed: UInt64?
}

extension ShellSession {
    // MARK: Commands

    mutating func listProtocols() {
        count(nil)
        mode == .json ? output.protocolListReply(library) : output.protocolList(library)
    }

    mutating func showProtocol(_ name: ProtocolName) {
        guard let entry = library.entry(named: name) else { return refuse(unknown(name), as: .protocol) }
        count(nil)
        mode == .json
            ? output.protocolReply(entry, "show", nil) : output.protocolText(entry, subject: subject)
    }

    /// Sets a protocol's pattern, and its intensity where the basis is known.
    mutating func loadProtocol(_ choice: ProtocolChoice) {
        guard let entry = library.entry(named: choice.name) else { return refuse(unknown(choice.name), as: .protocol) }
        guard steps == nil else { return refuse(.stepsRun, as: .protocol) }
        do throws(Refusal) {
            let basis = try basis(of: entry, stated: choice.threshold)
            let part = try part(of: entry, chosen: choice.part)
            var steps: PulseSteps?
            if let basis, entry.hasSteps {
                steps = entry.steps(threshold: basis, seed: choice.seed ?? UInt64(bitPattern: now.raw / 1_000_000))
                try checkOutput(steps?.strongest ?? .zero)
            } else if let basis {
                try load(basis.output(for: part))
            }
            pattern = entry.pattern
            pattern?.intensity = intensity
            loaded = LoadedProtocol(name: entry.name, cooldown: entry.cooldown, steps: steps)
            count(nil)
            let told = LoadedTelling(entry: entry, part: part, basis: basis, intensity: intensity, steps: steps)
            mode == .json ? output.protocolReply(entry, "load", told) : output.loadedText(told)
        } catch {
            refuse(Denial(error), as: .protocol)
        }
    }

    private func unknown(_ name: ProtocolName) -> Denial {
        Denial(Refusal(.badValue), reason: .unknownProtocol(name))
    }

    /// What the parts are parts of; nil where a bench has no threshold and the intensity stays as it is.
    private func basis(
        of entry: StimulationProtocol, stated: PerMille?
    ) throws(Refusal) -> MotorThreshold? {
        guard let kind = entry.basis.threshold else {
            return MotorThreshold(PerMille(1000), method: .relativeFrequency)
        }
        if let known = subject.threshold(kind) {
            if let stated, stated != known.intensity {
                throw Refusal(
                    .badValue, unit: .perMille, limit: Int64(known.intensity.raw), actual: Int64(stated.raw),
                    wouldAdmit: Int64(known.intensity.raw))
            }
            return known
        }
        if subject.hasSubject { throw Refusal(.threshold, detail: kind.rawValue) }
        if let stated { return MotorThreshold(stated, method: .relativeFrequency) }
        if entry.hasSteps { throw Refusal(.threshold, detail: kind.rawValue) }
        return nil
    }

    private func part(of entry: StimulationProtocol, chosen: PerMille?) throws(Refusal) -> PerMille {
        guard let chosen else { return entry.usual }
        let nearest = min(max(chosen, entry.least), entry.most)
        guard chosen == nearest else {
            throw Refusal(
                .badValue, unit: .perMille, limit: Int64(nearest.raw), actual: Int64(chosen.raw),
                wouldAdmit: Int64(nearest.raw))
        }
        return chosen
    }

    private func checkOutput(_ output: PerMille) throws(Refusal) {
        guard output.raw <= 1000 else {
            throw Refusal(.badValue, unit: .perMille, limit: 1000, actual: Int64(output.raw), wouldAdmit: 1000)
        }
        let least = Admission.leastIntensity(board: board)
        guard output >= least else {
            throw Refusal(
                .badValue, unit: .perMille, limit: Int64(least.raw), actual: Int64(output.raw),
                wouldAdmit: Int64(least.raw))
        }
    }

    /// Sets the intensity of the next pattern; an armed board follows when the pattern starts.
    private mutating func load(_ output: PerMille) throws(Refusal) {
        try checkOutput(output)
        intensity = output
        isIntensityChosen = true
    }

    // MARK: What is set

    /// What `start` gives: the set pattern at the present intensity, or the steps of the loaded protocol.
    var plan: PulsePlan? {
        guard var pattern else { return nil }
        pattern.intensity = intensity
        return PulsePlan(pattern, steps: loaded?.steps)
    }

    /// Sets a pattern that is no protocol of the library.
    mutating func setPattern(_ given: PulsePattern) {
        pattern = given
        loaded = nil
    }

    /// What the set pattern is judged by.
    ///
    /// For a subject a pattern that is timed as a protocol of the library is that protocol, whoever typed it. On a bench only what was
    /// loaded by name is one.
    func context(for pattern: PulsePattern, loaded: LoadedProtocol?) -> AdmissionContext {
        AdmissionContext(
            board: board, snapshot: snapshot, subject: subject, cooldown: cooldown(of: pattern, loaded))
    }

    private func cooldown(of pattern: PulsePattern, _ loaded: LoadedProtocol?) -> Cooldown? {
        if let loaded { return Cooldown(loaded.name, time: loaded.cooldown) }
        return library.cooldown(of: pattern, for: subject)
    }

    /// The safety side has taken a start, or not: from now on its pulses are a use of the protocol.
    mutating func settleStart(token: UInt32, isAccepted: Bool) {
        guard let start = starting, start.token == token else { return }
        starting = nil
        guard isAccepted else { return }
        running = start.name
        if let name = start.name, subject.hasSubject, !requests.isFull {
            requests.add(.record(.subject(.protocolStarted(name)), isAwaited: false))
        }
    }

    /// A pattern is over: one pulse is a use.
    mutating func noteUse(delivered: UInt32) {
        if delivered > 0, let running { subject.note(ProtocolUse(running, end: subject.poweredOn)) }
        if steps == nil { running = nil }
    }
}

/// A start whose answer has not come, and the protocol that it is.
struct ProtocolStart: BitwiseCopyable, Hashable {
    var token: UInt32
    var name: ProtocolName?
}
