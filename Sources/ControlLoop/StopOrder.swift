import BoardInterface
import StimulatorCore

/// The order in which a stop takes things away: the one place that says it.
///
/// FIRE and CHARGE first, by the safety task, within its step; then, by the guardian in one write, ARM (holds the one-shot in
/// reset, inhibits the charger), the bleed's hold (the bleed closes) and the heartbeat (ENABLE falls 50 ms later and takes the
/// contactor with it, should anything above have failed). Each step alone is enough for a safe board; none waits for another.
public enum StopOrder {
    /// What the safety task lowers, in its own write.
    public static var first: OutputLines { .fire | .charge }
    /// What the guardian lowers, in its own write.
    public static var second: OutputLines { .arm | .bleedHold | .heartbeat }

    /// Lowers everything that one task owns: at the start, before anything is known, and when a task gives up.
    /// - Returns: false when the board refused the write.
    public static func lower<Port: OutputLinesPort & ~Copyable>(
        _ lines: OutputLines, on board: inout Port, at now: Instant
    ) -> Bool {
        do throws(LineFault) {
            try board.set(.none, mask: lines, at: now)
            return true
        } catch {
            return false
        }
    }
}
