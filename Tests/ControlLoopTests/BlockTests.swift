import Foundation
import StimulatorCore
import Testing

@testable import ControlLoop

@Suite("published blocks") struct BlockTests {
    @Test("what was published is read, and each publication counts once") func readBack() {
        let memory = PageMemory()
        let block = PublishedBlock<24>(memory.words)
        #expect(block.read() == Fixed(repeating: 0) && block.version == 0)
        for number in UInt64(1)...100 {
            block.publish(Fixed(repeating: number))
            #expect(block.read() == Fixed(repeating: number) && block.version == number)
        }
    }

    @Test("H-18 a block whose writer stays inside is not read: the caller keeps what it had") func torn() {
        let memory = PageMemory()
        let block = PublishedBlock<6>(memory.words)
        block.publish(Fixed(repeating: 5))
        for version: UInt64 in [3, 7, .max, 1 << 63 | 1] {
            memory.words.store(version, 0)
            memory.words.store(9, 3)
            #expect(block.read() == nil)
        }
        // A writer that starts again after it died inside makes the block whole.
        block.publish(Fixed(repeating: 6))
        #expect(block.read() == Fixed(repeating: 6))
        memory.words.store(.max - 1, 0)
        block.publish(Fixed(repeating: 8))
        #expect(block.read() == Fixed(repeating: 8))
    }

    @Test("every report of the tasks comes back from its block, and noise is a report that nobody trusts")
    func reports() {
        var random = Seeded(4)
        for _ in 0..<2_000 {
            var safety = SafetyReport()
            safety.ticks = random.next()
            safety.tickAt = Instant(Int64(bitPattern: random.next()))
            safety.wantsHeartbeat = random.next() % 2 == 0
            safety.wantsBleedOpen = random.next() % 2 == 0
            safety.wantsArm = random.next() % 2 == 0
            safety.setPoint = Millivolts(Int32(truncatingIfNeeded: random.next()))
            safety.lastFireAt = Instant(Int64(bitPattern: random.next()))
            #expect(SafetyReport(safety.block) == safety)
            let guardian = GuardianReport(
                at: Instant(Int64(bitPattern: random.next())), permits: random.next() % 2 == 0,
                armIsUp: random.next() % 2 == 0, outputFailed: random.next() % 2 == 0,
                watchdogFailed: random.next() % 2 == 0, stalls: UInt32(truncatingIfNeeded: random.next()))
            #expect(GuardianReport(guardian.block) == guardian)
            var sampler = SamplerReport()
            sampler.voltage = Reading(
                Millivolts(Int32(truncatingIfNeeded: random.next())),
                takenAt: Instant(Int64(bitPattern: random.next())),
                quality: Quality(rawValue: UInt8(random.next() % 4)) ?? .none)
            sampler.coilB.value = Millicelsius(Int32(truncatingIfNeeded: random.next()))
            sampler.setPointHeld = Millivolts(Int32(truncatingIfNeeded: random.next()))
            sampler.partsIdentified = random.next() % 2 == 0
            #expect(SamplerReport(sampler.block(runs: random.next())) == sampler)
        }
        var noise = Fixed<9, UInt64>(repeating: 0)
        noise[0] = 0xFF << 32
        #expect(SamplerReport(noise).voltage.quality == .failed)
    }

    @Test("two threads: no block is ever torn") func threads() {
        let memory = PageMemory()
        let block = PublishedBlock<24>(memory.words)
        let words = memory.words
        let writer = Thread {
            let block = PublishedBlock<24>(words)
            for number in UInt64(1)...60_000 { block.publish(Fixed(repeating: number)) }
        }
        writer.start()
        var (torn, whole, last) = (0, 0, UInt64(0))
        while last < 60_000 {
            guard let read = block.read() else { continue }
            whole += 1
            if (1..<24).contains(where: { read[$0] != read[0] }) || read[0] < last { torn += 1 }
            last = read[0]
        }
        #expect(torn == 0 && whole > 0)
    }

    @Test("lateness falls into classes of powers of two, and none is lost") func histogram() {
        var histogram = LatenessHistogram()
        for microseconds in [Int64(0), 1, 2, 3, 4, 255, 256, 16_383, 16_384, 1_000_000_000] {
            histogram.add(.microseconds(microseconds))
        }
        histogram.add(Nanoseconds(.min))
        histogram.add(Nanoseconds(.max))
        #expect((0..<16).reduce(UInt64(0)) { $0 + histogram.counts[$1] } == 12)
        #expect(histogram.counts[0] == 2 && histogram.counts[1] == 1 && histogram.counts[2] == 2)
        #expect(histogram.counts[8] == 1 && histogram.counts[9] == 1 && histogram.counts[15] == 3)
        #expect(histogram.worst == Nanoseconds(.max))
    }
}
