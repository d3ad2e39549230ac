import FirmwareUpdate
import StimulatorCore

/// Replies as JSON. Each begins `{"reply":NAME,"ok":BOOL`, behind the `id` of the request where it had one.
extension LineOutput {
    /// Opens a reply that says yes.
    mutating func openReply(_ name: CommandName) {
        openObject()
        requestID()
        field("reply", name.word)
        field("ok", true)
    }

    /// What the program called its request, where it did.
    private mutating func requestID() {
        guard !replyID.isEmpty else { return }
        key("id")
        for index in 0..<replyID.count { put(replyID[index]) }
    }

    /// A whole refusal: the numbers in `unit`, and both sentences that people get.
    mutating func refusalReply<Simulation: SimulationVocabulary>(
        _ denial: Denial, line: LineBuffer, in simulation: Simulation.Type
    ) {
        let refusal = denial.refusal
        openObject()
        requestID()
        if let name = denial.name {
            field("reply", name.word)
        } else {
            field("reply", WordList(line, upTo: line.count)[0], of: line)
        }
        field("ok", false)
        field("refusal", refusal.rule.name)
        field("limit", refusal.limit)
        field("actual", refusal.actual)
        field("wouldAdmit", refusal.wouldAdmit)
        field("unit", refusal.unit.symbol)
        field("wouldAdmitUnit", refusal.wouldAdmitUnit.symbol)
        if let weaker = denial.proposals.weaker { field("wouldAdmitPermille", Int64(weaker.intensity.raw)) }
        proposals(denial.proposals)
        if case .breach(let breaches) = denial.reason { self.breaches(breaches) }
        if refusal.pulseIndex > 0 { field("pulseIndex", refusal.pulseIndex) }
        if case .request(let fault) = denial.reason { field("position", Int64(fault.position)) }
        if case .update(let update) = denial.reason { field("update", update.name) }
        if case .misfit(let misfit) = denial.reason { field("word", misfit.word, of: line) }
        key("why")
        openString()
        why(denial, line: line)
        quote()
        key("try")
        openString()
        remedy(denial, in: simulation)
        quote()
        endObjectLine()
    }

    /// The nearest patterns that would be admitted; none, where nothing near would be.
    private mutating func proposals(_ proposals: Proposals) {
        if proposals.isEmpty { return }
        openList("proposals")
        proposal("slower", proposals.slower)
        proposal("fewer", proposals.fewer)
        proposal("weaker", proposals.weaker)
        closeList()
    }

    private mutating func proposal(_ change: StaticString, _ pattern: PulsePattern?) {
        guard let pattern else { return }
        openElement()
        field("change", change)
        field("pulses", pattern.pulseCount)
        field("intensityPermille", Int64(pattern.intensity.raw))
        patternFields(pattern)
        closeObject()
    }

    mutating func limitsReply(_ board: BoardDescription, intensity: PerMille) {
        openReply(.limits)
        openList("limits")
        for index in 0..<BoardLimit.count {
            let limit = BoardLimit.row(index, board, intensity: intensity)
            openElement()
            field("name", limit.name)
            field("value", limit.value)
            if let ceiling = limit.ceiling { field("ceiling", ceiling) }
            field("unit", limit.unit.symbol)
            closeObject()
        }
        closeList()
        endObjectLine()
    }

    mutating func faultsReply(_ snapshot: Snapshot) {
        openReply(.faults)
        openList("faults")
        for number in 0..<Trip.count {
            guard let trip = Trip(rawValue: UInt8(number)), snapshot.trips.contains(trip) else { continue }
            openElement()
            field("trip", trip.name)
            field("first", trip == snapshot.firstTrip)
            field("meaning", trip.meaning)
            field("action", trip.action.text)
            field("clears", trip.clearing.text)
            closeObject()
        }
        closeList()
        endObjectLine()
    }

    mutating func statusReply(_ snapshot: Snapshot, _ board: BoardDescription, _ context: StatusContext) {
        openReply(.status)
        statusFields(snapshot, context)
        boardFields(board.identity)
        endObjectLine()
    }

    /// What `watch` tells once a second.
    mutating func statusEvent(_ snapshot: Snapshot, _ context: StatusContext) {
        openObject()
        field("event", "status")
        statusFields(snapshot, context)
        endObjectLine()
    }

    private mutating func boardFields(_ identity: BoardIdentity) {
        key("board")
        openString()
        put(identity.name)
        quote()
        key("boardHash")
        quote()
        hexadecimal(identity.hash)
        quote()
        guard let fault = identity.fault else { return }
        key("boardFault")
        openString()
        put(fault)
        quote()
    }

    /// A list of names, for sets of trips.
    mutating func trips(_ trips: TripSet) {
        openList("trips")
        for number in 0..<Trip.count {
            guard let trip = Trip(rawValue: UInt8(number)), trips.contains(trip) else { continue }
            element(trip.name)
        }
        closeList()
    }

    private mutating func statusFields(_ snapshot: Snapshot, _ context: StatusContext) {
        field("state", snapshot.state.name)
        trips(snapshot.trips)
        field("firstTrip", snapshot.firstTrip?.name)
        field("atNs", snapshot.now.raw)
        field("safetySilent", context.isSafetySilent)
        field("selfTestPassed", snapshot.selfTestPassed)
        field("keyEdge", snapshot.keyEdge)
        openList("inputs")
        for bit in 0..<InputLines.count where snapshot.inputs.rawValue & 1 << UInt32(bit) != 0 {
            element(LineNames.input(bit))
        }
        closeList()
        openList("outputs")
        for bit in 0..<OutputLines.count where snapshot.outputs.rawValue & 1 << UInt32(bit) != 0 {
            element(LineNames.output(bit))
        }
        closeList()
        statusNumbers(snapshot, context)
    }

    private mutating func statusNumbers(_ snapshot: Snapshot, _ context: StatusContext) {
        field("millivolts", Int64(snapshot.voltage.value.raw))
        field("voltageQuality", snapshot.voltage.quality.name)
        field("voltageAgeNs", (snapshot.now - snapshot.voltage.takenAt).raw)
        field("coilMillicelsius", Int64(snapshot.coilA.value.raw))
        field("coilQuality", snapshot.coilA.quality.name)
        field("coilAgeNs", (snapshot.now - snapshot.coilA.takenAt).raw)
        field("coilBMillicelsius", Int64(snapshot.coilB.value.raw))
        field("coilBQuality", snapshot.coilB.quality.name)
        field("setPointMillivolts", Int64(snapshot.setPoint.raw))
        field("heldPermille", Int64(snapshot.intensity.raw))
        field("intensityPermille", Int64(context.intensity.raw))
        field("total", snapshot.trainTotal)
        field("delivered", snapshot.trainDelivered)
        field("omitted", snapshot.trainOmitted)
        field("sessionPulses", snapshot.sessionPulses)
        field("energyLastMinuteMillijoules", snapshot.energyLastMinute.raw)
        field("energyBacklogMillijoules", snapshot.energyBacklog.raw)
        field("leaseLeftNs", snapshot.leaseLeft.raw)
        field("ticks", snapshot.ticks)
        field("worstLatenessNs", snapshot.worstLateness.raw)
        field("journalWritable", context.isJournalWritable)
        key("journalHead")
        quote()
        hexadecimal(context.journalHead)
        quote()
    }
}
