import BoardFile
import BoardInterface
import StimulatorCore

/// A compiled board file as a `board.toml` that compiles to the same bytes.
enum BoardListing {
    static func text(_ image: BoardImage) -> String {

        var lines = [
            "# hash \(image.description.identity.shownHash)", "", "[board]",
            "name = \"\(string(image.description.identity.name))\"",
            "kind = \"\(image.kind == .simulated ? "simulated" : "linux")\"",
            "wire_emulation = \"\(image.allowsWire ? "on" : "off")\"",
        ]
        var section = ""
        for field in BoardField.all {
            if section != "\(field.section)" { lines += ["", "[\(field.section)]"] }
            section = "\(field.section)"
            let number = image.description[field] / field.scale
            lines.append("\(field.key) = \(field.isAddress ? hexadecimal(number) : String(number))")
        }
        if image.kind == .linux { lines += wiring(image.wiring) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wiring(_ wiring: BoardWiring) -> [String] {
        var lines: [String] = []
        for index in 0..<Signal.count {
            guard let signal = Signal(index) else { continue }
            if index == 0 { lines += ["", "[outputs]"] }
            if index == OutputLines.count { lines += ["", "[inputs]"] }
            let line = wiring.lines[index]
            guard line.isWired else { continue }
            let gpio = line.header < 0 ? "" : ", gpio = \(line.header)"
            let level = line.isActiveLow ? "low" : "high"
            lines.append("\(signal.name) = { line = \"\(string(line.name))\"\(gpio), active = \"\(level)\" }")
        }
        let persistence = LinePersistence.words.first { $0.value == wiring.persistence }?.word ?? ""
        lines += ["", "[lines]", "after_exit = \"\(persistence)\""]
        lines += ["", "[bus]", "path = \"\(string(wiring.bus))\""]
        lines += ["", "[watchdog]", "path = \"\(string(wiring.watchdog))\"", "span_seconds = \(wiring.watchdogSpan)"]
        for index in 0..<2 where wiring.serial[index] != SerialWiring() {
            let serial = wiring.serial[index]
            lines += ["", "[[serial]]", "path = \"\(string(serial.path))\"", "baud = \(serial.baud)"]
        }
        if wiring.isolatedCPU > 0 { lines += ["", "[cpu]", "isolated = \(wiring.isolatedCPU)"] }
        return lines
    }
}
