import StimulatorCore

/// What the safety side and the console side share: commands one way, events and a snapshot the other. Fixed layout, 8 KiB.
///
///     console may write    0    events taken          safety may write   4096   commands taken
///     (bytes 0 ... 4095)  64    commands sent         (4096 ... 8191)    4160   events sent
///                        128    32 command frames                        4224   32 event frames
///                                                                        6272   snapshot
///                                                                        6656   console wanted, 6720 console connected
///
/// Two pages, because two processes will share them: the console maps the first for writing and the second for reading only.
public struct ControllerPage: Sendable {
    /// Bytes that the page needs: zeroed, aligned to 64.
    public static var byteCount: Int { 8192 }
    private static var safetyWords: Int { 512 }

    private let words: SharedWords

    public init(_ words: SharedWords) { self.words = words }

    /// The commands' ring.
    public var commands: RingPlaces {
        RingPlaces(frames: words.from(16), head: words.from(8), tail: words.from(ControllerPage.safetyWords))
    }

    /// The events' ring.
    public var events: RingPlaces {
        let safety = words.from(ControllerPage.safetyWords)
        return RingPlaces(frames: safety.from(16), head: safety.from(8), tail: words)
    }

    /// Words that may be zeroed for a new console, from 0: all but those behind the snapshot.
    public static var ringWords: Int { safetyWords + 320 }
    /// Where two pages lie side by side, for one console and the next, the first says which console process the one that starts the
    /// processes wants to be met, and which one the safety task has met: numbers that count up. A new console is started when they agree.
    public var consoles: SharedWords { words.from(ControllerPage.ringWords) }
    public static var wantedWord: Int { 0 }
    public static var connectedWord: Int { 8 }

    /// The page of console process `number`, where this is the first of two that lie side by side: they take turns.
    public func page(of number: UInt64) -> ControllerPage {
        ControllerPage(words.from(number % 2 == 0 ? 0 : ControllerPage.byteCount / 8))
    }

    /// Empties the rings and the snapshot.
    public func clear() { for word in 0..<ControllerPage.ringWords { words.store(0, word) } }

    /// The snapshot.
    public var snapshot: PublishedBlock<24> { PublishedBlock(words.from(ControllerPage.safetyWords + 272)) }
}

/// What the tasks of the safety process tell each other. One writer a block.
public struct TaskPage: Sendable {
    /// Bytes that the page needs: zeroed, aligned to 64.
    public static var byteCount: Int { 1024 }

    private let words: SharedWords

    public init(_ words: SharedWords) { self.words = words }

    /// What the safety task wants, and that it is alive.
    public var safety: PublishedBlock<6> { PublishedBlock(words) }
    /// What the guardian says.
    public var guardian: PublishedBlock<3> { PublishedBlock(words.from(32)) }
    /// What the sampler has read.
    public var sampler: PublishedBlock<9> { PublishedBlock(words.from(64)) }
}
