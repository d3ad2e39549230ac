import StimulatorCore
import Supervision
import Testing

@Suite("early ends of the firmware") struct EarlyEndTests {
    private static let second: Int64 = 1_000_000_000

    /// Starts the firmware once more; what the supervisor stores comes back from the file.
    private func started(_ ends: EarlyEnds, _ cause: ResetCause) throws -> EarlyEnds {
        var next = try #require(EarlyEnds(word: ends.word))
        next.machineStarted(cause)
        return next
    }

    @Test("H-33 three crashes within a minute each stop it, two do not") func crashes() {
        var ends = EarlyEnds()
        for number in UInt8(1)...5 {
            #expect(ends.mayStart == (number <= 3))
            ends.begin()
            ends.ended(after: 8 * Self.second)
            #expect(ends.count == min(number, 3))
        }
    }

    @Test("a run of a minute forgets the ones before, whether anybody was there to see the minute or not")
    func longRun() {
        for sees in [false, true] {
            var ends = EarlyEnds()
            for _ in 0..<2 {
                ends.begin()
                ends.ended(after: 1)
            }
            ends.begin()
            if sees { ends.forget() }
            ends.ended(after: 60 * Self.second)
            #expect(ends.count == 1 && ends.mayStart)
        }
    }

    @Test("H-33 resets within the minute count like crashes: no loop of resets goes on beyond the third") func resets()
        throws
    {
        for cause in [ResetCause.reset, .untold] {
            var ends = EarlyEnds()
            var starts = 0
            while ends.mayStart && starts < 10 {
                ends.begin()
                starts += 1
                ends = try started(ends, cause)
            }
            #expect(starts == 3, "\(cause)")
        }
    }

    @Test("a crash and resets count together") func mixed() throws {
        var ends = EarlyEnds()
        ends.begin()
        ends.ended(after: Self.second)
        ends.begin()
        ends = try started(ends, .reset)
        #expect(ends.mayStart)
        ends.begin()
        ends = try started(ends, .reset)
        #expect(!ends.mayStart)
    }

    @Test("twenty power cuts in a row stop nothing where the machine tells of them; a stop outlasts one")
    func powerCuts() throws {
        var ends = EarlyEnds()
        for _ in 0..<20 {
            ends.begin()
            ends = try started(ends, .powerOn)
            #expect(ends.mayStart && ends.count == 0)
        }
        for _ in 0..<3 { ends.ended(after: 1) }
        ends = try started(ends, .powerOn)
        #expect(!ends.mayStart)
        ends.forget()
        ends = try started(ends, .powerOn)
        #expect(ends.mayStart)
    }

    @Test("a reset after the minute does not count") func lateReset() throws {
        var ends = EarlyEnds()
        ends.begin()
        ends.forget()
        ends = try started(ends, .reset)
        #expect(ends.count == 0)
    }

    @Test("words that none writes are none") func words() {
        for word in [4, 0x200, 0x104, UInt64.max] as [UInt64] { #expect(EarlyEnds(word: word) == nil, "\(word)") }
    }
}
