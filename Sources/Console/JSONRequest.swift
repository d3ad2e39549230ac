import StimulatorCore

/// How a member of a request becomes words of a command line.
struct JSONArgument {
    enum Form: BitwiseCopyable {
        case integer
        /// Per mille of maximum output.
        case perMille
        case millihertz
        case nanoseconds
        /// A word of one of the shell's lists.
        case word
        /// true is on.
        case onOff
    }

    var key: StaticString
    var form: Form
    /// The word that the shell wants before it; empty for none.
    var lead: StaticString

    init(_ key: StaticString, _ form: Form, after lead: StaticString = "") {
        self.key = key
        self.form = form
        self.lead = lead
    }
}

extension CommandName {
    /// Member `index` of a request for this command, in the order of the command's words; nil after the last.
    func argument(_ index: Int) -> JSONArgument? {
        switch (self, index) {
        case (.set, 0): JSONArgument("intensityPermille", .perMille, after: "intensity")
        case (.train, 0): JSONArgument("rateMillihertz", .millihertz)
        case (.train, 1): JSONArgument("pulses", .integer)
        case (.train, 2), (.paired, 1): JSONArgument("repeats", .integer, after: "x")
        case (.train, 3), (.paired, 2): JSONArgument("everyNs", .nanoseconds, after: "every")
        case (.theta, 0), (.ctbs, 0), (.qps, 1): JSONArgument("bursts", .integer)
        case (.theta, 1): JSONArgument("trains", .integer, after: "x")
        case (.itbs, 0): JSONArgument("trains", .integer)
        case (.qps, 0), (.paired, 0): JSONArgument("intervalNs", .nanoseconds)
        case (.check, 0): JSONArgument("pattern", .word)
        case (.clear, 0): JSONArgument("trip", .word)
        case (.help, 0): JSONArgument("topic", .word)
        case (.watch, 0), (.operate, 1): JSONArgument("on", .onOff)
        case (.mode, 0): JSONArgument("mode", .word)
        case (.journal, 0): JSONArgument("count", .integer)
        case (.operate, 0): JSONArgument("input", .word)
        case (.inject, 0): JSONArgument("component", .word)
        case (.inject, 1): JSONArgument("failure", .word)
        case (.inject, 2): JSONArgument("durationNs", .nanoseconds, after: "for")
        default: nil
        }
    }
}

/// A request of a program: one JSON object a line.
///
///     {"id": 7, "command": "train 10Hz 50"}
///     {"id": "a", "command": "train", "rateMillihertz": 10000, "pulses": 50}
///
/// Members become the words of a command line, and the shell's grammar judges that: there is one grammar for values.
struct JSONRequest {
    private(set) var id = RequestID()
    /// The command line that the request stands for.
    private(set) var words = LineBuffer()
    private let line: LineBuffer
    private var command: JSONScanner.Member?
    /// Members that are the request's own or have become words, one bit each: a line of 256 bytes has at most 51.
    private var used: UInt64 = 0

    /// True for a line that is meant to be a request.
    static func isMeant(_ line: LineBuffer) -> Bool {
        let words = WordList(line, upTo: line.count)
        return words.count > 0 && line.bytes[words[0].start] == UInt8(ascii: "{")
    }

    /// Reads a whole line; nothing is done with a part of one.
    init(_ line: LineBuffer) throws(JSONFault) {
        self.line = line
        do throws(JSONFault) {
            try look()
            try compose()
        } catch {
            var fault = error
            fault.id = id
            throw fault
        }
    }

    /// Checks the whole line, and finds what every request has.
    private mutating func look() throws(JSONFault) {
        var scanner = JSONScanner(line)
        try scanner.open()
        while let member = try scanner.member() {
            if line.isText(member.key, "id") {
                id = try identity(member)
                use(member)
            } else if line.isText(member.key, "command") {
                guard command == nil, case .string = member.value else {
                    throw fault(member, command == nil ? "a string" : "one command")
                }
                command = member
                use(member)
            }
        }
        if command == nil { throw scanner.fault("the member \"command\" before the end") }
    }

    private func identity(_ member: JSONScanner.Member) throws(JSONFault) -> RequestID {
        if !id.isEmpty { throw fault(member, "one id") }
        switch member.value {
        case .string(let text):
            for index in text.start..<text.end where line.bytes[index] == UInt8(ascii: "\\") {
                throw fault(member, "an id without escapes")
            }
        case .integer: break
        default: throw fault(member, "an integer or a string")
        }
        guard let id = RequestID(member.place, in: line) else { throw fault(member, "an id of at most 32 bytes") }
        return id
    }

    /// Puts the command's words together, and refuses members that no word has come from.
    private mutating func compose() throws(JSONFault) {
        guard let command, case .string(let text) = command.value else { return }
        try add(text, of: command)
        let list = WordList(words, upTo: words.count)
        guard list.count > 0 else { throw fault(command, "a command") }
        // A whole command line has its values in it.
        if list.count == 1, let name = name(list[0], in: words) { try addArguments(of: name) }
        try refuseStrangers()
    }

    private mutating func addArguments(of name: CommandName) throws(JSONFault) {
        var index = 0
        while let argument = name.argument(index) {
            index += 1
            guard let member = try member(argument.key) else { continue }
            try add(argument, member)
            // `check` has the members of its pattern, too.
            if name == .check, case .string(let text) = member.value, let pattern = self.name(text, in: line),
                pattern.isPattern
            {
                try addArguments(of: pattern)
            }
        }
    }

    private func name(_ word: WordRange, in line: LineBuffer) -> CommandName? {
        for raw in 0..<CommandName.count {
            guard let name = CommandName(rawValue: UInt8(raw)), line.matches(word, name.word) else { continue }
            return name
        }
        return nil
    }

    /// The only member of a key; nil where there is none.
    private mutating func member(_ key: StaticString) throws(JSONFault) -> JSONScanner.Member? {
        var found: JSONScanner.Member?
        var scanner = JSONScanner(line)
        try scanner.open()
        while let member = try scanner.member() {
            guard line.isText(member.key, key) else { continue }
            if found != nil { throw fault(member, "this member once") }
            found = member
        }
        if let found { use(found) }
        return found
    }

    private mutating func use(_ member: JSONScanner.Member) { used |= 1 << UInt64(member.index) }

    /// Every member must have become words, or be the request's own.
    private func refuseStrangers() throws(JSONFault) {
        var scanner = JSONScanner(line)
        try scanner.open()
        while let member = try scanner.member() {
            guard used & 1 << UInt64(member.index) == 0 else { continue }
            throw fault(member, "a member that this command has")
        }
    }

    private func fault(_ member: JSONScanner.Member, _ expected: StaticString) -> JSONFault {
        JSONFault(position: member.place.start + 1, expected: expected)
    }

    // MARK: Words

    private mutating func add(_ argument: JSONArgument, _ member: JSONScanner.Member) throws(JSONFault) {
        if argument.lead.byteCount > 0 { try add(argument.lead, of: member) }
        switch (argument.form, member.value) {
        case (.word, .string(let text)):
            guard isOneWord(text) else { throw fault(member, "one word") }
            try add(text, of: member)
        case (.onOff, .boolean(let on)): try add(on ? "on" : "off", of: member)
        case (.integer, .integer(let value)): try add(value, decimals: 0, "", of: member)
        case (.perMille, .integer(let value)): try add(value, decimals: 0, "permille", of: member)
        case (.millihertz, .integer(let value)): try add(value, decimals: 3, "Hz", of: member)
        case (.nanoseconds, .integer(let value)): try add(value, decimals: 3, "us", of: member)
        case (.word, _): throw fault(member, "a string")
        case (.onOff, _): throw fault(member, "true or false")
        default: throw fault(member, "an integer")
        }
    }

    private func isOneWord(_ text: WordRange) -> Bool {
        for index in text.start..<text.end where isBlank(line.bytes[index]) { return false }
        return text.count > 0
    }

    private mutating func put(_ byte: UInt8, of member: JSONScanner.Member) throws(JSONFault) {
        guard !words.isFull else { throw fault(member, "fewer bytes: a command line has at most 256") }
        words.insert(byte, at: words.count)
    }

    private mutating func beginWord(of member: JSONScanner.Member) throws(JSONFault) {
        if !words.isEmpty { try put(UInt8(ascii: " "), of: member) }
    }

    private mutating func add(_ text: StaticString, of member: JSONScanner.Member) throws(JSONFault) {
        try beginWord(of: member)
        for index in 0..<text.byteCount { try put(text.byte(at: index), of: member) }
    }

    /// A string of the request. Of the escapes only those that stand for a printable byte can be in a command.
    private mutating func add(_ text: WordRange, of member: JSONScanner.Member) throws(JSONFault) {
        try beginWord(of: member)
        var index = text.start
        while index < text.end {
            var byte = line.bytes[index]
            index += 1
            if byte == UInt8(ascii: "\\") {
                byte = line.bytes[index]
                guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/") else {
                    throw JSONFault(position: index, expected: "a printable byte without an escape")
                }
                index += 1
            }
            try put(byte, of: member)
        }
    }

    /// A number in the shell's way: at most three decimals and a unit.
    private mutating func add(
        _ value: Int64, decimals: Int, _ unit: StaticString, of member: JSONScanner.Member
    ) throws(JSONFault) {
        try beginWord(of: member)
        if value < 0 { try put(UInt8(ascii: "-"), of: member) }
        let magnitude = value.magnitude
        try digits(decimals > 0 ? magnitude / 1_000 : magnitude, least: 1, of: member)
        if decimals > 0 {
            try put(UInt8(ascii: "."), of: member)
            try digits(magnitude % 1_000, least: decimals, of: member)
        }
        for index in 0..<unit.byteCount { try put(unit.byte(at: index), of: member) }
    }

    private mutating func digits(_ number: UInt64, least: Int, of member: JSONScanner.Member) throws(JSONFault) {
        var divisor: UInt64 = 1
        var count = 1
        while number / divisor >= 10 || count < least {
            divisor *= 10
            count += 1
        }
        while divisor > 0 {
            try put(UInt8(ascii: "0") + UInt8(number / divisor % 10), of: member)
            divisor /= 10
        }
    }
}

extension LineBuffer {
    /// True when the word is `text`, letter by letter.
    func isText(_ word: WordRange, _ text: StaticString) -> Bool {
        guard word.count == text.byteCount else { return false }
        for index in 0..<word.count where bytes[word.start + index] != text.byte(at: index) { return false }
        return true
    }
}
