import CSystem
import SimulatedRig
import StimulatorCore
import SystemIO

extension SimulatedRig: LineEnd {}

/// The simulated rig in step with the wall clock, its console on its lines.
public struct PacedBench: ~Copyable {
    /// How far virtual time moves at once: short for a person, long enough that an idle rig costs the host next to nothing.
    private static var stride: Nanoseconds { .milliseconds(5) }

    private var rig: SimulatedRig
    private var lines: ChannelLines
    private var pace: Pace

    /// Starts pacing now.
    public init(rig: consuming SimulatedRig, lines: consuming ChannelLines) {
        pace = Pace(wall: csystem_now(), now: rig.now)
        self.rig = rig
        if lines.hasWire { self.rig.openWire() }
        self.lines = lines
    }

    /// Runs until the operator quits, a signal comes, or the line ends for good.
    ///
    /// When the line has ended, the console's last answers are given, the line is hung up, and what the board then does to
    /// become safe is run at full speed: nobody is there to watch it.
    public consuming func run() {
        while csystem_signal() == 0 {
            let stop = max(rig.nextWake, rig.now + PacedBench.stride)
            let timeout = Nanoseconds(pace.wall(at: stop) - csystem_now())
            lines.exchange(with: &rig, timeout: max(.zero, timeout))
            rig.run(until: pace.target(wall: csystem_now(), now: rig.now))
            if lines.hasQuit { break }
            if lines.hasEnded { return finish() }
        }
        lines.drain(&rig)
    }

    private consuming func finish() {
        lines.drain(&rig)
        var bench = FastBench(rig: rig, listener: EchoListener(descriptor: lines.output))
        bench.awaitAnswer()
        bench.hangUp()
        bench.settle()
        bench.listener.flush()
    }
}
