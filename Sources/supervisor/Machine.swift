import BoardFile
import BoardInterface
import CLinuxBoard
import CSupervisor
import CSystem
import FirmwareUpdate
import Journal
import StimulatorCore
import Supervision
import SystemIO

/// The machine as its first process has it.
struct Machine: ~Copyable {
    /// What the image was made with.
    var image = BoardImage.simulated
    private var words = KernelWords(Fixed(repeating: 0), count: 0)
    var line = Line()
    var ends = EarlyEnds()
    var file = WordFile()
    /// Nil until the data partition is there.
    var updates: UpdateKeeper<UpdateFolders>?

    /// Kernel file systems, modules, board file, serial line, clock rate of the CPUs.
    mutating func prepare() {
        let begun = csupervisor_begin()
        words = KernelWords.read()
        loadModules()
        image = unsafe BoardImage.load(cString("/board/board.bin"), runs: { $0 == .linux })
        line = Line(image.wiring.serial[0])
        if begun < 0 { line.say("the kernel's file systems cannot all be mounted", code: begun) }
        for cpu in UInt8(0)..<UInt8(clamping: min(clinuxboard_cpus(), 8)) { Governor.hold(cpu) }
    }

    private func loadModules() {
        var bytes = Fixed<4_096, UInt8>(repeating: 0)
        let count = unsafe bytes.read(cString("/modules/order"))
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

    /// Waits for the card, looks for the files `service` and `update.pk`, mounts the data partition, reads what is stored.
    /// - Returns: why the firmware must not run; nil when it may.
    mutating func openCard() -> StopReason? {
        guard mount("p1", at: "/boot", as: "vfat", CSUPERVISOR_READ_ONLY) == 0 else { return .noCard }
        let isService = unsafe csupervisor_exists(cString("/boot/service")) == 1
        let result = mount("p2", at: "/data", as: "ext4", CSUPERVISOR_NO_PROGRAMS)
        if result == 0 {
            makeFolders()
            openUpdates(takes: !isService)
        } else {
            line.say("the data partition cannot be mounted", code: result)
        }
        _ = unsafe csupervisor_unmount(cString("/boot"))
        _ = csupervisor_seal_root()
        if isService { return .service }
        if result < 0 { return .noData }
        file = unsafe WordFile(cString("/data/crashes"))
        ends = EarlyEnds(word: file.word) ?? EarlyEnds()
        ends.machineStarted(ResetCause.read())
        file.store(ends.word)
        return ends.mayStart ? nil : .crashes
    }

    private func makeFolders() {
        _ = unsafe csupervisor_folder(cString("/data/journal"), 0)
        _ = unsafe csupervisor_folder(cString("/data/slots"), 0)
        _ = unsafe csupervisor_folder(cString("/data/slots/a"), 0)
        _ = unsafe csupervisor_folder(cString("/data/slots/b"), 0)
        // The console's process gets the open file in it, and nothing that it could do to the folder.
        _ = unsafe csupervisor_folder(cString("/data/incoming"), 0)
    }

    /// The slots, and the bundle that somebody may have put on the boot partition.
    private mutating func openUpdates(takes: Bool) {
        var version = Fixed<16, UInt8>(repeating: 0)
        _ = unsafe version.read(cString("/board/version"))
        var factory: UInt32 = 0
        for index in 0..<9 where version[index] >= 0x30 && version[index] <= 0x39 {
            factory = factory * 10 + UInt32(version[index] - 0x30)
        }
        updates = UpdateKeeper(
            Machine.folders, keys: unsafe UpdateKeys.read(cString("/board/update.keys")), architecture: .own,
            factoryVersion: factory)
        if takes { take(.boot) }
    }

    /// Takes a bundle, if there is a new one, and says what became of it.
    mutating func take(_ source: BundleSource) {
        let identity = identityInUse()
        if let outcome = updates?.take(source, boardName: identity.name, boardHash: identity.hash) { tell(outcome) }
    }

    /// Which board this is: as the board file of the confirmed slot says, or the factory's.
    private mutating func identityInUse() -> BoardIdentity {
        guard let slot = updates?.state.confirmed, updates?.state.has(.board, in: slot) == true else {
            return image.description.identity
        }
        let file = Machine.folders.path(of: .part(.board, slot))
        let inUse = unsafe file.withCString { unsafe BoardImage.load($0, runs: { $0 == .linux }) }.description.identity
        return inUse.fault == nil ? inUse : image.description.identity
    }

    /// Where the files of updates lie.
    static var folders: UpdateFolders {
        var data = FixedText<64>()
        data.add("/data")
        var boot = FixedText<64>()
        boot.add("/boot")
        return UpdateFolders(data: data, boot: boot)
    }

    /// Says an outcome on the line, and keeps it in the journal. Only while no firmware runs.
    mutating func tell(_ outcome: UpdateOutcome) {
        var note = Note()
        outcome.spell { _ = note.append($0) }
        if note.count == 0 { return }
        line.say(note)
        JournalNote.keep(note, board: image.description)
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
            return unsafe csupervisor_mount(path, cString(place), cString(type), Int32(how))
        }
    }
}
