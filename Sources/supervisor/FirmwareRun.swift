import BoardFile
import BoardInterface
import CLinuxBoard
import CSupervisor
import CSystem
import FirmwareUpdate
import StimulatorCore
import Supervision
import SystemIO

/// The firmware: started, judged, started again.
extension Machine {
    /// How a run of the firmware ended.
    private enum End {
        /// By itself.
        case byItself
        /// The supervisor ended it: what was on trial had not passed its self-test.
        case onPurpose
    }

    /// An orderly end waits for a discharged board: 20 s at most, and some more for what the console has to write. Nanoseconds.
    private static var longestEnd: Int64 { 25_000_000_000 }

    /// Starts the firmware, and starts it again, until it has ended early too often. Never returns.
    mutating func serve() {
        while ends.mayStart {
            take(.console)
            guard let board = choose() else { return hold(.noFirmware) }
            ends.begin()
            file.store(ends.word)
            let begun = csystem_now()
            let process = start(board)
            if process < 0 { return hold(.noFirmware) }
            let end = wait(for: process, since: begun)
            if end == .onPurpose {
                ends.forget()
            } else {
                ends.ended(after: csystem_now() - begun)
                endTrial(.crashed)
                line.say("the firmware ended", count: ends.count, of: EarlyEnds.limit)
            }
            file.store(ends.word)
            _ = csystem_sleep_until(csystem_now() + 500_000_000)
        }
        hold(.crashes)
    }

    /// Copies the firmware of the chosen slot to where it is started from.
    /// - Returns: the path of the board file that goes with it; nil when the firmware could not be copied.
    private mutating func choose() -> FixedText<128>? {
        var slot = UpdateSlot.factory
        var said = Fixed<4, UpdateOutcome>(repeating: .nothing)
        var count = 0
        if let chosen = updates?.start({ outcome in
            if count < 4 { said[count] = outcome }
            count += 1
        }) {
            slot = chosen
        }
        for index in 0..<min(count, 4) { tell(said[index]) }
        let firmware = path(of: .firmware, in: slot, factory: "/bin/stimd")
        let copied = unsafe firmware.withCString { unsafe csupervisor_program($0, cString("/run/stimd")) }
        if copied < 0 {
            line.say("the firmware cannot be copied to where it is started from", code: copied)
            return nil
        }
        return path(of: .board, in: slot, factory: "/board/board.bin")
    }

    private mutating func path(of part: BundlePart, in slot: UpdateSlot, factory: StaticString) -> FixedText<128> {
        if updates?.state.has(part, in: slot) == true { return Machine.folders.path(of: .part(part, slot)) }
        var path = FixedText<128>()
        path.add(factory)
        return path
    }

    private mutating func start(_ board: FixedText<128>) -> Int32 {
        _ = unsafe csupervisor_remove(cString("/run/verdict"))
        var slots = FixedText<32>()
        Spelling.number(Int64(bitPattern: updates?.state.word ?? 0)) { _ = slots.append($0) }
        var words = ProgramWords("/run/stimd")
        words.add("--journal", path: "/data/journal/log")
        words.add("--latches", path: "/data/latches")
        words.add("--verdict", path: "/run/verdict")
        words.add("--incoming", path: "/data/incoming/update")
        words.add("--keys", path: "/board/update.keys")
        return unsafe board.withCString { board in
            unsafe image.wiring.serial[0].path.withCString { tty in
                unsafe slots.withCString { slots in
                    unsafe words.add("--board", word: board)
                    unsafe words.add("--tty", word: tty)
                    unsafe words.add("--slots", word: slots)
                    return words.start(errors: line.descriptor)
                }
            }
        }
    }

    /// Waits for the end of the firmware. Meanwhile: judges what is on trial, and forgets early ends once a minute has passed. Takes leave of
    /// every other process that ends.
    private mutating func wait(for process: Int32, since begun: Int64) -> End {
        var end = End.byItself
        var endedAt = Int64.max
        while true {
            var well: Int32 = 0
            let ended = unsafe clinuxboard_wait(200, &well)
            if ended == process || ended == -ECHILD { return end }
            if updates?.state.trial != nil, let passed = verdict() {
                if !passed {
                    endTrial(.selfTestFailed)
                    end = .onPurpose
                    endedAt = csystem_now()
                    _ = clinuxboard_end_process(process, 0)
                } else if csystem_now() - begun >= SlotState.trialTime {
                    confirmTrial()
                }
            }
            // What does not end when it is asked to is not waited for.
            if endedAt < csystem_now() - Machine.longestEnd { _ = clinuxboard_end_process(process, 1) }
            if ends.isUnderWay && csystem_now() - begun >= EarlyEnds.forgetAfter {
                ends.forget()
                file.store(ends.word)
            }
        }
    }

    /// What the firmware said of its self-test; nil before it has.
    private func verdict() -> Bool? {
        var byte = Fixed<1, UInt8>(repeating: 0)
        guard unsafe byte.read(cString("/run/verdict")) == 1 else { return nil }
        return byte[0] == UInt8(ascii: "P")
    }

    /// The journal is the firmware's now: its next start reads in the slots' state how the trial ended.
    private mutating func confirmTrial() { _ = updates?.confirm() }
    private mutating func endTrial(_ end: TrialEnd) { _ = updates?.end(end) }
}

/// The words of a command line on their way to a new process. What they point to must outlive the start.
@safe private struct ProgramWords {
    // As many as `csupervisor_start` takes.
    private var words: Fixed<24, UnsafePointer<CChar>?>
    private var count = 1

    init(_ program: StaticString) {
        let none: UnsafePointer<CChar>? = nil
        unsafe words = Fixed(repeating: none)
        unsafe words[0] = cString(program)
    }

    mutating func add(_ option: StaticString, path: StaticString) { unsafe add(option, word: cString(path)) }

    mutating func add(_ option: StaticString, word: UnsafePointer<CChar>) {
        unsafe words[count] = cString(option)
        unsafe words[count + 1] = word
        count += 2
    }

    /// Starts the program; the new process, or -errno.
    func start(errors: Int32) -> Int32 {
        unsafe withUnsafeBytes(of: words) { bytes in
            unsafe csupervisor_start(
                bytes.baseAddress?.assumingMemoryBound(to: UnsafePointer<CChar>?.self), Int32(count), errors)
        }
    }
}
