import StimulatorCore

/// What queries answer, and the commands that the session carries out by itself.
extension ShellSession {
    // MARK: Commands

    /// The pattern that is given next; a running protocol keeps its own.
    mutating func set(_ given: PulsePattern) {
        guard steps != nil else { return setPattern(given) }
        count(.wrongState)
        note(.stepsRun, line: LineBuffer())
        scpi.endMessage()
    }

    mutating func act(_ header: SCPIHeader) {
        switch header {
        case .cls:
            scpi.errors.clear()
            scpi.eventStatus = 0
            scpi.operation.clearEvent()
            scpi.questionable.clearEvent()
            scpi.isCompletionNoted = false
        case .opc:
            scpi.isCompletionNoted = true
            noteConditions()
        case .wai: scpi.wait = .completion
        case .statusPreset:
            scpi.operation.preset()
            scpi.questionable.preset()
        default: preconditionFailure("every other command has an action of its own")
        }
    }

    mutating func setMask(_ header: SCPIHeader, _ mask: UInt16) {
        switch header {
        case .ese: scpi.eventEnable = UInt8(truncatingIfNeeded: mask)
        case .sre: scpi.serviceEnable = UInt8(truncatingIfNeeded: mask) & 0xBF
        case .operationEnable: scpi.operation.enable = mask
        case .operationPositive: scpi.operation.positive = mask
        case .operationNegative: scpi.operation.negative = mask
        case .questionableEnable: scpi.questionable.enable = mask
        case .questionablePositive: scpi.questionable.positive = mask
        default: scpi.questionable.negative = mask
        }
    }

    // MARK: Writing

    /// Opens a response: from here on what is written goes to the line.
    private mutating func openResponse() {
        output.sink = .line
        if scpi.hasResponded { output.put(UInt8(ascii: ";")) }
        scpi.hasResponded = true
    }

    private mutating func closeResponse() { output.sink = .nothing }

    /// The end of the message: its responses are one line.
    mutating func endResponses() {
        output.sink = .line
        output.endLine()
        output.sink = .nothing
        scpi.hasResponded = false
    }

    mutating func respond(_ number: Int64) {
        openResponse()
        output.put(number)
        closeResponse()
    }

    // MARK: Queries

    mutating func respond(to query: SCPIQuery) {
        // This response is not yet one that waits.
        let byte = statusByte
        openResponse()
        switch query.header {
        case .idn, .error, .errorAll, .errorCount, .version, .helpHeaders, .helpSyntax, .board, .state, .key, .posture,
            .journal, .lease, .trips:
            system(query)
        case .intensity, .voltage, .pattern, .patternCheck, .patternProgress: source(query)
        case .limit: output.limitData(BoardLimit.row(query.index, board, intensity: intensity))
        case .limitCatalog: output.limitNames(board, intensity: intensity)
        case .fetchTrain: fetchTrain()
        case .measureEnergy: output.decimal(snapshot.energyLastMinute.raw, scale: 3, least: 1, most: 3)
        case .measureEnergyBacklog: output.decimal(snapshot.energyBacklog.raw, scale: 3, least: 1, most: 3)
        case .measurePulses: output.put(Int64(snapshot.sessionPulses))
        case .measureVoltage, .measureVoltageAge, .measureVoltageQuality, .measureVoltageData:
            measure(
                query.header, Int64(snapshot.voltage.value.raw), snapshot.voltage.quality, snapshot.voltage.takenAt,
                isTrusted: isVoltageTrusted)
        case .measureTemperature, .measureTemperatureAge, .measureTemperatureQuality, .measureTemperatureData:
            let reading = query.suffix == 2 ? snapshot.coilB : snapshot.coilA
            measure(
                query.header, Int64(reading.value.raw), reading.quality, reading.takenAt,
                isTrusted: isCoilTrusted(reading))
        case .stb: output.put(Int64(byte))
        default: status(query.header)
        }
        closeResponse()
    }

    private mutating func status(_ header: SCPIHeader) {
        switch header {
        case .ese: output.put(Int64(scpi.eventEnable))
        case .esr:
            output.put(Int64(scpi.eventStatus))
            scpi.eventStatus = 0
        case .sre: output.put(Int64(scpi.serviceEnable))
        case .operation: output.put(Int64(scpi.operation.takeEvent()))
        case .operationCondition: output.put(Int64(scpi.operation.condition))
        case .operationEnable: output.put(Int64(scpi.operation.enable))
        case .operationPositive: output.put(Int64(scpi.operation.positive))
        case .operationNegative: output.put(Int64(scpi.operation.negative))
        case .questionable: output.put(Int64(scpi.questionable.takeEvent()))
        case .questionableCondition: output.put(Int64(scpi.questionable.condition))
        case .questionableEnable: output.put(Int64(scpi.questionable.enable))
        case .questionablePositive: output.put(Int64(scpi.questionable.positive))
        case .questionableNegative: output.put(Int64(scpi.questionable.negative))
        default: preconditionFailure("every other header has an answer of its own")
        }
    }

    private mutating func system(_ query: SCPIQuery) {
        switch query.header {
        case .idn: output.identity(board.identity)
        case .error: output.error(scpi.errors.take())
        case .errorAll:
            output.error(scpi.errors.take())
            while let entry = scpi.errors.take() {
                output.put(UInt8(ascii: ","))
                output.error(entry)
            }
        case .errorCount: output.put(Int64(scpi.errors.count))
        case .version: output.put("1999.0")
        case .helpHeaders: output.headers(in: Simulation.self)
        case .helpSyntax: output.syntax(query.topic ?? .cls)
        case .board:
            output.quoted { $0.put(self.board.identity.name) }
            output.put(",")
            output.quoted { $0.hexadecimal(self.board.identity.hash) }
        case .state: output.uppercase(snapshot.state.name)
        case .key: output.put(snapshot.inputs.contains(.keySwitch) ? "1" : "0")
        case .posture: output.missing(snapshot.posture)
        case .journal:
            output.put(isJournalWritable ? "1," : "0,")
            output.quoted { $0.hexadecimal(self.journalHead) }
        case .lease: output.seconds(snapshot.leaseLeft)
        default: output.tripNames(snapshot.trips, first: snapshot.firstTrip)
        }
    }

    private mutating func source(_ query: SCPIQuery) {
        let ranges = SCPIRanges(board: board, intensity: intensity)
        switch query.header {
        case .intensity:
            let range = ranges.intensity(preset: Self.firstIntensity)
            output.decimal(query.extreme?.value(of: range) ?? Int64(intensity.raw), scale: 1, least: 1, most: 1)
        case .voltage:
            let range = ranges.voltage(preset: Self.firstIntensity)
            let present = Int64(board.setPoint(for: intensity).raw)
            output.decimal(query.extreme?.value(of: range) ?? present, scale: 3, least: 1, most: 3)
        case .pattern: output.levels(pattern)
        case .patternCheck: checkPattern()
        default:
            output.put(Int64(snapshot.trainTotal))
            output.put(",")
            output.put(Int64(snapshot.trainDelivered))
            output.put(",")
            output.put(Int64(snapshot.trainOmitted))
        }
    }

    /// Admission's verdict on the pattern that is set; what speaks against it goes into the error queue.
    private mutating func checkPattern() {
        guard let plan else { return refuseCheck(Denial(Refusal(.noPattern))) }
        do throws(Refusal) {
            switch try Admission.verdict(plan, in: context(for: plan.pattern, loaded: loaded)) {
            case .admitted(let forecast): output.forecastData("1", forecast)
            case .needsOverride(let forecast, let breaches):
                output.forecastData("2", forecast)
                if !isOverridden(plan, breaches) { noteCheck(denial(breaches, of: plan)) }
            }
        } catch {
            refuseCheck(denial(error, of: plan))
        }
    }

    private mutating func noteCheck(_ denial: Denial) {
        var denial = denial
        denial.name = .check
        denial.state = snapshot.state
        count(denial.refusal.rule)
        note(denial, line: LineBuffer())
    }

    private mutating func refuseCheck(_ denial: Denial) {
        output.put("0")
        noteCheck(denial)
    }

    private mutating func fetchTrain() {
        guard report.total > 0, !report.isRunning else {
            output.notANumber()
            return noteError(-230) { $0.put("no pattern has come to its end") }
        }
        output.trainData(report)
    }

    private mutating func measure(
        _ header: SCPIHeader, _ value: Int64, _ quality: Quality, _ takenAt: Instant, isTrusted: Bool
    ) {
        let age = quality == .none ? nil : now - takenAt
        switch header {
        case .measureVoltage, .measureTemperature:
            if isTrusted { return output.decimal(value, scale: 3, least: 1, most: 3) }
            output.notANumber()
            noteError(-230) { output in
                output.put("the reading is ")
                output.quality(quality, isTrusted: isTrusted)
                output.put("; would be admitted: the same again, once the sensor answers")
            }
        case .measureVoltageAge, .measureTemperatureAge: output.age(age)
        case .measureVoltageQuality, .measureTemperatureQuality: output.quality(quality, isTrusted: isTrusted)
        default:
            if quality == .none { output.notANumber() } else { output.decimal(value, scale: 3, least: 1, most: 3) }
            output.put(",")
            output.quality(quality, isTrusted: isTrusted)
            output.put(",")
            output.age(age)
        }
    }
}
