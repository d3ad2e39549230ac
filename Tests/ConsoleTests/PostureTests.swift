import StimulatorCore
import Testing

@testable import Console

@Suite("posture, as it is shown") struct PostureTextTests {
    private func posture(missing: [Guarantee]) -> Posture {
        var posture = Posture()
        posture.isReal = true
        posture.watchdogSeconds = 15
        posture.preemption = 3
        for guarantee in missing { posture.miss(guarantee) }
        return posture
    }

    @Test("every guarantee has a line, what is missing says what that means") func table() {
        let bench = Bench()
        bench.board { $0.posture = posture(missing: [.priority, .watchdog]) }
        let lines = bench.say("posture").split(separator: "\n")
        #expect(lines.count == Guarantee.count + 2)
        #expect(lines.filter { $0.hasPrefix("MISSING") }.count == 2)
        #expect(lines.contains("MISSING  priority: the tasks do not run at their real-time priorities"))
        #expect(lines.last == "arming is blocked by what is missing")
        bench.board { $0.posture = posture(missing: []) }
        #expect(bench.say("posture").contains("held     watchdog: 15.0 s\n"))
        bench.board { $0.posture = Posture() }
        #expect(bench.say("posture") == "a simulated board: it needs no guarantee of its machine\n")
    }

    @Test("programs get the names of what is missing, and so does the journal's event") func json() throws {
        let bench = Bench(mode: .json)
        bench.board { $0.posture = posture(missing: [.linePersistence]) }
        let reply = try #require(objects(bench.say("posture"))?.first)
        #expect(reply["missing"] as? [String] == ["linePersistence"] && reply["real"] as? Bool == true)
        bench.tell(Event(.posture, at: Instant(0), Int64(bitPattern: posture(missing: [.governor]).word)))
        let event = try #require(objects(bench.read())?.first)
        #expect(event["event"] as? String == "posture" && event["missing"] as? [String] == ["governor"])
    }
}
