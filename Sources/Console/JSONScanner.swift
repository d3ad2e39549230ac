import StimulatorCore

/// Where a line is not the JSON that it should be.
struct JSONFault: Error, BitwiseCopyable {
    /// The byte that does not fit, counted from 1.
    var position: Int
    var expected: StaticString
    /// What the request was called, as far as it was read.
    var id = RequestID()
}

/// What a program calls its request: an integer, or a string of up to 32 bytes; comes back in the reply, byte for byte.
struct RequestID: BitwiseCopyable {
    /// Bytes between the quotes.
    static var limit: Int { 32 }
    private var bytes = Fixed<34, UInt8>(repeating: 0)
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    subscript(index: Int) -> UInt8 { bytes[index] }

    /// No id.
    init() {}

    /// The bytes of a value that has been checked, its quotes among them; nil where they are too many.
    init?(_ range: WordRange, in line: LineBuffer) {
        guard range.count <= RequestID.limit + 2 else { return nil }
        for index in range.start..<range.end { bytes[index - range.start] = line.bytes[index] }
        count = range.count
    }
}

/// One value of a JSON text.
enum JSONValue: BitwiseCopyable {
    /// What stands between the quotes; escapes still stand for themselves.
    case string(WordRange)
    /// A number without fraction and exponent that an Int64 holds.
    case integer(Int64)
    case boolean(Bool)
    /// Any other value: no request has one.
    case other
}

/// Reads one JSON object from a line, member by member, and checks all of it (RFC 8259; strings in printable ASCII).
///
/// Keeps nothing but its place: no tree, no heap, and no nesting deeper than `depth`.
struct JSONScanner {
    /// How many objects and lists may lie in one another.
    static var depth: Int { 4 }

    let line: LineBuffer
    private var next = 0
    /// Members read so far.
    private(set) var count = 0

    init(_ line: LineBuffer) { self.line = line }

    /// One member: its place among all, its key between the quotes, its value, and where that stands.
    struct Member {
        var index: Int
        var key: WordRange
        var value: JSONValue
        var place: WordRange
    }

    /// The first brace.
    mutating func open() throws(JSONFault) {
        skipBlanks()
        try take(UInt8(ascii: "{"), "an object")
    }

    /// The next member; nil after the last one, when nothing follows the object.
    mutating func member() throws(JSONFault) -> Member? {
        skipBlanks()
        if at(UInt8(ascii: "}")) {
            next += 1
            skipBlanks()
            if next < line.count { throw fault("the end of the line") }
            return nil
        }
        if count > 0 {
            try take(UInt8(ascii: ","), "a comma or a closing brace")
            skipBlanks()
        }
        let key = try string()
        skipBlanks()
        try take(UInt8(ascii: ":"), "a colon")
        skipBlanks()
        let start = next
        let value = try value(depth: 1)
        count += 1
        return Member(index: count - 1, key: key, value: value, place: WordRange(start: start, end: next))
    }

    /// A fault at the byte that is read next.
    func fault(_ expected: StaticString) -> JSONFault { JSONFault(position: next + 1, expected: expected) }

    private func at(_ byte: UInt8) -> Bool { next < line.count && line.bytes[next] == byte }

    private mutating func take(_ byte: UInt8, _ expected: StaticString) throws(JSONFault) {
        guard at(byte) else { throw fault(expected) }
        next += 1
    }

    private mutating func skipBlanks() { while next < line.count, isBlank(line.bytes[next]) { next += 1 } }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard next < line.count else { throw fault("a value") }
        switch line.bytes[next] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try nested(depth: depth)
            return .other
        case UInt8(ascii: "t"):
            try word("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .other
        default: return try number()
        }
    }

    /// An object or a list inside the request: checked, and passed over.
    private mutating func nested(depth: Int) throws(JSONFault) {
        guard depth < JSONScanner.depth else { throw fault("no more than four levels") }
        let isObject = at(UInt8(ascii: "{"))
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        next += 1
        skipBlanks()
        if at(close) {
            next += 1
            return
        }
        while true {
            if isObject {
                _ = try string()
                skipBlanks()
                try take(UInt8(ascii: ":"), "a colon")
                skipBlanks()
            }
            _ = try value(depth: depth + 1)
            skipBlanks()
            if at(close) {
                next += 1
                return
            }
            try take(UInt8(ascii: ","), isObject ? "a comma or a closing brace" : "a comma or a closing bracket")
            skipBlanks()
        }
    }

    private mutating func string() throws(JSONFault) -> WordRange {
        try take(UInt8(ascii: "\""), "a string")
        let start = next
        while true {
            guard next < line.count else { throw fault("a closing quote") }
            let byte = line.bytes[next]
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20, byte < 0x7F else { throw fault("printable ASCII") }
            next += 1
            if byte == UInt8(ascii: "\\") { try escape() }
        }
        next += 1
        return WordRange(start: start, end: next - 1)
    }

    private mutating func escape() throws(JSONFault) {
        guard next < line.count else { throw fault("an escape") }
        switch line.bytes[next] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            next += 1
        case UInt8(ascii: "u"):
            next += 1
            for _ in 0..<4 {
                guard next < line.count, hexadecimalValue(line.bytes[next]) != nil else {
                    throw fault("four hexadecimal digits")
                }
                next += 1
            }
        default: throw fault("an escape")
        }
    }

    private mutating func word(_ text: StaticString) throws(JSONFault) {
        for index in 0..<text.byteCount {
            guard at(text.byte(at: index)) else { throw fault("a value") }
            next += 1
        }
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let isNegative = at(UInt8(ascii: "-"))
        if isNegative { next += 1 }
        let isZero = at(UInt8(ascii: "0"))
        var value: Int64? = 0
        let digits = takeDigits { digit in
            guard let known = value else { return }
            let (product, productOverflow) = known.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(isNegative ? -digit : digit)
            value = productOverflow || sumOverflow ? nil : sum
        }
        guard digits > 0, !isZero || digits == 1 else { throw fault(digits == 0 ? "a value" : "no leading zero") }
        if at(UInt8(ascii: ".")) {
            next += 1
            value = nil
            if takeDigits({ _ in }) == 0 { throw fault("a digit") }
        }
        if next < line.count, lowercased(line.bytes[next]) == UInt8(ascii: "e") {
            next += 1
            value = nil
            if at(UInt8(ascii: "+")) || at(UInt8(ascii: "-")) { next += 1 }
            if takeDigits({ _ in }) == 0 { throw fault("a digit") }
        }
        return value.map { .integer($0) } ?? .other
    }

    private mutating func takeDigits(_ take: (Int64) -> Void) -> Int {
        let start = next
        while let digit = line.digit(at: next) {
            take(digit)
            next += 1
        }
        return next - start
    }
}

/// The value of a hexadecimal digit; nil for any other byte.
func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch lowercased(byte) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): lowercased(byte) - UInt8(ascii: "a") + 10
    default: nil
    }
}
