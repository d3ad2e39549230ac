import Console
import SimulatedBoard
import StimulatorCore
import Testing

@testable import SimulatedRig

/// Somebody at the line of the wire emulation, on the whole simulated board: what fires, and what does not.
@Suite("A hostile client of the wire emulation") struct WireAttackTests {
    @Test("H-30 in order it fires: one pulse a fire, at the power that was set") func inOrder() {
        let bench = Bench(seed: 21)
        bench.beginWire()
        #expect(bench.ask("Q@") == [0x51, 0x89])
        #expect(bench.ask("@060") == [0x40, 0x89])
        #expect(bench.ask("EB") == [0x45, 0x89])
        #expect(bench.poll(.seconds(3)) { $0.state == .ready })
        bench.poll(.milliseconds(100))
        for count in 1...3 as ClosedRange<UInt64> {
            #expect(bench.ask("EH") == [0x45, 0x8C])
            bench.poll(.milliseconds(1_100))
            #expect(bench.rig.checkers.wantedPulses == count)
        }
        #expect(abs(Double(bench.rig.snapshot.setPoint.raw) - 990_000) < 1)
        #expect(bench.ask("EA").first == 0x45)
        bench.poll(.seconds(6))
        #expect(bench.rig.state == .safe && bench.rig.checkers.first == nil)
        #expect(bench.rig.checkers.unwantedPulses == 0)
    }

    /// Each is sent as packets, 20 ms apart, on a board with the key on that nobody has armed.
    static let unarmed: [[String]] = [
        ["EH"], ["EB", "EH"], ["Q@", "EH"], ["Q@", "b@", "EB", "EH"], ["Q@", "[0010", "B0100", "D00100", "EH"],
        ["Q@", "EB", "R@", "EH", "EH"], ["Q@", "EB", "EA", "EH"], ["Q@", "@000", "EB", "EH"], ["Q@", "R@", "EB", "EH"],
    ]

    @Test("unarmed, or before the board is ready: no pulse", arguments: unarmed) func neverUnarmed(_ packets: [String])
    {
        let bench = Bench(seed: 22)
        bench.beginWire()
        for packet in packets { _ = bench.ask(packet) }
        bench.run(.seconds(8))
        #expect(bench.rig.checkers.wantedPulses == 0 && bench.rig.checkers.unwantedPulses == 0)
        #expect(bench.rig.checkers.first == nil && bench.rig.state == .safe)
    }

    @Test("H-30 a client that falls silent while armed: discharged, control free, and its late fire gives nothing")
    func silent() {
        let bench = Bench(seed: 23)
        bench.beginWire()
        for packet in ["Q@", "@100", "EB"] { _ = bench.ask(packet) }
        #expect(bench.poll(.seconds(3)) { $0.state == .ready })
        let begin = bench.rig.now
        #expect(bench.run(.seconds(2)) { !$0.state.isArmed })
        #expect(bench.rig.now - begin < .milliseconds(1_200))
        #expect(bench.ask("EH") == [0x45, 0x53])
        #expect(bench.run(.seconds(6)) { $0.state == .safe })
        #expect(bench.rig.snapshot.trips.isEmpty, "it was disarmed before its lease ran out")
        bench.type("arm")
        #expect(bench.run(.seconds(3)) { $0.state == .ready })
        #expect(bench.rig.checkers.wantedPulses == 0 && bench.rig.checkers.first == nil)
    }

    @Test("H-30 while the shell has the board armed the line fires nothing and takes nothing; it may disarm")
    func bystander() {
        let bench = Bench(seed: 24)
        bench.beginWire()
        bench.type("arm")
        #expect(bench.run(.seconds(3)) { $0.state == .ready })
        for packet in ["Q@", "EH", "EB", "@100", "n00000", "[0010"] {
            #expect(bench.ask(packet).dropFirst() == [0x53], "\(packet)")
        }
        // A line that goes down takes nothing with it.
        bench.rig.hangUp(ChannelNumber.wire)
        bench.run(.milliseconds(500))
        #expect(bench.rig.state == .ready)
        #expect(bench.ask("EA").first == 0x45)
        bench.run(.milliseconds(50))
        #expect(!bench.rig.state.isArmed)
        #expect(bench.rig.checkers.wantedPulses == 0 && bench.rig.checkers.first == nil)
    }

    @Test(
        "ten minutes of packets in any order, garbage between them: every pulse was asked for, no rule of the board breaks"
    )
    func flood() {
        let bench = Bench(seed: 25)
        bench.beginWire()
        var dice = Dice(seed: 0x77_69_72_65)
        let packets = [
            "Q@", "EB", "EH", "EH", "EH", "EA", "R@", "@040", "@100", "[0010", "[0000", "B0100", "B0500", "D00005",
            "D06000", "x@", "F@", "\\@", "b@", "n00000",
        ]
        for _ in 0..<6_000 {
            if dice.below(10) > 0 { _ = bench.ask("x@") }
            if dice.below(40) == 0 { for _ in 0..<dice.below(9) { bench.send([UInt8(dice.below(256))]) } }
            _ = bench.ask(packets[Int(dice.below(UInt64(packets.count)))])
            bench.run(.milliseconds(Int64(dice.below(160))))
        }
        #expect(bench.rig.checkers.first == nil && bench.rig.checkers.unwantedPulses == 0)
        #expect(bench.rig.checkers.wantedPulses > 10, "\(bench.rig.checkers.wantedPulses)")
    }
}

extension Bench {
    /// A safe board with the key on, and a client at the line of the wire emulation.
    fileprivate func beginWire() {
        rig.side.openWire(at: rig.clock)
        run(.seconds(10)) { $0.state == .safe }
        rig.operate(.key, on: true)
        run(.milliseconds(200))
    }

    fileprivate func send(_ bytes: [UInt8]) { for byte in bytes { rig.receive(byte, on: ChannelNumber.wire) } }

    /// A command with its check byte; what comes back within 20 ms, without its check byte.
    @discardableResult fileprivate func ask(_ command: String) -> [UInt8] {
        while rig.takeOutput(of: ChannelNumber.wire) != nil {}
        let bytes = Array(command.utf8)
        send(bytes + [~bytes.reduce(0, &+)])
        run(.milliseconds(20))
        var answer: [UInt8] = []
        while let byte = rig.takeOutput(of: ChannelNumber.wire) { answer.append(byte) }
        return answer.dropLast()
    }

    /// Lets time pass as clients do, who ask for the status twice a second, until the condition holds.
    @discardableResult fileprivate func poll(
        _ limit: Nanoseconds, until done: (borrowing SimulatedRig) -> Bool = { _ in false }
    ) -> Bool {
        let end = rig.now + limit
        while rig.now < end {
            if run(min(.milliseconds(400), end - rig.now), until: done) { return true }
            ask("x@")
        }
        return done(rig)
    }
}
