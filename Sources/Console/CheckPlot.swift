import StimulatorCore

/// The course of volts and coil temperature along a plan, in 64 columns of time: fits 80 columns, and needs nothing but ASCII.
struct CheckPlot {
    static var columns: Int { 64 }
    private static var voltRows: Int { 6 }
    private static var coilRows: Int { 4 }

    private struct Column: BitwiseCopyable {
        var low = Millivolts(Int32.max)
        var high = Millivolts.zero
        var coil = Millicelsius.zero
    }

    private var column = Fixed<64, Column>(repeating: Column())
    private let duration: Nanoseconds
    /// The columns before this one are filled.
    private var filled = 0
    private var coil: CoilModel?
    private var coilAt = Nanoseconds.zero
    private var held = Millivolts.zero

    init(duration: Nanoseconds) { self.duration = max(Nanoseconds(1), duration) }

    /// Takes the next pulse.
    mutating func add(_ sample: PulseSample) {
        let place = min(Self.columns - 1, Int(sample.time.raw / (duration.raw / Int64(Self.columns) + 1)))
        fill(upTo: place)
        column[place].low = min(column[place].low, sample.after)
        column[place].high = max(column[place].high, sample.before)
        held = sample.before
        coil = sample.coil
        coilAt = sample.time
        column[place].coil = sample.coil.caseTemperature
    }

    /// Columns without a pulse: the voltage is held, the coil evens out.
    private mutating func fill(upTo place: Int) {
        while filled < place {
            if column[filled].high == .zero {
                column[filled].low = held
                column[filled].high = held
            }
            let end = (duration.raw / Int64(Self.columns) + 1) * Int64(filled + 1)
            if var coil, end > coilAt.raw {
                coil.advance(Nanoseconds(end) - coilAt)
                column[filled].coil = coil.caseTemperature
            }
            filled += 1
        }
    }

    /// Writes the plot.
    mutating func draw(on output: inout LineOutput, limit: Millicelsius) {
        fill(upTo: Self.columns)
        var lowest = Millivolts(Int32.max)
        var highest = Millivolts.zero
        var coolest = column[0].coil
        var hottest = column[0].coil
        for index in 0..<Self.columns {
            lowest = min(lowest, column[index].low)
            highest = max(highest, column[index].high)
            coolest = min(coolest, column[index].coil)
            hottest = max(hottest, column[index].coil)
        }
        output.put("  capacitor, at worst; each column is ")
        output.put(Nanoseconds(duration.raw / Int64(Self.columns)))
        output.endLine()
        drawVolts(on: &output, lowest, highest)
        output.put("  coil's case, limit ")
        output.put(limit)
        output.endLine()
        // A coil that hardly warms is a flat line, not a mountain.
        drawCoil(on: &output, coolest, max(hottest, coolest + .celsius(2)))
        output.put("           +")
        for _ in 0..<Self.columns { output.put(UInt8(ascii: "-")) }
        output.endLine()
    }

    private func drawVolts(on output: inout LineOutput, _ lowest: Millivolts, _ highest: Millivolts) {
        let height = max(1, (Int64(highest.raw) - Int64(lowest.raw)) / Int64(Self.voltRows))
        for step in 1...Self.voltRows {
            let row = Self.voltRows - step
            let bottom = Int64(lowest.raw) + height * Int64(row)
            let top = row == Self.voltRows - 1 ? Int64(highest.raw) : bottom + height - 1
            begin(on: &output) { $0.put(Millivolts(saturating: row == Self.voltRows - 1 ? top : bottom)) }
            for index in 0..<Self.columns {
                let isIn = Int64(column[index].low.raw) <= top && Int64(column[index].high.raw) >= bottom
                output.put(isIn ? UInt8(ascii: "#") : UInt8(ascii: " "))
            }
            output.endLine()
        }
    }

    private func drawCoil(on output: inout LineOutput, _ coolest: Millicelsius, _ hottest: Millicelsius) {
        let height = max(1, (Int64(hottest.raw) - Int64(coolest.raw)) / Int64(Self.coilRows) + 1)
        for step in 1...Self.coilRows {
            let row = Self.coilRows - step
            let bottom = Int64(coolest.raw) + height * Int64(row)
            begin(on: &output) { $0.put(Millicelsius(saturating: bottom)) }
            for index in 0..<Self.columns {
                let value = Int64(column[index].coil.raw)
                output.put(value >= bottom && value < bottom + height ? UInt8(ascii: "*") : UInt8(ascii: " "))
            }
            output.endLine()
        }
    }

    private func begin(on output: inout LineOutput, _ value: (inout LineOutput) -> Void) {
        let start = output.lineLength
        output.put("  ")
        value(&output)
        output.pad(to: 11, from: start)
        output.put("|")
    }
}

extension ShellSession {
    /// The verdict on a plan, with what it asks of each rule and its course.
    mutating func show(_ verdict: Verdict, of plan: PulsePlan) {
        var plot = CheckPlot(duration: plan.duration)
        let loads = Admission.survey(plan, board: board, snapshot: snapshot) { plot.add($0) }
        let rates = SustainedRates(at: plan.strongest, board: board)
        guard mode == .human else { return output.verdictReply(verdict, of: plan, loads, rates) }
        output.verdict(verdict, of: plan, intensity: plan.strongest)
        output.loads(loads)
        guard plan.pulseCount > 1 else { return }
        output.sustained(rates)
        plot.draw(on: &output, limit: board.coilTrip - Admission.coilMargin)
    }

    /// After a refusal: what the intensity bears, so that the lowest of the rules shows.
    mutating func showAllowance(of plan: PulsePlan) {
        guard mode == .human, plan.pulseCount > 1, plan.strongest.raw >= 1, plan.strongest.raw <= 1000 else { return }
        output.sustained(SustainedRates(at: plan.strongest, board: board))
    }
}
