import BoardFile
import CLinuxBoard
import CSupervisor
import CSystem
import LinuxBoard
import StimulatorCore
import Supervision
import SystemIO

/// The machine as its first process has it.
struct Machine {
    /// The user of the console's process: 65534, nobody.
    static var consoleUser: UInt32 { 65_534 }

    private(set) var image = BoardImage.simulated
    private var words = KernelWords(Fixed(repeating: 0), count: 0)
    private(set) var line = Line()
    private var ends = EarlyEnds()
    private var file = WordFile()

    /// Kernel file systems, modules, board file, serial line, clock rate of the CPUs.
    mutating func prepare() {
        let begun = csupervisor_begin()
        words = KernelWords.read()
        loadModules()
        image = unsafe BoardImage.load("/board/board.bin".cString, runs: { $0 == .linux })
        line = Line(image.wiring.serial[0])
        if begun < 0 { line.say("the kernel's file systems cannot all be mounted", code: begun) }
        for cpu in UInt8(0)..<UInt8(clamping: min(clinuxboard_cpus(), 8)) { Governor.hold(cpu) }
    }

    private func loadModules() {
        var bytes = Fixed<4_096, UInt8>(repeating: 0)
        let count = unsafe bytes.read("/modules/order".cString)
        var order = ModuleOrder(bytes, count: count)
        while let module = order.take() {
            var path = FixedText<128>()
            path.add("/modules/")
            path.add(module)
            path.add(".ko")
            let parameters = words.parameters(of: module)
            // A driver of another board may refuse; what this one lacks shows in the firmware's posture and self-test.
            _ = unsafe path.withCString { path in
                unsafe parameters.withCString { unsafe csupervisor_load(path, $0) }
            }
        }
    }

    // MARK: The card

    /// Waits for the card, looks for the file `service`, mounts the data partition, reads what is stored.
    /// - Returns: why the firmware must not run; nil when it may.
    mutating func openCard() -> StopReason? {
        var isService = false
        guard mount("p1", at: "/boot", as: "vfat", CSUPERVISOR_READ_ONLY) == 0 else { return .noCard }
        isService = unsafe csupervisor_exists("/boot/service".cString) == 1
        let result = mount("p2", at: "/data", as: "ext4", CSUPERVISOR_NO_PROGRAMS)
        if result == 0 {
            makeFolders()
        } else {
            line.say("the data partition cannot be mounted", code: result)
        }
        _ = unsafe csupervisor_unmount("/boot".cString)
        _ = csupervisor_seal_root()
        if isService { return .service }
        if result < 0 { return .noData }
        file = unsafe WordFile("/data/crashes".cString)
        ends = EarlyEnds(word: file.word) ?? EarlyEnds()
        ends.machineStarted(ResetCause.read())
        file.store(ends.word)
        return ends.mayStart ? nil : .crashes
    }

    private func makeFolders() {
        _ = unsafe csupervisor_folder("/data/journal".cString, 0)
        _ = unsafe csupervisor_folder("/data/slots".cString, 0)
        _ = unsafe csupervisor_folder("/data/slots/a".cString, 0)
        _ = unsafe csupervisor_folder("/data/slots/b".cString, 0)
        _ = unsafe csupervisor_folder("/data/incoming".cString, Machine.consoleUser)
    }

    /// Mounts a partition of the card that the kernel's command line names (`pulsekeeper.card=/dev/mmcblk0p`), which may appear late.
    private func mount(_ partition: StaticString, at place: StaticString, as type: StaticString, _ how: Int) -> Int32 {
        let card = words.value(of: "pulsekeeper.card")
        var device = FixedText<128>()
        device.add(card)
        // /dev/mmcblk0 has p1, /dev/vda has 1.
        let ending = card.isEmpty ? 0 : card[card.count - 1]
        for index in 0..<partition.utf8CodeUnitCount {
            let byte = unsafe partition.utf8Start[index]
            if byte == UInt8(ascii: "p") && !(ending >= 0x30 && ending <= 0x39) { continue }
            _ = device.append(byte)
        }
        let deadline = csystem_now() + 10_000_000_000
        return unsafe device.withCString { path in
            while unsafe csupervisor_exists(path) == 0 && csystem_now() < deadline {
                _ = csystem_sleep_until(csystem_now() + 20_000_000)
            }
            return unsafe csupervisor_mount(path, place.cString, type.cString, Int32(how))
        }
    }

    // MARK: The firmware

    /// Starts the firmware, and starts it again, until it has ended early too often. Never returns.
    mutating func serve() -> Never {
        while ends.mayStart {
            guard unsafe csupervisor_program("/bin/stimd".cString, "/run/stimd".cString) == 0 else { hold(.noFirmware) }
            ends.begin()
            file.store(ends.word)
            let begun = csystem_now()
            let process = startFirmware()
            if process < 0 { hold(.noFirmware) }
            wait(for: process, since: begun)
            ends.ended(after: csystem_now() - begun)
            file.store(ends.word)
            line.say("the firmware ended; it is started again", count: ends.count, of: EarlyEnds.limit)
            _ = csystem_sleep_until(csystem_now() + 500_000_000)
        }
        hold(.crashes)
    }

    private func startFirmware() -> Int32 {
        let empty: UnsafePointer<CChar>? = nil
        var words = unsafe Fixed<10, UnsafePointer<CChar>?>(repeating: empty)
        unsafe words[0] = "/run/stimd".cString
        unsafe words[1] = "--board".cString
        unsafe words[2] = "/board/board.bin".cString
        unsafe words[3] = "--journal".cString
        unsafe words[4] = "/data/journal/log".cString
        unsafe words[5] = "--latches".cString
        unsafe words[6] = "/data/latches".cString
        unsafe words[7] = "--tty".cString
        return unsafe image.wiring.serial[0].path.withCString { tty in
            unsafe words[8] = tty
            return unsafe withUnsafeBytes(of: words) { bytes in
                unsafe csupervisor_start(
                    bytes.baseAddress?.assumingMemoryBound(to: UnsafePointer<CChar>?.self), 9, line.descriptor)
            }
        }
    }

    /// Waits for the end of the firmware; forgets early ends once it has run for a minute. Takes leave of every other process that ends.
    private mutating func wait(for process: Int32, since begun: Int64) {
        while true {
            var well: Int32 = 0
            let ended = unsafe clinuxboard_wait(200, &well)
            if ended == process || ended == -ECHILD { return }
            if ends.isUnderWay && csystem_now() - begun >= EarlyEnds.forgetAfter {
                ends.forget()
                file.store(ends.word)
            }
        }
    }

    // MARK: Without the firmware

    /// Holds every output low, pets the watchdog, says why; with a shell for an engineer in the service mode. Never returns.
    mutating func hold(_ reason: StopReason) -> Never {
        line.say(reason.text)
        holdLines()
        let begun = csystem_now()
        let watchdog = unsafe image.wiring.watchdog.withCString { path in
            unsafe clinuxboard_watchdog_open(path, Int32(clamping: image.wiring.watchdogSpan))
        }
        unsafe SupervisorNote.keep(reason.text, journal: "/data/journal/log".cString, board: image.description)
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
