import FirmwareUpdate
import StimulatorCore

extension LineBuffer {
    /// The bytes that a word of base64 (RFC 4648, with its padding) stands for; nil for any other word, and for more than a line's.
    func base64(_ word: WordRange) -> UpdateLine? {
        guard word.count > 0, word.count % 4 == 0 else { return nil }
        var line = UpdateLine()
        var index = word.start
        while index < word.end {
            var bits: UInt32 = 0
            var padding = 0
            for place in index..<index + 4 {
                if bytes[place] == UInt8(ascii: "="), place + 2 >= word.end {
                    padding += 1
                    bits <<= 6
                } else {
                    guard padding == 0, let value = sextet(bytes[place]) else { return nil }
                    bits = bits << 6 | UInt32(value)
                }
            }
            // What the padding leaves over is zero: one text for the same bytes.
            guard bits & (1 << UInt32(8 * padding) - 1) == 0 else { return nil }
            for byte in 0..<3 - padding {
                guard line.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * byte))) else { return nil }
            }
            index += 4
        }
        return line
    }

    /// The number that eight hexadecimal digits stand for; nil for any other word.
    func check(_ word: WordRange) -> UInt32? {
        guard word.count == 8 else { return nil }
        var value: UInt32 = 0
        for index in word.start..<word.end {
            switch lowercased(bytes[index]) {
            case let digit where digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"):
                value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case let digit where digit >= UInt8(ascii: "a") && digit <= UInt8(ascii: "f"):
                value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private func sextet(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
