import StimulatorCore

/// One row of the table of limits: the board's limit beside the ceiling in code.
struct BoardLimit {
    var name: StaticString
    var value: Int64
    /// Nil where the code has no ceiling of its own.
    var ceiling: Int64?
    var unit: ValueUnit

    private init(_ name: StaticString, _ value: Int64, ceiling: Int64? = nil, _ unit: ValueUnit) {
        self.name = name
        self.value = value
        self.ceiling = ceiling
        self.unit = unit
    }

    private init(_ name: StaticString, _ value: Nanoseconds, ceiling: Nanoseconds? = nil) {
        self.init(name, value.raw / 1000, ceiling: ceiling.map { $0.raw / 1000 }, .microseconds)
    }

    /// How many rows there are.
    static var count: Int { 21 }

    /// Row `index`, 0 ..< `count`. The rate by power is the one at `intensity`.
    static func row(_ index: Int, _ board: BoardDescription, intensity: PerMille) -> BoardLimit {
        switch index {
        case 0:
            BoardLimit(
                "set-point", Int64(board.maximumVoltage.raw), ceiling: Int64(Ceiling.setPoint.raw), .millivolts)
        case 1:
            BoardLimit(
                "over-voltage trip", Int64(board.maximumVoltage.raw) * Int64(board.overvoltageTrip.raw) / 1000,
                ceiling: Int64(Ceiling.overvoltage.raw), .millivolts)
        case 2:
            BoardLimit(
                "ready tolerance", Int64(board.readyTolerance.raw), ceiling: Int64(Ceiling.readyTolerance.raw),
                .perMille)
        case 3: BoardLimit("charge timeout", board.chargeTimeout, ceiling: Ceiling.chargeTimeout)
        case 4: BoardLimit("discharge below 60 V", board.dischargeTime, ceiling: Ceiling.dischargeTime)
        case 5:
            BoardLimit(
                "pulses in any second", Int64(board.pulsesPerSecond), ceiling: Int64(Ceiling.pulsesPerSecond), .pulses)
        case 6:
            BoardLimit(
                "pulses in a pattern", Int64(board.pulsesPerPattern), ceiling: Int64(Ceiling.pulsesPerPattern), .pulses)
        case 7: BoardLimit("pulses in a session", Int64(board.pulsesPerSession), .pulses)
        case 8: BoardLimit("rate", board.maximumRate.raw, .millihertz)
        case 9: BoardLimit("rate at this intensity", board.rate(at: intensity).raw, .millihertz)
        case 10: BoardLimit("energy in any minute", board.energyPerMinute.raw, .millijoules)
        case 11: BoardLimit("wait after a pattern", board.leastWait)
        case 12: BoardLimit("pulse lateness", board.pulseLateness, ceiling: Ceiling.pulseLateness)
        default: sensing(index, board)
        }
    }

    private static func sensing(_ index: Int, _ board: BoardDescription) -> BoardLimit {
        switch index {
        case 13: BoardLimit("coil warning", Int64(board.coilWarning.raw), .millicelsius)
        case 14:
            BoardLimit(
                "coil trip", Int64(board.coilTrip.raw), ceiling: Int64(Ceiling.coilTemperature.raw), .millicelsius)
        case 15: BoardLimit("voltage age", board.voltageAge, ceiling: Ceiling.voltageAge)
        case 16:
            BoardLimit("coil temperature age", board.coilTemperatureAge, ceiling: Ceiling.coilTemperatureAge)
        case 17: BoardLimit("tick lateness", board.tickLateness, ceiling: Ceiling.tickLateness)
        case 18: BoardLimit("guardian's tick age", board.guardianTickAge, ceiling: Ceiling.guardianTickAge)
        case 19: BoardLimit("idle disarm", board.idle, ceiling: Ceiling.idle)
        default: BoardLimit("lease", board.lease, ceiling: Ceiling.lease)
        }
    }
}

extension LineOutput {
    /// The table of limits, for people.
    mutating func limits(_ board: BoardDescription, intensity: PerMille) {
        for index in 0..<BoardLimit.count {
            let limit = BoardLimit.row(index, board, intensity: intensity)
            put(limit.name)
            for _ in limit.name.byteCount..<max(24, limit.name.byteCount + 1) { put(UInt8(ascii: " ")) }
            put(limit.value, in: limit.unit)
            if let ceiling = limit.ceiling {
                put("  (ceiling ")
                put(ceiling, in: limit.unit)
                put(")")
            }
            endLine()
        }
    }
}
