import StimulatorCore
import Testing

@testable import Console

@Suite("steps on the console") struct StepRunTests {
    /// An input-output curve that has begun: its first pattern is taken.
    private func begun(mode: OutputMode = .human) -> Bench {
        let bench = armed(mode: mode)
        _ = bench.say("protocol load io-curve threshold 50% seed 7")
        bench.type("start\n")
        return bench
    }

    @Test("forty pulses, one after the other, at the intensities and after the pauses of the seed") func whole() throws
    {
        let bench = begun()
        let entry = try #require(ProtocolLibrary.builtIn.entry(named: ProtocolName("io-curve".utf8) ?? ProtocolName()))
        let threshold = MotorThreshold(PerMille(500), method: .relativeFrequency)
        let steps = try #require(entry.steps(threshold: threshold, seed: 7))
        var at: Int64 = 0
        for step in 0..<UInt32(40) {
            let given = try #require(bench.start(), "step \(step)")
            #expect(given.intensity == steps.intensity(of: step) && given.pulseCount == 1)
            bench.finish(1)
            guard step < 39 else { continue }
            let wait = steps.wait(after: step).raw / 1_000_000
            #expect(bench.run(at: at + wait - 1) <= Instant((at + wait) * 1_000_000))
            #expect(bench.commands().map(\.command) == [.intensity(steps.intensity(of: step + 1))])
            at += wait
            _ = bench.run(at: at)
        }
        #expect(bench.read().contains("steps complete: 40 of 40 begun, 40 pulses delivered"))
        _ = bench.run(at: at + 10_000)
        #expect(bench.start() == nil && bench.session.steps == nil)
    }

    @Test(
        "abort, stop, a trip and a hang-up end the steps: nothing follows",
        arguments: ["abort", "stop", "trip", "hangup"])
    func ended(how: String) {
        let bench = begun()
        #expect(bench.start() != nil)
        bench.finish(1)
        _ = bench.read()
        _ = bench.commands()
        switch how {
        case "abort": #expect(bench.say("abort").contains("aborting"))
        case "stop": bench.type("\u{18}")
        case "trip": bench.tell(Event(.state, detail: StimulatorState.discharging.rawValue, at: bench.now))
        default: bench.hangUp()
        }
        if how != "hangup" { #expect(how == "abort" || bench.read().contains("1 of 40 begun, 1 pulse delivered")) }
        _ = bench.commands()
        bench.board { $0.state = .ready }
        for second in 1...20 { _ = bench.run(at: Int64(second) * 1000) }
        #expect(!bench.commands().contains { if case .start = $0.command { true } else { false } })
        #expect(bench.session.steps == nil)
    }

    @Test("while steps are given another pattern, protocol or intensity is refused") func busy() {
        let bench = begun()
        #expect(bench.start() != nil)
        bench.finish(1)
        for line in ["pulse", "start", "set intensity 20%", "protocol load single", "check train 10Hz 5"] {
            #expect(bench.say(line).contains("the steps of a protocol are being given"), "\(line)")
        }
    }

    @Test("a pattern that ended early ends the steps") func early() {
        let bench = begun()
        #expect(bench.start() != nil)
        bench.finish(0, .tripped)
        #expect(bench.read().contains("steps ended"))
        _ = bench.run(at: 6_000)
        #expect(!bench.commands().contains { if case .start = $0.command { true } else { false } })
    }

    @Test("in json every step's end and the steps' end are told") func json() throws {
        let bench = begun(mode: .json)
        #expect(bench.start() != nil)
        let reply = try #require(objects(bench.read())?.last)
        #expect(reply["steps"] as? Int == 40 && reply["seed"] as? Int == 7)
        bench.finish(1, .aborted)
        #expect(objects(bench.read())?.contains { $0["event"] as? String == "stepsEnded" } == true)
    }
}

@Suite("check") struct CheckTests {
    @Test("the verdict, each rule's share, the tightest, and a plot that fits a terminal of 80 columns") func table() {
        let bench = armed()
        _ = bench.say("set intensity 60%")
        let text = bench.say("check train 10Hz 50 x 4 every 15s")
        let lines = text.split(separator: "\n")
        #expect(text.hasPrefix("admitted: 200 pulses at 60 % in 49.9 s"))
        #expect(lines.contains { $0.hasPrefix("  guideline not applied: no motor threshold is known") })
        #expect(lines.contains { $0.hasPrefix("  tightest ") })
        #expect(
            lines.contains {
                $0.hasPrefix("  for ever 11.5 Hz by energy; table 25 Hz, recharge 17.8 Hz, energy 11.5 Hz")
            }
        )
        #expect(lines.filter { $0.hasPrefix("  ") && $0.contains("|") }.count == 10)
        for line in lines {
            #expect(line.utf8.count <= 80 && line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "\(line)")
        }
        // Four trains and three pauses: the lowest row has them, the set-point's row is full.
        let volts = lines.filter { $0.contains(" V") && $0.contains("|") }
        #expect(volts.count == 6)
        #expect(volts.first?.split(separator: "|").last?.allSatisfy { $0 == "#" } == true)
        let low = volts.last?.split(separator: "|", omittingEmptySubsequences: false).last ?? ""
        #expect(low.split(separator: " ").count == 4, "\(low)")
    }

    @Test("a refusal says what the intensity bears, and the nearest patterns that are admitted") func refused() throws {
        let bench = armed()
        _ = bench.say("set intensity 73%")
        let text = bench.say("check train 25Hz 250")
        #expect(text.contains("refused: recharge"), "\(text)")
        #expect(text.contains("  for ever 7.8 Hz by energy; table 20.5 Hz, recharge 12.7 Hz, energy 7.8 Hz"))
        let json = armed(mode: .json)
        _ = json.say("set intensity 73%")
        let reply = try #require(objects(json.say("check train 25Hz 250"))?.first)
        let proposals = try #require(reply["proposals"] as? [[String: Any]])
        #expect(proposals.map { $0["change"] as? String } == ["slower", "weaker"])
    }

    @Test("json tells the verdict and every rule") func json() throws {
        let bench = armed(subject: measuredSubject(), mode: .json)
        _ = bench.say("set intensity 40%")
        let reply = try #require(objects(bench.say("check train 10Hz 100"))?.first)
        #expect(reply["verdict"] as? String == "needsOverride" && (reply["rules"] as? [Any])?.count == 5)
        let breach = try #require((reply["breaches"] as? [[String: Any]])?.first)
        #expect(breach["rule"] as? String == "trainLength" && breach["open"] as? Bool == true)
        #expect((breach["citation"] as? String)?.hasPrefix("Rossi") == true)
    }
}
