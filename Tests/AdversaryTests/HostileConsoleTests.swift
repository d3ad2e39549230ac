import ControlLoop
import SimulatedBoard
import Testing

@testable import SimulatedRig
@testable import StimulatorCore

/// Repeatable hostility (SplitMix64).
private struct Malice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }

    /// A pattern that may be refused, omitted or given.
    mutating func pattern() -> PulsePattern {
        var pattern = PulsePattern(
            intensity: PerMille(Int32(20 + below(981))),
            PatternLevel(count: UInt32(1 + below(5)), interval: .microseconds(Int64(1_000 + below(300_000)))),
            PatternLevel(count: UInt32(1 + below(4)), interval: .milliseconds(Int64(below(2_000)))))
        if below(3) == 0 {
            pattern.rampPulses = UInt32(below(12))
            pattern.rampFrom = PerMille(Int32(1 + below(1000)))
        }
        return pattern
    }

    /// What an operator may ask for, with stops so rare that trains run.
    mutating func legal() -> Command {
        switch below(40) {
        case 0: .disarm
        case 1: .stop
        case 2: .abort
        case 3: .selfTest
        case 4: .clear(nil)
        case 5: .clear(Trip(rawValue: UInt8(below(UInt64(Trip.count)))))
        case 6...9: .arm(intensity: PerMille(Int32(1 + below(1000))))
        case 10...12: .intensity(PerMille(Int32(1 + below(1000))))
        case 13...20: .start(pattern())
        default: .renew(journal: true)
        }
    }

    /// A word of a legal frame is changed.
    mutating func nearlyLegal() -> Frame {
        var frame = TokenedCommand(token: UInt32(truncatingIfNeeded: next()), legal()).frame
        frame[Int(below(8))] ^= 1 << below(64)
        return frame
    }

    mutating func garbage() -> Frame {
        var frame = Frame.empty
        for word in 0..<8 { frame[word] = below(3) == 0 ? below(12) : next() }
        return frame
    }
}

@Suite("A hostile console") struct HostileConsoleTests {
    /// Floods the ring for a while; whatever pattern the kernel runs must be one that was sent, and the checkers are told that one.
    private func flood(seed: UInt64, steps: Int) -> (sent: Int, pulses: UInt64, violation: Violation?, strange: Bool) {
        var malice = Malice(state: seed)
        let bench = Bench(seed: seed)
        bench.becomeSafe()
        bench.takeOverConsole()
        var sent = 0
        var strange = false
        var patterns = Set<PulsePattern>()
        var firstPulseAt = Instant.distantFuture
        for step in 0..<steps {
            // Quiet spells between floods let trains run.
            let isQuiet = step / 4_000 % 2 == 1
            for _ in 0..<(isQuiet ? 0 : 8) {
                let choice = malice.below(20)
                let frame: Frame
                if choice == 0 {
                    frame = TokenedCommand(token: UInt32(truncatingIfNeeded: malice.next()), malice.legal()).frame
                } else {
                    frame = choice < 10 ? malice.nearlyLegal() : malice.garbage()
                }
                if let command = TokenedCommand(frame: frame)?.command, case .start(let pattern) = command {
                    patterns.insert(pattern)
                }
                if !bench.put(frame) { break }
                sent += 1
            }
            if isQuiet, step % 100 == 0 { bench.put(.renew(journal: true)) }
            if isQuiet, step % 200 == 10, bench.rig.state == .safe {
                bench.put(.arm(intensity: PerMille(Int32(100 + malice.below(400)))))
            }
            if step % 200 == 199, bench.rig.state == .ready {
                let train = PulsePattern.train(intensity: PerMille(300), rate: .hertz(10), pulses: 40)
                patterns.insert(train)
                bench.put(.start(train))
            }
            if step % 5_000 == 4_999 { bench.turnKey() }
            bench.run(.milliseconds(1))
            let kernel = bench.rig.safety.kernel
            if kernel.firstPulseAt != firstPulseAt {
                firstPulseAt = kernel.firstPulseAt
                if firstPulseAt != .distantFuture {
                    strange = strange || !patterns.contains(kernel.train.pattern)
                    bench.rig.checkers.patternAccepted(kernel.train.pattern, firstPulseAt: firstPulseAt)
                }
            }
        }
        bench.run(.seconds(7))
        let checkers = bench.rig.checkers
        strange = strange || bench.rig.world.volts >= 60
        return (sent, checkers.wantedPulses, checkers.first, strange)
    }

    @Test("a flood of legal, nearly legal and senseless frames acts only where a command is legal, and ends discharged")
    func floods() {
        var sent = 0
        var pulses: UInt64 = 0
        for seed in UInt64(1)...4 {
            let outcome = flood(seed: seed, steps: 40_000)
            #expect(outcome.violation == nil, "seed \(seed)")
            #expect(!outcome.strange, "seed \(seed)")
            sent += outcome.sent
            pulses += outcome.pulses
        }
        #expect(sent > 50_000)
        #expect(pulses > 20)
    }

    @Test("every frame that decodes encodes to itself, and no frame traps the kernel")
    func decoding() {
        var malice = Malice(state: 3)
        var kernel = SafetyKernel(board: BoardDescription())
        var decoded = 0
        for step in 0..<300_000 {
            let frame = step % 2 == 0 ? malice.nearlyLegal() : malice.garbage()
            guard let command = TokenedCommand(frame: frame) else { continue }
            decoded += 1
            #expect(command.frame == frame)
            var inputs = KernelInputs(now: Instant(Int64(step) * 1_000_000))
            inputs.command = command
            if malice.below(3) == 0 { inputs.lines = InputLines(rawValue: UInt32(malice.below(1 << 11))) }
            let outputs = kernel.step(inputs)
            kernel.events.removeAll()
            #expect(!outputs.lines.contains(.fire))
        }
        #expect(decoded > 10_000)
    }

    @Test(
        "an impossible index drops the console for good: nothing of it acts again, and its lease runs out",
        arguments: [UInt64.max, UInt64.max / 2, 1 << 32, 33, 1000])
    func wildIndex(leap: UInt64) {
        let bench = Bench(seed: 5)
        bench.becomeSafe()
        bench.type("arm")
        bench.run(.seconds(4)) { $0.state == .ready }
        bench.takeOverConsole()
        bench.claimHead(bench.takenFrames &+ leap)
        bench.run(.milliseconds(5))
        #expect(bench.run(.seconds(2)) { !$0.state.isArmed })
        #expect(bench.rig.trips.contains(.leaseExpired))
        bench.put(.renew(journal: true))
        bench.put(.arm(intensity: PerMille(500)))
        bench.run(.seconds(6))
        #expect(bench.rig.state == .safe && bench.rig.world.volts < 60 && bench.rig.checkers.first == nil)
    }
}
