import StimulatorCore

/// Numbers with their units, from integers alone.
extension LineOutput {
    mutating func put(_ number: Int64) {
        if number < 0 { put(UInt8(ascii: "-")) }
        digits(number.magnitude, least: 1)
    }

    mutating func put(_ number: UInt64) { digits(number, least: 1) }

    /// Writes `number` / 10^`scale` with between `least` and `most` decimals, rounded half away from zero.
    mutating func decimal(_ number: Int64, scale: Int, least: Int, most: Int) {
        let dropped = power(of: max(scale - most, 0))
        var magnitude = number.magnitude / dropped
        if number.magnitude % dropped >= (dropped + 1) / 2, dropped > 1 { magnitude += 1 }
        var decimals = min(scale, most)
        while decimals > least, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        if number < 0, magnitude > 0 { put(UInt8(ascii: "-")) }
        let one = power(of: decimals)
        put(magnitude / one)
        if decimals > 0 {
            put(UInt8(ascii: "."))
            digits(magnitude % one, least: decimals)
        }
    }

    /// Writes a text; `unnamed` for an empty one.
    mutating func put<let capacity: Int>(_ text: FixedText<capacity>) {
        if text.isEmpty { put("unnamed") }
        for index in 0..<text.count { put(text[index]) }
    }

    mutating func put(_ fault: BoardFault) { fault.spell { put($0) } }

    mutating func put(_ voltage: Millivolts) {
        decimal(Int64(voltage.raw), scale: 3, least: 1, most: 1)
        put(" V")
    }

    mutating func put(_ temperature: Millicelsius) {
        decimal(Int64(temperature.raw), scale: 3, least: 1, most: 1)
        put(" C")
    }

    mutating func put(_ energy: Millijoules) {
        decimal(energy.raw, scale: 3, least: 1, most: 1)
        put(" J")
    }

    mutating func put(_ rate: Millihertz) {
        decimal(rate.raw, scale: 3, least: 0, most: 3)
        put(" Hz")
    }

    mutating func put(_ part: PerMille) {
        decimal(Int64(part.raw), scale: 1, least: 0, most: 1)
        put(" %")
    }

    /// A time in the unit that suits it: ns below 1 us, us below 1 ms, ms below 1 s, else s.
    mutating func put(_ time: Nanoseconds) {
        switch time.raw.magnitude {
        case ..<1_000:
            put(time.raw)
            put(" ns")
        case ..<1_000_000:
            decimal(time.raw, scale: 3, least: 1, most: 1)
            put(" us")
        case ..<1_000_000_000:
            decimal(time.raw, scale: 6, least: 1, most: 3)
            put(" ms")
        default:
            decimal(time.raw, scale: 9, least: 1, most: 3)
            put(" s")
        }
    }

    /// A limit or an actual value, in the unit that goes with it.
    mutating func put(_ value: Int64, in unit: ValueUnit) {
        switch unit {
        case .none: put(value)
        case .millivolts: put(Millivolts(saturating: value))
        case .millicelsius: put(Millicelsius(saturating: value))
        case .microseconds:
            let (nanoseconds, overflow) = value.multipliedReportingOverflow(by: 1_000)
            put(Nanoseconds(overflow ? (value < 0 ? .min : .max) : nanoseconds))
        case .millijoules: put(Millijoules(value))
        case .pulses:
            put(value)
            put(value == 1 ? " pulse" : " pulses")
        case .millihertz: put(Millihertz(value))
        case .perMille: put(PerMille(saturating: value))
        }
    }

    /// Sixteen hexadecimal digits.
    mutating func hexadecimal(_ number: UInt64) {
        for index in 0..<8 { hexadecimal(UInt8(truncatingIfNeeded: number >> UInt64(8 * (7 - index)))) }
    }

    /// A label of a block of lines, padded so that the values stand in one column.
    mutating func label(_ text: StaticString) {
        put(text)
        for _ in text.byteCount..<max(11, text.byteCount + 1) { put(UInt8(ascii: " ")) }
    }

    /// A word of a line that came from outside.
    mutating func put(_ word: WordRange, of line: LineBuffer) {
        for index in word.start..<word.end { putVisible(line.bytes[index]) }
    }

    private mutating func digits(_ number: UInt64, least: Int) {
        var divisor: UInt64 = 1
        var count = 1
        while number / divisor >= 10 || count < least {
            divisor *= 10
            count += 1
        }
        while divisor > 0 {
            put(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    private func power(of exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}
