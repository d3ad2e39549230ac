import StimulatorCore

/// What the session adds to a snapshot when it shows the board.
struct StatusContext {
    var intensity: PerMille
    var isIntensityChosen: Bool
    var isJournalWritable: Bool
    /// The safety side has not reported for so long that the snapshot is history.
    var isSafetySilent: Bool
    var journalHead: UInt64
    var now: Instant
}

/// The board as it is now, for people.
extension LineOutput {
    mutating func status(_ snapshot: Snapshot, _ board: BoardDescription, _ context: StatusContext) {
        if context.isSafetySilent {
            label("WARNING")
            put("the safety side has been silent for ")
            put(context.now - snapshot.now)
            put(": all of this is old")
            endLine()
        }
        statusStates(snapshot)
        statusLines(snapshot)
        statusMeasurements(snapshot, at: context.now)
        label("intensity")
        put(context.intensity)
        put(" = ")
        put(board.setPoint(for: context.intensity))
        put(context.isIntensityChosen ? "" : " (not set yet: `set intensity 60%` changes it)")
        endLine()
        label("pattern")
        progress(snapshot)
        endLine()
        statusTotals(snapshot, board)
        label("journal")
        put(context.isJournalWritable ? "writable, head " : "not writable, head ")
        hexadecimal(context.journalHead)
        endLine()
        statusBoard(board.identity)
    }

    private mutating func statusBoard(_ identity: BoardIdentity) {
        label("board")
        if let fault = identity.fault {
            put("not known, nothing can be armed: the board file cannot be used: ")
            put(fault)
        } else {
            put(identity.name)
            put(", hash ")
            hexadecimal(identity.hash)
        }
        endLine()
    }

    /// The status in one line, for `watch` on a line that is no terminal.
    mutating func briefStatus(_ snapshot: Snapshot, _ context: StatusContext) {
        put(context.isSafetySilent ? "the safety side is silent; it was " : "")
        put(snapshot.state.name)
        put(", ")
        put(snapshot.voltage, at: context.now)
        put("; coil ")
        put(snapshot.coilA, at: context.now)
        put(snapshot.trainTotal > 0 ? "; " : "; no pattern")
        if snapshot.trainTotal > 0 { progress(snapshot) }
        if let trip = snapshot.firstTrip {
            put("; trip ")
            put(trip.name)
        }
        endLine()
    }

    /// How far the running pattern is.
    mutating func progress(_ snapshot: Snapshot) {
        guard snapshot.trainTotal > 0 else { return put("none runs") }
        put(Int64(snapshot.trainDelivered))
        put(" of ")
        put(Int64(snapshot.trainTotal))
        put(" pulses given, ")
        put(Int64(snapshot.trainOmitted))
        put(" omitted")
    }

    private mutating func statusStates(_ snapshot: Snapshot) {
        label("state")
        put(snapshot.state.name, in: snapshot.state.colour)
        put(snapshot.inputs.contains(.keySwitch) ? ", key on" : ", key off")
        put(snapshot.keyEdge ? " (turned on within the last 10 s)" : "")
        put(snapshot.selfTestPassed ? ", self-test passed" : ", self-test not passed")
        endLine()
        label("trips")
        if !snapshot.trips.isEmpty { colour(.alarm) }
        names(snapshot.trips, first: snapshot.firstTrip)
        if !snapshot.trips.isEmpty { colour(.plain) }
        endLine()
    }

    private mutating func statusLines(_ snapshot: Snapshot) {
        label("inputs")
        var isFirst = true
        for bit in 0..<InputLines.count where snapshot.inputs.rawValue & 1 << UInt32(bit) != 0 {
            name(LineNames.input(bit), isFirst: &isFirst)
        }
        endNames(isEmpty: isFirst)
        label("outputs")
        isFirst = true
        for bit in 0..<OutputLines.count where snapshot.outputs.rawValue & 1 << UInt32(bit) != 0 {
            name(LineNames.output(bit), isFirst: &isFirst)
        }
        endNames(isEmpty: isFirst)
    }

    private mutating func name(_ name: StaticString, isFirst: inout Bool) {
        if !isFirst { put(UInt8(ascii: " ")) }
        isFirst = false
        put(name)
    }

    private mutating func endNames(isEmpty: Bool) {
        if isEmpty { put("none") }
        endLine()
    }

    private mutating func statusMeasurements(_ snapshot: Snapshot, at now: Instant) {
        label("voltage")
        put(snapshot.voltage, at: now)
        if snapshot.setPoint > .zero {
            put("; set-point ")
            put(snapshot.setPoint)
            put(" (")
            put(snapshot.intensity)
            put(")")
        }
        endLine()
        label("coil")
        put("A ")
        put(snapshot.coilA, at: now)
        put("; B ")
        put(snapshot.coilB, at: now)
        endLine()
    }

    private mutating func statusTotals(_ snapshot: Snapshot, _ board: BoardDescription) {
        label("energy")
        put(snapshot.energyLastMinute)
        put(" of ")
        put(board.energyPerMinute)
        put(" in the last minute, backlog ")
        put(snapshot.energyBacklog)
        endLine()
        label("session")
        put(Int64(snapshot.sessionPulses))
        put(" of ")
        put(Int64(board.pulsesPerSession))
        put(" pulses")
        endLine()
        label("lease")
        if snapshot.leaseLeft > .zero {
            put(Nanoseconds(snapshot.leaseLeft.raw / 1_000_000 * 1_000_000))
            put(" left")
        } else {
            put("ended")
        }
        endLine()
        label("ticks")
        put(snapshot.ticks)
        put(", worst lateness ")
        put(snapshot.worstLateness)
        endLine()
    }

    private mutating func put(_ reading: Reading<Millivolts>, at now: Instant) {
        guard reading.quality != .none else { return put("no reading") }
        put(reading.value)
        age(reading.quality, now - reading.takenAt)
    }

    private mutating func put(_ reading: Reading<Millicelsius>, at now: Instant) {
        guard reading.quality != .none else { return put("no reading") }
        put(reading.value)
        age(reading.quality, now - reading.takenAt)
    }

    private mutating func age(_ quality: Quality, _ age: Nanoseconds) {
        put(", ")
        put(Nanoseconds(age.raw / 100_000 * 100_000))
        put(" old")
        if quality == .implausible { put(", implausible") }
        if quality == .failed { put(", failed") }
    }
}
