import StimulatorCore

/// What a number in a program message means: its units, and the unit that the instrument counts it in.
enum SCPIQuantity: BitwiseCopyable {
    /// Per cent; counted in per mille.
    case intensity
    /// Volts; counted in millivolts.
    case voltage
    /// Seconds; counted in nanoseconds.
    case time
    /// Hertz; counted in millihertz.
    case rate
    /// A whole number without a unit.
    case count

    /// The power of ten, and the factor, that make of the number what is counted; nil for a unit of another kind. Suffixes are those
    /// of IEEE 488.2, 7.7.3; M is milli but for HZ.
    func scale(_ unit: WordRange, in line: LineBuffer) -> (power: Int, factor: Int64)? {
        func isUnit(_ text: StaticString) -> Bool { line.matches(unit, text) }
        switch self {
        case .intensity: return unit.count == 0 || isUnit("PCT") ? (1, 1) : nil
        case .voltage:
            if unit.count == 0 || isUnit("V") { return (3, 1) }
            return isUnit("KV") ? (6, 1) : isUnit("MV") ? (0, 1) : isUnit("UV") ? (-3, 1) : nil
        case .time:
            if unit.count == 0 || isUnit("S") { return (9, 1) }
            if isUnit("MIN") || isUnit("HR") { return (9, isUnit("HR") ? 3_600 : 60) }
            return isUnit("MS") ? (6, 1) : isUnit("US") ? (3, 1) : isUnit("NS") ? (0, 1) : nil
        case .rate:
            if unit.count == 0 || isUnit("HZ") { return (3, 1) }
            return isUnit("KHZ") ? (6, 1) : isUnit("MHZ") || isUnit("MAHZ") ? (9, 1) : nil
        case .count: return unit.count == 0 ? (0, 1) : nil
        }
    }

    var expected: Expected {
        switch self {
        case .intensity: .intensity
        case .voltage: .voltage
        case .time: .time
        case .rate: .rate
        case .count: .count
        }
    }

    /// The unit of a refusal's values, and how many of what is counted make one.
    var unit: (ValueUnit, Int64) {
        switch self {
        case .intensity: (.perMille, 1)
        case .voltage: (.millivolts, 1)
        case .time: (.microseconds, 1_000)
        case .rate: (.millihertz, 1)
        case .count: (.none, 1)
        }
    }
}

/// The values that a number may have, in what its quantity is counted in.
struct SCPIRange: BitwiseCopyable {
    var quantity: SCPIQuantity
    var least: Int64
    var most: Int64
    /// What DEFault stands for.
    var preset: Int64

    init(_ quantity: SCPIQuantity, _ least: Int64, _ most: Int64, preset: Int64) {
        self.quantity = quantity
        self.least = least
        self.most = most
        self.preset = preset
    }

    /// A register's mask of so many bits.
    static func mask(bits: Int64) -> SCPIRange { SCPIRange(.count, 0, (1 << bits) - 1, preset: 0) }
}

/// Which end of a range a word stands for.
enum SCPIExtreme: BitwiseCopyable {
    case least, most, preset

    /// MINimum, MAXimum or DEFault; nil for any other word.
    init?(_ word: WordRange, in line: LineBuffer) {
        if line.matches(word, "MIN") || line.matches(word, "MINIMUM") {
            self = .least
        } else if line.matches(word, "MAX") || line.matches(word, "MAXIMUM") {
            self = .most
        } else if line.matches(word, "DEF") || line.matches(word, "DEFAULT") {
            self = .preset
        } else {
            return nil
        }
    }

    func value(of range: SCPIRange) -> Int64 {
        switch self {
        case .least: range.least
        case .most: range.most
        case .preset: range.preset
        }
    }
}

/// The parameters of one unit, taken one after the other.
struct SCPIArguments {
    let unit: SCPIUnit
    let line: LineBuffer
    private var next = 0

    init(_ unit: SCPIUnit, in line: LineBuffer) {
        self.unit = unit
        self.line = line
    }

    var hasMore: Bool { next < unit.count }

    /// Nothing may follow.
    func end() throws(SCPIFault) {
        if hasMore { throw SCPIFault(-108, unit.parameters[next].range) }
    }

    private mutating func take() throws(SCPIFault) -> SCPIParameter {
        guard hasMore else { throw SCPIFault(-109) }
        next += 1
        return unit.parameters[next - 1]
    }

    /// A number of a range, in what its quantity is counted in.
    mutating func number(_ range: SCPIRange) throws(SCPIFault) -> Int64 {
        let parameter = try take()
        switch parameter.form {
        case .string: throw SCPIFault(-104, parameter.range)
        case .word:
            if let extreme = SCPIExtreme(parameter.range, in: line) { return extreme.value(of: range) }
            // SCPI-99, volume 1, 7.2.1: infinities and not-a-number are numbers, beyond every range here.
            let isNumber =
                line.matches(parameter.range, "INF") || line.matches(parameter.range, "INFINITY")
                || line.matches(parameter.range, "NINF") || line.matches(parameter.range, "NINFINITY")
                || line.matches(parameter.range, "NAN")
            throw SCPIFault(
                isNumber ? -224 : -141, parameter.range,
                misfit: Misfit(parameter.range, expected: range.quantity.expected))
        case .number(let number):
            guard let scale = range.quantity.scale(parameter.unit, in: line) else {
                if case .count = range.quantity { throw SCPIFault(-138, parameter.unit) }
                throw SCPIFault(-131, parameter.unit)
            }
            return try inRange(number.thousandths(power: scale.power, factor: scale.factor), range, parameter.range)
        }
    }

    /// The value is compared before it is rounded: what is a hair beyond its limit is beyond it.
    private func inRange(_ thousandths: Int64, _ range: SCPIRange, _ place: WordRange) throws(SCPIFault) -> Int64 {
        let value = thousandths / 1_000
        if thousandths > range.most * 1_000 { throw outOfRange(range, range.most, thousandths, place) }
        if thousandths < range.least * 1_000 { throw outOfRange(range, range.least, thousandths, place) }
        let rest = thousandths % 1_000
        switch range.quantity {
        case .count:
            guard rest == 0 else { throw SCPIFault(-224, place, misfit: Misfit(place, expected: .count)) }
            return value
        // Downwards: no intensity is more than what was asked for.
        case .intensity, .voltage: return value
        case .time, .rate: return rest >= 500 ? value + 1 : value
        }
    }

    private func outOfRange(
        _ range: SCPIRange, _ limit: Int64, _ thousandths: Int64, _ place: WordRange
    ) -> SCPIFault {
        let (unit, size) = range.quantity.unit
        // Rounded away from the limit, so that the text does not show the limit itself.
        let isAbove = thousandths > limit * 1_000
        let step = 1_000 * size
        var shown = thousandths / step
        if isAbove, thousandths % step != 0 { shown += 1 }
        return SCPIFault(
            -222, place,
            misfit: Misfit(
                place, expected: range.quantity.expected, unit: unit, limit: limit / size, actual: shown))
    }

    /// ON, OFF, or a number: 0 is off.
    mutating func onOff() throws(SCPIFault) -> Bool {
        let parameter = try take()
        switch parameter.form {
        case .string: throw SCPIFault(-104, parameter.range)
        case .word:
            if line.matches(parameter.range, "ON") { return true }
            if line.matches(parameter.range, "OFF") { return false }
            throw SCPIFault(-141, parameter.range, misfit: Misfit(parameter.range, expected: .onOff))
        case .number(let number):
            if parameter.unit.count > 0 { throw SCPIFault(-138, parameter.unit) }
            return number.thousandths(power: 0).magnitude >= 500
        }
    }

    /// A string; the range is what stands between its quotes.
    mutating func string() throws(SCPIFault) -> WordRange {
        let parameter = try take()
        guard case .string = parameter.form else { throw SCPIFault(-104, parameter.range) }
        return parameter.range
    }

    /// MINimum, MAXimum or DEFault behind a query; nil where nothing is.
    mutating func extreme() throws(SCPIFault) -> SCPIExtreme? {
        guard hasMore else { return nil }
        let parameter = try take()
        guard case .word = parameter.form else { throw SCPIFault(-104, parameter.range) }
        guard let extreme = SCPIExtreme(parameter.range, in: line) else { throw SCPIFault(-141, parameter.range) }
        return extreme
    }
}
