import Console
import StimulatorCore
import Testing

@testable import SimulatedRig

@Suite("Control of the board") struct ControlTests {
    @Test("control that is free goes to whoever asks for anything; the only line is asked nothing")
    func free() {
        let office = Office()
        #expect(office.say("control", on: Office.line) == "operator; control is free\n")
        #expect(office.arm(on: Office.line))
        #expect(office.say("control", on: Office.line) == "operator, holds control\n")
        #expect(office.holder == ChannelName(.line, number: 0))
    }

    @Test("H-34 a second channel moves nothing while the first is active: it is refused by the holder's name")
    func second() throws {
        let office = Office()
        #expect(office.arm(on: Office.line))
        let other = try office.connect()
        for command in [
            "arm", "start", "pulse", "train 10Hz 5", "abort", "clear", "selftest", "set intensity 30%", "renew",
        ] {
            let answer = office.say(command, on: other)
            #expect(answer.hasPrefix("refused: control  line holds control\n"), "\(command): \(answer)")
        }
        #expect(office.say("control take", on: other).hasPrefix("refused: control  line holds control\n"))
        #expect(office.rig.state == .ready)
        #expect(office.rig.snapshot.intensity == PerMille(600))
        #expect(office.rig.journalTally.delivered == 0)
        #expect(office.say("pulse", on: Office.line, wait: .milliseconds(500)).contains("1 delivered"))
        #expect(office.isUnharmed)
    }

    @Test(
        "H-34 a command that reached the console side without control is not passed on, whatever its session believes")
    func behindTheSession() throws {
        let office = Office()
        let other = try office.connect()
        // Both ask in the same moment: the session of each believes that control is free.
        office.type("arm\n".utf8, on: Office.line)
        office.type("arm\n".utf8, on: other)
        office.run(.milliseconds(50))
        #expect(office.heard(on: Office.line).contains("arming: a second of checks"))
        #expect(office.heard(on: other).contains("refused: control  line holds control\n"))
        #expect(office.rig.state == .arming)
    }

    @Test("what comes with the connection itself arms: a new session's first renewal knows the journal's health")
    func atOnce() throws {
        let office = Office()
        let other = try office.connect()
        office.type("set intensity 60%\narm\n".utf8, on: other)
        office.run(.milliseconds(50))
        #expect(office.heard(on: other).contains("arming: a second of checks"))
        #expect(office.rig.state == .arming)
    }

    @Test("every channel stops the board: by a word, by Ctrl-X, by disarm; an observer too")
    func stops() throws {
        for stop in ["stop\n", "\u{18}", "disarm\n", "role observer\n\u{18}"] {
            let office = Office()
            #expect(office.arm(on: Office.line))
            let other = try office.connect(.tcp)
            office.type(stop.utf8, on: other)
            office.run(.milliseconds(20))
            #expect(office.rig.state == .discharging, "\(stop)")
            #expect(office.run(until: .safe) && office.isUnharmed)
        }
    }

    @Test(
        "an operator takes control from a holder that is idle; the board is disarmed first, both are told, and it is on record"
    )
    func idle() throws {
        let office = Office()
        #expect(office.arm(on: Office.line))
        office.run(.seconds(70))
        #expect(office.rig.state == .safe)
        let other = try office.connect()
        #expect(office.say("arm", on: other).hasPrefix("refused: control  line holds control and is idle\n"))
        #expect(office.say("control take", on: other) == "operator, holds control\n")
        #expect(office.heard(on: Office.line).contains("control was taken over by local-1 (operator): disarming\n"))
        #expect(office.arm(on: other))
        #expect(office.recorded.contains { $0.hasSuffix("local-1 (operator) takes control from line") })
    }

    @Test("an engineer takes control from an active holder: the board disarms, the old holder moves nothing any more")
    func engineer() throws {
        let office = Office(engineerPin: "123456")
        #expect(office.arm(on: Office.line))
        let other = try office.connect(.tcp)
        #expect(office.login(.engineer, "123456", on: other) == "engineer; line holds control\n")
        #expect(office.say("control take", on: other).hasPrefix("engineer, holds control\n"))
        #expect(office.rig.state == .discharging)
        #expect(office.heard(on: Office.line).contains("control was taken over by tcp-1 (engineer): disarming\n"))
        #expect(office.run(until: .safe))
        #expect(office.say("arm", on: Office.line).hasPrefix("refused: control  tcp-1 holds control\n"))
        #expect(office.arm(on: other))
        #expect(office.recorded.contains { $0.hasSuffix("tcp-1 (engineer) takes control from line") })
    }

    @Test("a takeover in the middle of a train ends it: no pulse comes after the disarm")
    func middleOfTrain() throws {
        let office = Office(engineerPin: "123456")
        #expect(office.arm(on: Office.line))
        office.say("train 10Hz 50", on: Office.line, wait: .seconds(1))
        let other = try office.connect()
        office.login(.engineer, "123456", on: other)
        office.say("control take", on: other)
        #expect(office.rig.state == .discharging)
        let given = office.rig.journalTally.delivered
        #expect(given > 0)
        office.run(.seconds(5))
        #expect(office.rig.journalTally.delivered == given && office.isUnharmed)
    }

    @Test("control release disarms, and control is free")
    func release() {
        let office = Office()
        #expect(office.arm(on: Office.line))
        #expect(office.say("control release", on: Office.line) == "operator; control is free\nstate: discharging\n")
        #expect(office.holder == nil)
        #expect(
            office.say("control release", on: Office.line).hasPrefix("refused: control  this channel does not hold"))
    }

    @Test("no channel keeps alive what another one armed: the lease ends with its holder's renewals alone")
    func lease() throws {
        let office = Office()
        office.say("mode json", on: Office.line)
        let other = try office.connect()
        // A program owns the renewals of the line, and stops.
        office.say("renew", on: Office.line)
        office.say("arm", on: Office.line)
        for _ in 0..<20 {
            office.say("renew", on: Office.line, wait: .milliseconds(100))
            office.say("status", on: other, wait: .milliseconds(100))
        }
        #expect(office.rig.state == .ready)
        for _ in 0..<6 { office.say("status", on: other, wait: .milliseconds(200)) }
        office.run(.seconds(6))
        #expect(!office.rig.state.isArmed && office.heard(on: Office.line).contains("leaseExpired"))
        // It is idle now: control may be taken from it.
        #expect(office.say("control take", on: other).hasPrefix("operator, holds control\n"))
    }

    @Test("the holder's hang-up disarms and frees control; any other's does nothing, whatever it had asked for")
    func hangUp() throws {
        let office = Office()
        let (holder, other) = (try office.connect(), try office.connect(.tcp))
        #expect(office.arm(on: holder))
        office.type("arm\nstart\n".utf8, on: other)
        office.rig.hangUp(other)
        office.run(.milliseconds(500))
        #expect(office.rig.state == .ready && office.holder == ChannelName(.local, number: 1))
        office.rig.hangUp(holder)
        office.run(.milliseconds(5))
        #expect(office.rig.state == .discharging && office.holder == nil)
        #expect(office.run(until: .safe))
        #expect(office.arm(on: Office.line))
    }

    @Test("a stop that was typed just before a hang-up counts, the holder's or not")
    func stopAndHangUp() throws {
        let office = Office()
        #expect(office.arm(on: Office.line))
        let other = try office.connect()
        office.rig.receive(0x18, on: other)
        office.rig.hangUp(other)
        office.run(.milliseconds(5))
        #expect(office.rig.state == .discharging)
    }

    @Test("who comes to a channel finds nothing of the one before: no pattern, no intensity, no role, no late answer")
    func somebodyNew() throws {
        let office = Office(engineerPin: "123456")
        let first = try office.connect()
        office.login(.engineer, "123456", on: first)
        office.say("set intensity 90%", on: first)
        office.say("check pulse", on: first)
        office.type("arm\n".utf8, on: first)
        office.rig.hangUp(first)
        let second = try office.connect()
        #expect(second == first)
        office.run(.milliseconds(100))
        #expect(office.heard(on: second).isEmpty)
        #expect(office.say("role", on: second) == "operator; control is free\n")
        #expect(office.say("start", on: second).hasPrefix("refused: noPattern"))
        #expect(!office.rig.state.isArmed)
    }

    @Test("commands of other channels that came in the moment of a stop are not passed on behind it")
    func overtaken() throws {
        let office = Office()
        let holder = try office.connect()
        #expect(office.arm(on: holder))
        office.say("disarm", on: holder, wait: .seconds(6))
        office.rig.receive(0x18, on: Office.line)
        office.type("arm\n".utf8, on: holder)
        office.run(.milliseconds(50))
        #expect(office.rig.state == .safe)
        #expect(office.heard(on: holder).contains("refused: busy  a stop came before"))
    }

    @Test("channels are as many as there are, and come back")
    func full() throws {
        let office = Office()
        let all = try (0..<ChannelNumber.shells - 1).map { _ in try office.connect() }
        #expect(all == [1, 2, 3])
        #expect(office.rig.connect(.tcp) == nil)
        office.rig.hangUp(2)
        #expect(office.rig.connect(.tcp) == 2)
    }

    @Test("who arms and starts is on record, with channel and role") func record() throws {
        let office = Office()
        let other = try office.connect(.tcp)
        #expect(office.arm(on: other))
        office.say("pulse", on: other, wait: .seconds(1))
        let recorded = office.recorded
        for deed in ["tcp-1 (operator) takes control", "tcp-1 (operator) arms", "tcp-1 (operator) starts a pattern"] {
            #expect(recorded.contains { $0.hasSuffix(deed) }, "\(deed)")
        }
    }
}
