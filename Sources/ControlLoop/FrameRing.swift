import StimulatorCore

/// Where a ring's parts lie: its frames, the producer's index and the consumer's index, each in a region that its owner may
/// write. Indexes count frames since the start and are 64 bytes apart from anything else.
public struct RingPlaces: Sendable {
    public let frames: SharedWords
    public let head: SharedWords
    public let tail: SharedWords
    public init(frames: SharedWords, head: SharedWords, tail: SharedWords) {
        self.frames = frames
        self.head = head
        self.tail = tail
    }
    /// Frames in every ring.
    public static var capacity: UInt64 { 32 }
    /// Places that only what must not be lost may take: a stop, its reason and its outcome, some of each.
    public static var reserve: UInt64 { 16 }
}

/// The writing end of a ring of frames: one producer, one consumer, no lock. Keeps its own index and believes nothing it reads.
public struct FrameProducer: Sendable {
    private let places: RingPlaces
    private var head: UInt64
    /// Frames that did not fit.
    public private(set) var dropped: UInt64 = 0

    /// Goes on where the index in memory stands: at 0 in fresh memory, or where a process that died left off.
    public init(_ places: RingPlaces) {
        self.places = places
        head = places.head.load(0)
    }

    /// Sends again, through another ring, what the peer of this one has not taken.
    public func resend(to other: inout FrameProducer) {
        // The peer's index is not to be believed: at most a whole ring is unread.
        let unread = min(head &- places.tail.load(0), min(head, RingPlaces.capacity))
        for number in (head - unread)..<head {
            let slot = Int(number % RingPlaces.capacity) * 8
            var frame = Frame.empty
            for word in 0..<8 { frame[word] = places.frames.load(slot + word) }
            other.send(frame)
        }
    }

    /// Appends a frame. A full ring, or an impossible index of the peer, drops and counts it; what is not `vital` leaves the ring's
    /// reserve free.
    @discardableResult public mutating func send(_ frame: Frame, vital: Bool = true) -> Bool {
        let waiting = head &- places.tail.load(0)
        guard waiting < (vital ? RingPlaces.capacity : RingPlaces.capacity - RingPlaces.reserve) else {
            dropped &+= 1
            return false
        }
        let slot = Int(head % RingPlaces.capacity) * 8
        for word in 0..<8 { places.frames.store(frame[word], slot + word) }
        head &+= 1
        places.head.store(head, 0)
        return true
    }
}

/// The reading end of a ring of frames. A frame is read once into a local; an impossible index drops the peer for good.
public struct FrameConsumer: Sendable {
    private let places: RingPlaces
    private var tail: UInt64
    /// The peer's index was impossible: nothing from it is believed any more.
    public private(set) var isPoisoned = false

    /// Goes on where the index in memory stands: at 0 in fresh memory, or where a process that died left off.
    public init(_ places: RingPlaces) {
        self.places = places
        tail = places.tail.load(0)
    }

    /// Leaves what waits: a process that starts does not do what an earlier one was asked.
    public mutating func skip() {
        tail = places.head.load(0)
        places.tail.store(tail, 0)
    }

    /// The next frame; nil when none waits.
    @inline(__always) public mutating func take() -> Frame? {
        let waiting = places.head.load(0) &- tail
        return waiting == 0 || isPoisoned ? nil : take(of: waiting)
    }

    private mutating func take(of waiting: UInt64) -> Frame? {
        guard waiting <= RingPlaces.capacity else {
            isPoisoned = true
            return nil
        }
        let slot = Int(tail % RingPlaces.capacity) * 8
        var frame = Frame.empty
        for word in 0..<8 { frame[word] = places.frames.load(slot + word) }
        tail &+= 1
        places.tail.store(tail, 0)
        return frame
    }
}
