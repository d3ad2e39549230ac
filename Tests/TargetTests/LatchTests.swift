import ControlLoop
import StimulatorCore

/// The latches' file: what was stored comes back, and what was damaged latches everything.
enum LatchTests {
    static func run(_ report: inout Report) {
        var trips = TripSet()
        trips.insert(.contactorWelded)
        let slot = LatchFile.encode(Latches().updated(to: trips))
        var whole = Fixed<64, UInt8>(repeating: 0)
        for index in 0..<LatchFile.size { whole[index] = slot[index % LatchFile.slotSize] }
        let read = LatchFile.decode(whole, count: LatchFile.size)
        report.test("latches come back from the file", read.trips == trips && read.source == .whole)
        var survives = true
        var latches = true
        for index in 0..<LatchFile.size {
            for bit in UInt8(0)..<8 {
                var damaged = whole
                damaged[index] ^= 1 << bit
                let one = LatchFile.decode(damaged, count: LatchFile.size)
                survives = survives && one.trips == trips && one.source == .oneSlot
                damaged[(index + LatchFile.slotSize) % LatchFile.size] ^= 1
                let none = LatchFile.decode(damaged, count: LatchFile.size)
                // The same bit of both slots: damaged alike, neither is whole.
                latches = latches && none.trips == Latches.everything && none.source == .unreadable
            }
        }
        report.test("a changed bit costs no latch", survives)
        report.test("a changed bit in both slots latches everything", latches)
    }
}
