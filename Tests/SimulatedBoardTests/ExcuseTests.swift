import SimulatedBoard
import StimulatorCore
import Testing

/// What a checker lets pass because nothing could prevent it, and how little that is.
@Suite("what the checkers excuse") struct ExcuseTests {
    private let board = BoardDescription()

    /// A charged, armed bench, its checkers, and what a test does with them.
    private func story(volts: Double = 825, _ body: (inout Bench, inout Checkers) -> Void) -> Checkers {
        var bench = Bench(volts: volts) { $0.residual = 0.9999 }
        var checkers = Checkers(board: board)
        bench.raise(.arm | .heartbeat | .bleedHold)
        bench.beat(.milliseconds(10))
        bench.world.operate(.key, on: true, at: bench.now)
        checkers.armed(at: bench.now)
        body(&bench, &checkers)
        bench.beat(.milliseconds(1))
        checkers.observe(&bench.world, at: bench.now)
        return checkers
    }

    /// FIRE rises by itself, now, for 100 us.
    private func chatter(_ mode: FaultMode = .intermittent, _ bench: inout Bench, _ checkers: inout Checkers) {
        bench.inject(Fault(.fireLine, mode, from: bench.now, until: bench.now + .microseconds(100)))
        bench.wait(.microseconds(100))
        checkers.observe(&bench.world, at: bench.now)
    }

    @Test("a thyristor that triggers itself is excused once; what FIRE does meanwhile is not") func selfTrigger() {
        for fires in [false, true] {
            let checkers = story { bench, _ in
                bench.inject(Fault(.thyristor, .selfTrigger, from: bench.now))
                bench.beat(.milliseconds(5))
                if fires { bench.fire() }
            }
            #expect(checkers.excusedPulses == 1)
            #expect((checkers.first?.kind == .unwantedPulse) == fires)
        }
    }

    @Test(
        "a FIRE pin that rises by itself is excused while CHARGE is up and 3 ms longer, not where ARM has no reason"
    )
    func charging() {
        for mode in [FaultMode.intermittent, .stuckHigh] {
            let stories: [(isCharging: Bool, wait: Int64, isSeen: Bool)] = [
                (true, 0, false), (true, 3_000, false), (true, 3_001, true), (false, 0, true),
            ]
            for (isCharging, wait, isSeen) in stories {
                let checkers = story { bench, checkers in
                    if isCharging { bench.raise(.charge) }
                    bench.beat(.milliseconds(20))
                    if wait > 0 { bench.lower(.charge) }
                    bench.beat(.microseconds(wait))
                    chatter(mode, &bench, &checkers)
                }
                #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(mode) \(isCharging) \(wait)")
                #expect(checkers.excusedPulses + checkers.unwantedPulses == 1)
            }
        }
    }

    @Test(
        "a FIRE line that is broken later in its fault excuses nothing when it stays up: only its beginning is an edge"
    )
    func stuckHigh() {
        let checkers = story { bench, checkers in
            bench.lower(.arm)
            bench.inject(Fault(.fireLine, .stuckHigh, from: bench.now, until: bench.now + .milliseconds(10)))
            bench.beat(.milliseconds(20))
            bench.raise(.arm | .charge)
            bench.beat(.milliseconds(1))
            bench.inject(Fault(.fireLine, .stuckHigh, from: bench.now + .milliseconds(5)))
            bench.fire()
            bench.beat(.milliseconds(20))
            checkers.observe(&bench.world, at: bench.now)
        }
        #expect(checkers.unwantedPulses == 1 && checkers.excusedPulses == 1)
    }

    @Test(
        "around an entry of the pattern chatter is excused from 12 ms before it to 8 ms after it, unless the pattern ended"
    )
    func aroundEntries() {
        let train = PulsePattern.train(intensity: PerMille(500), rate: .hertz(10), pulses: 2)
        let stories: [(at: Int64, isEnded: Bool, isSeen: Bool)] = [
            (-12_001, false, true), (-12_000, false, false), (-300, false, false), (7_900, false, false),
            (8_100, false, true), (50_000, false, true), (89_000, false, false), (89_000, true, true),
            (8_000, true, false),
            (108_100, false, true), (107_900, false, false),
        ]
        for (at, isEnded, isSeen) in stories {
            let checkers = story { bench, checkers in
                let first = bench.now + .milliseconds(20)
                checkers.patternAccepted(train, firstPulseAt: first)
                for entry in [Int64(0), 100_000] where entry < at {
                    bench.beat(first + .microseconds(entry) - bench.now)
                    bench.fire()
                    checkers.observe(&bench.world, at: bench.now)
                    if isEnded { checkers.stopped(at: bench.now) }
                    if isEnded { break }
                }
                bench.beat(first + .microseconds(at) - bench.now)
                chatter(.intermittent, &bench, &checkers)
            }
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(at) us, ended \(isEnded)")
        }
    }

    @Test("chatter has to be detected within 10 ms: 3 ms later ARM is down, and current is a violation")
    func detected() {
        for (wait, isSeen) in [(Int64(12_900), false), (13_100, true)] {
            let checkers = story { bench, checkers in
                bench.raise(.charge)
                chatter(.intermittent, &bench, &checkers)
                bench.beat(.microseconds(wait - 100))
                chatter(.intermittent, &bench, &checkers)
            }
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(wait)")
        }
    }

    @Test("chatter after a stop is a violation, also while CHARGE is still up") func afterStop() {
        for (wait, isSeen) in [(Int64(2_900), false), (3_100, true)] {
            let checkers = story { bench, checkers in
                bench.raise(.charge)
                checkers.tripped(at: bench.now)
                bench.beat(.microseconds(wait))
                chatter(.intermittent, &bench, &checkers)
            }
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(wait)")
        }
    }

    @Test("in the arming second ARM is up by itself: below 50 V chatter is excused for 6 s, at 50 V it is not")
    func proof() {
        for (volts, wait, isSeen) in [(49.0, Int64(0), false), (49, 5_900, false), (49, 6_100, true), (51, 0, true)] {
            let checkers = story(volts: volts) { bench, checkers in
                bench.beat(.milliseconds(wait))
                chatter(.intermittent, &bench, &checkers)
            }
            #expect((checkers.first?.kind == .unwantedPulse) == isSeen, "\(volts) V, \(wait) ms")
        }
    }

    // MARK: Strength

    /// One pulse of a pattern at 825 V, half of the maximum, under a fault.
    private func strength(_ pattern: PulsePattern, _ fault: (FaultComponent, FaultMode, age: Int64)? = nil) -> Checkers
    {
        story { bench, checkers in
            // A little is lost before the bleed is open; what the divider tells moves nothing.
            if let fault {
                bench.inject(Fault(fault.0, fault.1, from: bench.now + .microseconds(9_900 - fault.age)))
            }
            bench.beat(.microseconds(9_900))
            checkers.patternAccepted(pattern, firstPulseAt: bench.now)
            bench.fire()
        }
    }

    @Test("a pulse at its time but of another strength is seen, and how far off is judged entry by entry along a ramp")
    func wrongStrength() {
        // 3 % and 2 V are 16 per mille.
        for (perMille, isSeen) in [(500, false), (490, false), (465, true), (530, true)] as [(Int32, Bool)] {
            let checkers = strength(.single(intensity: PerMille(perMille)))
            #expect((checkers.first?.kind == .wrongStrength) == isSeen, "\(perMille)")
            #expect(checkers.wantedPulses == 1)
        }
        for (from, isSeen) in [(500, false), (300, true)] as [(Int32, Bool)] {
            var ramp = PulsePattern.single(intensity: PerMille(900))
            ramp.rampPulses = 2
            ramp.rampFrom = PerMille(from)
            #expect((strength(ramp).first?.kind == .wrongStrength) == isSeen, "\(from)")
        }
    }

    @Test("a strength that nobody could know is excused upwards to 10 %, one that a fault just moved as far as it can")
    func unseenStrength() {
        let stories: [(Int32, FaultComponent, FaultMode, age: Int64, isSeen: Bool)] = [
            (460, .voltageDivider, .wrong, 9_900, false), (445, .voltageDivider, .wrong, 10_100, true),
            (530, .voltageDivider, .wrong, 10_100, true), (460, .setPointDAC, .wrong, 10_100, false),
            (460, .setPointDAC, .stuck, 10_100, true), (460, .lampLine, .stuckHigh, 5_000, true),
            (430, .charger, .slow, 5_000, false), (430, .charger, .slow, 10_100, true),
            (515, .charger, .slow, 5_000, false), (530, .charger, .slow, 5_000, true),
        ]
        for (perMille, component, mode, age, isSeen) in stories {
            let checkers = strength(.single(intensity: PerMille(perMille)), (component, mode, age))
            #expect(
                (checkers.first?.kind == .wrongStrength) == isSeen, "\(perMille) \(component.name) \(mode.name) \(age)")
        }
    }
}
