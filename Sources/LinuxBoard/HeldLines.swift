/// Every output of a board, held low by a process that runs no tasks: while there is no firmware.
///
/// The request itself drives them low. They stay so as long as the process lives.
public struct HeldLines: BitwiseCopyable, Sendable {
    private let firing: LineGroup
    private let guardian: LineGroup
    private let signals: LineGroup

    /// - Throws: `ClaimFault` for a line that cannot be had. Those that were had before stay low.
    public init(_ wiring: LinuxBoardWiring) throws(ClaimFault) {
        firing = try LineGroup(.firing, wiring)
        guardian = try LineGroup(.guardian, wiring)
        signals = try LineGroup(.signals, wiring)
    }
}
