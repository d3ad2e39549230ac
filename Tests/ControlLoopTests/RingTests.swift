import Foundation
import StimulatorCore
import Testing

@testable import ControlLoop

@Suite("rings of frames") struct RingTests {
    private func frame(_ number: UInt64) -> Frame {
        var frame = Frame.empty
        for word in 0..<8 { frame[word] = number &* 8 &+ UInt64(word) }
        return frame
    }

    private func places(_ memory: PageMemory) -> RingPlaces { ControllerPage(memory.words).commands }

    @Test("frames come out whole and in order, many times round the ring") func wrapAround() {
        let memory = PageMemory()
        var producer = FrameProducer(places(memory))
        var consumer = FrameConsumer(places(memory))
        var random = Seeded(1)
        var (sent, taken) = (UInt64(0), UInt64(0))
        for _ in 0..<20_000 {
            if random.next() % 2 == 0 {
                if producer.send(frame(sent)) { sent += 1 }
            } else if let got = consumer.take() {
                #expect(got == frame(taken))
                taken += 1
            }
            #expect(sent - taken <= RingPlaces.capacity)
        }
        #expect(taken > 5_000 && !consumer.isPoisoned)
    }

    @Test("a full ring drops and counts, keeps what it has, and works again when there is room") func full() {
        let memory = PageMemory()
        var producer = FrameProducer(places(memory))
        var consumer = FrameConsumer(places(memory))
        for number in 0..<UInt64(40) {
            let fits = producer.send(frame(number))
            #expect(fits == (number < 32))
        }
        #expect(producer.dropped == 8)
        for number in 0..<UInt64(32) {
            let got = consumer.take()
            #expect(got == frame(number))
        }
        let nothing = consumer.take()
        #expect(nothing == nil)
        let fits = producer.send(frame(99))
        let last = consumer.take()
        #expect(fits && last == frame(99))
    }

    @Test("what is not vital leaves the reserve free, what is vital fills it") func reserve() {
        let memory = PageMemory()
        var producer = FrameProducer(places(memory))
        for number in 0..<UInt64(48) { producer.send(frame(number), vital: number >= 32) }
        #expect(producer.dropped == 16)
        var consumer = FrameConsumer(places(memory))
        var got: [Frame] = []
        while let frame = consumer.take() { got.append(frame) }
        #expect(got == (Array(0..<16) + Array(32..<48)).map { frame($0) })
    }

    @Test(
        "H-24 a new peer gets what the old one left unread, whatever its index says",
        arguments: [0, 5, 20, 40, UInt64.max])
    func resend(tail: UInt64) {
        let (old, new) = (PageMemory(), PageMemory())
        var producer = FrameProducer(places(old))
        var first = FrameConsumer(places(old))
        for number in 0..<UInt64(20) { producer.send(frame(number)) }
        for _ in 0..<3 { _ = first.take() }
        places(old).tail.store(tail, 0)
        var other = FrameProducer(places(new))
        producer.resend(to: &other)
        var second = FrameConsumer(places(new))
        var got: [Frame] = []
        while let frame = second.take() { got.append(frame) }
        // An index that cannot be counts as nothing read.
        #expect(got == ((tail > 20 ? 0 : tail)..<20).map { frame($0) })
    }

    @Test("H-18 an impossible head poisons the peer for good; a possible one is only data") func hostileHead() {
        var random = Seeded(2)
        for _ in 0..<3_000 {
            let memory = PageMemory()
            var producer = FrameProducer(places(memory))
            var consumer = FrameConsumer(places(memory))
            for number in 0..<(random.next() % 5) { producer.send(frame(number)) }
            while consumer.take() != nil {}
            let head: UInt64 = [0, .max, 1 << 63, 33, 64, random.next(), random.next() % 40][Int(random.next() % 7)]
            let tail = places(memory).tail.load(0)
            places(memory).head.store(head, 0)
            var taken: UInt64 = 0
            while consumer.take() != nil { taken += 1 }
            let waiting = head &- tail
            #expect(taken == (waiting <= 32 ? waiting : 0))
            #expect(consumer.isPoisoned == (waiting > 32))
            if consumer.isPoisoned {
                places(memory).head.store(tail &+ 1, 0)
                let after = consumer.take()
                #expect(after == nil)
            }
        }
    }

    @Test("H-18 whatever the peer's tail says, a producer never writes outside its ring and never traps")
    func hostileTail() {
        let memory = PageMemory()
        let ring = places(memory)
        var producer = FrameProducer(ring)
        var random = Seeded(3)
        for _ in 0..<5_000 {
            ring.tail.store([0, .max, 1 << 63, random.next(), producer.dropped][Int(random.next() % 5)], 0)
            producer.send(frame(random.next()))
        }
        // The events' ring and the snapshot lie behind: untouched.
        let controller = ControllerPage(memory.words)
        #expect((0..<256).allSatisfy { controller.events.frames.load($0) == 0 })
        #expect(controller.snapshot.version == 0)
        #expect(producer.dropped > 0)
    }

    @Test("the two rings and the snapshot share no word, and each side writes only its own page") func layout() {
        let memory = PageMemory()
        let controller = ControllerPage(memory.words)
        var commands = FrameProducer(controller.commands)
        for _ in 0..<32 { commands.send(Frame(repeating: .max)) }
        #expect((512..<1024).allSatisfy { memory.words.load($0) == 0 })
        var taken = FrameConsumer(controller.commands)
        while taken.take() != nil {}
        #expect((513..<1024).allSatisfy { memory.words.load($0) == 0 } && memory.words.load(512) == 32)
        let console = (0..<512).map { memory.words.load($0) }
        var events = FrameProducer(controller.events)
        for _ in 0..<32 { events.send(Frame(repeating: 1)) }
        controller.snapshot.publish(Fixed(repeating: 7))
        #expect((0..<512).map { memory.words.load($0) } == console)
        var heard = FrameConsumer(controller.events)
        var count = 0
        while let frame = heard.take() {
            #expect(frame == Frame(repeating: 1))
            count += 1
        }
        #expect(count == 32 && memory.words.load(0) == 32)
        #expect(controller.snapshot.read() == Fixed(repeating: 7))
    }

    @Test("two threads: every frame arrives once, whole and in order") func threads() {
        let memory = PageMemory()
        let total: UInt64 = 100_000
        let ring = places(memory)
        let sender = Thread {
            var producer = FrameProducer(ring)
            var number: UInt64 = 0
            while number < total {
                var frame = Frame.empty
                for word in 0..<8 { frame[word] = number &* 8 &+ UInt64(word) }
                if producer.send(frame) { number += 1 } else { sched_yield() }
            }
        }
        sender.start()
        var consumer = FrameConsumer(ring)
        var next: UInt64 = 0
        var wrong = 0
        while next < total {
            guard let got = consumer.take() else {
                sched_yield()
                continue
            }
            if got != frame(next) { wrong += 1 }
            next += 1
        }
        #expect(wrong == 0 && !consumer.isPoisoned)
    }

    @Test("H-18 two threads: a page that is scribbled on while it is read gives frames of its own ring, or nothing")
    func scribbled() {
        let memory = PageMemory()
        let ring = places(memory)
        let flags = PageMemory()
        let over = flags.words
        let scribbler = Thread {
            var random = Seeded(4)
            while over.load(0) == 0 {
                // Each word tells its place, so that a read beside it would show.
                let place = random.next() % 256
                ring.frames.store(place << 56 | random.next() >> 8, Int(place))
                if random.next() % 16 == 0 { ring.head.store(ring.tail.load(0) &+ random.next() % 33, 0) }
                if random.next() % 512 == 0 { ring.head.store(random.next(), 0) }
            }
            over.store(1, 1)
        }
        for place in 0..<256 { ring.frames.store(UInt64(place) << 56, place) }
        scribbler.start()
        var (taken, poisoned, misplaced) = (0, 0, 0)
        while taken < 100_000 || poisoned < 10 {
            var consumer = FrameConsumer(ring)
            var number = ring.tail.load(0)
            while !consumer.isPoisoned {
                guard let got = consumer.take() else {
                    sched_yield()
                    continue
                }
                let slot = number % RingPlaces.capacity * 8
                if (0..<8).contains(where: { got[$0] >> 56 != slot + UInt64($0) }) { misplaced += 1 }
                number &+= 1
                taken += 1
            }
            let after = consumer.take()
            #expect(after == nil)
            poisoned += 1
        }
        over.store(1, 0)
        while over.load(1) == 0 { sched_yield() }
        #expect(misplaced == 0)
        withExtendedLifetime((memory, flags)) {}
    }
}
