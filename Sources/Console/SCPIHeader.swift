import StimulatorCore

/// Every header of the instrument, common commands first. Raw values are contiguous.
enum SCPIHeader: UInt8, BitwiseCopyable, Hashable {
    case cls = 0
    case ese, esr, idn, opc, rst, sre, stb, trg, tst, wai
    case operation, operationCondition, operationEnable, operationPositive, operationNegative
    case questionable, questionableCondition, questionableEnable, questionablePositive, questionableNegative
    case statusPreset
    case error, errorAll, errorCount, version, helpHeaders, helpSyntax
    case board, state, key, posture, journal, lease, leaseRenew, trips, tripClear
    case intensity, voltage
    case pattern, patternSingle, patternTrain, patternTheta, patternITBS, patternCTBS, patternQPS, patternPaired
    case patternCheck, patternProgress
    case arm, disarm, initiate, abort, stop
    case measureVoltage, measureVoltageAge, measureVoltageQuality, measureVoltageData
    case measureTemperature, measureTemperatureAge, measureTemperatureQuality, measureTemperatureData
    case measureEnergy, measureEnergyBacklog, measurePulses
    case fetchTrain
    case limit, limitCatalog
    case simulationInput, simulationFault

    /// How many there are: raw values are 0 ..< count.
    static var count: Int { 70 }

    /// How a header may be used.
    enum Forms: BitwiseCopyable { case command, query, both }

    /// True for the common commands of IEEE 488.2.
    var isCommon: Bool { rawValue <= SCPIHeader.wai.rawValue }

    /// True where the header exists: hands and faults are of the simulated board only.
    func exists<Simulation: SimulationVocabulary>(in simulation: Simulation.Type) -> Bool {
        switch self {
        case .simulationInput: Simulation.inputCount > 0
        case .simulationFault: Simulation.componentCount > 0
        default: true
        }
    }

    /// A header that was found, and the number behind its node.
    struct Match {
        var header: SCPIHeader
        var suffix: Int
        /// False where the node takes no number, or not this one.
        var isSuffixInRange: Bool
    }

    /// The common command of a name, in the form that was asked for; nil where there is none.
    static func common(_ name: WordRange, in line: LineBuffer, isQuery: Bool) -> SCPIHeader? {
        for raw in 0...SCPIHeader.wai.rawValue {
            guard let header = SCPIHeader(rawValue: raw), header.takes(isQuery: isQuery) else { continue }
            let pattern = header.entry.pattern
            if pattern.byteCount == name.count + 1, line.matches(name, pattern, from: 1) { return header }
        }
        return nil
    }

    /// The header whose nodes these are, in the form that was asked for; nil where there is none.
    static func find(_ nodes: SCPIPath, in line: LineBuffer, isQuery: Bool) -> Match? {
        var outOfRange: Match?
        for raw in SCPIHeader.wai.rawValue + 1..<UInt8(SCPIHeader.count) {
            guard let header = SCPIHeader(rawValue: raw), header.takes(isQuery: isQuery),
                let match = header.match(nodes, in: line)
            else { continue }
            if match.isSuffixInRange { return match }
            outOfRange = match
        }
        return outOfRange
    }

    private func takes(isQuery: Bool) -> Bool {
        switch entry.forms {
        case .command: !isQuery
        case .query: isQuery
        case .both: true
        }
    }

    /// Walks along the pattern: every node that is not in brackets must be there.
    private func match(_ nodes: SCPIPath, in line: LineBuffer) -> Match? {
        var match = Match(header: self, suffix: 1, isSuffixInRange: true)
        var walk = SCPIPatternWalk(entry.pattern)
        var index = 0
        while let node = walk.next() {
            if index < nodes.count, let suffix = node.suffix(of: nodes[index], in: line) {
                if suffix.isWritten {
                    match.suffix = suffix.value
                    let mostSuffix = node.takesSuffix ? 2 : 0
                    if suffix.value < 1 || suffix.value > mostSuffix { match.isSuffixInRange = false }
                }
                index += 1
            } else if !node.isOptional {
                return nil
            }
        }
        return index == nodes.count ? match : nil
    }
}

/// One node of a header's pattern: `VOLTage`, `[:LEVel]`, `TEMPerature#`.
struct SCPINode {
    /// The long form in the pattern's bytes.
    var pattern: StaticString
    var start: Int
    var end: Int
    var isOptional: Bool
    /// The node may have the number 1 or 2.
    var takesSuffix: Bool

    /// Length of the short form: the capital letters at its beginning.
    var shortLength: Int {
        var length = 0
        while start + length < end, lowercased(pattern.byte(at: start + length)) != pattern.byte(at: start + length) {
            length += 1
        }
        return length
    }

    /// The number behind the word when the word is the node's short or long form; nil when it is not.
    func suffix(of word: WordRange, in line: LineBuffer) -> (value: Int, isWritten: Bool)? {
        var letters = word.count
        while letters > 0, line.digit(at: word.start + letters - 1) != nil { letters -= 1 }
        guard letters == shortLength || letters == end - start else { return nil }
        for index in 0..<letters
        where lowercased(line.bytes[word.start + index]) != lowercased(pattern.byte(at: start + index)) { return nil }
        var value = 0
        for index in word.start + letters..<word.end { value = min(value * 10 + Int(line.digit(at: index) ?? 0), 1000) }
        return (value, letters < word.count)
    }
}

/// The nodes of a header's pattern, one after the other.
struct SCPIPatternWalk {
    private let pattern: StaticString
    private var index = 0

    init(_ pattern: StaticString) { self.pattern = pattern }

    /// The next node; nil at the end.
    mutating func next() -> SCPINode? {
        var isOptional = false
        while index < pattern.byteCount, !isLetter(pattern.byte(at: index)) {
            if pattern.byte(at: index) == UInt8(ascii: "[") { isOptional = true }
            index += 1
        }
        guard index < pattern.byteCount else { return nil }
        let start = index
        while index < pattern.byteCount, isLetter(pattern.byte(at: index)) { index += 1 }
        let takesSuffix = index < pattern.byteCount && pattern.byte(at: index) == UInt8(ascii: "#")
        return SCPINode(
            pattern: pattern, start: start, end: index, isOptional: isOptional, takesSuffix: takesSuffix)
    }
}

extension LineBuffer {
    /// True when the word is `text` from its byte `start` on, whatever the case of its letters.
    func matches(_ word: WordRange, _ text: StaticString, from start: Int) -> Bool {
        guard word.count == text.byteCount - start else { return false }
        for index in 0..<word.count
        where lowercased(bytes[word.start + index]) != lowercased(text.byte(at: start + index)) { return false }
        return true
    }
}
