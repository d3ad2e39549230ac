import StimulatorCore

/// A short text of a fixed size: what does not fit is left out.
struct SCPIText: BitwiseCopyable {
    private var bytes = Fixed<208, UInt8>(repeating: 0)
    private(set) var count = 0

    mutating func append(_ byte: UInt8) {
        guard count < 208 else { return }
        bytes[count] = byte
        count += 1
    }

    subscript(index: Int) -> UInt8 { bytes[index] }
}

/// What is wrong with a program message: the number that SCPI-99 (volume 2, chapter 21) gives to it, and where.
struct SCPIFault: Error {
    var number: Int16
    /// The bytes that do not fit; `.missing` where the message ended too early.
    var word: WordRange
    /// The value and its range, where a value is what does not fit.
    var misfit: Misfit?
    /// The rule that no pattern may break, where one does.
    var refusal: Refusal?

    init(_ number: Int16, _ word: WordRange = .missing, misfit: Misfit? = nil) {
        self.number = number
        self.word = word
        self.misfit = misfit
    }

    init(_ refusal: Refusal) {
        number = -222
        word = .missing
        self.refusal = refusal
    }

    /// The refusal with its reason; nil for a fault of form.
    var denial: Denial? {
        if let misfit { return Denial(misfit.refusal, reason: .misfit(misfit)) }
        return refusal.map { Denial($0) }
    }
}

/// The standard's texts of the numbers that this instrument gives.
enum SCPIError {
    static func text(_ number: Int16) -> StaticString {
        switch number {
        case 0: "No error"
        case -199 ... -100: commandText(number)
        case -299 ... -200: executionText(number)
        case -300: "Device-specific error"
        case -350: "Queue overflow"
        case -363: "Input buffer overrun"
        case -430: "Query DEADLOCKED"
        default: "Unknown error"
        }
    }

    private static func commandText(_ number: Int16) -> StaticString {
        switch number {
        case -101: "Invalid character"
        case -102: "Syntax error"
        case -103: "Invalid separator"
        case -104: "Data type error"
        case -108: "Parameter not allowed"
        case -109: "Missing parameter"
        case -111: "Header separator error"
        case -112: "Program mnemonic too long"
        case -113: "Undefined header"
        case -114: "Header suffix out of range"
        case -121: "Invalid character in number"
        case -123: "Exponent too large"
        case -131: "Invalid suffix"
        case -134: "Suffix too long"
        case -138: "Suffix not allowed"
        case -141: "Invalid character data"
        case -144: "Character data too long"
        case -151: "Invalid string data"
        case -168: "Block data not allowed"
        case -178: "Expression data not allowed"
        default: "Command error"
        }
    }

    private static func executionText(_ number: Int16) -> StaticString {
        switch number {
        case -203: "Command protected"
        case -211: "Trigger ignored"
        case -212: "Arm ignored"
        case -213: "Init ignored"
        case -221: "Settings conflict"
        case -222: "Data out of range"
        case -224: "Illegal parameter value"
        case -230: "Data corrupt or stale"
        case -240: "Hardware error"
        default: "Execution error"
        }
    }

    /// The bit of the standard event status register that a number sets (IEEE 488.2, 11.5.1).
    static func eventBit(_ number: Int16) -> UInt8 {
        switch number {
        case -199 ... -100: 1 << 5
        case -299 ... -200: 1 << 4
        case -499 ... -400: 1 << 2
        case 0: 0
        default: 1 << 3
        }
    }
}

/// The errors that nobody has read yet, oldest first.
///
/// A full queue keeps the oldest; its newest becomes -350 "Queue overflow" (SCPI-99, volume 1, 21.8).
struct SCPIErrorQueue: BitwiseCopyable {
    struct Entry: BitwiseCopyable {
        var number: Int16
        /// What the instrument adds to the standard's text; may be empty.
        var text: SCPIText
    }

    static var capacity: Int { 20 }

    private var entries = Fixed<20, Entry>(repeating: Entry(number: 0, text: SCPIText()))
    private var first = 0
    private(set) var count = 0

    mutating func add(_ number: Int16, _ text: SCPIText) {
        if count == SCPIErrorQueue.capacity {
            entries[(first + count - 1) % SCPIErrorQueue.capacity] = Entry(number: -350, text: SCPIText())
        } else {
            entries[(first + count) % SCPIErrorQueue.capacity] = Entry(number: number, text: text)
            count += 1
        }
    }

    mutating func take() -> Entry? {
        guard count > 0 else { return nil }
        let entry = entries[first]
        first = (first + 1) % SCPIErrorQueue.capacity
        count -= 1
        return entry
    }

    mutating func clear() { count = 0 }
}
