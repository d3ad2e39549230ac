import BoardFile
import Journal
import SimulatedBoard
import StimulatorCore
import Testing

@testable import SimulatedRig
@testable import stim

/// What soaks have found, each as the shortest story that shows it. The seed stands for the run that found it.
@Suite("What soaks have found")
struct SoakFindings {
    /// A bench after its self-test, the key on; with `armed`, charged to an intensity in per cent.
    private func withBench(
        seed: UInt64 = 1, board: BoardDescription = BoardImage.simulated.description, armed intensity: Int? = nil,
        _ body: (inout SoakBench) throws -> Void
    ) throws {
        try withRig(seed: seed, board: board) { rig in
            var bench = SoakBench(rig: rig, keepsAll: true)
            bench.run(for: .seconds(6))
            try #require(bench.rig.state == .safe)
            bench.perform(.hand(.key, on: true))
            bench.run(for: .milliseconds(30))
            if let intensity { try arm(&bench, intensity) }
            try body(&bench)
            #expect(bench.rig.checkers.first == nil)
        }
    }

    private func arm(_ bench: inout SoakBench, _ intensity: Int) throws {
        bench.perform(.line("set intensity \(intensity)%"))
        bench.perform(.line("arm"))
        bench.run(for: .seconds(2))
        try #require(bench.rig.state == .ready, "\(bench.history.map(\.text))")
    }

    private func clear(_ bench: inout SoakBench) {
        for on in [false, true] {
            bench.perform(.hand(.key, on: on))
            bench.run(for: .milliseconds(30))
        }
        bench.perform(.line("clear"))
        bench.run(for: .milliseconds(200))
    }

    @Test("seed 2: a key that is turned off while charged trips keyRemoved and nothing else") func oneTrip() throws {
        try withBench(armed: 60) { bench in
            bench.perform(.hand(.key, on: false))
            bench.run(for: .seconds(5))
            #expect(bench.newTrips == TripSet(bits: 1 << UInt64(Trip.keyRemoved.rawValue)))
            #expect(bench.rig.state == .safe)
        }
    }

    @Test("seed 24: a door that opens as the board arms trips interlockOpen and nothing else") func doorWhileArming()
        throws
    {
        try withBench { bench in
            bench.perform(.line("arm"))
            while bench.rig.state != .arming { bench.run(for: .milliseconds(1)) }
            bench.perform(.hand(.interlock, on: false))
            bench.run(for: .seconds(1))
            #expect(bench.newTrips == TripSet(bits: 1 << UInt64(Trip.interlockOpen.rawValue)))
        }
    }

    @Test("seed 4: a hang-up while the status is watched ends the watch, not the time") func watchedHangUp() throws {
        try withBench(armed: 20) { bench in
            bench.perform(.line("watch on"))
            bench.run(for: .seconds(2))
            bench.perform(.hangUp)
            bench.run(for: .seconds(3))
            #expect(!bench.rig.state.isArmed)
        }
    }

    @Test("seed 4: a pattern that the kernel refuses because one runs is not what its pulses are judged by")
    func secondPattern() throws {
        try withBench(armed: 25) { bench in
            bench.perform(.line("train 10Hz 8"))
            bench.run(for: .milliseconds(3))
            bench.perform(.line("train 13Hz 20"))
            bench.run(for: .seconds(2))
            #expect(bench.rig.checkers.wantedPulses == 8)
        }
    }

    @Test(
        "seed 5: a console that was killed and started again reaches the safety side",
        arguments: [FaultComponent.consoleProcess, .safetyProcess])
    func restart(component: FaultComponent) throws {
        try withBench(armed: 30) { bench in
            bench.perform(.fault(component, .killed, after: .zero, lasting: .milliseconds(150)))
            bench.run(for: .seconds(12))
            clear(&bench)
            try #require(bench.rig.state == .safe)
            try arm(&bench, 30)
        }
    }

    @Test("seed 7: a disk that was off is written again when it is back") func diskComesBack() throws {
        try withBench(armed: 20) { bench in
            bench.perform(.fault(.disk, .off, after: .zero, lasting: .seconds(3)))
            bench.perform(.line("pulse"))
            bench.run(for: .seconds(6))
            #expect(bench.newTrips.contains(.journalFailed))
            clear(&bench)
            try arm(&bench, 20)
            #expect(bench.rig.verifyJournal()?.damage == nil)
        }
    }

    @Test("seed 57: pulses after a leap of the software's clock are judged in the world's time") func clockLeap() throws
    {
        try withBench { bench in
            bench.perform(.fault(.clock, .jump, after: .zero, lasting: .milliseconds(1)))
            bench.run(for: .seconds(7))
            clear(&bench)
            try arm(&bench, 30)
            bench.perform(.line("train 10Hz 5"))
            bench.run(for: .seconds(1))
            #expect(bench.rig.checkers.wantedPulses == 5)
        }
    }

    @Test("seed 92: a pulse whose proof a stop cuts short stands in the journal") func stopBeforeProof() throws {
        try withBench(armed: 40) { bench in
            bench.perform(.line("train 10Hz 5"))
            while bench.rig.state != .firing { bench.run(for: .milliseconds(1)) }
            bench.perform(.press([0x18]))
            bench.run(for: .seconds(1))
            #expect(bench.rig.checkers.wantedPulses == 1)
            #expect(bench.rig.journalTally.delivered == 1)
        }
    }

    @Test("seed 2: an intensity below the arming second's set-point is reached through the bleed") func weakest() throws
    {
        var board = BoardImage.simulated.description
        board.minimumVoltage = .volts(33)
        try withBench(board: board) { bench in
            bench.perform(.line("set intensity 2%"))
            bench.perform(.line("arm"))
            bench.run(for: .seconds(4))
            #expect(bench.newTrips.isEmpty, "\(bench.history.map(\.text))")
            #expect(bench.rig.state == .ready)
        }
    }

    @Test("seed 11376: software that freezes with FIRE up does not raise it again as it thaws") func thaw() throws {
        try withBench(armed: 30) { bench in
            bench.perform(.line("pulse"))
            while bench.rig.world.pulses.count == 0 { bench.rig.run(until: bench.rig.nextWake) }
            bench.perform(.fault(.software, .frozenAtWorst, after: .zero, lasting: .milliseconds(7)))
            bench.run(for: .seconds(1))
            #expect(bench.rig.world.pulses.count == 1)
        }
    }

    @Test("seed 2012: a set-point that is lowered while the charger is passing it is no runaway", arguments: 20...40)
    func loweredInPassing(milliseconds: Int64) throws {
        try withBench { bench in
            bench.perform(.line("set intensity 49%"))
            bench.perform(.line("arm"))
            while bench.rig.state != .charging { bench.run(for: .microseconds(500)) }
            bench.run(for: .milliseconds(milliseconds))
            bench.perform(.line("set intensity 20%"))
            bench.run(for: .seconds(2))
            #expect(bench.newTrips.isEmpty, "\(bench.history.map(\.text))")
            #expect(bench.rig.state == .ready)
        }
    }

    @Test("seed 5291: a train that waits for a lower voltage begins when the bleed is open, and omits nothing")
    func turnedDown() throws {
        try withBench(seed: 7, armed: 60) { bench in
            for intensity in stride(from: 56, to: 8, by: -3) {
                bench.perform(.line("set intensity \(intensity)%"))
                bench.perform(.line("train 5Hz 2"))
                bench.run(for: .seconds(3))
            }
            #expect(bench.omissions == 0, "\(bench.history.map(\.text))")
            #expect(bench.rig.checkers.wantedPulses == 32)
        }
    }

    @Test("seed 14632: a FIRE line that comes free after its entry gives no late pulse", arguments: 3...9)
    func fireComesFree(hundreds: Int64) throws {
        try withBench(armed: 57) { bench in
            bench.perform(.line("pulse"))
            while bench.rig.safety.kernel.firstPulseAt == .distantFuture { bench.run(for: .microseconds(100)) }
            let end = bench.rig.safety.kernel.firstPulseAt - bench.rig.now + .microseconds(hundreds * 100)
            bench.perform(.fault(.fireLine, .stuckLow, after: .zero, lasting: end))
            bench.run(for: .seconds(1))
            #expect(bench.rig.checkers.unwantedPulses == 0)
        }
    }

    @Test("seed 25707: `arm` as a discharge ends at 60 V meets the last samples' noise, and no runaway")
    func armedAtTheEndOfADischarge() throws {
        for seed in UInt64(1)...40 {
            try withBench(seed: seed, armed: 30) { bench in
                bench.perform(.line("disarm"))
                while bench.rig.state != .safe { bench.run(for: .milliseconds(1)) }
                bench.perform(.line("arm"))
                bench.run(for: .seconds(6))
                let isReady = bench.newTrips.isEmpty && bench.rig.state == .ready
                #expect(isReady, "seed \(seed): \(bench.history.map(\.text))")
            }
        }
    }

    @Test("a power cut loses what was not on the medium, and the journal is whole") func powerCut() throws {
        try withBench(armed: 30) { bench in
            bench.perform(.line("train 10Hz 10"))
            bench.run(for: .milliseconds(500))
            bench.perform(.fault(.power, .off, after: .zero, lasting: .seconds(2)))
            bench.run(for: .seconds(10))
            #expect(bench.rig.state == .safe)
            #expect(bench.rig.verifyJournal()?.damage == nil)
        }
    }
}
