/// Texts and numbers byte by byte, for every kind of output.
public enum Spelling {
    /// Writes a text.
    public static func text(_ text: StaticString, _ put: (UInt8) -> Void) {
        for index in 0..<text.utf8CodeUnitCount { unsafe put(text.utf8Start[index]) }
    }

    /// Writes a short text; "unnamed" for an empty one.
    public static func text<let capacity: Int>(_ text: FixedText<capacity>, _ put: (UInt8) -> Void) {
        if text.isEmpty { return self.text("unnamed", put) }
        for index in 0..<text.count { put(text[index]) }
    }

    /// Writes a decimal number.
    public static func number(_ number: Int64, _ put: (UInt8) -> Void) {
        if number < 0 { put(UInt8(ascii: "-")) }
        var power: UInt64 = 1
        while number.magnitude / power >= 10 { power *= 10 }
        while power > 0 {
            put(UInt8(ascii: "0") + UInt8(number.magnitude / power % 10))
            power /= 10
        }
    }

    /// Writes sixteen hexadecimal digits.
    public static func hexadecimal(_ number: UInt64, _ put: (UInt8) -> Void) {
        for digit in 0..<16 {
            let value = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * digit)) & 15
            put(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
        }
    }
}
