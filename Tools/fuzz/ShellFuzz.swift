import Console
import StimulatorCore

/// A shell's line: as a person types on a terminal, as a script, as a program in JSON or SCPI. First byte: how.
func shellFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    var shell = ShellSession<FuzzWords>(board: BoardDescription())
    shell.isTerminal = how & 1 != 0
    shell.mode = how & 2 != 0 ? .json : .human
    var bench = FuzzBench(shell, &input)
    var lines = LineRules()
    var steps = 0
    while !input.isEmpty {
        let mode = bench.session.mode
        bench.step(&input) { lines.see($0) }
        if mode == .json, bench.session.mode == .json { demand(lines.areObjects, "a line that is no object") }
        lines.areObjects = true
        steps += 1
    }
    // A line of help is the longest thing that so few bytes bring about.
    demand(bench.written <= 65_536 + steps * 4_096)
    return 0
}

/// What a session writes is text, and lines that end.
private struct LineRules {
    /// Every line since this was last set looks like one JSON object.
    var areObjects = true
    private var first: UInt8 = 0
    private var last: UInt8 = 0

    mutating func see(_ byte: UInt8) {
        let isControl = byte == 0x0A || byte == 0x0D || byte == 0x1B || byte == 0x08
        demand(isControl || (byte >= 0x20 && byte < 0x7F), "byte \(byte) was written")
        guard byte == 0x0A else {
            if first == 0 { first = byte }
            last = byte
            return
        }
        if first != UInt8(ascii: "{") || last != UInt8(ascii: "}") { areObjects = false }
        (first, last) = (0, 0)
    }
}
