import StimulatorCore

/// Protocols and overrides.
extension Grammar {
    /// `list`, `show NAME`, `load NAME [at PART] [threshold OUTPUT] [seed N]`.
    mutating func protocolCommand() throws(Misfit) -> ShellCommand {
        switch try index(.protocolAction, expected: .protocolAction) {
        case 0: return .protocolList
        case 1: return .protocolShow(try protocolName())
        default:
            var choice = ProtocolChoice(name: try protocolName())
            while hasMore {
                switch try index(.protocolOption, expected: .protocolOption) {
                case 0: choice.part = try part(upTo: 2000)
                case 1: choice.threshold = try part(upTo: 1000)
                default: choice.seed = UInt64(try count(upTo: 1_000_000_000))
                }
            }
            return .protocolLoad(choice)
        }
    }

    private mutating func protocolName() throws(Misfit) -> ProtocolName {
        let place = word()
        var name = ProtocolName()
        for index in place.start..<place.end where !name.append(lowercased(line.bytes[index])) {
            throw Misfit(place, expected: .protocolName)
        }
        if name.isEmpty { throw Misfit(place, expected: .protocolName) }
        return name
    }

    /// The rest of the line as it was written.
    mutating func overriding() throws(Misfit) -> ShellCommand {
        .override(try restOfLine(expected: .reason))
    }

    /// Text from the next word to the end of the line, as it was written; at least one word, at most what a note holds.
    mutating func restOfLine(expected: Expected) throws(Misfit) -> Note {
        guard hasMore else { throw Misfit(words[words.count], expected: expected) }
        let first = word()
        var last = first
        while hasMore { last = word() }
        var note = Note()
        for index in first.start..<last.end where !note.append(line.bytes[index]) {
            throw Misfit(first, expected: expected)
        }
        return note
    }
}
