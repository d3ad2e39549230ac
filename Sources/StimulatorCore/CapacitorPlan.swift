/// What the charger can do: how long it takes from one voltage to another, and how soon a pulse can follow another.
public enum CapacitorPlan {
    /// Time of the constant-power charger from one voltage to another: C / 2P (V2^2 - V1^2), plus the current-limited part
    /// below P / I. Rounded up to the microsecond.
    public static func chargeTime(from low: Millivolts, to high: Millivolts, board: BoardDescription) -> Nanoseconds {
        if high <= low { return .zero }
        let capacitance = Double(board.capacitance) * 1e-9
        let power = Double(board.chargerPower.raw) / 1e3
        let current = Double(board.chargerCurrent) / 1e3
        let start = max(0, Double(low.raw) / 1e3)
        let end = Double(high.raw) / 1e3
        let knee = power / current
        var seconds = 0.0
        if start < knee { seconds += capacitance * (min(knee, end) - start) / current }
        if end > knee {
            let from = max(start, knee)
            seconds += capacitance / (2 * power) * (end * end - from * from)
        }
        return Nanoseconds(Int64(seconds * 1e6) * 1000 + 1000)
    }

    /// The shortest interval after which a pulse at `next` can follow one at `previous`: the charger waits for the sample of
    /// what the pulse left, recharges from the worst case, and a sample must prove the new voltage.
    public static func leastInterval(
        after previous: PerMille, next: PerMille, board: BoardDescription
    ) -> Nanoseconds {
        let before = Int64(board.setPoint(for: previous).raw)
        // The capacitor may stand at the lower end of the ready tolerance when the pulse is given.
        let left = before * Int64(board.residualLeast.raw - board.readyTolerance.raw) / 1000
        let charge = chargeTime(from: Millivolts(Int32(left)), to: board.setPoint(for: next), board: board)
        // The charger and the capacitor may each be 5 % off (tolerances of the parts).
        return board.sagTime + charge + charge / 10 + board.verifyTime
    }
}
