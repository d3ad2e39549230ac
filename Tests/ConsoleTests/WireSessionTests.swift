import StimulatorCore
import Testing

@testable import Console

@Suite("the wire emulation: rules") struct WireSessionTests {
    @Test("H-30 without remote control nothing is armed, fired or set; the status can be read and anybody may disarm")
    func noRemote() {
        let bench = WireBench()
        for command in ["EB", "EH", "@050", "B0100", "D00020", "[0010", "n00000", "^@", "b@"] {
            #expect(bench.ask(command) == no(command, "S"), "\(command)")
        }
        #expect(bench.commands.isEmpty)
        for command in ["J@", "F@", "\\@", "I@", "x@", "o@", "ND", "R@"] {
            #expect(bench.ask(command)[1] != 0x53, "\(command)")
        }
        bench.arm(30)
        #expect(bench.ask("EA") == packet([0x45, 0x0C]))
        #expect(bench.commands == [.disarm])
    }

    @Test("H-30 remote control is control: refused while another channel has it, lost when it is taken over")
    func control() {
        let bench = WireBench()
        bench.controlRefusal = Refusal(.control)
        #expect(bench.ask("Q@") == no("Q", "S"))
        #expect(bench.lastRefusal == .control)
        #expect(bench.ask("EB") == no("E", "S"))
        bench.controlRefusal = nil
        #expect(bench.ask("Q@") == packet([0x51, 0x89]))
        bench.session.receive(ControlNotice.takenOver(by: ChannelName(.line, number: 0), role: .engineer))
        #expect(bench.ask("J@")[1] == 0x09)
        _ = bench.ask("Q@")
        // Whatever the session believes: what it does not hold it does not use.
        bench.session.authority.holdsControl = false
        bench.arm(30)
        #expect(bench.ask("EH") == no("E", "S") && bench.ask("@050") == no("@", "S"))
        bench.renewals = 0
        bench.pass(900)
        #expect(bench.renewals == 0 && bench.commands.isEmpty)
        #expect(bench.session.run(at: bench.now) > bench.now, "nothing to do at once, again and again")
    }

    @Test("a request for control that nobody answers is refused; one that is answered later gives nothing")
    func lateControl() {
        let bench = WireBench()
        for byte in packet("Q@") { bench.session.receive(byte, at: bench.now) }
        while bench.session.takeRequest() != nil {}
        bench.pass(250)
        #expect(bench.read() == no("Q", "S"))
        bench.session.authority.holdsControl = true
        bench.session.controlAnswered(nil)
        #expect(!bench.isRemote && bench.read().isEmpty)
        bench.pass(10)
        #expect(!bench.holdsControl, "given back")
        // Asked for and given back before it was given.
        bench.send(packet("Q@") + packet("R@"))
        #expect(bench.read() == no("Q", "S") + packet([0x52, 0x09]))
        #expect(!bench.isRemote && !bench.holdsControl)
    }

    @Test("an answer has the status from before the command; taking and giving back control show what they did")
    func statusBefore() {
        let bench = WireBench()
        #expect(bench.ask("Q@") == packet([0x51, 0x89]))
        #expect(bench.ask("EB") == packet([0x45, 0x89]))
        #expect(bench.commands == [.arm(intensity: PerMille(300))])
        #expect(bench.ask("J@")[1] == 0x8A)
        #expect(bench.ask("EB") == no("E", "S"), "already armed")
        bench.arm(30)
        #expect(bench.ask("EH") == packet([0x45, 0x8C]))
        #expect(bench.ask("@040") == packet([0x40, 0x8C]))
        #expect(bench.ask("EA") == packet([0x45, 0x8C]))
        #expect(bench.ask("J@") == packet([0x4A, 0x89] + "040000000".utf8))
        #expect(bench.ask("R@") == packet([0x52, 0x09]))
    }

    @Test("what the safety side refuses is answered by `S`, and nothing is kept of it") func refused() {
        let bench = WireBench(remote: true)
        bench.refusal = Refusal(.key)
        #expect(bench.ask("EB") == no("E", "S"))
        #expect(bench.lastRefusal == .key)
        bench.arm(30)
        #expect(bench.ask("@050") == no("@", "S"))
        #expect(Array(bench.ask("J@")[2..<5]) == Array("030".utf8))
        #expect(bench.ask("EH") == no("E", "S"))
        bench.refusal = nil
        #expect(bench.ask("EH") == packet([0x45, 0x8C]), "a refused fire does not count")
    }

    @Test("a command that the safety side does not answer is refused after 250 ms; its late answer is nobody's")
    func unanswered() {
        let bench = WireBench(remote: true)
        bench.answers = false
        #expect(bench.ask("EB").isEmpty)
        bench.now += .milliseconds(249)
        _ = bench.session.run(at: bench.now)
        #expect(bench.read().isEmpty)
        bench.now += .milliseconds(1)
        _ = bench.session.run(at: bench.now)
        #expect(bench.read() == no("E", "S"))
        for token in 0..<10 { bench.tell(Event(.accepted, index: UInt32(token), at: bench.now)) }
        #expect(bench.read().isEmpty)
    }

    @Test("a disarm, a stop or a hang-up overtakes what has not gone out yet") func overtaken() {
        for stop in [packet("EA"), [0x18]] {
            let bench = WireBench(remote: true)
            for byte in packet("EB") + stop { bench.session.receive(byte, at: bench.now) }
            bench.pass(10)
            #expect(bench.commands == [stop.count == 1 ? .stop : .disarm])
            #expect(Array(bench.read().prefix(3)) == no("E", "S"))
        }
        let bench = WireBench(remote: true)
        for byte in packet("EB") { bench.session.receive(byte, at: bench.now) }
        bench.session.hangUp(at: bench.now)
        bench.pass(300)
        #expect(bench.commands == [.disarm])
        #expect(bench.read().isEmpty && !bench.isRemote)
    }

    @Test("H-17 a hang-up disarms what the client may have armed, and nothing that is another channel's")
    func hangUp() {
        let client = WireBench(remote: true)
        client.session.hangUp(at: client.now)
        client.pass(10)
        #expect(client.commands == [.disarm])
        let bystander = WireBench()
        bystander.session.hangUp(at: bystander.now)
        bystander.pass(10)
        #expect(bystander.commands.isEmpty)
    }

    @Test("the coil's interlock is never ignored, full power never exceeded, in any state and mode")
    func neverAllowed() {
        let bench = WireBench(remote: true)
        for state in 0..<UInt8(StimulatorState.count) {
            for mode in ["[0000", "[0010"] {
                bench.show { $0.state = .safe }
                _ = bench.ask(mode)
                bench.show { $0.state = StimulatorState(rawValue: state) ?? .safe }
                for command in ["b@", "^@", "_@"] { #expect(bench.ask(command) == no(command, "S"), "\(command)") }
            }
        }
        #expect(bench.commands.isEmpty)
        bench.show { $0.inputs = .keySwitch }
        _ = bench.ask("b@")
        #expect(bench.ask("x@")[2] & 0x20 == 0, "the coil is missing all the same")
    }

    @Test("a charge delay is refused, and said to be none: the board recharges at once") func chargeDelay() {
        let bench = WireBench(remote: true)
        #expect(bench.ask("n00000").count == 6)
        #expect(bench.ask("n00001") == no("n", "S") && bench.ask("n10000") == no("n", "S"))
        #expect(bench.ask("o@") == packet([0x6F, 0x89] + "00000".utf8))
    }

    @Test("a power below what the charger regulates is a setting, and nothing is armed with it") func lowPower() {
        let bench = WireBench(remote: true)
        for power in ["@000", "@001"] {
            #expect(bench.ask(power) == packet([0x40, 0x89]))
            #expect(bench.ask("EB") == no("E", "S"))
        }
        bench.arm(30)
        #expect(bench.ask("@001") == no("@", "S"))
        #expect(bench.commands.isEmpty)
    }
}
