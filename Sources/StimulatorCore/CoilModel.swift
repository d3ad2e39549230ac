/// Two-node heat model of the coil: winding and case, the case against air.
///
/// Each pulse warms the winding at once; heat then flows to the case with the winding's time constant and to the air with the
/// case's. A step of any length is exact: two linear equations decay with two rates, a fast one that evens the nodes out and a
/// slow one to the air (a test compares with small steps).
public struct CoilModel: BitwiseCopyable, Hashable, Sendable {
    /// Kelvin above air.
    public private(set) var winding: Double
    public private(set) var caseRise: Double
    /// How much warmer than the case the winding is; 0 when it is not.
    public private(set) var windingExcess = Millicelsius.zero
    private let air: Double
    private let windingShare: Double
    private let heat: Double
    /// What each kelvin between the nodes does to the winding and to the case, and each kelvin above air to the case, per second.
    private let windingRate: Double
    private let fillRate: Double
    private let caseRate: Double
    private let fast: Double
    private let slow: Double

    /// Starts with the case at the measured temperature and the winding so much above it; a coil colder than the air counts as warm as
    /// the air.
    public init(board: BoardDescription, measured: Millicelsius, windingExcess: Millicelsius = .zero) {
        air = Double(board.ambient.raw) / 1000
        let rise = max(0, Double(measured.raw) / 1000 - air)
        winding = rise + Double(windingExcess.raw) / 1000
        caseRise = rise
        let windingCapacity = Double(board.windingHeatCapacity)
        let caseCapacity = Double(board.caseHeatCapacity)
        windingShare = windingCapacity / (windingCapacity + caseCapacity)
        heat = Double(board.coilHeatPerFullPulse.raw) / windingCapacity
        windingRate = 1e9 / Double(board.windingTimeConstant.raw)
        fillRate = windingRate * windingCapacity / caseCapacity
        caseRate = 1e9 / Double(board.caseTimeConstant.raw)
        // The eigenvalues of the two equations; the slow one by the product, which loses no digits.
        let sum = windingRate + fillRate + caseRate
        fast = (sum + ExactMath.squareRoot(sum * sum - 4 * windingRate * caseRate)) / 2
        slow = windingRate * caseRate / fast
        noteExcess()
    }

    /// The case's temperature.
    public var caseTemperature: Millicelsius { temperature(rise: caseRise) }

    /// What the case cannot exceed if no further pulse comes: both nodes at their common temperature, nothing lost to the air.
    public var mixedTemperature: Millicelsius {
        temperature(rise: winding * windingShare + caseRise * (1 - windingShare))
    }

    private mutating func noteExcess() {
        windingExcess = Millicelsius(Int32(max(0, min(1_000_000, (winding - caseRise) * 1000))))
    }

    /// The case's peak with no further pulse. It is at most the mixed temperature; where that is above `limit`, the model is followed
    /// for three winding time constants.
    public func peak(above limit: Millicelsius) -> Millicelsius {
        if mixedTemperature <= limit { return max(caseTemperature, mixedTemperature) }
        var coil = self
        var peak = coil.caseTemperature
        let step = Nanoseconds(Int64(1e9 / windingRate / 8))
        for _ in 0..<24 {
            coil.advance(step)
            peak = max(peak, coil.caseTemperature)
        }
        return peak
    }

    private func temperature(rise: Double) -> Millicelsius {
        Millicelsius(Int32(max(-256_000, min(1_000_000, (rise + air) * 1000))))
    }

    /// One pulse: the winding warms with the square of the intensity.
    public mutating func pulse(at intensity: PerMille) {
        let part = Double(intensity.raw) / 1000
        winding += heat * part * part
        noteExcess()
    }

    /// Time passes.
    public mutating func advance(_ time: Nanoseconds) {
        if time.raw <= 0 { return }
        let seconds = Double(time.raw) / 1e9
        let quick = ExactMath.exp(-seconds * fast)
        let lasting = ExactMath.exp(-seconds * slow)
        let windingSlope = -windingRate * (winding - caseRise)
        let caseSlope = fillRate * (winding - caseRise) - caseRate * caseRise
        let windingPart = -(windingSlope + slow * winding) / (fast - slow)
        let casePart = -(caseSlope + slow * caseRise) / (fast - slow)
        winding = windingPart * quick + (winding - windingPart) * lasting
        caseRise = casePart * quick + (caseRise - casePart) * lasting
        noteExcess()
    }
}
