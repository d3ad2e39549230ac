import Foundation
import StimulatorCore
import Testing

@testable import Console

@Suite("the line editor") struct EditorTests {
    /// What a terminal of 80 columns shows in its last line after these bytes were written, and where its cursor stands.
    private func screen(_ text: String) -> (line: String, cursor: Int) {
        var cells: [Character] = []
        var cursor = 0
        var rest = Substring(text.replacingOccurrences(of: "\r\n", with: "\n"))
        while let character = rest.popFirst() {
            switch character {
            case "\n":
                cells = []
                cursor = 0
            case "\r": cursor = 0
            case "\u{1B}":
                #expect(rest.popFirst() == "[")
                let parameter = rest.prefix { $0.isNumber || $0 == ";" }
                rest = rest.dropFirst(parameter.count)
                switch rest.popFirst() {
                case "K": cells.removeLast(max(0, cells.count - cursor))
                case "D": cursor -= Int(parameter) ?? 1
                case "m": break
                case "H", "J":
                    cells = []
                    cursor = 0
                case let other: Issue.record("escape sequence \(parameter)\(String(describing: other))")
                }
            default:
                if cursor < cells.count { cells[cursor] = character } else { cells.append(character) }
                cursor += 1
            }
        }
        #expect(cells.count < 80, "the input line would wrap")
        return (String(cells), cursor)
    }

    private func show(_ typed: String) -> (line: String, cursor: Int) {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        bench.type(typed)
        return screen(bench.read())
    }

    static let keys: [(String, String, Int)] = [
        ("arm", "arm", 3), ("armx\u{7F}", "arm", 3), ("armx\u{8}", "arm", 3), ("rm\u{1}a", "arm", 1),
        ("rm\u{1}a\u{5}!", "arm!", 4), ("help arm\u{17}", "help ", 5), ("help arm \u{17}", "help ", 5),
        ("xxarm\u{1}\u{1B}[C\u{1B}[C\u{15}", "arm", 0), ("armxx\u{1B}[D\u{1B}[D\u{B}", "arm", 3),
        ("am\u{1B}[Dr", "arm", 2), ("am\u{1B}ODr", "arm", 2), ("arm\u{1B}[H", "arm", 0), ("arm\u{1B}[1~", "arm", 0),
        ("arm\u{1}\u{1B}[F", "arm", 3), ("arm\u{1}\u{1B}[4~", "arm", 3), ("xarm\u{1}\u{1B}[3~", "arm", 0),
        ("arm\u{1}\u{7F}", "arm", 0), ("arm\u{1B}[C", "arm", 3), ("\u{1B}[A\u{1B}[Barm", "arm", 3),
        ("a\u{1B}[1;5Drm", "rma", 2), ("a\u{0}r\u{4}m\u{7}", "arm", 3), ("\u{1B}xarm", "arm", 3),
        ("arm\u{3}", "", 0), ("arm\u{18}", "", 0), ("arm\u{C}", "arm", 3), ("a\u{E9}rm", "arm", 3),
    ]

    @Test("keys edit the line", arguments: keys) func edits(_ typed: String, _ line: String, _ cursor: Int) {
        // The answer to a stop is still awaited: its prompt comes later.
        let shown = show(typed)
        if typed.contains("\u{18}") {
            #expect(shown.line.isEmpty)
        } else {
            #expect(shown.line == "safe> " + line)
            #expect(shown.cursor == 6 + cursor)
        }
    }

    @Test("a line longer than the terminal is shown around the cursor") func longLine() {
        let shown = show(String(repeating: "abcdefghij", count: 20))
        #expect(shown.line.hasSuffix("hij"))
        #expect(shown.line.count == 78)
        #expect(show(String(repeating: "abcdefghij", count: 20) + "\u{1}").line.hasPrefix("safe> abcdefghij"))
    }

    @Test("CR, LF and CR LF each end one line") func lineEnds() {
        for end in ["\r", "\n", "\r\n"] {
            let bench = Bench()
            bench.type("limits\(end)bad\(end)\(end)worse\(end)")
            #expect(bench.session.refusalCount == 2)
        }
    }

    @Test("the arrows bring the last sixteen lines back, and the line that was being written") func history() {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        for number in 1...20 { bench.type("bad\(number)\r") }
        bench.type("bad20\rdraft")
        bench.type("\u{1B}[A")
        #expect(screen(bench.read()).line == "safe> bad20")
        for _ in 0..<30 { bench.type("\u{1B}[A") }
        #expect(screen(bench.read()).line == "safe> bad5")
        for _ in 0..<30 { bench.type("\u{10}\u{E}\u{1B}[B") }
        #expect(screen(bench.read()).line == "safe> draft")
    }

    @Test("the history outlasts a hang-up") func historyAfterHangUp() {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        bench.type("limits\rdraft")
        bench.session.hangUp(at: bench.now)
        bench.type("\u{1B}[A")
        #expect(screen(bench.read()).line == "safe> limits")
    }

    @Test(
        "a program's bytes do not come back on a terminal: no escape sequence, nothing beyond ASCII (found by fuzzing)")
    func programHistory() {
        let bench = Bench(terminal: true, mode: .json)
        bench.type("limits\n")
        for bytes in [[0x61, 0xC7], [0x61, 0x1B, 0x63], [0x61, 0x7F]] as [[UInt8]] {
            for byte in bytes + [0x0A] { bench.session.receive(byte, at: bench.now) }
        }
        bench.session.hangUp(at: bench.now)
        bench.board { $0.state = .safe }
        bench.type("\u{10}")
        #expect(screen(bench.read()).line == "safe> limits")
        bench.type("\u{10}\u{10}\u{10}")
        #expect(bench.read().utf8.allSatisfy { $0 < 0x7F })
    }

    static let completions: [(String, String)] = [
        ("sta\t", "sta"), ("stat\t", "status "), ("st\t", "st"), ("se\t", "se"), ("sel\t", "selftest "),
        ("set i\t", "set intensity "), ("mode j\t", "mode json "), ("clear coilM\t", "clear coilMissing "),
        ("clear coilT\t", "clear coilTemperature"), ("operate k\t", "operate key "),
        ("operate key o\t", "operate key o"), ("operate key of\t", "operate key off "),
        ("inject cha\t", "inject charger "), ("inject charger \t", "inject charger stuck "),
        ("inject coil-sensor-a g\t", "inject coil-sensor-a garbage "),
        ("inject charger stuck \t", "inject charger stuck for "),
        ("protocol lo\t", "protocol load "), ("protocol load it\t", "protocol load itbs-600 "),
        ("protocol show L\t", "protocol show Lf-1hz "), ("protocol load ctbs\t", "protocol load ctbs-"),
        ("protocol load ctbs-600 a\t", "protocol load ctbs-600 at "),
        ("check tr\t", "check train "), ("help tra\t", "help train "), ("train 1\t", "train 1"), ("zz\t", "zz"),
        ("limits\u{1}\u{1B}[C\t", "limits"),
    ]

    @Test("TAB completes what is not in doubt", arguments: completions) func completes(_ typed: String, _ line: String)
    {
        #expect(show(typed).line == "safe> " + line)
    }

    @Test("TAB lists what is in doubt") func lists() {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        bench.type("sta\t")
        #expect(bench.read().contains("status  start  \r\n"))
        bench.type("rt\u{15}inject coil-sensor-a \t")
        #expect(bench.read().contains("stuck  garbage  \r\n"))
    }

    @Test("what the board tells is written above the line being typed") func above() {
        let bench = Bench(terminal: true)
        bench.board { $0.state = .safe }
        bench.type("set inten")
        bench.tell(Event(.trip, detail: Trip.coilMissing.rawValue, extra: 1, at: bench.now))
        let text = bench.read()
        #expect(text.contains("\r\u{1B}[K\u{1B}[31mtrip: coilMissing"))
        #expect(screen(text).line == "safe> set inten")
    }
}
