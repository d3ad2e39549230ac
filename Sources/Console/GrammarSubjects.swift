import StimulatorCore

/// Sessions, thresholds, remarks and the clock.
extension Grammar {
    mutating func subjectCommand(_ name: CommandName) throws(Misfit) -> ShellCommand {
        switch name {
        case .session: .subject(try sessionCommand())
        case .threshold: .subject(try thresholdCommand())
        case .note: .subject(try noteCommand())
        case .clock: .subject(try clockCommand())
        case .yes, .no: .subject(.answer(name == .yes))
        default: .subject(try virtualCommand())
        }
    }

    /// `[show]`, `start CODE [PROFILE]`, `end`.
    private mutating func sessionCommand() throws(Misfit) -> SubjectCommand {
        guard hasMore else { return .showSession }
        switch try index(.sessionAction, expected: .sessionAction) {
        case 0: return .showSession
        case 1:
            let code = try subjectCode()
            let profile = hasMore ? try index(.profile, expected: .profile) : 0
            return .startSession(code, SessionProfile(rawValue: UInt8(clamping: profile)) ?? .standard)
        default: return .endSession
        }
    }

    private mutating func subjectCode() throws(Misfit) -> SubjectCode {
        let place = word()
        var code = SubjectCode()
        for index in place.start..<place.end where !code.append(line.bytes[index]) {
            throw Misfit(place, expected: .subjectCode)
        }
        guard code.isSubjectCode else { throw Misfit(place, expected: .subjectCode) }
        return code
    }

    /// `[show]`, `start METHOD [active] [from INTENSITY]`, `set INTENSITY method METHOD [active]`, `accept`, `stop`.
    private mutating func thresholdCommand() throws(Misfit) -> SubjectCommand {
        guard hasMore else { return .showThreshold }
        switch try index(.thresholdAction, expected: .thresholdAction) {
        case 0: return .showThreshold
        case 1: return try thresholdStart()
        case 2: return try thresholdSetting()
        case 3: return .acceptThreshold
        default: return .stopThreshold
        }
    }

    private mutating func thresholdStart() throws(Misfit) -> SubjectCommand {
        let method = SubjectWords.procedure(try index(.procedure, expected: .procedure))
        var kind = ThresholdKind.resting
        var first: PerMille?
        while hasMore {
            if try index(.startOption, expected: .startOption) == 0 {
                kind = .active
            } else {
                first = try part(upTo: 1000)
            }
        }
        return .startThreshold(method, kind, from: first)
    }

    /// A threshold without a method would be believed too much or too little: it is asked for.
    private mutating func thresholdSetting() throws(Misfit) -> SubjectCommand {
        let intensity = try part(upTo: 1000)
        var kind = ThresholdKind.resting
        var method: ThresholdMethod?
        while hasMore || method == nil {
            if try index(.setOption, expected: .setOption) == 0 {
                kind = .active
            } else {
                method = SubjectWords.statedMethod(try index(.statedMethod, expected: .statedMethod))
            }
        }
        return .setThreshold(intensity, method ?? .observation, kind)
    }

    /// `TEXT`, `side-effect TEXT`, `pain 0 ... 10`.
    private mutating func noteCommand() throws(Misfit) -> SubjectCommand {
        let first = words[1]
        if line.matches(first, "pain") {
            _ = word()
            return .pain(try rating())
        }
        if line.matches(first, "side-effect") {
            _ = word()
            return .sideEffect(try restOfLine(expected: .remark))
        }
        return .note(try restOfLine(expected: .remark))
    }

    private mutating func rating() throws(Misfit) -> UInt8 {
        let place = word()
        guard let number = Number(place, in: line), number.isWhole, number.unit.count == 0 else {
            throw Misfit(place, expected: .rating)
        }
        let value = number.scaled(by: 1)
        guard value <= 10 else { throw Misfit(place, expected: .rating, unit: .none, limit: 10, actual: value) }
        return UInt8(value)
    }

    /// `[show]`, `set 2026-11-27T20:30[:00]`, the day and the time also as two words.
    private mutating func clockCommand() throws(Misfit) -> SubjectCommand {
        guard hasMore, try index(.clockAction, expected: .clockAction) == 1 else { return .showClock }
        let first = word()
        let last = hasMore ? word() : first
        guard first.count > 0, let moment = moment(from: first.start, to: last.end) else {
            throw Misfit(first, expected: .moment)
        }
        return .setClock(moment.nanoseconds)
    }

    private func moment(from start: Int, to end: Int) -> CivilTime? {
        var fields = Fixed<6, Int64>(repeating: 0)
        var field = 0
        var digits = 0
        for index in start..<end {
            let byte = line.bytes[index]
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < (field == 0 ? 4 : 2) {
                fields[field] = fields[field] * 10 + Int64(byte - UInt8(ascii: "0"))
                digits += 1
            } else if isSeparator(byte, after: field), digits == (field == 0 ? 4 : 2), field < 5 {
                field += 1
                digits = 0
            } else {
                return nil
            }
        }
        guard field >= 4, digits == 2 else { return nil }
        return CivilTime(
            year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4], second: fields[5])
    }

    private func isSeparator(_ byte: UInt8, after field: Int) -> Bool {
        switch field {
        case 0, 1: byte == UInt8(ascii: "-")
        case 2: lowercased(byte) == UInt8(ascii: "t") || byte == UInt8(ascii: " ")
        default: byte == UInt8(ascii: ":")
        }
    }

    /// `virtual SEED`, `none`.
    private mutating func virtualCommand() throws(Misfit) -> SubjectCommand {
        guard try index(.subjectAction, expected: .subjectAction) == 0 else { return .virtual(nil) }
        return .virtual(UInt64(try count(upTo: 1_000_000_000)))
    }
}
