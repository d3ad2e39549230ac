import StimulatorCore

/// Judges when what a line of a script began has come to its end: the console has said its last word, the board is in a
/// state that it does not leave by itself, and no train runs.
public struct Settling: BitwiseCopyable, Sendable {
    public enum Verdict: UInt8, BitwiseCopyable, Sendable {
        case moving = 0
        case atRest = 1
        /// For `longestMove` on the way from one state to the next: no healthy board is.
        case stuck = 2
    }

    /// A console that has been silent so long has answered.
    public static var silence: Nanoseconds { .milliseconds(20) }
    /// A console that speaks so long speaks of its own accord (`watch`), and is not waited for.
    public static var longestSpeech: Nanoseconds { .seconds(1) }
    /// Longest time in selfTest, arming, charging or discharging without a train: three times the board's discharge time.
    public static var longestMove: Nanoseconds { .seconds(15) }

    private let began: Instant
    private var heardAt: Instant
    private var restedAt: Instant
    /// When the board was last seen on its way, or a train running.
    private var movedAt: Instant

    /// Begins with a line given, or a board started, at `now`.
    public init(at now: Instant) {
        began = now
        heardAt = now
        restedAt = now
        movedAt = now
    }

    /// The console said something.
    public mutating func heard(at now: Instant) { heardAt = now }

    /// - Parameter trainTotal: pulses of the running train, 0 when none runs.
    public mutating func judge(at now: Instant, state: StimulatorState, trainTotal: UInt32) -> Verdict {
        if trainTotal > 0 || isRest(state) { restedAt = now }
        if now - restedAt > Settling.longestMove { return .stuck }
        if trainTotal > 0 || !isRest(state) { movedAt = now }
        let answered = now - heardAt >= Settling.silence || now - began >= Settling.longestSpeech
        // What the board has just come to, the console is still to tell.
        return answered && now - movedAt >= Settling.silence ? .atRest : .moving
    }

    private func isRest(_ state: StimulatorState) -> Bool {
        switch state {
        case .safe, .ready, .faulted: true
        case .selfTest, .arming, .charging, .firing, .recovering, .discharging: false
        }
    }
}
