import StimulatorCore

/// The coil's two nodes, winding and case, in air: the exact solution of
///
///     winding' = -a (winding - case)          case' = b (winding - case) - c (case - air)
///
/// as the sum of two decaying modes, each (1, k) exp(rate t) in (winding, case) above air.
struct Coil: BitwiseCopyable, Hashable {
    private let air: Double
    private let windingCapacity: Double
    private let fastRate: Double
    private let slowRate: Double
    private let fastCase: Double
    private let slowCase: Double
    private(set) var since: Instant
    private(set) var fast = 0.0
    private(set) var slow = 0.0

    /// A coil at the temperature of the air.
    init(board: BoardDescription, at now: Instant) {
        air = Double(board.ambient.raw) * 1e-3
        windingCapacity = Double(board.windingHeatCapacity) * 1e-3
        let a = 1e9 / Double(board.windingTimeConstant.raw)
        let b = a * Double(board.windingHeatCapacity) / Double(board.caseHeatCapacity)
        let c = 1e9 / Double(board.caseTimeConstant.raw)
        let sum = a + b + c
        let root = ExactMath.squareRoot(sum * sum - 4 * a * c)
        fastRate = -(sum + root) / 2
        slowRate = -(sum - root) / 2
        fastCase = (fastRate + a) / a
        slowCase = (slowRate + a) / a
        since = now
    }

    /// Puts `joules` into the winding at `now`.
    mutating func heat(_ joules: Double, at now: Instant) {
        let elapsed = seconds(now)
        fast *= ExactMath.exp(fastRate * elapsed)
        slow *= ExactMath.exp(slowRate * elapsed)
        since = now
        let rise = joules / windingCapacity
        fast += -slowCase * rise / (fastCase - slowCase)
        slow += fastCase * rise / (fastCase - slowCase)
    }

    /// The case at `now`, degrees Celsius.
    func caseTemperature(at now: Instant) -> Double {
        if fast == 0 && slow == 0 { return air }
        let elapsed = seconds(now)
        return air + fastCase * fast * ExactMath.exp(fastRate * elapsed)
            + slowCase * slow * ExactMath.exp(slowRate * elapsed)
    }

    /// The winding at `now`, degrees Celsius.
    func windingTemperature(at now: Instant) -> Double {
        let elapsed = seconds(now)
        return air + fast * ExactMath.exp(fastRate * elapsed) + slow * ExactMath.exp(slowRate * elapsed)
    }

    /// A moment before the last pulse counts as that pulse's: the case does not jump.
    private func seconds(_ now: Instant) -> Double { now <= since ? 0 : Double(now.raw - since.raw) * 1e-9 }

    func hash(into history: inout HistoryHash) {
        history.add(UInt64(bitPattern: since.raw))
        history.add(fast.bitPattern)
        history.add(slow.bitPattern)
    }
}
