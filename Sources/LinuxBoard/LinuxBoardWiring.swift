import BoardInterface
import StimulatorCore

/// A line's name as the kernel shows it, at most 31 bytes and zeros after them.
public typealias LineName = Fixed<32, UInt8>
/// A device's path, at most 63 bytes and zeros after them.
public typealias DevicePath = Fixed<64, UInt8>

/// How a board is wired to its machine: which lines, which bus, which watchdog. Fixed layout, no pointer.
///
/// Lines are found by name on all chips: a Pi 5 numbers its chips otherwise than a Pi 4, and its kernel did not always number them
/// alike. All lines of a group must be on one chip, because one call changes them together:
///
///     charge fire      the safety task        arm heartbeat bleedHold     the guardian
///     lamp buzzer triggerOut                  the safety task, apart: a lamp is no reason to be late
///     fireSense triggerIn   edges, stamped by the kernel      the other inputs    levels
public struct LinuxBoardWiring: BitwiseCopyable, Hashable, Sendable {
    /// Names of the output lines, by bit number of `OutputLines`.
    public var outputs = Fixed<8, LineName>(repeating: LineName(repeating: 0))
    /// Names of the input lines, by bit number of `InputLines`.
    public var inputs = Fixed<11, LineName>(repeating: LineName(repeating: 0))
    /// The I2C bus of the converter, the sensors and the set-point.
    public var bus = DevicePath("/dev/i2c-1")
    /// The watchdog. Nobody else may have it: not systemd's RuntimeWatchdogSec either.
    public var watchdog = DevicePath("/dev/watchdog")
    /// The span that is asked of it, seconds, 1 ... 15: a Pi's has 16, and drivers before 2026 cut larger values off to smaller ones.
    public var watchdogSeconds: Int32 = 15
    /// The CPU that is kept for the safety task; -1 for a machine that has none to spare.
    public var safetyCPU: Int32 = -1
    /// What the lines do when their owner dies, as far as the kernel tells.
    public var persistence = LinePersistence.untold

    /// What a board file says. `BoardWiring.judge` has found every line named and active high.
    public init(_ wiring: BoardWiring) {
        for bit in 0..<OutputLines.count { outputs[bit] = LineName(wiring.lines[bit].name) }
        for bit in 0..<InputLines.count { inputs[bit] = LineName(wiring.lines[OutputLines.count + bit].name) }
        bus = DevicePath(wiring.bus)
        watchdog = DevicePath(wiring.watchdog)
        watchdogSeconds = Int32(clamping: wiring.watchdogSpan)
        safetyCPU = wiring.isolatedCPU == 0 ? -1 : Int32(clamping: wiring.isolatedCPU)
        persistence = wiring.persistence
    }

    /// Lines named as the board's electrical contract names them, everything else as on a Raspberry Pi.
    public init() {
        outputs[0] = LineName("charge")
        outputs[1] = LineName("fire")
        outputs[2] = LineName("arm")
        outputs[3] = LineName("heartbeat")
        outputs[4] = LineName("bleedHold")
        outputs[5] = LineName("lamp")
        outputs[6] = LineName("buzzer")
        outputs[7] = LineName("triggerOut")
        inputs[0] = LineName("emergencyStop")
        inputs[1] = LineName("patientStop")
        inputs[2] = LineName("interlock")
        inputs[3] = LineName("coilPresent")
        inputs[4] = LineName("keySwitch")
        inputs[5] = LineName("fireSense")
        inputs[6] = LineName("triggerIn")
        inputs[7] = LineName("enableSense")
        inputs[8] = LineName("contactorSense")
        inputs[9] = LineName("bleedSense")
        inputs[10] = LineName("overvoltageLatched")
    }
}

extension Fixed where Element == UInt8 {
    /// The bytes of `text`, and zeros after them. Longer text is cut to leave one zero.
    init<let capacity: Int>(_ text: FixedText<capacity>) {
        self.init(repeating: 0)
        for index in 0..<Swift.min(text.count, count - 1) { self[index] = text[index] }
    }

    /// The bytes of `text`, and zeros after them. Longer text is cut to leave one zero.
    public init(_ text: StaticString) {
        self.init(repeating: 0)
        for index in 0..<Swift.min(text.utf8CodeUnitCount, count - 1) { unsafe self[index] = text.utf8Start[index] }
    }
}
