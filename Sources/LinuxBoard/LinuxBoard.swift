import BoardInterface
import CLinuxBoard
import StimulatorCore

/// What a board on Linux could not be had for.
public struct ClaimFault: Error, BitwiseCopyable, Hashable, Sendable {
    /// The line that is to blame; empty (zeros) when no single one is.
    public var line: LineName
    /// -errno, or one of the shim's codes (`CLINUXBOARD_NO_SUCH_LINE` ...).
    public var code: Int32

    public init(line: LineName = LineName(repeating: 0), code: Int32) {
        self.line = line
        self.code = code
    }
}

/// A board on Linux: its lines, its bus and its watchdog, each with the task that owns it. The three share nothing.
///
/// Claiming drives every output low in the request itself. Nothing is ever given back: a Pi keeps the levels of a dead owner, so no
/// destructor counts as a safety measure.
public struct LinuxBoard: BitwiseCopyable, Sendable {
    /// For the safety task.
    public var safety: SafetyLines
    /// For the guardian.
    public var guardian: GuardianLines
    /// For the sampler.
    public var bus: LinuxBus
    /// The watchdog's span, seconds, as its driver says it; 0 where there is none.
    public let watchdogSeconds: Int32
    /// Why the machine last started, as the watchdog's driver says it.
    public let bootStatus: UInt32

    /// Claims the lines, then opens the parts on the bus and, last, the watchdog, which begins to count.
    ///
    /// Only lines are demanded: a part that does not answer fails the self-test, a watchdog that is not there blocks arming, and the
    /// status stays readable.
    /// - Throws: `ClaimFault` when a line cannot be had. Outputs that were had before stay low.
    public init(_ wiring: LinuxBoardWiring, board: BoardDescription) throws(ClaimFault) {
        safety = try SafetyLines(wiring)
        let outputs = try LineGroup(.guardian, wiring)
        bus = LinuxBus(path: wiring.bus, board: board)
        let watchdog = unsafe withUnsafeBytes(of: wiring.watchdog) { path in
            unsafe clinuxboard_watchdog_open(path.cString, wiring.watchdogSeconds)
        }
        watchdogSeconds = watchdog.seconds
        bootStatus = watchdog.boot_status
        guardian = GuardianLines(outputs: outputs, watchdog: watchdog.descriptor)
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as a C string: a name or a path, which has a zero at its end.
    var cString: UnsafePointer<CChar> { unsafe baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self) }
}
