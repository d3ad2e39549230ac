import Console
import ConsoleSide
import SimulatedBoard
import StimulatorCore
import Testing

@testable import SimulatedRig

@Suite("Roles and PINs") struct RoleTests {
    @Test("without PINs a channel is an operator's, and there is no engineer to become") func withoutPins() {
        let office = Office()
        #expect(office.say("role", on: Office.line) == "operator; control is free\n")
        #expect(
            office.say("role engineer", on: Office.line)
                == """
                refused: role  no PIN is set for engineer
                         would be admitted: a start with a file of PINs that `stim pin` made

                """)
        #expect(office.say("role observer", on: Office.line) == "observer; control is free\n")
        #expect(
            office.say("arm", on: Office.line)
                == """
                refused: role  this channel is observer, it wants operator
                         would be admitted: `role operator`, then the same again

                """)
        #expect(office.say("role operator", on: Office.line) == "operator; control is free\n")
    }

    @Test("with a PIN for operators a channel is an observer's until it is typed; a hang-up forgets it")
    func operators() throws {
        let office = Office(operatorPin: "abcdef")
        let channel = try office.connect()
        for command in ["arm", "pulse", "start", "selftest", "clear", "control take", "renew"] {
            #expect(office.say(command, on: channel).hasPrefix("refused: role"), "\(command)")
        }
        #expect(office.say("status", on: channel).contains("safe"))
        #expect(office.say("check pulse", on: channel).hasPrefix("admitted"))
        #expect(office.say("role operator", on: channel) == "the PIN for operator on the next line:\n")
        #expect(office.say("abcdef", on: channel, wait: .milliseconds(100)) == "operator; control is free\n")
        #expect(office.arm(on: channel))
        office.rig.hangUp(channel)
        #expect(office.run(until: .safe))
        let again = try office.connect()
        #expect(office.say("role", on: again) == "observer; control is free\n")
    }

    @Test("a role that goes below operator gives control back, and the board disarms") func lowered() {
        let office = Office()
        #expect(office.arm(on: Office.line))
        office.say("role observer", on: Office.line, wait: .milliseconds(20))
        #expect(office.rig.state == .discharging && office.holder == nil)
    }

    @Test("where there are engineers, only they clear a lockout; the key edge is wanted of them, too") func lockout()
        throws
    {
        let office = Office(engineerPin: "123456")
        #expect(office.arm(on: Office.line))
        office.rig.inject(
            Fault(.thyristor, .selfTrigger, from: office.rig.now, until: office.rig.now + .milliseconds(1)))
        office.run(.seconds(8))
        #expect(office.rig.trips.contains(.pulseUnexpected))
        for command in ["clear", "clear pulseUnexpected"] {
            #expect(
                office.say(command, on: Office.line).hasPrefix(
                    "refused: role  this channel is operator, it wants engineer"))
        }
        office.login(.engineer, "123456", on: Office.line)
        #expect(office.say("clear", on: Office.line).hasPrefix("refused: key"))
        office.rig.operate(.key, on: false)
        office.run(.milliseconds(100))
        office.rig.operate(.key, on: true)
        office.run(.milliseconds(50))
        #expect(office.say("clear", on: Office.line).hasPrefix("acknowledged"))
        #expect(office.run(until: .safe))
    }

    // MARK: PINs

    @Test(
        "wrong PINs wait longer each time, whichever channel they come from and however often it hangs up; the fifth locks out"
    )
    func backOff() throws {
        let office = Office(engineerPin: "123456")
        var channel = try office.connect()
        for wait in [1, 2, 4, 8, 300] as [Int64] {
            let answer = office.login(.engineer, "654321", on: channel)
            #expect(answer.hasPrefix("refused: role  this is not the PIN for engineer\n"), "\(answer)")
            // Neither the right PIN, nor another channel, nor a new connection helps.
            office.rig.hangUp(channel)
            channel = try office.connect(.tcp)
            #expect(
                office.login(.engineer, "123456", on: channel).hasPrefix(
                    "refused: cooldown  the wait after a wrong PIN"))
            #expect(office.login(.engineer, "123456", on: Office.line).hasPrefix("refused: cooldown"))
            office.run(.seconds(wait == 300 ? 297 : wait))
        }
        #expect(office.login(.engineer, "123456", on: channel).hasPrefix("refused: cooldown"))
        office.run(.seconds(3))
        #expect(office.login(.engineer, "123456", on: channel) == "engineer; control is free\n")
        let wrong = office.recorded.filter { $0.contains("wrong PIN for engineer") }
        #expect(wrong.count == 5)
        #expect(
            wrong.last?.hasSuffix("wrong PIN for engineer on tcp-1, number 5; the next one waits for 300 s") == true)
    }

    @Test("a key edge, somebody at the board, ends a lock-out") func keyEdge() {
        let office = Office(engineerPin: "123456")
        for wait in [2, 3, 5, 9, 0] as [Int64] {
            office.login(.engineer, "000000", on: Office.line)
            office.run(.seconds(wait))
        }
        #expect(office.login(.engineer, "123456", on: Office.line).hasPrefix("refused: cooldown"))
        office.rig.operate(.key, on: false)
        office.run(.milliseconds(100))
        office.rig.operate(.key, on: true)
        office.run(.milliseconds(50))
        #expect(office.login(.engineer, "123456", on: Office.line) == "engineer; control is free\n")
    }

    @Test("who keeps changing roles or control has to wait, and cannot keep the holder from arming") func toggles()
        throws
    {
        let office = Office()
        let (holder, other) = (try office.connect(), try office.connect(.tcp))
        for _ in 0..<200 { office.say("role observer\nrole operator", on: other, wait: .milliseconds(1)) }
        #expect(office.heard(on: other).contains("refused: cooldown  the wait after so many changes"))
        #expect(office.arm(on: holder))
        #expect(office.recorded.filter { $0.contains("tcp-2 is ") }.count < 16)
        office.run(.seconds(10))
        #expect(!office.say("role observer", on: other).contains("refused"))
    }

    @Test("a console that is killed and started anew does not begin from the beginning") func restart() {
        let office = Office(engineerPin: "123456")
        let now = office.rig.now
        office.rig.inject(Fault(.consoleProcess, .killed, from: now, until: now + .milliseconds(200)))
        office.run(.milliseconds(400))
        #expect(office.login(.engineer, "123456", on: Office.line).hasPrefix("refused: cooldown"))
        office.run(.seconds(1))
        #expect(office.login(.engineer, "123456", on: Office.line) == "engineer; control is free\n")
    }

    @Test("a hang-up before the answer does not save a wrong PIN from being counted") func hangUpBeforeAnswer() throws {
        let office = Office(engineerPin: "123456")
        let channel = try office.connect()
        office.type("role engineer\n000000\n".utf8, on: channel)
        office.run(.microseconds(200))
        office.rig.hangUp(channel)
        office.run(.milliseconds(100))
        #expect(office.login(.engineer, "123456", on: Office.line).hasPrefix("refused: cooldown"))
    }

    @Test(
        "a PIN is nowhere: not echoed, not in the history, not in the journal, not in a refusal",
        arguments: [false, true])
    func secrecy(json: Bool) {
        let office = Office(engineerPin: "s3cret-pin")
        office.rig.isTerminal = !json
        if json { office.say("mode json", on: Office.line) }
        var heard = ""
        for line in [
            "role engineer", "s3cret-pin", "role observer", "role engineer s3cret-pin", "role engineer", "xs3cret-pin",
        ] {
            heard += office.say(line, on: Office.line, wait: .milliseconds(100))
        }
        // What is typed on the command's own line is echoed as any command is, and nothing more of it is kept.
        let typed = json ? "" : "role engineer s3cret-pin"
        // Up, up: older lines.
        office.type([0x1B, 0x5B, 0x41, 0x1B, 0x5B, 0x41, 0x1B, 0x5B, 0x41, 0x1B, 0x5B, 0x41, 0x15], on: Office.line)
        office.run(.milliseconds(50))
        let history = office.heard(on: Office.line)
        #expect(!history.contains("cret"), "\(history)")
        heard = heard.replacingOccurrences(of: typed, with: "")
        #expect(heard.contains("PIN") || heard.contains("pin"))
        #expect(
            !heard.contains("cret-pin") || !json && heard.components(separatedBy: "cret-pin").count <= 2, "\(heard)")
        #expect(!office.recorded.joined().contains("cret"))
    }

    @Test("an empty line, Ctrl-C and Ctrl-X end the asking for a PIN; Ctrl-X stops, too") func ends() {
        let office = Office(engineerPin: "123456")
        office.say("role engineer", on: Office.line)
        #expect(office.say("", on: Office.line) == "operator; control is free\n")
        office.say("role engineer", on: Office.line)
        office.type([0x03], on: Office.line)
        #expect(office.say("role", on: Office.line) == "operator; control is free\n")
        #expect(office.arm(on: Office.line))
        office.say("role engineer", on: Office.line)
        office.type("123\u{18}".utf8, on: Office.line)
        office.run(.milliseconds(10))
        #expect(office.rig.state == .discharging)
        #expect(office.say("role", on: Office.line).hasPrefix("operator"))
    }

    @Test("while a PIN is looked at the console answers others, and a stop is not held up") func meanwhile() throws {
        let office = Office(engineerPin: "123456")
        #expect(office.arm(on: Office.line))
        let other = try office.connect()
        office.type("role engineer\n000000\n".utf8, on: other)
        office.rig.receive(0x18, on: Office.line)
        office.run(.milliseconds(2))
        #expect(office.rig.state == .discharging)
    }

    // MARK: The file

    @Test("a table is read back from its bytes; no changed byte of it passes") func file() {
        var pins = PinTable()
        pins.set(Pin("123456".utf8), for: .engineer, salt: Fixed(repeating: 7))
        let bytes = pins.bytes
        #expect(PinTable(bytes) == pins && pins.hasPin(for: .engineer) && !pins.hasPin(for: .operator))
        for index in 0..<PinTable.byteCount {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(PinTable(changed) == nil, "byte \(index)")
        }
    }

    @Test("the same PIN has another hash for another role and another salt") func salts() {
        func hash(_ role: Role, _ salt: UInt8) -> Fixed<160, UInt8> {
            var pins = PinTable()
            pins.set(Pin("123456".utf8), for: role, salt: Fixed(repeating: salt))
            return pins.bytes
        }
        let (engineer, other, shifted) = (hash(.engineer, 1), hash(.engineer, 2), hash(.operator, 1))
        #expect((0..<32).contains { engineer[96 + $0] != other[96 + $0] })
        #expect((0..<32).contains { engineer[96 + $0] != shifted[40 + $0] })
    }

    @Test("what is no PIN is none", arguments: ["é12345", "tab\t123", String(repeating: "1", count: 33)])
    func noPin(text: String) { #expect(Pin(text.utf8) == nil) }
}
