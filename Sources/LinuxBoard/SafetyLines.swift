import BoardInterface
import CLinuxBoard
import CSystem
import StimulatorCore

/// The safety task's lines: CHARGE and FIRE, the signals, and all inputs.
public struct SafetyLines: OutputLinesPort, InputLinesPort, BitwiseCopyable, Sendable {
    private var firing: ProvenOutputs
    private let signals: LineGroup
    private let contacts: LineGroup
    private let edges: LineGroup
    private var levels = OutputLines.none
    private var seen = clinuxboard_edges()

    init(_ wiring: LinuxBoardWiring) throws(ClaimFault) {
        firing = ProvenOutputs(try LineGroup(.firing, wiring))
        signals = try LineGroup(.signals, wiring)
        contacts = try LineGroup(.contacts, wiring)
        edges = try LineGroup(.edges, wiring)
    }

    /// Sets CHARGE and FIRE in one call, and the signals in another that comes after it and is made also when the first failed.
    public mutating func set(_ levels: OutputLines, mask: OutputLines, at now: Instant) throws(LineFault) {
        self.levels = (self.levels - mask) | (levels & mask)
        var fault: LineFault?
        do throws(LineFault) {
            try firing.set(self.levels.rawValue & 3)
        } catch { fault = error }
        do throws(LineFault) {
            try signals.set(self.levels.rawValue >> 5 & 7)
        } catch { fault = fault ?? error }
        if let fault { throw fault }
    }

    /// Reads every input, and looks whether the pins of CHARGE and FIRE have what was set.
    public mutating func read(at now: Instant) throws(LineFault) -> InputLines {
        try firing.prove()
        let contacts = try contacts.levels()
        let sensed = try edges.levels()
        // Bits 5 and 6 lie between the contacts' fifth and sixth.
        return InputLines(rawValue: contacts & 0x1F | (sensed & 3) << 5 | (contacts >> 5) << 7)
    }

    public mutating func fireSenseEdges(at now: Instant) throws(LineFault) -> EdgeCount {
        try edges.takeEdges(&seen)
        return EdgeCount(count: seen.counts.0, lastAt: seen.counts.0 == 0 ? .distantPast : Instant(seen.stamps.0))
    }

    public func moment(since began: Instant) -> Instant { max(began, Instant(csystem_now())) }

    /// Rising edges of `triggerIn`, as of the last look at the edges, which `fireSenseEdges` takes.
    public var triggerInEdges: EdgeCount {
        EdgeCount(count: seen.counts.1, lastAt: seen.counts.1 == 0 ? .distantPast : Instant(seen.stamps.1))
    }
}

/// The guardian's lines, and the watchdog.
///
/// The watchdog's magic close is never used while anything may be energised: a guardian that ends takes the heartbeat away, and 15 s later
/// the machine resets. Only an orderly end of a discharged board disarms it (`SafetyProcess`).
public struct GuardianLines: OutputLinesPort, WatchdogPort, BitwiseCopyable, Sendable {
    private var outputs: ProvenOutputs
    private var levels = OutputLines.none
    /// Below zero: the watchdog could not be opened.
    let watchdog: Int32

    init(outputs: LineGroup, watchdog: Int32) {
        self.outputs = ProvenOutputs(outputs)
        self.watchdog = watchdog
    }

    /// Sets ARM, HEARTBEAT and BLEED in one call, and says so when the pins did not have what was set before.
    public mutating func set(_ levels: OutputLines, mask: OutputLines, at now: Instant) throws(LineFault) {
        self.levels = (self.levels - mask) | (levels & mask)
        var fault: LineFault?
        do throws(LineFault) {
            try outputs.prove()
        } catch { fault = error }
        try outputs.set(self.levels.rawValue >> 2 & 7)
        if let fault { throw fault }
    }

    public mutating func pet(at now: Instant) throws(LineFault) {
        if watchdog < 0 { throw LineFault(code: -watchdog) }
        let result = clinuxboard_watchdog_pet(watchdog)
        if result < 0 { throw LineFault(code: -result) }
    }
}
