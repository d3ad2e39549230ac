import StimulatorCore
import Testing

@testable import stim

private func statements(_ text: String) throws -> [Script.Statement] { try Script(text.utf8).lines.map(\.statement) }

@Suite("Scripts of stim run")
struct ScriptTests {
    @Test("comments, blank lines and line ends of either kind leave the shell lines and their numbers")
    func lines() throws {
        let script = try Script("# first\n\n  arm  \r\ntrain 10Hz 50 # ten a second\nstart".utf8)
        #expect(script.lines.map(\.text) == ["arm", "train 10Hz 50", "start"])
        #expect(script.lines.map(\.number) == [3, 4, 5])
        #expect(script.lines.map(\.statement) == script.lines.map { .shell($0.text, channel: 0) })
        #expect(try Script("".utf8).lines.isEmpty)
    }

    @Test("a # inside a word is no comment")
    func hashInWord() throws {
        #expect(try Script("set name#1".utf8).lines.map(\.text) == ["set name#1"])
    }

    @Test(
        "durations come out in nanoseconds",
        arguments: [
            ("5s", 5_000_000_000), ("0s", 0), ("250ms", 250_000_000), ("1.5s", 1_500_000_000), ("10us", 10_000),
            ("2min", 120_000_000_000), ("24h", 86_400_000_000_000), ("0.000000001s", 1), ("0.1us", 100),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) throws {
        #expect(try statements("wait \(text)") == [.wait(Nanoseconds(nanoseconds))])
    }

    @Test(
        "a wait that is neither a duration up to 24 h nor a state is a misfit of its line",
        arguments: [
            "wait", "wait 5", "wait s", "wait -1s", "wait +1s", "wait 1.s", "wait .5s", "wait 1.2.3s", "wait 5 s",
            "wait 24.1h",
            "wait 99999999999999999999s", "wait 9223372036854775807h", "wait 0.1234567891s", "wait Ready", "wait ٣s",
        ])
    func badWaits(text: String) {
        #expect { try Script("arm\n\(text)".utf8) } throws: { ($0 as? Script.Misfit)?.number == 2 }
    }

    @Test("every state can be waited for, every refusal and every trip expected, by its own name")
    func names() throws {
        for raw in 0..<UInt8(StimulatorState.count) {
            let state = try #require(StimulatorState(rawValue: raw))
            #expect(try statements("wait \(state.name)") == [.waitState(state)])
        }
        for raw in 0..<UInt8(RefusalRule.count) {
            let rule = try #require(RefusalRule(rawValue: raw))
            #expect(try statements("expect refusal \(rule.name)") == [.expect(.refusal(rule))])
        }
        for raw in 0..<UInt8(Trip.count) {
            let trip = try #require(Trip(rawValue: raw))
            #expect(try statements("expect  trip\t\(trip.name)") == [.expect(.trip(trip))])
        }
    }

    @Test(
        "an expectation of no known kind and name is a misfit",
        arguments: [
            "expect", "expect trip", "expect trip energy", "expect refusal tickLate", "expect fault x",
            "expect trip a b",
        ])
    func badExpectations(text: String) {
        #expect(throws: Script.Misfit.self) { try Script(text.utf8) }
    }

    @Test("channels come, are spoken to by name, and leave; other words with a colon are the shell's")
    func channels() throws {
        #expect(
            try statements("connect tcp\ntcp-1: set intensity 30%\nleave tcp-1\nname: x\ntcp-9: x")
                == [
                    .connect(.tcp), .shell("set intensity 30%", channel: 1), .leave(channel: 1),
                    .shell("name: x", channel: 0), .shell("tcp-9: x", channel: 0),
                ])
        for text in ["connect", "connect wire", "leave", "leave line", "leave tcp-4", "leave tcp-0"] {
            #expect(throws: Script.Misfit.self, "\(text)") { try Script(text.utf8) }
        }
    }

    @Test("bytes that are no text make a shell line, not a failure")
    func anyBytes() throws {
        #expect(try Script([0xFF, 0x00, 0x0A, 0x80]).lines.count == 2)
    }
}

private func lines(_ text: String, _ variables: [String: String] = [:]) throws -> [String] {
    try Script(text.utf8, variables: variables).lines.map(\.text)
}

@Suite("Variables and loops of scripts")
struct ScriptExpansionTests {
    @Test("a variable's value stands in every later line, also in another variable and next to letters")
    func variables() throws {
        #expect(try lines("let level = 60%\nset intensity $level\narm") == ["set intensity 60%", "arm"])
        #expect(try lines("let n = 10\nlet r = ${n}Hz 50\ntrain $r") == ["train 10Hz 50"])
        #expect(try lines("let n = 1\nlet n = 2\nwait ${n}s") == ["wait 2s"])
        #expect(try lines("set intensity $level", ["level": "40%"]) == ["set intensity 40%"])
    }

    @Test("loops repeat their lines, also in each other, and keep the lines' numbers")
    func loops() throws {
        #expect(try lines("repeat 3\npulse\nend\ndisarm") == ["pulse", "pulse", "pulse", "disarm"])
        let text = "for level in 40% 50%\nset intensity $level\nrepeat 2\npulse\nend\nend"
        #expect(
            try lines(text) == ["set intensity 40%", "pulse", "pulse", "set intensity 50%", "pulse", "pulse"])
        #expect(try Script(text.utf8).lines.map(\.number) == [2, 4, 4, 2, 4, 4])
        #expect(try lines("let n = 2\nrepeat $n\nwait 1s\nend") == ["wait 1s", "wait 1s"])
    }

    @Test(
        "a slip is a misfit of its own line, and says what would work",
        arguments: [
            ("pulse\nend", 2, "without"), ("repeat 3\npulse", 1, "without an end"),
            ("repeat\npulse\nend", 1, "repeat 3"),
            ("repeat 0\npulse\nend", 1, "1 ..."), ("repeat x\npulse\nend", 1, "repeat 3"),
            ("for x\nend", 1, "for rate in"),
            ("for 1x in a\nend", 1, "for rate in"), ("let level 60%", 1, "let level = 60%"),
            ("let $x = 3", 1, "let level = 60%"), ("let a = 1\nwait $b", 2, "are $a"), ("wait ${b", 1, "}"),
            ("repeat 2\nend now\nend", 2, "alone"), ("repeat 2\nwait 1s\nwait 5\nend", 3, "wait"),
            ("repeat 1000\nrepeat 1000\npulse\nend\nend", 3, "100000"),
        ])
    func slips(text: String, number: Int, says: String) {
        #expect { try Script(text.utf8) } throws: {
            let misfit = $0 as? Script.Misfit
            return misfit?.number == number && misfit?.message.contains(says) == true
        }
    }

    @Test("nine loops in each other are one too many")
    func depth() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "repeat 1\n", count: count) + "pulse\n" + String(repeating: "end\n", count: count)
        }
        #expect(try lines(nested(8)) == ["pulse"])
        #expect(throws: Script.Misfit.self) { try Script(nested(9).utf8) }
    }
}

@Suite("The ledger of a run")
struct LedgerTests {
    private let energy = Incident.refusal(.energy)
    private let coil = Incident.trip(.coilMissing)

    @Test("a run without incidents and expectations passes")
    func nothing() {
        var ledger = Ledger()
        ledger.proceed()
        #expect(ledger.finish().isEmpty)
    }

    @Test("what no expectation took fails the run, at the line where it happened, and once a line")
    func unexpected() {
        var ledger = Ledger()
        ledger.note(energy, line: 3)
        ledger.note(energy, line: 3)
        ledger.note(coil, line: 4)
        #expect(ledger.finish().map(\.line) == [3, 4])
    }

    @Test("expectations that follow each other cover the same lines, in any order")
    func sameWindow() {
        var ledger = Ledger()
        ledger.note(energy, line: 1)
        ledger.proceed()
        ledger.note(coil, line: 2)
        ledger.expect(coil, line: 3)
        ledger.expect(energy, line: 4)
        #expect(ledger.finish().isEmpty)
    }

    @Test("an expectation does not forgive what happened before an earlier one")
    func closedWindow() {
        var ledger = Ledger()
        ledger.note(energy, line: 1)
        ledger.note(coil, line: 1)
        ledger.expect(coil, line: 2)
        ledger.proceed()
        ledger.note(energy, line: 3)
        ledger.expect(energy, line: 4)
        #expect(ledger.finish() == [Ledger.Failure(line: 1, message: "not expected: refusal energy")])
    }

    @Test("an expectation that is not met fails at its own line and names what came instead")
    func unmet() {
        var ledger = Ledger()
        ledger.expect(energy, line: 1)
        ledger.proceed()
        ledger.note(coil, line: 2)
        ledger.expect(energy, line: 3)
        let failures = ledger.finish()
        #expect(failures.map(\.line) == [1, 2, 3])
        #expect(failures.last?.message == "expected refusal energy, but: trip coilMissing")
    }
}
