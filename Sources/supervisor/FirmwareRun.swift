import BoardFile
import BoardInterface
import CLinuxBoard
import CSupervisor
import CSystem
import FirmwareUpdate
import StimulatorCore
import Supervision

/// The firmware: started, judged, started again.
extension Machine {
    /// How a run of the firmware ended.
    private enum End {
        /// By itself.
        case byItself
        /// The supervisor ended it: what was on trial had not passed its self-test.
        case onPurpose
    }

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
    private mutating func choose() -> FixedText<64>? {
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

    private mutating func path(of part: BundlePart, in slot: UpdateSlot, factory: StaticString) -> FixedText<64> {
        if updates?.state.has(part, in: slot) == true { return SlotStore.path(of: .part(part, slot)) }
        var path = FixedText<64>()
        path.add(factory)
        return path
    }

    private func start(_ board: FixedText<64>) -> Int32 {
        _ = unsafe csupervisor_remove(cString("/run/verdict"))
        let none: UnsafePointer<CChar>? = nil
        var words = unsafe Fixed<12, UnsafePointer<CChar>?>(repeating: none)
        unsafe words[0] = cString("/run/stimd")
        unsafe words[1] = cString("--journal")
        unsafe words[2] = cString("/data/journal/log")
        unsafe words[3] = cString("--latches")
        unsafe words[4] = cString("/data/latches")
        unsafe words[5] = cString("--verdict")
        unsafe words[6] = cString("/run/verdict")
        unsafe words[7] = cString("--board")
        unsafe words[9] = cString("--tty")
        return unsafe board.withCString { board in
            unsafe image.wiring.serial[0].path.withCString { tty in
                unsafe words[8] = board
                unsafe words[10] = tty
                return unsafe withUnsafeBytes(of: words) { bytes in
                    unsafe csupervisor_start(
                        bytes.baseAddress?.assumingMemoryBound(to: UnsafePointer<CChar>?.self), 11, line.descriptor)
                }
            }
        }
    }

    /// Waits for the end of the firmware. Meanwhile: judges what is on trial, and forgets early ends once a minute has passed. Takes leave of
    /// every other process that ends.
    private mutating func wait(for process: Int32, since begun: Int64) -> End {
        var isJudged = false
        var end = End.byItself
        while true {
            var well: Int32 = 0
            let ended = unsafe clinuxboard_wait(200, &well)
            if ended == process || ended == -ECHILD { return end }
            if !isJudged, let passed = verdict() {
                isJudged = true
                if !passed && updates?.state.trial != nil {
                    endTrial(.selfTestFailed)
                    end = .onPurpose
                    _ = clinuxboard_end_process(process, 0)
                } else if passed {
                    confirmTrial()
                }
            }
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
