import Journal
import StimulatorCore
import Testing

@Suite("the dose, recomputed from the journal") struct TallyTests {
    private let board = BoardDescription()
    private let unexpected = Trip.pulseUnexpected.rawValue

    @Test("delivered and unexpected pulses and their energy are the same after a restart") func restart() throws {
        var journal = Journal(in: Disk(), board: board)
        _ = try journal.open(at: at(0), wall: wall())
        try journal.append(pulse(0, millivolts: 1_000_000), at: at(1), wall: wall())
        try journal.append(pulse(1, millivolts: 500_000), at: at(1), wall: wall())
        try journal.append(event(.omitted, 2), at: at(1), wall: wall())
        try journal.append(event(.trip, 3, detail: unexpected), at: at(1), wall: wall())
        try journal.append(event(.trip, 4, detail: Trip.pulseMissing.rawValue), at: at(1), wall: wall())
        let before = journal.tally
        #expect(before.delivered == 2 && before.unexpected == 1 && before.pulses == 3)
        // 185 uF: 92.5 J at 1 kV, 23.125 J at 500 V, 251.831 J at 1650 V.
        #expect(before.energy == Millijoules(92_500 + 23_125 + 251_831))
        var again = Journal(in: journal.close(), board: board)
        _ = try again.open(at: at(0), wall: wall())
        #expect(again.tally == before)
    }

    @Test("H-24 pulses whose own records were lost are counted by the end of their train, once") func lostRecords()
        throws
    {
        var journal = Journal(in: Disk(), board: board)
        _ = try journal.open(at: at(0), wall: wall())
        func train(_ records: Int, of given: UInt32, from sequence: UInt64) throws {
            try journal.append(event(.trainStarted, sequence), at: at(1), wall: wall())
            for number in 0..<UInt64(records) {
                try journal.append(pulse(sequence + 1 + number, millivolts: 1_000_000), at: at(1), wall: wall())
            }
            var end = event(.trainFinished, sequence + 90, index: given)
            end.values[1] = Int64(given) * 92_500
            try journal.append(end, at: at(1), wall: wall())
        }
        try train(11, of: 40, from: 0)
        #expect(journal.tally.delivered == 40 && journal.tally.energy == Millijoules(40 * 92_500))
        try train(5, of: 5, from: 100)
        #expect(journal.tally.delivered == 45 && journal.tally.energy == Millijoules(45 * 92_500))
        // A pulse that became known after the end of its train.
        try train(0, of: 0, from: 200)
        try journal.append(pulse(291, millivolts: 1_000_000), at: at(1), wall: wall())
        try train(2, of: 2, from: 300)
        #expect(journal.tally.delivered == 48)
    }

    @Test("a voltage that no board has is held to the ceiling, and the energy saturates") func nonsense() throws {
        var journal = Journal(in: Disk(), board: board)
        _ = try journal.open(at: at(0), wall: wall())
        try journal.append(pulse(0, millivolts: .max), at: at(1), wall: wall())
        try journal.append(pulse(1, millivolts: .min), at: at(1), wall: wall())
        #expect(journal.tally.energy == board.energy(at: Ceiling.overvoltage))
    }
}
