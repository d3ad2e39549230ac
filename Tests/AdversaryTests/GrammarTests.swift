import SimulatedBoard
import StimulatorCore
import Testing

@testable import SimulatedRig

/// Somebody tries to talk the board into a pulse that its rules forbid, in each grammar that programs use.
@Suite("A hostile program") struct GrammarTests {
    /// Each is typed as it is, bytes and all.
    static let unarmed = [
        "*TRG\n", "PATT:SING;*TRG\n", "PATT:SING;:INIT;*TRG;:INIT:IMM\n", String(repeating: "*TRG;", count: 50) + "\n",
        "ARM;*RST;:PATT:SING;:INIT\n", "ARM;:DIS;*WAI;:PATT:SING;*TRG\n", "PATT:SING;:ARM;:STOP;*WAI;*TRG\n",
        "PATT:SING;:ARM;:INT 150;*WAI;*TRG\n", "PATT:SING;:ARM;*WAI;*TRG;:FOO\n", "PATT:SING;:ARM;*WAI;*TRG;:INT 'a\n",
        "PATT:SING;:ARM;*WAI\u{18};*TRG\n", "ARM;*WAI;:SIM:INP \"ke\u{18}y\",ON;*TRG\n*TRG\n",
        "PATT:SING;:ARM;*OPC?\u{3}\u{18}*TRG\n", "PATT:SING\n\u{18}*TRG;*TRG\n", "*IDN?;PATT:SING;:ARM;*WAI;*TRG;\"\n",
        "{\"command\":\"pulse\"}\n", "{\"command\":\"arm\"\n{\"command\":\"pulse\"}\n",
        "{\"command\":\"arm\"} {}\npulse\n",
        "{\"command\":\"pulse\",\"command\":\"arm\"}\n", "{\"id\":\"\u{18}\",\"command\":\"pulse\"}\npulse\n",
        "{\"command\":\"start\"}\n{\"command\":\"*TRG\"}\n",
        "{\"x\":{\"command\":\"pulse\"},\"command\":\"arm\"}\npulse\n",
    ]

    @Test("H-32 unarmed, in a message that is none, behind a reset or a stop: no pulse", arguments: unarmed)
    func neverUnarmed(_ bytes: String) {
        let bench = Bench(seed: 3)
        bench.becomeSafe(intensity: "60%")
        bench.typeBytes("*CLS\n")
        bench.run(.milliseconds(50))
        bench.typeBytes(bytes)
        bench.run(.seconds(4))
        bench.expectNoPulse()
    }

    static let armed = [
        "PATT:TRA 50HZ,100", "PATT:TRA 10HZ,6000", "PATT 4,1 MS", "PATT 4,1.79 MS", "PATT 50,9 MS", "PATT:TRA 51,2",
        "PATT:TRA INF,5", "PATT:TRA 10,NAN", "PATT:TRA 1e400,5", "PATT:TRA 10,1e400", "PATT:TRA 1 GHZ,5",
        "PATT:TRA 10 KHZ,5", "PATT:TRA -10,5", "PATT:TRA 10,-5", "PATT:TRA 10,18446744073709551617",
        "PATT:TRA 10,4294967297", "PATT:TRA 10,0.5", "PATT 65537,0.1", "PATT 2,-0.1", "PATT 100,0.1,100,20",
        "PATT 6000,0.03", "PATT:QPS 1 NS", "PATT:PAIR 9223372036854775807 S", "PATT:SING;:INT 100.00000001",
        "PATT:SING;:VOLT 1.7 KV", "PATT:SING;:INT #HFFFFFFFFFFFFFFFFF", "PATT:SING;*RST", "PATT:SING;:DIS",
        "PATT:SING;:STOP", "PATT:SING;:SIM:INP \"key\",OFF;*WAI", "PATT:SING;:SIM:INP \"coil\",OFF;*WAI", "PATT",
    ]

    @Test("armed, beyond a limit or past what ends the charge: no pulse", arguments: armed)
    func neverBeyond(_ message: String) {
        let bench = Bench(seed: 4)
        bench.becomeSafe(intensity: "60%")
        bench.typeBytes("*CLS;:INT 60;:ARM\n")
        #expect(bench.run(.seconds(4)) { $0.state == .ready })
        for start in [":INIT", "*TRG"] {
            bench.typeBytes("\(message);\(start)\n")
            bench.run(.milliseconds(300))
        }
        bench.run(.seconds(1))
        bench.expectNoPulse()
    }

    @Test("armed, a request whose values are beyond a limit or cannot be read: no pulse") func requests() {
        let bench = Bench(seed: 5)
        bench.becomeSafe(intensity: "60%")
        bench.type("arm")
        #expect(bench.run(.seconds(4)) { $0.state == .ready })
        for request in [
            #"{"command":"train","rateMillihertz":50000,"pulses":100}"#, #"{"command":"train 10Hz 1e400"}"#,
            #"{"command":"train","rateMillihertz":9223372036854775807,"pulses":2}"#,
            #"{"command":"train","rateMillihertz":10000,"pulses":4294967297}"#,
            #"{"command":"train","rateMillihertz":-10000,"pulses":2}"#, #"{"command":"pulse"}}"#,
            #"[{"command":"pulse"}]"#,
            #"{"command":"pulse","command":"pulse"}"#, #"{"command":"pulse","on":true}"#, #"{"command":"puls\u0065"}"#,
            #"{"command":"paired","intervalNs":1000000}"#, #"{"command":"paired","intervalNs":-1}"#,
            #"{"id":18446744073709551616,"command":"pulse"}"#, "{\"command\":\"pulse\"\u{0}}",
        ] {
            bench.typeBytes(request + "\n")
            bench.run(.milliseconds(200))
        }
        bench.run(.seconds(1))
        bench.expectNoPulse()
    }

    @Test("a storm of triggers gives one train, and then as many as the wait between two allows") func storm() {
        let bench = Bench(seed: 6)
        bench.becomeSafe(intensity: "30%")
        bench.typeBytes("*CLS;:INT 30;:ARM\nPATT:TRA 10HZ,5\n")
        #expect(bench.run(.seconds(4)) { $0.state == .ready })
        for _ in 0..<300 {
            bench.typeBytes("*TRG;*TRG\n*TRG\n")
            bench.run(.milliseconds(10))
        }
        bench.run(.seconds(2))
        // A train of 0.4 s and the shortest wait of 0.5 s: three trains and a part begin in 3 s.
        let pulses = bench.rig.checkers.wantedPulses
        #expect(pulses >= 15 && pulses <= 20 && pulses % 5 == 0, "\(pulses)")
        #expect(bench.rig.checkers.first == nil && bench.rig.checkers.unwantedPulses == 0)
    }
}

extension Bench {
    /// Types bytes as they are; what the console says is not read.
    fileprivate func typeBytes(_ bytes: String) {
        for byte in bytes.utf8 { rig.receive(byte) }
        while rig.takeOutput() != nil {}
    }

    fileprivate func expectNoPulse() {
        #expect(rig.checkers.wantedPulses == 0 && rig.checkers.unwantedPulses == 0)
        #expect(rig.checkers.first == nil && rig.snapshot.sessionPulses == 0)
    }
}
