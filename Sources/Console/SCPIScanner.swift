import StimulatorCore

/// One parameter of a program message unit.
struct SCPIParameter: BitwiseCopyable {
    enum Form: BitwiseCopyable {
        /// A number; `unit` holds its suffix.
        case number(SCPINumber)
        /// A word such as ON or MAXimum.
        case word
        /// A string; the range is what stands between its quotes.
        case string
    }

    var form: Form
    var range: WordRange
    /// The suffix of a number; empty where there is none.
    var unit: WordRange
}

/// One program message unit: `header [parameter [, parameter]...]`.
struct SCPIUnit: BitwiseCopyable {
    /// More parameters than any header takes.
    static var mostParameters: Int { 8 }

    var header: SCPIHeader
    var isQuery: Bool
    /// The number behind a header's node, as in `TEMPerature2`; 1 where none is.
    var suffix = 1
    /// The header as it was written.
    var range = WordRange.missing
    var parameters = Fixed<8, SCPIParameter>(
        repeating: SCPIParameter(form: .word, range: .missing, unit: .missing))
    var count = 0
}

/// The nodes of a header, from the root on.
struct SCPIPath: BitwiseCopyable {
    static var depth: Int { 8 }
    private var nodes = Fixed<8, WordRange>(repeating: .missing)
    private(set) var count = 0

    /// Adds a node; false when there are too many.
    mutating func append(_ node: WordRange) -> Bool {
        guard count < SCPIPath.depth else { return false }
        nodes[count] = node
        count += 1
        return true
    }

    mutating func removeLast() { count -= 1 }
    subscript(index: Int) -> WordRange { nodes[index] }
}

/// Takes a program message apart, unit by unit.
///
///     :SYSTem:ERRor? ; COUNt? ; *WAI ; :INTensity 60 PCT
///
/// A header without a leading colon begins where the last one ended, without its last node; common commands leave that place
/// alone (SCPI-99, volume 1, 6.2.4). Total: any bytes give units or a fault.
struct SCPIScanner: BitwiseCopyable {
    let line: LineBuffer
    /// The byte that is read next.
    private(set) var next = 0
    private var path = SCPIPath()

    init(_ line: LineBuffer) { self.line = line }

    /// True when nothing but blanks and separators is left.
    var isAtEnd: Bool {
        var index = next
        while index < line.count, isBlank(line.bytes[index]) || line.bytes[index] == UInt8(ascii: ";") { index += 1 }
        return index == line.count
    }

    /// The next unit; nil at the end of the message. Units without a header are passed over.
    mutating func unit() throws(SCPIFault) -> SCPIUnit? {
        while next < line.count, isBlank(line.bytes[next]) || line.bytes[next] == UInt8(ascii: ";") { next += 1 }
        guard next < line.count else { return nil }
        var unit = try header()
        guard next < line.count, line.bytes[next] != UInt8(ascii: ";") else { return unit }
        guard isBlank(line.bytes[next]) else { throw SCPIFault(-111, here) }
        try parameters(of: &unit)
        return unit
    }

    /// The header alone of the first unit, whatever follows it; nil in an empty message.
    mutating func firstHeader() throws(SCPIFault) -> SCPIHeader? {
        while next < line.count, isBlank(line.bytes[next]) { next += 1 }
        return next < line.count ? try header().header : nil
    }

    private var here: WordRange { WordRange(start: next, end: min(next + 1, line.count)) }

    private func at(_ byte: UInt8) -> Bool { next < line.count && line.bytes[next] == byte }

    // MARK: Headers

    private mutating func header() throws(SCPIFault) -> SCPIUnit {
        let start = next
        if at(UInt8(ascii: "*")) {
            next += 1
            let name = try mnemonic()
            let isQuery = takeQuestionMark()
            guard let header = SCPIHeader.common(name, in: line, isQuery: isQuery) else {
                throw SCPIFault(-113, WordRange(start: start, end: next))
            }
            return SCPIUnit(header: header, isQuery: isQuery, range: WordRange(start: start, end: next))
        }
        var nodes = SCPIPath()
        if at(UInt8(ascii: ":")) { next += 1 } else { nodes = path }
        while true {
            guard nodes.append(try mnemonic()) else { throw SCPIFault(-113, WordRange(start: start, end: next)) }
            guard at(UInt8(ascii: ":")) else { break }
            next += 1
        }
        let isQuery = takeQuestionMark()
        let range = WordRange(start: start, end: next)
        guard let match = SCPIHeader.find(nodes, in: line, isQuery: isQuery) else { throw SCPIFault(-113, range) }
        guard match.isSuffixInRange else { throw SCPIFault(-114, range) }
        nodes.removeLast()
        path = nodes
        return SCPIUnit(header: match.header, isQuery: isQuery, suffix: match.suffix, range: range)
    }

    private mutating func takeQuestionMark() -> Bool {
        guard at(UInt8(ascii: "?")) else { return false }
        next += 1
        return true
    }

    private mutating func mnemonic() throws(SCPIFault) -> WordRange {
        let start = next
        guard next < line.count else { throw SCPIFault(-102) }
        guard isLetter(line.bytes[next]) else {
            let isPrinted = line.bytes[next] > 0x20 && line.bytes[next] < 0x7F
            throw SCPIFault(isPrinted || isBlank(line.bytes[next]) ? -102 : -101, here)
        }
        while next < line.count, isWordByte(line.bytes[next]) { next += 1 }
        // IEEE 488.2, section 7.6.1: twelve letters, digits among them.
        guard next - start <= 12 else { throw SCPIFault(-112, WordRange(start: start, end: next)) }
        return WordRange(start: start, end: next)
    }

    // MARK: Parameters

    private mutating func parameters(of unit: inout SCPIUnit) throws(SCPIFault) {
        skipBlanks()
        guard next < line.count, !at(UInt8(ascii: ";")) else { return }
        while true {
            guard unit.count < SCPIUnit.mostParameters else { throw SCPIFault(-108, here) }
            unit.parameters[unit.count] = try parameter()
            unit.count += 1
            skipBlanks()
            guard next < line.count, !at(UInt8(ascii: ";")) else { return }
            guard at(UInt8(ascii: ",")) else { throw SCPIFault(-103, here) }
            next += 1
            skipBlanks()
        }
    }

    private mutating func skipBlanks() { while next < line.count, isBlank(line.bytes[next]) { next += 1 } }

    private mutating func parameter() throws(SCPIFault) -> SCPIParameter {
        guard next < line.count else { throw SCPIFault(-109) }
        switch line.bytes[next] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try string()
        case UInt8(ascii: "#"): return try based()
        case UInt8(ascii: "("): throw SCPIFault(-178, here)
        case UInt8(ascii: ","), UInt8(ascii: ";"): throw SCPIFault(-109, here)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case let byte where isLetter(byte): return try word()
        default: throw SCPIFault(-101, here)
        }
    }

    /// What stands between two quotes; a doubled quote is one. No text that a header takes has quotes in it.
    private mutating func string() throws(SCPIFault) -> SCPIParameter {
        let quote = line.bytes[next]
        let start = next + 1
        next += 1
        while next < line.count, line.bytes[next] != quote { next += 1 }
        guard next < line.count else { throw SCPIFault(-151, WordRange(start: start - 1, end: line.count)) }
        next += 1
        if at(quote) { throw SCPIFault(-151, WordRange(start: start - 1, end: next)) }
        return SCPIParameter(form: .string, range: WordRange(start: start, end: next - 1), unit: .missing)
    }

    private mutating func based() throws(SCPIFault) -> SCPIParameter {
        let start = next
        let radix: Int64
        switch next + 1 < line.count ? lowercased(line.bytes[next + 1]) : 0 {
        case UInt8(ascii: "h"): radix = 16
        case UInt8(ascii: "q"): radix = 8
        case UInt8(ascii: "b"): radix = 2
        default: throw SCPIFault(-168, here)
        }
        next += 2
        let number = try SCPINumber(line, &next, radix: radix)
        return SCPIParameter(form: .number(number), range: WordRange(start: start, end: next), unit: .missing)
    }

    private mutating func number() throws(SCPIFault) -> SCPIParameter {
        let start = next
        let number = try SCPINumber(line, &next)
        let end = next
        skipBlanks()
        let unitStart = next
        while next < line.count, isWordByte(line.bytes[next]) || at(UInt8(ascii: "/")) { next += 1 }
        let unit = WordRange(start: unitStart, end: next)
        if unit.count > 12 { throw SCPIFault(-134, unit) }
        let isPlain = unit.count == 0
        return SCPIParameter(
            form: .number(number), range: WordRange(start: start, end: isPlain ? end : next),
            unit: isPlain ? .missing : unit)
    }

    private mutating func word() throws(SCPIFault) -> SCPIParameter {
        let start = next
        while next < line.count, isWordByte(line.bytes[next]) { next += 1 }
        let range = WordRange(start: start, end: next)
        guard range.count <= 12 else { throw SCPIFault(-144, range) }
        return SCPIParameter(form: .word, range: range, unit: .missing)
    }
}

extension SCPIHeader {
    /// The header that a text names, as a command or as a query; nil where there is none.
    static func named(_ text: WordRange, in line: LineBuffer) -> SCPIHeader? {
        var alone = LineBuffer()
        for index in text.start..<text.end { alone.insert(line.bytes[index], at: alone.count) }
        if let header = alone.firstHeader { return header }
        guard !alone.isFull else { return nil }
        alone.insert(UInt8(ascii: "?"), at: alone.count)
        return alone.firstHeader
    }
}

extension LineBuffer {
    /// The header that the line begins with; nil where that is none.
    var firstHeader: SCPIHeader? {
        var scanner = SCPIScanner(self)
        do throws(SCPIFault) { return try scanner.firstHeader() } catch { return nil }
    }
}
