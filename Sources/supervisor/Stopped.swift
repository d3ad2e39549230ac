import BoardFile
import BoardInterface
import CLinuxBoard
import CSupervisor
import CSystem
import LinuxBoard
import StimulatorCore
import Supervision

/// The machine without a firmware.
extension Machine {
    /// Holds every output low, pets the watchdog, says why; with a shell for an engineer in the service mode. Never returns.
    mutating func hold(_ reason: StopReason) {
        line.say(reason.text)
        holdLines()
        let begun = csystem_now()
        let watchdog = unsafe image.wiring.watchdog.withCString { path in
            unsafe clinuxboard_watchdog_open(path, Int32(clamping: image.wiring.watchdogSpan))
        }
        JournalNote.keep(JournalNote.of(reason.text), board: image.description)
        var shell: Int32 = reason == .service ? startShell() : 0
        var told = begun
        while true {
            if watchdog.descriptor >= 0 { _ = clinuxboard_watchdog_pet(watchdog.descriptor) }
            var well: Int32 = 0
            let ended = unsafe clinuxboard_wait(1_000, &well)
            if shell > 0 && ended == shell { shell = startShell() }
            if ended == -ECHILD { _ = csystem_sleep_until(csystem_now() + 1_000_000_000) }
            let now = csystem_now()
            // Whoever connects a terminal later must see it too; a shell is not disturbed.
            if shell <= 0 && now - told >= 10_000_000_000 {
                told = now
                line.say(reason.text)
            }
            if reason == .crashes && ends.count > 0 && now - begun >= EarlyEnds.forgetAfter {
                ends.forget()
                file.store(ends.word)
            }
        }
    }

    /// The lines of the factory's board file. Without one that can be used: those with the contract's names.
    private func holdLines() {
        let isWired = image.description.identity.fault == nil
        do throws(ClaimFault) {
            _ = try HeldLines(isWired ? LinuxBoardWiring(image.wiring) : LinuxBoardWiring())
            line.say("every output is held low")
        } catch {
            line.say("the outputs cannot be held low: nobody drives them, and ENABLE is gone", code: error.code)
        }
    }

    private func startShell() -> Int32 {
        let serial = image.wiring.serial[0]
        return unsafe serial.path.withCString { unsafe csupervisor_shell($0, serial.baud) }
    }
}
