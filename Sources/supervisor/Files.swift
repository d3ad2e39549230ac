import CSupervisor
import CSystem
import Journal
import StimulatorCore
import Supervision
import SystemIO

/// A text of this program as a C string: its zero byte is there, and not counted.
func cString(_ text: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

extension FixedText {
    /// Appends a text; what does not fit is left out.
    mutating func add(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { _ = unsafe append(text.utf8Start[index]) }
    }

    /// Appends a text; what does not fit is left out.
    mutating func add<let other: Int>(_ text: FixedText<other>) {
        for index in 0..<text.count { _ = append(text[index]) }
    }
}

extension Fixed where Element == UInt8 {
    /// Reads the beginning of a file.
    /// - Returns: how many bytes; 0 for a file that cannot be read.
    mutating func read(_ path: UnsafePointer<CChar>) -> Int {
        let file = unsafe csystem_file_open_read_only(path)
        if file < 0 { return 0 }
        let capacity = count
        let length = unsafe withUnsafeMutableBytes(of: &self) { buffer in
            unsafe csystem_file_read(file, buffer.baseAddress, capacity, 0)
        }
        csystem_close(file)
        return Int(clamping: max(0, length))
    }
}

extension KernelWords {
    /// The command line of the running kernel.
    static func read() -> KernelWords {
        var bytes = Fixed<2_048, UInt8>(repeating: 0)
        let count = unsafe bytes.read(cString("/proc/cmdline"))
        return KernelWords(bytes, count: count)
    }
}

extension ResetCause {
    /// What the watchdog's driver says; what a Raspberry Pi's boot loader left in the device tree (PM_RSTS: bit 12 tells of a power-on).
    static func read() -> ResetCause {
        var status = Fixed<16, UInt8>(repeating: 0)
        let register = unsafe cString("/proc/device-tree/chosen/bootloader/rsts")
        if unsafe status.read(register) == 4 { return status[2] & 0x10 != 0 ? .powerOn : .reset }
        let count = unsafe status.read(cString("/sys/class/watchdog/watchdog0/bootstatus"))
        // Drivers that cannot tell say 0 always: only one that is known to tell is believed.
        var name = Fixed<16, UInt8>(repeating: 0)
        let length = unsafe name.read(cString("/sys/class/watchdog/watchdog0/identity"))
        let tells: StaticString = "i6300ESB timer"
        guard count > 0, length >= tells.utf8CodeUnitCount else { return .untold }
        for index in 0..<tells.utf8CodeUnitCount where unsafe name[index] != tells.utf8Start[index] { return .untold }
        return status[0] == UInt8(ascii: "0") ? .powerOn : .reset
    }
}

/// The clock rate of a CPU.
enum Governor {
    /// The highest rate always: no tick is late because a core sped up. Nothing where the kernel sets no rate.
    static func hold(_ cpu: UInt8) {
        var path = FixedText<128>()
        path.add("/sys/devices/system/cpu/cpu")
        _ = path.append(48 + cpu)
        path.add("/cpufreq/scaling_governor")
        _ = unsafe path.withCString { unsafe csupervisor_write($0, cString("performance")) }
    }
}

/// What the supervisor writes into the journal while no firmware has it.
enum JournalNote {
    /// A text as a note.
    static func of(_ text: StaticString) -> Note {
        var note = Note()
        for index in 0..<text.utf8CodeUnitCount { _ = unsafe note.append(text.utf8Start[index]) }
        return note
    }

    /// Appends a note, synced. A journal that cannot be opened keeps none: the line has been told.
    static func keep(_ note: Note, board: BoardDescription) {
        let wall = WallTime(nanoseconds: csystem_wall(), isTrusted: false)
        let now = Instant(csystem_now())
        do throws(StorageFault) {
            var journal = Journal(in: try unsafe FileStorage(writing: cString("/data/journal/log")), board: board)
            guard opens(&journal, now, wall) else { return }
            try journal.append(.configuration(note), isAwaited: true, at: now, wall: wall)
            journal.syncIfDue(at: now, wall: wall)
        } catch {
            return
        }
    }

    private static func opens(_ journal: inout Journal<FileStorage>, _ now: Instant, _ wall: WallTime) -> Bool {
        do throws(JournalFault) {
            _ = try journal.open(at: now, wall: wall)
            return true
        } catch {
            return false
        }
    }
}
