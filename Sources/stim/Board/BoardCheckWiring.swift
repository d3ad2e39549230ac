import BoardFile
import BoardInterface
import StimulatorCore

/// The wiring of a `board.toml`.
extension BoardCheck {
    /// Reads the wiring, and notes what is wrong with it.
    mutating func readWiring() -> BoardWiring {
        var wiring = BoardWiring()
        for index in 0..<Signal.count {
            if let signal = Signal(index) { wiring.lines[index] = readLine(signal) }
        }
        let device = "a device's path, such as"
        wiring.bus = readText("bus.path", "\(device) \"/dev/i2c-1\"") ?? FixedText()
        wiring.watchdog = readText("watchdog.path", "\(device) \"/dev/watchdog0\"") ?? FixedText()
        wiring.watchdogSpan = UInt32(
            clamping: readNumber("watchdog.span_seconds", "the span in seconds, 1 ... 15") ?? 0)
        readPersistence(&wiring)
        readSerial(&wiring)
        if text.values["cpu.isolated"] != nil {
            let cpu = readNumber("cpu.isolated", "1 ... 63") ?? 1
            wiring.isolatedCPU = UInt32(clamping: cpu)
            // 0 in the file would be no CPU: it is not what was meant.
            if cpu < 1 { note("cpu.isolated", WiringFault.cpu.words) }
        }
        known.insert("cpu.isolated")
        var faults: [WiringFault] = []
        wiring.judge { faults.append($0) }
        // What is missing or could not be read has been said: nothing is said of what stands in its place.
        let unread = noted
        for fault in faults where text.values[fault.path] != nil && !unread.contains(fault.path) {
            note(fault.path, fault.words)
        }
        return wiring
    }

    private mutating func readLine(_ signal: Signal) -> LineWiring {
        let path = signal.path
        var line = LineWiring()
        known.formUnion(["\(path).line", "\(path).gpio", "\(path).active"])
        guard text.tables.contains(path) else {
            let example = "{ line = \"\(signal.name)\", gpio = \(signal.isEnergising ? 17 : 5), active = \"high\" }"
            if !text.unreadable.contains(path) {
                note(
                    path,
                    text.values[path] == nil
                        ? "missing: every board has this line, such as \(example)" : "not a table: \(example)")
            }
            known.insert(path)
            return line
        }
        // A name that cannot be used is a name of its own: the rest of the line is judged all the same.
        line.name =
            readText("\(path).line", "the line's name in the device tree, 1 ... 31 plain characters")
            ?? FixedText("?\(signal.index)".utf8) ?? FixedText()
        if text.values["\(path).gpio"] != nil {
            let number = readNumber("\(path).gpio", "the number of the header's GPIO, 0 ... 27") ?? -1
            line.header = Int8(clamping: number)
            if number < 0 { note("\(path).gpio", WiringFault.header(signal).words) }
        }
        let rule = "\"high\" or \"low\""
        if let level: FixedText<8> = readText("\(path).active", rule) {
            line.isActiveLow = level == FixedText("low".utf8)
            if !line.isActiveLow, level != FixedText("high".utf8) { note("\(path).active", "not \(rule)") }
        }
        return line
    }

    private mutating func readPersistence(_ wiring: inout BoardWiring) {
        let path = WiringFault.persistence.path
        guard let word: FixedText<16> = readText(path, "\"kept\", \"released\" or \"untold\"") else { return }
        let known = LinePersistence.words.first { word == FixedText($0.word.utf8) }
        if let known { wiring.persistence = known.value } else { note(path, WiringFault.persistence.words) }
    }

    private mutating func readSerial(_ wiring: inout BoardWiring) {
        let count = (0..<64).first { !text.tables.contains("serial[\($0)]") } ?? 64
        for index in 0..<max(count, 1) {
            let path = "serial[\(index)]"
            let device: FixedText<64>? = readText("\(path).path", "a device's path, such as \"/dev/serial0\"")
            let baud = readNumber("\(path).baud", "bits a second, such as 115200")
            guard index < 2 else {
                note(path, "a third serial line: a board has one or two")
                continue
            }
            wiring.serial[index].path = device ?? FixedText()
            wiring.serial[index].baud = UInt32(clamping: baud ?? 0)
        }
    }
}

extension LinePersistence {
    /// What a board file calls them.
    static let words: [(word: String, value: LinePersistence)] = [
        ("kept", .kept), ("released", .released), ("untold", .untold),
    ]
}

extension Signal {
    /// Section and key.
    var path: String { "\(isOutput ? "outputs" : "inputs").\(name)" }
}

extension WiringFault {
    /// The fault as half a sentence.
    var words: String {
        var bytes: [UInt8] = []
        spell { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where it stands in a board file.
    var path: String {
        switch self {
        case .missing(let signal): signal.path
        case .sharedName(_, let signal): "\(signal.path).line"
        case .sharedHeader(_, let signal), .header(let signal), .pulledUp(let signal): "\(signal.path).gpio"
        case .activeLow(let signal): "\(signal.path).active"
        case .line(let signal): "\(signal.path).line"
        case .bus: "bus.path"
        case .watchdog: "watchdog.path"
        case .watchdogSpan: "watchdog.span_seconds"
        case .serial(let index): "serial[\(index)].path"
        case .baud(let index): "serial[\(index)].baud"
        case .cpu: "cpu.isolated"
        case .persistence: "lines.after_exit"
        case .simulated: "board.kind"
        }
    }
}
