import ControlLoop
import StimulatorCore
import Testing

@Suite("the latch file") struct LatchFileTests {
    private let old = Latches().updated(to: TripSet())
    private var new: Latches {
        var trips = TripSet()
        trips.insert(.pulseUnexpected)
        trips.insert(.contactorWelded)
        return old.updated(to: trips)
    }

    /// A file with these two slots.
    private func file(_ first: Fixed<32, UInt8>?, _ second: Fixed<32, UInt8>?) -> Fixed<64, UInt8> {
        var bytes = Fixed<64, UInt8>(repeating: 0)
        for index in 0..<32 {
            if let first { bytes[index] = first[index] }
            if let second { bytes[32 + index] = second[index] }
        }
        return bytes
    }

    @Test("an empty file is a new board: nothing is latched") func neverWritten() {
        #expect(LatchFile.decode(file(nil, nil), count: 0) == Latches())
    }

    @Test("every set of lockouts comes back from a whole file") func roundTrip() {
        for bits in 0..<UInt64(1) << 4 {
            let latches = old.updated(to: TripSet(bits: bits << UInt64(Trip.dischargeFailed.rawValue)))
            let slot = LatchFile.encode(latches)
            #expect(LatchFile.decode(file(slot, slot), count: 64) == latches)
        }
    }

    @Test("the bytes on disk are fixed") func golden() {
        let slot = LatchFile.encode(new)
        let text = (0..<32).map { String(slot[$0] >> 4, radix: 16) + String(slot[$0] & 15, radix: 16) }.joined()
        #expect(text == "504b4c4154434831" + "0200000000000000" + "0000001800000000" + "ade1e8faf0a2ecda")
    }

    @Test("zeros, ones and a page of noise are unreadable: every lockout is latched")
    func unreadable() {
        for byte in UInt8.min...UInt8.max {
            let found = LatchFile.decode(Fixed(repeating: byte), count: 64)
            #expect(found.source == .unreadable)
            #expect(found.trips == Latches.everything)
        }
        for trip in [Trip.dischargeFailed, .pulseUnexpected, .contactorWelded, .enableStuck] {
            #expect(Latches.everything.contains(trip))
        }
    }

    @Test("any changed byte, in any way: a finished update is never lost") func everyByteChanged() {
        let slot = LatchFile.encode(new)
        for index in 0..<64 {
            for change in UInt8(1)...UInt8.max {
                var bytes = file(slot, slot)
                bytes[index] ^= change
                let found = LatchFile.decode(bytes, count: 64)
                #expect(found.source == .oneSlot && found.trips == new.trips && found.sequence == new.sequence)
            }
        }
    }

    @Test("a change in both slots, at any byte of each, latches everything") func bothChanged() {
        let slot = LatchFile.encode(new)
        for first in 0..<32 {
            for second in 32..<64 {
                var bytes = file(slot, slot)
                bytes[first] ^= 0x10
                bytes[second] ^= 0x10
                #expect(LatchFile.decode(bytes, count: 64).trips == Latches.everything)
            }
        }
    }

    @Test("a file cut at any byte keeps the finished update or latches everything") func everyCut() {
        let slot = LatchFile.encode(new)
        for count in 1..<64 {
            let found = LatchFile.decode(file(slot, slot), count: count)
            #expect(found.trips == (count < 32 ? Latches.everything : new.trips))
            #expect(found.source == (count < 32 ? .unreadable : .oneSlot))
        }
    }

    @Test("power lost at any byte of an update leaves the old latches until the first slot is whole, then the new ones")
    func tornUpdate() {
        let before = LatchFile.encode(old)
        let after = LatchFile.encode(new)
        for written in 0...64 {
            var bytes = file(before, before)
            for index in 0..<written { bytes[index] = after[index % 32] }
            let found = LatchFile.decode(bytes, count: 64)
            #expect(found.trips == (written < 32 ? old.trips : new.trips))
            let atRest = bytes == file(before, before) || bytes == file(after, after)
            #expect(found.source == (atRest ? .whole : .oneSlot))
        }
    }

    @Test("two whole slots that contradict each other latch everything") func contradiction() {
        let first = LatchFile.encode(new)
        let second = LatchFile.encode(Latches(TripSet(), sequence: new.sequence))
        #expect(LatchFile.decode(file(first, second), count: 64).trips == Latches.everything)
    }
}
