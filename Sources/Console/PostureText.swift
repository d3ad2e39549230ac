import StimulatorCore

/// What the machine gives to the board, for people and for programs.
extension LineOutput {
    /// The event, in one line.
    mutating func posture(_ posture: Posture) {
        put("posture: ")
        guard posture.missingBits != 0 else {
            put("nothing is missing")
            return postureFacts(posture)
        }
        put("arming is blocked, missing:")
        for raw in 1...UInt8(Guarantee.count) {
            guard let guarantee = Guarantee(rawValue: raw), posture.isMissing(guarantee) else { continue }
            put(" ")
            put(guarantee.name)
        }
        postureFacts(posture)
    }

    private mutating func postureFacts(_ posture: Posture) {
        put("; watchdog ")
        put(Nanoseconds.seconds(Int64(posture.watchdogSeconds)))
        put(", boot status ")
        put(Int64(posture.bootStatus))
        put(", kernel ")
        put(posture.preemptionName)
    }

    /// One line a guarantee.
    mutating func postureTable(_ posture: Posture) {
        guard posture.isReal else {
            put("a simulated board: it needs no guarantee of its machine")
            return endLine()
        }
        for raw in 1...UInt8(Guarantee.count) {
            guard let guarantee = Guarantee(rawValue: raw) else { continue }
            put(posture.isMissing(guarantee) ? "MISSING  " : "held     ")
            put(guarantee.name)
            if posture.isMissing(guarantee) {
                put(": ")
                put(guarantee.missing)
            } else if guarantee == .watchdog {
                put(": ")
                put(Nanoseconds.seconds(Int64(posture.watchdogSeconds)))
            }
            endLine()
        }
        put("kernel   ")
        put(posture.preemptionName)
        put("; boot status ")
        put(Int64(posture.bootStatus))
        endLine()
        put(posture.missingBits == 0 ? "arming is not blocked" : "arming is blocked by what is missing")
        endLine()
    }

    mutating func postureReply(_ posture: Posture) {
        openReply(.posture)
        postureFields(posture)
        endObjectLine()
    }

    mutating func postureFields(_ posture: Posture) {
        field("real", posture.isReal)
        openList("missing")
        for raw in 1...UInt8(Guarantee.count) {
            guard let guarantee = Guarantee(rawValue: raw), posture.isMissing(guarantee) else { continue }
            element(guarantee.name)
        }
        closeList()
        field("watchdogSeconds", Int64(posture.watchdogSeconds))
        field("bootStatus", Int64(posture.bootStatus))
        field("preemption", posture.preemptionName)
    }
}

extension Posture {
    /// The kernel's preemption model, as kernels name it.
    var preemptionName: StaticString {
        switch preemption {
        case 0: "no preemption"
        case 1: "voluntary or dynamic preemption"
        case 2: "PREEMPT"
        default: "PREEMPT_RT"
        }
    }
}

extension Guarantee {
    /// The name, the same in text, in JSON and in the journal's listing.
    var name: StaticString {
        switch self {
        case .priority: "priority"
        case .lockedMemory: "lockedMemory"
        case .touchedStacks: "touchedStacks"
        case .ownCPU: "ownCPU"
        case .latency: "latency"
        case .unthrottled: "unthrottled"
        case .governor: "governor"
        case .watchdog: "watchdog"
        case .linePersistence: "linePersistence"
        case .preemption: "preemption"
        }
    }

    /// What it means that it is missing.
    var missing: StaticString {
        switch self {
        case .priority: "the tasks do not run at their real-time priorities"
        case .lockedMemory: "the memory is not locked"
        case .touchedStacks: "the tasks' stacks are not locked"
        case .ownCPU: "the safety task has no CPU of its own"
        case .latency: "the CPUs may sleep deeply: /dev/cpu_dma_latency is not held"
        case .unthrottled: "the kernel or the firmware holds real-time threads back"
        case .governor: "a CPU lowers its frequency: its governor is not performance"
        case .watchdog: "no watchdog with a span of at most 15 s"
        case .linePersistence:
            "what the kernel says of the lines of an ended program is not the board file's lines.after_exit"
        case .preemption: "the kernel is not PREEMPT_RT"
        }
    }
}
