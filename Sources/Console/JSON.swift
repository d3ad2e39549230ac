import StimulatorCore

/// JSON, one object a line. Numbers are integers in the unit that the key or the field `unit` names.
extension LineOutput {
    mutating func openObject() { put(UInt8(ascii: "{")) }

    /// Opens an object that is an element of a list.
    mutating func openElement() {
        separate()
        openObject()
    }

    mutating func closeObject() { put(UInt8(ascii: "}")) }

    mutating func endObjectLine() {
        closeObject()
        endLine()
    }

    mutating func key(_ name: StaticString) {
        separate()
        quote()
        put(name)
        quote()
        put(UInt8(ascii: ":"))
    }

    mutating func openList(_ name: StaticString) {
        key(name)
        put(UInt8(ascii: "["))
    }

    mutating func closeList() { put(UInt8(ascii: "]")) }

    mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        put(value)
    }

    mutating func field(_ name: StaticString, _ value: UInt32) { field(name, Int64(value)) }

    mutating func field(_ name: StaticString, _ value: UInt64) {
        key(name)
        put(value)
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        put(value ? "true" : "false")
    }

    mutating func field(_ name: StaticString, _ value: StaticString?) {
        key(name)
        guard let value else { return put("null") }
        string(value)
    }

    /// An element of a list of strings.
    mutating func element(_ value: StaticString) {
        separate()
        string(value)
    }

    /// A word of the line, or an empty string.
    mutating func field(_ name: StaticString, _ word: WordRange, of line: LineBuffer) {
        key(name)
        openString()
        for index in word.start..<word.end { put(line.bytes[index]) }
        quote()
    }

    private mutating func string(_ value: StaticString) {
        openString()
        put(value)
        quote()
    }
}

extension ValueUnit {
    /// The unit's name in JSON; nil where the values have none.
    var symbol: StaticString? {
        switch self {
        case .none: nil
        case .millivolts: "mV"
        case .millicelsius: "mC"
        case .microseconds: "us"
        case .millijoules: "mJ"
        case .pulses: "pulses"
        case .millihertz: "mHz"
        case .perMille: "permille"
        }
    }
}

extension Quality {
    var name: StaticString {
        switch self {
        case .none: "none"
        case .good: "good"
        case .implausible: "implausible"
        case .failed: "failed"
        }
    }
}
