import StimulatorCore
import Testing

@testable import Console

@Suite("the wire emulation: bytes") struct WireReplyTests {
    /// Standby, coil present, remote.
    static let idle: UInt8 = 0x89
    /// Single-pulse mode, supply connected, coil ready.
    static let single: UInt8 = 0x38
    static let train: UInt8 = 0x30

    @Test("the check bytes that clients are known to send") func known() {
        let known: [(String, UInt8)] = [
            ("Q@", 0x6E), ("R@", 0x6D), ("@050", 0x2A), ("J@", 0x75), ("F@", 0x79), ("EA", 0x79), ("EB", 0x78),
            ("EH", 0x72), ("ND", 0x6D), ("I@", 0x76), ("\\@", 0x63), ("x@", 0x47), ("X@", 0x67), ("b@", 0x5D),
            ("^@", 0x61), ("_@", 0x60), ("o@", 0x50), ("[0010", 0xE3),
        ]
        for (text, check) in known {
            #expect(WireParser.check(text.utf8.reduce(0) { $0 &+ $1 }) == check, "\(text)")
            #expect(packet(text).last == check, "\(text)")
        }
        #expect(packet("Q@") == Array("Q@n".utf8) && packet("x@") == Array("x@G".utf8))
    }

    @Test("every answer, byte by byte, of an idle board under remote control") func replies() {
        let (idle, single, train) = (Self.idle, Self.single, Self.train)
        let table: [(String, [UInt8])] = [
            ("Q@", [0x51, idle]), ("J@", [0x4A, idle] + "030000000".utf8), ("F@", [0x46, idle] + "234230".utf8),
            ("ND", Array("NV10.0.0\0".utf8)), ("I@", [0x49, idle] + "000".utf8),
            ("\\@", [0x5C, idle, single] + "03000100000100100010".utf8), ("x@", [0x78, idle, single, 0, 0]),
            ("o@", [0x6F, idle] + "00000".utf8), ("n00000", [0x6E, idle, single, 0, 0]),
            ("@050", [0x40, idle]), ("[0010", [0x5B, idle, single]), ("B0100", [0x42, idle, train]),
            ("D00020", [0x44, idle, train]), ("[0020", [0x5B, idle, train]),
            // 20 pulses of 63 J at 10 Hz give off less than 1050 W: the least wait, 0.5 s.
            ("\\@", [0x5C, idle, train] + "05001000002000200005".utf8), ("[0000", [0x5B, idle, train]),
            ("\\@", [0x5C, idle, single] + "05001000002000200010".utf8), ("EA", [0x45, idle]),
            ("EB", [0x45, idle]), ("EH", [0x45, 0x53]), ("^@", [0x5E, 0x53]), ("_@", [0x5F, 0x53]),
            ("b@", [0x62, 0x53]),
        ]
        let bench = WireBench(remote: true)
        for (command, reply) in table { #expect(bench.ask(command) == packet(reply), "\(command)") }
        // An arming board gives control back, and shows what it did: standby, coil present, no remote.
        #expect(bench.board.state == .arming)
        #expect(bench.ask("R@") == packet([0x52, 0x09]))
        #expect(bench.board.state == .discharging && !bench.holdsControl)
    }

    @Test("the wait that a train needs is its energy rule: 73 %, 25 Hz, 250 pulses wait 21.97 s, rounded up")
    func wait() {
        let bench = WireBench(remote: true)
        _ = bench.ask("@073")
        let train = WireTrain(isOn: true, frequency: 250, pulses: 250, duration: 100)
        #expect(train.wait(board: BoardDescription(), intensity: PerMille(730)) == 220)
        #expect(train.pattern(intensity: PerMille(730)).pulseCount == 250)
    }

    @Test("no packet with valid data holds 0x18, not as its check byte either") func stopByte() {
        var packets = ["Q@", "R@", "EA", "EB", "EH", "J@", "F@", "ND", "\\@", "I@", "x@", "o@", "b@", "^@", "_@"]
        func add(_ command: String, _ digits: Int, _ most: Int) {
            for number in 0...most {
                let text = String(number)
                packets.append(command + String(repeating: "0", count: digits - text.count) + text)
            }
        }
        add("@", 3, 100)
        add("B", 4, 9_999)
        add("[", 4, 9_999)
        add("D", 5, 99_999)
        add("n", 5, 99_999)
        #expect(packets.allSatisfy { !packet($0).contains(0x18) })
        // Data that is none has such check bytes: they stop the board, which is the safe of the two meanings.
        #expect(packet("@599").last == 0x18)
    }

    @Test("the status has at most one of standby, armed and ready, in every state; so it is never `?` or `S`")
    func exclusive() {
        for state in 0..<UInt8(StimulatorState.count) {
            for trips in [0, 1, 1 << 4, 1 << 12, TripSet.all] as [UInt64] {
                for inputs in [InputLines.none, .coilPresent] {
                    for (silent, remote) in [(false, false), (false, true), (true, false), (true, true)] {
                        var shown = Snapshot()
                        shown.state = StimulatorState(rawValue: state) ?? .safe
                        shown.trips = TripSet(bits: trips)
                        shown.inputs = inputs
                        let status = WireStatus(
                            shown, BoardDescription(), isSilent: silent, isRemote: remote, train: WireTrain(),
                            waits: false)
                        #expect((status.instrument & 7).nonzeroBitCount <= 1)
                        #expect(status.instrument != 0x3F && status.instrument != 0x53)
                        #expect(status.rapid & 0xC1 == 0)
                    }
                }
            }
        }
    }

    @Test("each status bit says what the safety side shows") func bits() {
        func instrument(_ change: (inout Snapshot) -> Void) -> UInt8 {
            let bench = WireBench()
            bench.show(change)
            return bench.ask("J@")[1]
        }
        #expect(instrument { _ in } == 0x09)
        #expect(instrument { $0.inputs = .keySwitch } == 0x01)
        for state in [StimulatorState.arming, .charging, .firing, .recovering] {
            #expect(instrument { $0.state = state } == 0x0A)
        }
        #expect(instrument { $0.state = .ready } == 0x0C)
        for state in [StimulatorState.selfTest, .safe, .discharging, .faulted] {
            #expect(instrument { $0.state = state } == 0x09)
        }
        #expect(instrument { $0.trips.insert(.interlockOpen) } == 0x29)
        #expect(instrument { $0.trips.insert(.coilOvertemperature) } == 0x39)
        #expect(instrument { $0.trips.insert(.emergencyStop) } == 0x69)
        #expect(instrument { $0.trips.insert(.contactorWelded) } == 0x69)
        let bench = WireBench(remote: true)
        bench.arm(30)
        bench.show { $0.trainTotal = 1 }
        #expect(bench.ask("x@") == packet([0x78, 0x8C, 0x3C, 0, 0]))
        bench.show { ($0.trainTotal, $0.energyBacklog) = (0, .joules(1)) }
        #expect(bench.ask("x@") == packet([0x78, 0x8C, 0x3C, 0, 0]))
        bench.show { ($0.energyBacklog, $0.trips) = (.zero, TripSet(bits: 1 << 15)) }
        #expect(bench.ask("x@") == packet([0x78, 0xEC, 0x28, 0, 0]))
        #expect(bench.ask("I@") == packet([0x49, 0xEC] + "016".utf8))
    }

    @Test("a sensor that says nothing is shown as the hottest coil, never as a cool one") func temperatures() {
        let bench = WireBench()
        func shown(_ value: Int32, _ quality: Quality, ago: Int64 = 0) -> [UInt8] {
            var snapshot = bench.board
            let takenAt = bench.now - .milliseconds(ago)
            snapshot.coilA = Reading(Millicelsius(value), takenAt: takenAt, quality: quality)
            bench.session.update(snapshot)
            return Array(bench.ask("F@")[2..<5])
        }
        #expect(shown(37_190, .good) == Array("371".utf8))
        #expect(shown(-5_000, .good) == Array("000".utf8))
        #expect(shown(120_000, .good) == Array("999".utf8))
        #expect(shown(23_000, .none) == Array("999".utf8))
        #expect(shown(23_000, .good, ago: 201) == Array("999".utf8))
    }

    @Test("a safety side that does not report is neither standby nor ready: an error, and nothing is armed")
    func silent() {
        let bench = WireBench(remote: true)
        bench.arm(30)
        bench.answers = false
        bench.now += .milliseconds(101)
        #expect(bench.ask("x@") == packet([0x78, 0xE0, 0x08, 0, 0]))
        #expect(bench.ask("F@") == packet([0x46, 0xE0] + "999999".utf8))
        #expect(bench.ask("I@") == packet([0x49, 0xE0] + "999".utf8))
        #expect(bench.ask("EH") == no("E", "S") && bench.ask("EB") == no("E", "S"))
        #expect(bench.commands.isEmpty)
        let unseen = WireBench()
        unseen.session.update(Snapshot())
        #expect(unseen.ask("J@")[1] == 0x60)
    }
}
