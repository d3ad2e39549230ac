import CLinuxBoard
import CReference
import CSystem
import ControlLoop
import LinuxBoard

/// A thread that meets edges as the safety task's does: SCHED_FIFO 80, touched stack, locked memory, timers that are not put off.
@safe struct EdgePace {
    /// Whose loop meets the edges.
    enum Way: UInt64 { case reference = 1, firmware = 2 }

    /// From being asked to the first edge.
    fileprivate static let lead: Int64 = 5_000_000
    fileprivate static let priority: Int32 = 80

    private let seat: EdgeSeat
    private let latency: Int32

    /// Starts the thread.
    /// - Throws: `SystemFailure` when the machine does not give real time: not root.
    init(capacity: Int, interval: Int64) throws {
        try check(clinuxboard_lock_memory(), "locking memory (start as root)")
        latency = clinuxboard_hold_latency()
        try check(clinuxboard_sharp_timers(), "timers")
        guard let memory = unsafe csystem_map(64 + capacity * 16) else {
            throw SystemFailure(attempt: "memory for the edges", code: ENOMEM)
        }
        seat = unsafe EdgeSeat(memory, capacity: capacity, interval: interval)
        let had = unsafe clinuxboard_thread(meetEdges, memory, EdgePace.priority, -1)
        try check(had, "a thread")
        guard Int(had) & CLINUXBOARD_HAS_PRIORITY != 0 else {
            throw SystemFailure(attempt: "real-time priority (start as root)", code: EPERM)
        }
    }

    /// Meets as many edges as there is room for, and counts how late each was.
    func meet(_ way: Way, into histogram: inout WideHistogram) throws {
        seat.words.store(way.rawValue, EdgeSeat.asked)
        while seat.words.load(EdgeSeat.asked) != 0 { _ = csystem_sleep_until(csystem_now() + 2_000_000) }
        try check(Int64(bitPattern: seat.words.load(EdgeSeat.result)), "sleeping")
        for index in 0..<seat.capacity { unsafe histogram.add(seat.late[index]) }
    }
}

/// What the two threads share: what is asked (0 for nothing), what came of it, and how late the edges were met.
@safe private struct EdgeSeat {
    static let asked = 0
    static let result = 1

    let words: SharedWords
    let late: UnsafeMutablePointer<Int64>
    var capacity: Int { Int(words.load(2)) }
    private var interval: Int64 { Int64(bitPattern: words.load(3)) }
    /// How long is spun before each edge: up to 10 us less than the firmware's 200 us, the same for both loops. On a machine that counts
    /// instructions a wake-up takes as long as the last one, and where a loop's turns fall would be the luck of one number: over 10 us
    /// there are more than a hundred turns.
    private var spins: UnsafeMutablePointer<Int64> { unsafe late + capacity }

    init(_ memory: UnsafeMutableRawPointer, capacity: Int, interval: Int64) {
        unsafe self.init(memory)
        words.store(UInt64(capacity), 2)
        words.store(UInt64(bitPattern: interval), 3)
        // Spread evenly, whatever the number of edges: steps of the golden section.
        for index in 0..<capacity { unsafe spins[index] = TaskWait.spin - Int64(index) * 6_181 % 10_000 }
    }

    init(_ memory: UnsafeMutableRawPointer) {
        words = unsafe SharedWords(memory)
        unsafe late = (memory + 64).assumingMemoryBound(to: Int64.self)
    }

    func meet(_ way: EdgePace.Way) -> Int64 {
        let first = csystem_now() + EdgePace.lead
        switch way {
        case .reference:
            return Int64(unsafe reference_edges(first, interval, spins, Int32(capacity), late))
        case .firmware:
            var edge = first
            for index in 0..<capacity {
                let met = unsafe TaskWait.until(edge, isEdge: true, spin: spins[index])
                if met < 0 { return met }
                unsafe late[index] = met - edge
                edge += interval
            }
            return 0
        }
    }
}

/// The thread's entry point. A file-scope function: a closure handed to C would inherit its actor and crash on the new thread.
private func meetEdges(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let seat = unsafe EdgeSeat(context)
    while true {
        guard let way = EdgePace.Way(rawValue: seat.words.load(EdgeSeat.asked)) else {
            _ = csystem_sleep_until(csystem_now() + 1_000_000)
            continue
        }
        let result = seat.meet(way)
        seat.words.store(UInt64(bitPattern: result), EdgeSeat.result)
        seat.words.store(0, EdgeSeat.asked)
    }
}
