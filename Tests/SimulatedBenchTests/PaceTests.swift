import StimulatorCore
import Testing

@testable import SimulatedBench

@Suite("Virtual time and the wall clock")
struct PaceTests {
    @Test(
        "on a punctual host the two clocks stay in step, whatever the wall clock's zero",
        arguments: [0, -7, Int64.max / 4])
    func punctual(zero: Int64) {
        var pace = Pace(wall: zero, now: Instant(1_000))
        for step in 1...1_000 {
            let elapsed = Int64(step) * 5_000_000
            let now = Instant(1_000 + elapsed - 5_000_000)
            #expect(pace.target(wall: zero + elapsed, now: now) == Instant(1_000 + elapsed))
        }
        #expect(pace.wall(at: Instant(1_000)) == zero)
    }

    @Test("virtual time never runs ahead of the wall, never back, and never jumps by more than the catch-up")
    func anyHost() {
        let seed: UInt64 = 20_260_101
        var random = SplitMix(state: seed)
        var pace = Pace(wall: 0, now: Instant(0))
        var wall: Int64 = 0
        var now = Instant(0)
        for _ in 0..<20_000 {
            wall += Int64(random.next() % 4 == 0 ? random.next() % 3_000_000_000 : random.next() % 6_000_000)
            let target = pace.target(wall: wall, now: now)
            #expect(target.raw <= wall && target >= now && target - now <= Pace.mostBehind, "seed \(seed)")
            now = target
        }
    }

    @Test("what a host lost beyond the catch-up is lost for good")
    func heldUp() {
        var pace = Pace(wall: 0, now: Instant(0))
        let after = pace.target(wall: 10_000_000_000, now: Instant(0))
        #expect(after == Instant(0) + Pace.mostBehind)
        #expect(pace.target(wall: 10_001_000_000, now: after) == after + .milliseconds(1))
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

@Suite("When a line of a script has come to its end")
struct SettlingTests {
    private func millisecond(_ count: Int64) -> Instant { Instant(0) + .milliseconds(count) }

    @Test("at rest and silent for 20 ms: then, and not before")
    func silence() {
        var settling = Settling(at: millisecond(0))
        settling.heard(at: millisecond(5))
        #expect(settling.judge(at: millisecond(24), state: .safe, trainTotal: 0) == .moving)
        #expect(settling.judge(at: millisecond(25), state: .safe, trainTotal: 0) == .atRest)
    }

    @Test("a train is waited for, however long it takes")
    func train() {
        var settling = Settling(at: millisecond(0))
        for second in 0..<Int64(7_200) {
            let now = millisecond(second * 1_000)
            #expect(
                settling.judge(at: now, state: second % 2 == 0 ? .recovering : .ready, trainTotal: 6_000) == .moving)
        }
        #expect(settling.judge(at: millisecond(7_200_000), state: .ready, trainTotal: 0) == .atRest)
    }

    @Test(
        "a board on its way is waited for 15 s, and is then stuck",
        arguments: [.selfTest, .arming, .charging, .firing, .recovering, .discharging] as [StimulatorState])
    func stuck(state: StimulatorState) {
        var settling = Settling(at: millisecond(0))
        #expect(settling.judge(at: millisecond(15_000), state: state, trainTotal: 0) == .moving)
        #expect(settling.judge(at: millisecond(15_001), state: state, trainTotal: 0) == .stuck)
    }

    @Test("a console that speaks of its own accord is not waited for")
    func watching() {
        var settling = Settling(at: millisecond(0))
        for now in Int64(1)..<1_000 {
            settling.heard(at: millisecond(now))
            #expect(settling.judge(at: millisecond(now), state: .ready, trainTotal: 0) == .moving)
        }
        settling.heard(at: millisecond(1_000))
        #expect(settling.judge(at: millisecond(1_000), state: .ready, trainTotal: 0) == .atRest)
    }
}
