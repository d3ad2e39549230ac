import BoardFile
import BoardInterface
import Foundation
import StimulatorCore
import Testing

@testable import stim

/// One mistake in the file of the Raspberry Pi 4, and what is said of it.
struct Slip: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var said: [String]

    init(_ old: String, _ new: String, _ said: String...) {
        self.old = old
        self.new = new
        self.said = said
    }

    var testDescription: String { "\(old) -> \(new)" }
}

@Suite("stim board check") struct BoardCheckTests {
    @Test("the boards of this tree are sound", arguments: ["sim", "rpi4", "rpi5", "vm"]) func sound(board: String)
        throws
    {
        let check = BoardCheck(try BoardFiles.text("\(board)/board.toml"))
        #expect(check.mistakes == [])
        let image = try #require(check.image)
        #expect(image.kind == (board == "sim" ? .simulated : .linux))
        #expect(try BoardImage(image.bytes) == image)
    }

    @Test("Boards/sim/board.toml compiles to exactly the board that the firmware has built in") func builtIn() throws {
        let image = try #require(BoardCheck(try BoardFiles.text("sim/board.toml")).image)
        #expect(image == BoardImage.simulated)
        for index in 0..<BoardBytes.count where image.bytes[index] != BoardImage.simulated.bytes[index] {
            Issue.record("byte \(index)")
        }
    }

    @Test("what `show` prints compiles to the same bytes", arguments: ["sim", "rpi4", "rpi5", "vm"])
    func shown(board: String) throws {
        let image = try #require(BoardCheck(try BoardFiles.text("\(board)/board.toml")).image)
        #expect(BoardCheck(BoardListing.text(image)).image == image)
    }

    @Test("H-30 the wire emulation is off unless the file says on, and the compiled file says it too") func wire()
        throws
    {
        let text = try BoardFiles.text("rpi4/board.toml")
        let silent = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("wire_") }
        for (text, isAllowed) in [
            (text, false), (silent.joined(separator: "\n"), false),
            (text.replacingOccurrences(of: "wire_emulation = \"off\"", with: "wire_emulation = \"on\""), true),
        ] {
            let image = try #require(BoardCheck(text).image)
            #expect(image.allowsWire == isAllowed)
            #expect(try BoardImage(image.bytes).allowsWire == isAllowed)
            #expect(image.bytes[17] == (isAllowed ? 1 : 0))
            #expect(BoardCheck(BoardListing.text(image)).image == image)
        }
    }

    @Test("keys, types and forms: each mistake by name", arguments: forms) func form(slip: Slip) throws {
        #expect(try BoardFiles.mistakes(slip.old, slip.new) == slip.said)
    }

    @Test("H-28 numbers: the rule, the ceiling, and what would work", arguments: numbers) func number(slip: Slip) throws
    {
        #expect(try BoardFiles.mistakes(slip.old, slip.new) == slip.said)
    }

    @Test("H-28 lines and devices: each mistake by name", arguments: lines) func wiring(slip: Slip) throws {
        #expect(try BoardFiles.mistakes(slip.old, slip.new) == slip.said)
    }

    @Test("a mistake has the line on which it stands") func places() throws {
        let text = try BoardFiles.text("rpi4/board.toml")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() where line.contains(" = ") && !line.hasPrefix("#") {
            var changed = lines
            let key = line.prefix { $0 != " " }
            changed[index] = "\(key) = 1979-05-27"
            let mistakes = BoardCheck(changed.joined(separator: "\n")).mistakes
            #expect(!mistakes.isEmpty && mistakes.allSatisfy { $0.line == index + 1 }, "\(line): \(mistakes)")
        }
    }

    @Test(
        "H-28 what the check takes the loader takes, and what it refuses the loader refuses: every number at its bounds"
    )
    func oneRule() throws {
        let text = try BoardFiles.text("rpi4/board.toml")
        let board = try #require(BoardCheck(text).image)
        for field in BoardField.all {
            let bounds = board.description.bounds(of: field)
            let least = (bounds.least + field.scale - 1) / field.scale
            for number in [least - 1, least, bounds.most / field.scale, bounds.most / field.scale + 1] {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                    line.hasPrefix("\(field.key) ") ? "\(field.key) = \(number)" : String(line)
                }
                let check = BoardCheck(lines.joined(separator: "\n"))
                var image = board
                image.description.set(field, to: number * field.scale)
                let isTaken = (try? BoardImage(image.bytes)) != nil
                #expect((check.image != nil) == isTaken, "\(field.key) = \(number): \(check.mistakes)")
            }
        }
    }

    @Test("every mistake of a file is named in one run") func all() throws {
        var text = try BoardFiles.text("rpi4/board.toml")
        let slips = BoardCheckTests.forms + BoardCheckTests.numbers + BoardCheckTests.lines
        // Those that stand on lines of their own and have no bearing on others.
        var expected: [String] = []
        for slip in slips
        where slip.said.count == 1 && text.components(separatedBy: slip.old).count == 2 && slip.isLocal {
            text = text.replacingOccurrences(of: slip.old, with: slip.new)
            expected += slip.said
        }
        #expect(expected.count >= 12)
        #expect(BoardCheck(text).mistakes.map(\.message).sorted() == expected.sorted())
    }

    @Test("line ends of either kind: the same mistakes on the same lines") func lineEnds() throws {
        let text = try BoardFiles.text("rpi4/board.toml").replacingOccurrences(
            of: "idle_seconds = 60 ", with: "idle_seconds = 61 ")
        let check = BoardCheck(text.replacingOccurrences(of: "\n", with: "\r\n"))
        #expect(check.mistakes == BoardCheck(text).mistakes && check.mistakes.count == 1)
    }

    @Test("a text that is no TOML at all, or empty, is refused with a reason") func hopeless() {
        #expect(BoardCheck("").mistakes.count > 40)
        for text in ["\u{0}", "[", "= 3", "]]]]", "x", "a = \"", "[[serial]", "[limits]\n[limits]"] {
            let check = BoardCheck(text)
            #expect(check.image == nil && !check.mistakes.isEmpty, "\(text)")
        }
    }
}

extension Slip {
    /// Numbers that bound other numbers, and a mistake that hides others, stand for themselves.
    var isLocal: Bool {
        !old.contains("maximum_voltage") && !old.contains("coil_warning") && !new.contains("[")
            && !said[0].contains("not TOML")
    }
}
