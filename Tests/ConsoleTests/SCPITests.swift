import StimulatorCore
import Testing

@testable import Console

/// What an instrument driver sees: messages in, responses out, and the board's side of it.
extension Bench {
    /// Sends a message, lets the safety side accept what it asks for, and reads the response.
    func query(_ message: String) -> String {
        _ = read()
        type(message + "\n")
        acceptAll()
        settleBoard()
        return read()
    }

    /// The safety side reports: what was answered is now shown.
    func settleBoard() {
        now += .milliseconds(10)
        board { $0.now = now }
        _ = session.run(at: now)
    }

    /// The number of the oldest error.
    func errorNumber() -> Int {
        let text = query("SYST:ERR?")
        return Int(text.prefix { $0 != "," }) ?? 999
    }

    /// A bench whose line speaks SCPI, its board safe and its key on.
    static func scpi() -> Bench {
        let bench = Bench()
        bench.board {
            $0.state = .safe
            $0.inputs = .keySwitch
            $0.selfTestPassed = true
        }
        _ = bench.query("*CLS")
        return bench
    }
}

@Suite("SCPI") struct SCPITests {
    @Test("headers in short and long form, with and without optional nodes, are one header") func forms() {
        let bench = Bench.scpi()
        for header in [
            "INT", "int", "INTENSITY", "intensity:level", "SOUR:INT", "SOURCE:INTensity:LEV", ":INT", ":SOUR:INT:LEV",
        ] {
            #expect(
                bench.query("\(header) 42 PCT;\(header.hasPrefix(":") ? "" : ":")\(header)?") == "42.0\n", "\(header)")
            #expect(bench.query("INT 50") == "")
        }
        for header in ["INTE", "INTENS", "IN", "SOU:INT", "INT:LEVE", "LEV", "SOUR", "INT:LEV:LEV", "INT2"] {
            #expect(bench.query("\(header) 42") == "")
            #expect([-113, -114].contains(bench.errorNumber()), "\(header)")
        }
        #expect(bench.query("INT?") == "50.0\n")
    }

    @Test("a header begins where the one before ended; a colon begins at the root; common commands leave the place")
    func paths() {
        let bench = Bench.scpi()
        #expect(bench.query("STAT:OPER:ENAB 3;PTR 5;:STAT:OPER:ENAB?;PTR?") == "3;5\n")
        let message = "STAT:OPER:ENAB?;*ESE?;PTR?;:SYST:VERS?;ERR:COUN?;NEXT?"
        #expect(bench.query(message) == "3;0;5;1999.0;0;0,\"No error\"\n")
        #expect(bench.query("STAT:OPER:ENAB?;STAT:OPER:PTR?") == "")
        #expect(bench.errorNumber() == -113)
    }

    static let values: [(String, String)] = [
        ("INT 60 PCT", "60.0"), ("INT 60PCT", "60.0"), ("INT 6.0E1", "60.0"), ("INT +.6e+2pct", "60.0"),
        ("INT 600e-1", "60.0"), ("INT 60.09", "60.0"), ("INT #H3C", "60.0"), ("INT #B111100", "60.0"),
        ("INT #Q74", "60.0"), ("INT MIN", "4.0"), ("INT MAXimum", "100.0"), ("INT DEF", "30.0"),
        ("VOLT 1.2 KV", "72.7"), ("VOLT 990000 mV", "60.0"), ("VOLT 990 V", "60.0"), ("VOLT MAX", "100.0"),
        ("VOLT 1199.55", "72.7"), ("VOLT MIN", "4.0"),
    ]

    @Test("numbers, units and the words for a range's ends", arguments: values)
    func value(_ message: String, _ intensity: String) {
        let bench = Bench.scpi()
        #expect(bench.query(message + ";:INT?") == intensity + "\n")
        #expect(bench.errorNumber() == 0)
    }

    static let faults: [(String, Int)] = [
        ("INT 150", -222), ("INT 100.0000000001", -222), ("INT 1e400", -222), ("INT -1e400", -222),
        ("INT 1e-400", -222), ("INT 1e40000", -123), ("INT 99999999999999999999999999", -222), ("VOLT 1e18 KV", -222),
        ("VOLT 1650.001", -222),
        ("INT INF", -224), ("INT NAN", -224), ("INT NINF", -224), ("INT FOO", -141), ("INT \"60\"", -104),
        ("INT 60 V", -131), ("INT 60 XYZZY", -131), ("INT", -109), ("INT ,", -109), ("INT 60,", -109),
        ("INT 60,70", -108), ("INT 60 70", -131), ("INT 60 \"a\"", -103), ("INT .", -121), ("INT -", -121),
        ("INT #HG", -121), ("INT #15hello", -168), ("INT (1)", -178), ("INT 60/", -131), ("INT!", -111),
        ("INT@60", -111), ("*CLS 1", -108), ("*ESE", -109), ("*ESE 256", -222), ("*ESE 1.5", -224), ("*ESE 5 S", -138),
        ("*FOO", -113), ("*IDN", -113), ("*CLS?", -113), ("FOO:BAR?", -113), ("A:B:C:D:E:F:G:H:I", -113),
        ("ABCDEFGHIJKLM", -112), (":", -102), ("::INT?", -102), ("INT:", -102), ("\u{1}", -101), ("*", -102),
        ("INT 60;\u{7F}", -101), ("MEAS:TEMP3?", -114), ("MEAS:TEMP0?", -114), ("SIM:INP \"key,ON", -151),
        ("SIM:INP \"ke\"\"y\",ON", -151), ("SIM:INP \"door\",ON", -224), ("SIM:INP key,ON", -104),
        ("SIM:INP \"key\",MAYBE", -141), ("PATT:TRA 10HZ", -109), ("PATT:TRA 10HZ,0", -222),
        ("PATT:TRA 10HZ,7000", -222), ("PATT:TRA 51HZ,10", -222), ("PATT:TRA 10MS,10", -131),
        ("PATT:TRA 10,5,2", -109), ("PATT:TRA 10,50.5", -224), ("PATT:QPS 1 US", -222), ("PATT:QPS 2 HR", -222),
        ("PATT 10,100 MS,10,10 MS", -222), ("PATT 1,2,3,4,5,6,7,8,9", -108), ("LIM? 22", -222),
        ("SYST:HELP:SYNT? \"FOO\"", -224), ("INT? 5", -104), ("INT? FOO", -141), ("INT ABCDEFGHIJKLM", -144),
        ("INT 60 ABCDEFGHIJKLM", -134),
    ]

    @Test("every fault has its number, and a message with one does nothing", arguments: faults)
    func fault(_ message: String, _ number: Int) {
        let bench = Bench.scpi()
        #expect(bench.query("INT 40;PATT:CTBS 7;*ESE 4") == "")
        for whole in [message, "INT 45;*ESE 7;:" + message, message + ";:INT 45;*ESE 7"] where !whole.contains(":*") {
            #expect(bench.query(whole) == "")
            #expect(bench.errorNumber() == number, "\(whole)")
            #expect(bench.query("SYST:ERR:COUN?;:INT?;*ESE?") == "0;40.0;4\n", "\(whole)")
        }
        #expect(bench.pattern?.pulseCount == 21)
        #expect(bench.commands().isEmpty)
    }

    @Test("the event status has a bit for each class of error") func eventStatus() {
        let bench = Bench()
        #expect(bench.query("*ESR?") == "128\n", "power on")
        _ = bench.query("*ESE 60;FOO")
        #expect(bench.query("*ESE?;*ESR?;*ESR?") == "0;32;0\n", "the faulty message did nothing")
        _ = bench.query("*ESE 60;*SRE 32;:INT 200")
        _ = bench.query("*ESE 60;*SRE 32")
        #expect(bench.query("*STB?;*ESR?;*STB?") == "100;16;20\n")
        bench.tell(Event(.trip, detail: Trip.coilMissing.rawValue, extra: 1, at: bench.now))
        #expect(bench.query("*ESR?") == "8\n")
        #expect(bench.query("*CLS;*STB?;*ESR?;:SYST:ERR:COUN?") == "0;0;0\n")
        #expect(bench.query("*SRE 255;*SRE?") == "191\n", "the summary does not enable itself")
    }

    @Test("a full error queue keeps the oldest and ends in -350") func overflow() {
        let bench = Bench.scpi()
        for _ in 0..<30 { _ = bench.query("INT 150") }
        #expect(bench.query("SYST:ERR:COUN?") == "20\n")
        for _ in 0..<19 { #expect(bench.errorNumber() == -222) }
        #expect(bench.query("SYST:ERR?") == "-350,\"Queue overflow\"\n")
        #expect(bench.errorNumber() == 0)
        #expect(bench.query("FOO;*IDN?") == "")
        #expect(bench.query("BAR") == "")
        let all = bench.query("SYST:ERR:ALL?")
        #expect(all.hasPrefix("-113,\"Undefined header;'FOO' at byte 1") && all.contains("\",-113,\"Undefined"))
        #expect(bench.query("SYST:ERR:ALL?") == "0,\"No error\"\n")
    }

    @Test("conditions, filters and events: a rise or a fall is latched, its enabled sum shows in the status byte")
    func registers() {
        let bench = Bench.scpi()
        #expect(bench.query("STAT:OPER:COND?;:STAT:OPER?") == "64;0\n")
        _ = bench.query("STAT:OPER:PTR 256;NTR 64;ENAB 320;:STAT:PRES;:STAT:OPER:PTR?;NTR?;ENAB?")
        #expect(bench.query("STAT:OPER:PTR?;NTR?;ENAB?") == "32767;0;0\n")
        _ = bench.query("STAT:OPER:NTR 64;ENAB 64;PTR 0")
        bench.tell(Event(.state, detail: StimulatorState.arming.rawValue, extra: 1, at: bench.now))
        #expect(bench.query("STAT:OPER:COND?;:STAT:OPER:ENAB?;*STB?;:STAT:OPER?;*STB?") == "4352;64;144;64;16\n")
        bench.board { $0.trips.insert(.coilMissing) }
        #expect(bench.query("STAT:QUES:ENAB 512;*STB?") == "8\n")
        #expect(bench.query("STAT:QUES?;*STB?;:STAT:QUES:COND?").hasSuffix(";16;\(512 + 1 + 16 + 4096)\n"))
    }

    @Test("the tree: contiguous headers, short forms by the rule of SCPI, no two the same") func tree() {
        var seen: Set<String> = []
        for raw in 0..<SCPIHeader.count {
            guard let header = SCPIHeader(rawValue: UInt8(raw)) else {
                Issue.record("no header \(raw)")
                continue
            }
            let pattern = "\(header.entry.pattern)"
            #expect(seen.insert(pattern).inserted, "\(pattern)")
            guard !header.isCommon else { continue }
            var walk = SCPIPatternWalk(header.entry.pattern)
            while let node = walk.next() {
                let long = Array(pattern.utf8)[node.start..<node.end].map { Character(UnicodeScalar($0)) }
                let fourthIsVowel = long.count > 4 && "aeiouAEIOU".contains(long[3])
                #expect(node.shortLength == (long.count <= 4 ? long.count : fourthIsVowel ? 3 : 4), "\(pattern)")
                #expect(long.count <= 12)
            }
        }
        #expect(SCPIHeader(rawValue: UInt8(SCPIHeader.count)) == nil)
    }

    @Test("help lists every header, and explains each") func help() {
        let bench = Bench.scpi()
        let list = bench.query("SYST:HELP:HEAD?")
        #expect(list.filter { $0 == "\"" }.count == 2 * SCPIHeader.count)
        for raw in 0..<SCPIHeader.count {
            guard let header = SCPIHeader(rawValue: UInt8(raw)) else { continue }
            let pattern = "\(header.entry.pattern)"
            #expect(list.contains("\"\(pattern)"))
            let plain = pattern.filter { !"[]#".contains($0) }
            let text = bench.query("SYST:HELP:SYNT? \"\(plain)\"")
            #expect(text.contains(pattern) && text.contains("\(header.entry.summary.description.prefix(8))"), "\(text)")
        }
    }

    @Test("the manual has every header with what it takes and does") func manual() throws {
        let file = SchemaTests.root.appendingPathComponent("Sources/Console/Console.docc/SCPI.md")
        let manual = try String(contentsOf: file, encoding: .utf8)
        for raw in 0..<SCPIHeader.count {
            guard let entry = SCPIHeader(rawValue: UInt8(raw))?.entry else { continue }
            let mark =
                switch entry.forms {
                case .command: ""
                case .query: "?"
                case .both: "[?]"
                }
            let parameters = "\(entry.parameters)".replacing("|", with: " or ")
            let cell = parameters.isEmpty ? " " : " `\(parameters)` "
            #expect(manual.contains("| `\(entry.pattern)\(mark)` |\(cell)| \(entry.summary) |\n"), "\(entry.pattern)")
        }
        #expect("\(SCPIHeader.limit.entry.parameters)" == "<1 to \(BoardLimit.count)>")
    }
}
