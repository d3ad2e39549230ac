import StimulatorCore
import Testing

@testable import Console

@Suite("the lease") struct LeaseTests {
    /// The moments, in milliseconds, at which renewals leave the session when it is run at every wake, up to `end`.
    private func renewals(_ bench: Bench, until end: Int64) -> [Int64] {
        var moments: [Int64] = []
        while bench.now <= Instant(end * 1_000_000) {
            let next = bench.session.run(at: bench.now)
            while let command = bench.session.takeCommand() {
                if case .renew = command.command { moments.append(bench.now.raw / 1_000_000) }
            }
            if next <= bench.now || next > Instant(end * 1_000_000) { break }
            bench.now = next
        }
        return moments
    }

    @Test("a line on which no byte came holds no lease") func silentLine() {
        let bench = Bench()
        #expect(renewals(bench, until: 5_000).isEmpty)
        #expect(bench.run(at: 0) == .distantFuture)
    }

    @Test("a byte holds the lease for 60 s, renewed every 250 ms") func person() {
        let bench = Bench()
        bench.type("\n")
        let moments = renewals(bench, until: 120_000)
        #expect(moments.first == 0)
        #expect(moments.last == 59_750)
        #expect(moments.count == 240)
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 == 250 })
    }

    @Test(
        "an armed board without a key for 60 s is disarmed by the shell, which says why; a disarmed one is left alone")
    func idle() {
        for state in [StimulatorState.ready, .safe] {
            let bench = Bench()
            bench.type("\n")
            bench.board { $0.state = state }
            _ = renewals(bench, until: 59_999)
            #expect(bench.read().isEmpty)
            _ = bench.run(at: 60_000)
            let isArmed = state.isArmed
            #expect(bench.next() == (isArmed ? .disarm : nil))
            #expect(bench.read() == (isArmed ? "no key for 60.0 s: disarming\n" : ""))
            _ = bench.run(at: 60_010)
            #expect(bench.next() == nil && bench.read().isEmpty)
        }
    }

    @Test("the renewal goes out ahead of the command that the key was for") func ahead() {
        let bench = Bench()
        bench.session.journalHealth(true)
        bench.type("arm\n")
        #expect(bench.next() == .renew(journal: true))
        #expect(bench.next() == .arm(intensity: PerMille(300)))
    }

    @Test("a running pattern is not idle") func pattern() {
        let bench = Bench()
        bench.type("\n")
        bench.board { $0.trainTotal = 6000 }
        #expect(renewals(bench, until: 200_000).last == 200_000)
    }

    @Test("H-17 on a line that does not show who is there, a running pattern is no sign of life; a key or `renew` is")
    func threeWires() {
        let bench = Bench()
        bench.session.isThreeWire = true
        bench.type("\n")
        bench.board {
            $0.trainTotal = 6000
            $0.state = .ready
        }
        #expect(renewals(bench, until: 59_999).last == 59_750)
        _ = bench.run(at: 60_000)
        #expect(bench.next() == .disarm)
        #expect(bench.read() == "no key for 60.0 s: disarming\n")
        bench.type("\n")
        #expect(renewals(bench, until: 200_000).last == 119_750)
        bench.type("renew\n")
        while bench.next() != nil {}
        bench.now = Instant(300_000_000_000)
        #expect(renewals(bench, until: 400_000).isEmpty && bench.next() == nil, "the program is asked, not the shell")
    }

    @Test("who starts a long pattern on such a line is told to press a key; a short one needs none")
    func threeWiresTold() {
        for (line, isTold) in [("train 1Hz 100", true), ("train 1Hz 10", false)] {
            let bench = Bench()
            bench.session.isThreeWire = true
            bench.board { $0.state = .ready }
            #expect(bench.say(line).contains("press a key every 60.0 s meanwhile") == isTold)
        }
    }

    @Test("the journal's health goes with every renewal") func journal() {
        let bench = Bench()
        bench.type("\n")
        #expect(bench.next() == .renew(journal: false))
        bench.session.journalHealth(true)
        _ = bench.run(at: 250)
        #expect(bench.next() == .renew(journal: true))
    }

    @Test("a hang-up disarms at once, and nothing is renewed until a byte comes") func hangUp() {
        let bench = Bench()
        bench.type("arm\nset intens")
        bench.hangUp()
        #expect(bench.next() == .disarm)
        #expect(bench.next() == nil)
        bench.board { $0.trainTotal = 10 }
        #expect(renewals(bench, until: 10_000).isEmpty)
        bench.type("ity 50%\n")
        #expect(renewals(bench, until: 10_000).first == 0)
        #expect(bench.read().contains("unknownCommand"), "the half line from before is forgotten")
    }

    @Test("a program that renews takes the lease over, until it changes the mode") func program() {
        let bench = Bench(mode: .json)
        #expect(bench.say("renew").contains("\"ok\":true"))
        #expect(renewals(bench, until: 10_000).isEmpty)
        bench.now = Instant(400_000_000)
        bench.type("renew\n")
        #expect(bench.next() == .renew(journal: false))
        bench.type("mode json\n")
        #expect(renewals(bench, until: 10_000).first == 650)
    }

    @Test("bytes of any kind count as a key") func anyByte() {
        let bench = Bench()
        bench.type("\n")
        bench.now = Instant(59_000_000_000)
        bench.session.receive(0xFF, at: bench.now)
        #expect(renewals(bench, until: 200_000).last == 118_750)
    }
}
