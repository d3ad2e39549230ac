import StimulatorCore

/// Responses of queries: numbers in volts, seconds, joules and degrees; 9.91E37 where there is none (SCPI-99, volume 1, section 7.2.1).
extension LineOutput {
    /// What the console calls itself in `*IDN?`; the third number rises with its grammars.
    private static var version: StaticString { "1.0.0" }

    mutating func notANumber() { put("9.91E37") }

    mutating func seconds(_ time: Nanoseconds) { decimal(time.raw, scale: 9, least: 1, most: 9) }

    mutating func age(_ age: Nanoseconds?) {
        guard let age else { return notANumber() }
        seconds(age)
    }

    /// A string response: quotes in it are doubled.
    mutating func quoted(_ write: (inout LineOutput) -> Void) {
        put(UInt8(ascii: "\""))
        write(&self)
        put(UInt8(ascii: "\""))
    }

    /// A list of strings.
    private mutating func quoted(_ text: StaticString, isFirst: inout Bool) {
        if !isFirst { put(UInt8(ascii: ",")) }
        isFirst = false
        quoted { $0.put(text) }
    }

    mutating func uppercase(_ text: StaticString) {
        for index in 0..<text.byteCount {
            let byte = text.byte(at: index)
            put(byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 0x20 : byte)
        }
    }

    /// Four fields; the board's name has no byte that would make five of them.
    mutating func identity(_ identity: BoardIdentity) {
        put("Pulsekeeper,")
        if identity.name.isEmpty { put("unnamed") }
        for index in 0..<identity.name.count {
            let byte = identity.name[index]
            put(byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") ? UInt8(ascii: "_") : byte)
        }
        put(",")
        hexadecimal(identity.hash)
        put(",")
        put(Self.version)
    }

    /// An error and its text; 0 for none.
    mutating func error(_ entry: SCPIErrorQueue.Entry?) {
        let number = entry?.number ?? 0
        put(Int64(number))
        put(",\"")
        put(SCPIError.text(number))
        if let text = entry?.text, text.count > 0 {
            put(UInt8(ascii: ";"))
            for index in 0..<text.count {
                if text[index] == UInt8(ascii: "\"") { put(UInt8(ascii: "\"")) }
                put(text[index])
            }
        }
        put(UInt8(ascii: "\""))
    }

    mutating func quality(_ quality: Quality, isTrusted: Bool) {
        if quality == .good, !isTrusted { return put("STALE") }
        uppercase(quality.name)
    }

    // MARK: Help

    mutating func headers<Simulation: SimulationVocabulary>(in simulation: Simulation.Type) {
        var isFirst = true
        for raw in 0..<SCPIHeader.count {
            guard let header = SCPIHeader(rawValue: UInt8(raw)), header.exists(in: simulation) else { continue }
            if !isFirst { put(UInt8(ascii: ",")) }
            isFirst = false
            quoted {
                $0.put(header.entry.pattern)
                switch header.entry.forms {
                case .command: $0.put("/nquery/")
                case .query: $0.put("?/qonly/")
                case .both: break
                }
            }
        }
    }

    mutating func syntax(_ header: SCPIHeader) {
        let entry = header.entry
        quoted {
            $0.put(entry.pattern)
            if case .query = entry.forms { $0.put("?") }
            if entry.parameters.byteCount > 0 {
                $0.put(" ")
                for index in 0..<entry.parameters.byteCount {
                    let byte = entry.parameters.byte(at: index)
                    if byte == UInt8(ascii: "\"") { $0.put(byte) }
                    $0.put(byte)
                }
            }
            if case .both = entry.forms { $0.put(", and its query") }
            $0.put(": ")
            $0.put(entry.summary)
        }
    }

    // MARK: Lists

    mutating func missing(_ posture: Posture) {
        put(Int64(posture.missingBits.nonzeroBitCount))
        var isFirst = false
        for raw in 1...UInt8(Guarantee.count) {
            guard let guarantee = Guarantee(rawValue: raw), posture.isMissing(guarantee) else { continue }
            quoted(guarantee.name, isFirst: &isFirst)
        }
    }

    mutating func tripNames(_ trips: TripSet, first: Trip?) {
        put(Int64(trips.bits.nonzeroBitCount))
        var rest = trips
        var isFirst = false
        if let first, trips.contains(first) {
            quoted(first.name, isFirst: &isFirst)
            rest.remove(first)
        }
        while let trip = rest.first {
            rest.remove(trip)
            quoted(trip.name, isFirst: &isFirst)
        }
    }

    mutating func limitNames(_ board: BoardDescription, intensity: PerMille) {
        var isFirst = true
        for index in 0..<BoardLimit.count {
            quoted(BoardLimit.row(index, board, intensity: intensity).name, isFirst: &isFirst)
        }
    }

    mutating func limitData(_ limit: BoardLimit) {
        quoted { $0.put(limit.name) }
        put(",")
        let unit = limit.unit.base
        decimal(limit.value, scale: unit.scale, least: min(unit.scale, 1), most: unit.scale)
        put(",")
        if let ceiling = limit.ceiling {
            decimal(ceiling, scale: unit.scale, least: min(unit.scale, 1), most: unit.scale)
        } else {
            notANumber()
        }
        put(",")
        quoted { $0.put(unit.name) }
    }

    // MARK: Patterns

    /// Items and interval of the levels in use; 0,0 where no pattern is set.
    mutating func levels(_ pattern: PulsePattern?) {
        guard let pattern else { return put("0,0") }
        var used = 4
        while used > 1, pattern.levels[used - 1].count == 1 { used -= 1 }
        for index in 0..<used {
            if index > 0 { put(",") }
            put(Int64(pattern.levels[index].count))
            put(",")
            seconds(pattern.levels[index].interval)
        }
    }

    mutating func forecastData(_ verdict: StaticString, _ forecast: Forecast) {
        put(verdict)
        put(",")
        put(Int64(forecast.pulses))
        put(",")
        seconds(forecast.duration)
        put(",")
        decimal(forecast.energy.raw, scale: 3, least: 1, most: 3)
        put(",")
        decimal(Int64(forecast.hottestCoil.raw), scale: 3, least: 1, most: 3)
        put(",")
        seconds(forecast.waitAfter)
    }

    mutating func trainData(_ report: TrainReport) {
        uppercase(report.outcome.name)
        put(",")
        put(Int64(report.total))
        put(",")
        put(Int64(report.delivered))
        put(",")
        put(Int64(report.omitted))
        put(",")
        seconds(report.intervalMean)
        put(",")
        seconds(report.intervalSpread)
        put(",")
        decimal(Int64(report.voltageBefore.raw), scale: 3, least: 1, most: 3)
        put(",")
        decimal(Int64(report.voltageAfter.raw), scale: 3, least: 1, most: 3)
        put(",")
        decimal(Int64(report.coil.raw), scale: 3, least: 1, most: 3)
        put(",")
        decimal(report.energy.raw, scale: 3, least: 1, most: 3)
        put(",")
        seconds(report.duration)
    }
}

extension ValueUnit {
    /// The unit without its prefix, and how many decimals the prefix was.
    var base: (name: StaticString, scale: Int) {
        switch self {
        case .none: ("", 0)
        case .millivolts: ("V", 3)
        case .millicelsius: ("CEL", 3)
        case .microseconds: ("S", 6)
        case .millijoules: ("J", 3)
        case .pulses: ("PULSES", 0)
        case .millihertz: ("HZ", 3)
        case .perMille: ("PCT", 1)
        }
    }
}
