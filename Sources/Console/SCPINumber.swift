import StimulatorCore

/// A decimal number as a program message writes it: mantissa times a power of ten.
struct SCPINumber: BitwiseCopyable {
    private var isNegative = false
    private var mantissa: Int64 = 0
    private var exponent = 0
    /// Digits were left out that were not zero: the number is a little larger than the mantissa says.
    private var isCut = false

    /// The largest exponent that a number may be written with (IEEE 488.2, section 7.7.2).
    private static var largestExponent: Int { 32_000 }
    /// Digits that are kept: enough for any value times any unit.
    private static var mostMantissa: Int64 { 100_000_000_000_000 }

    /// Reads `[sign] digits [. digits] [E [sign] digits]` from `next` on, and leaves `next` behind it.
    init(_ line: LineBuffer, _ next: inout Int) throws(SCPIFault) {
        let start = next
        if next < line.count, line.bytes[next] == UInt8(ascii: "-") || line.bytes[next] == UInt8(ascii: "+") {
            isNegative = line.bytes[next] == UInt8(ascii: "-")
            next += 1
        }
        var digits = 0
        while let digit = line.digit(at: next) {
            add(digit, isDecimal: false)
            digits += 1
            next += 1
        }
        if next < line.count, line.bytes[next] == UInt8(ascii: ".") {
            next += 1
            while let digit = line.digit(at: next) {
                add(digit, isDecimal: true)
                digits += 1
                next += 1
            }
        }
        guard digits > 0 else { throw SCPIFault(-121, WordRange(start: start, end: min(next + 1, line.count))) }
        try readExponent(line, &next, from: start)
    }

    /// A number in hexadecimal, octal or binary, its first digit at `next`: `#H7F`, `#Q17`, `#B101`.
    init(_ line: LineBuffer, _ next: inout Int, radix: Int64) throws(SCPIFault) {
        let start = next
        while next < line.count, isWordByte(line.bytes[next]) {
            let letter = lowercased(line.bytes[next])
            let value: Int64
            switch letter {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = Int64(letter - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = Int64(letter - UInt8(ascii: "a")) + 10
            default: value = radix
            }
            guard value < radix else { throw SCPIFault(-121, WordRange(start: start, end: next + 1)) }
            mantissa = min(mantissa * radix + value, SCPINumber.mostMantissa)
            next += 1
        }
        guard next > start else { throw SCPIFault(-121, WordRange(start: start - 2, end: start)) }
    }

    /// The number times 10^`power` times `factor`, in thousandths. What does not come out even is rounded away from zero, so that no
    /// value slips under its limit; saturates at a quarter of what an Int64 holds.
    func thousandths(power: Int, factor: Int64 = 1) -> Int64 {
        let most = Int64.max / 4
        var (value, overflow) = mantissa.multipliedReportingOverflow(by: factor)
        if overflow { value = most }
        var left = exponent + power + 3
        var cut = isCut
        while left > 0, value > 0, value < most {
            value = value > most / 10 ? most : value * 10
            left -= 1
        }
        while left < 0, value > 0 {
            cut = cut || value % 10 != 0
            value /= 10
            left += 1
        }
        value = min(value + (cut ? 1 : 0), most)
        return isNegative ? -value : value
    }

    private mutating func add(_ digit: Int64, isDecimal: Bool) {
        if mantissa >= SCPINumber.mostMantissa {
            isCut = isCut || digit != 0
            if !isDecimal { exponent += 1 }
        } else {
            mantissa = mantissa * 10 + digit
            if isDecimal { exponent -= 1 }
        }
    }

    /// The exponent, where an E with digits follows: otherwise the E begins a unit.
    private mutating func readExponent(_ line: LineBuffer, _ next: inout Int, from start: Int) throws(SCPIFault) {
        guard next < line.count, lowercased(line.bytes[next]) == UInt8(ascii: "e") else { return }
        var index = next + 1
        var falls = false
        if index < line.count, line.bytes[index] == UInt8(ascii: "-") || line.bytes[index] == UInt8(ascii: "+") {
            falls = line.bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard line.digit(at: index) != nil else { return }
        var written = 0
        while let digit = line.digit(at: index) {
            written = min(written * 10 + Int(digit), 1_000_000)
            index += 1
        }
        guard written <= SCPINumber.largestExponent else { throw SCPIFault(-123, WordRange(start: start, end: index)) }
        exponent += falls ? -written : written
        next = index
    }
}

extension LineBuffer {
    /// The value of the decimal digit at `index`; nil where none is.
    func digit(at index: Int) -> Int64? {
        guard index < count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") else { return nil }
        return Int64(bytes[index] - UInt8(ascii: "0"))
    }
}

func isLetter(_ byte: UInt8) -> Bool { lowercased(byte) >= UInt8(ascii: "a") && lowercased(byte) <= UInt8(ascii: "z") }

/// A byte that may stand in a mnemonic after its first letter.
func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: "_") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
}
