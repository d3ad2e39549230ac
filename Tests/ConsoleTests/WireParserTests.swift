import StimulatorCore
import Testing

@testable import Console

@Suite("the wire emulation: what is no packet") struct WireParserTests {
    @Test("an unknown command is answered by one `?`, however long it is; then the next packet is understood")
    func unknown() {
        for text in ["X@g", "z", "q@n", "\r\n", "hello, is anybody there?\r\n", "\0\0\0", "ABC"] {
            let bench = WireBench()
            bench.send(text)
            #expect(bench.read().isEmpty, "\(text): answered before its end is sure")
            bench.pass(100)
            #expect(bench.read() == Array("?".utf8), "\(text)")
            #expect(bench.ask("J@").first == 0x4A, "\(text)")
        }
    }

    @Test("a wrong check byte is answered by the command and `?`") func wrongCheck() {
        for command in ["Q@", "R@", "EB", "EH", "@050", "B0100", "D00020", "[0010", "J@", "ND", "b@", "n00000"] {
            let bench = WireBench(remote: true)
            bench.arm(30)
            bench.send(Array(command.utf8) + [0])
            bench.pass(100)
            #expect(bench.read() == no(command, "?"), "\(command)")
            #expect(bench.commands.isEmpty, "\(command)")
        }
    }

    @Test("data that the command does not have is answered at once by the command and `?`, and changes nothing")
    func wrongData() {
        let bench = WireBench(remote: true)
        let before = bench.ask("\\@")
        for command in [
            "QA", "R0", "EC", "E@", "ee", "@101", "@999", "@0x0", "@ 50", "B0000", "B-100", "D00000", "D06001",
            "D9999 ",
            "[ 010", "J0", "F?", "NE", "N@", "\\\\", "I0", "xx", "n10001", "n-0001", "o0", "b1", "^^", "_0",
        ] where command != "ee" {
            #expect(bench.ask(command) == no(command, "?"), "\(command)")
        }
        #expect(bench.ask("\\@") == before)
        #expect(bench.commands.isEmpty)
    }

    @Test("no unlock code is accepted") func unlockCode() {
        for code in ["1234-12345678-\u{FD}", "0000", "abcd-efgh"] {
            let bench = WireBench()
            bench.send(packet("Q" + code))
            bench.pass(100)
            #expect(bench.read() == no("Q", "?"))
            #expect(!bench.isRemote)
        }
    }

    @Test("a packet that ends early is given up after 100 ms of silence, not before") func truncated() {
        for text in ["@05", "E", "EB", "D0002", "Q"] {
            let bench = WireBench(remote: true)
            bench.send(text)
            bench.now += Nanoseconds(99_999_999)
            #expect(bench.session.run(at: bench.now) == bench.now + Nanoseconds(1))
            #expect(bench.read().isEmpty)
            bench.pass(10)
            #expect(bench.read() == no(text, "?"), "\(text)")
            #expect(bench.ask("J@").first == 0x4A)
        }
        // The rest of a packet that comes within the time belongs to it.
        let bench = WireBench(remote: true)
        bench.send("@0")
        bench.pass(90)
        bench.send(Array(packet("@050").dropFirst(2)))
        #expect(bench.read() == packet([0x40, 0x89]))
    }

    @Test("H-25 0x18 stops the board from any state of the parser and whoever holds control, and is answered")
    func stop() {
        for begin in ["", "E", "EB", "@05", "n0000", "zzz", "D0001"] {
            for remote in [false, true] {
                let bench = WireBench(remote: remote)
                bench.arm(30)
                bench.send(Array(begin.utf8) + [0x18])
                #expect(bench.commands == [.stop], "\(begin)")
                #expect(bench.read() == Array("?".utf8), "\(begin)")
                // In step again at once: what follows is a packet.
                #expect(bench.ask("J@").first == 0x4A, "\(begin)")
            }
        }
        let bench = WireBench(remote: true)
        bench.send(packet("@599"))
        #expect(bench.commands == [.stop])
    }

    @Test("a disarm packet is obeyed in the middle of garbage and of other packets") func disarm() {
        for begin in ["", "z", "zE", "EE", "@05", "n", "n00", "D00", "[00", "QQ", "@050x", "E"] {
            let bench = WireBench()
            bench.arm(30)
            bench.send(Array(begin.utf8) + packet("EA"))
            #expect(bench.commands == [.disarm], "\(begin)")
            bench.pass(100)
            #expect(!bench.read().isEmpty, "\(begin)")
        }
    }

    @Test("every packet is answered once and in order, also while an answer is awaited") func order() {
        let bench = WireBench(remote: true)
        bench.answers = false
        bench.send(packet("EB"))
        bench.send(packet("J@") + packet("@050") + packet("EA") + packet("F@"))
        #expect(bench.read().isEmpty)
        #expect(bench.commands == [.arm(intensity: PerMille(300)), .disarm], "a disarm waits for nothing")
        bench.answers = true
        bench.pass(250)
        let bytes = bench.read()
        let expected = no("E", "S") + packet([0x4A, 0x89] + "030000000".utf8) + no("@", "S") + packet([0x45, 0x89])
        #expect(Array(bytes.prefix(expected.count)) == expected)
        #expect(bytes.count == expected.count + 9)
    }

    @Test(
        "garbage of any kind: one stop for each 0x18, no trap, little output, and nothing that energises without control"
    )
    func garbage() {
        var random = Seeded(state: 0x7769_7265)
        let bench = WireBench()
        bench.controlRefusal = Refusal(.control)
        var (stops, sent, written) = (0, 0, 0)
        for _ in 0..<40_000 {
            var bytes: [UInt8] = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                .random(in: 0 ... .max, using: &random)
            }
            if Bool.random(using: &random) {
                let word = ["Q@", "EB", "EH", "EA", "@050", "[0010", "D00100", "R@", "b@"].randomElement(using: &random)
                bytes += packet(word ?? "Q@")
            }
            stops += bytes.count { $0 == 0x18 }
            sent += bytes.count
            bench.show { $0.state = StimulatorState(rawValue: .random(in: 0..<9, using: &random)) ?? .ready }
            bench.send(bytes)
            bench.now += .milliseconds(.random(in: 0..<200, using: &random))
            written += bench.read().count
        }
        #expect(bench.commands.allSatisfy { $0 == .stop || $0 == .disarm })
        // A run takes one stop for all that came since the last one.
        let seen = bench.commands.count { $0 == .stop }
        #expect(seen <= stops && seen > stops / 2)
        #expect(written < sent * 8)
    }
}
