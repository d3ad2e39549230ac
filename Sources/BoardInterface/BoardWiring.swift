import StimulatorCore

/// How one line of the board's contract is wired: found by its name, wherever the chip is that has it.
public struct LineWiring: BitwiseCopyable, Hashable, Sendable {
    /// The line's name in the device tree; empty for a line that the board does not have.
    public var name = FixedText<32>()
    /// The number of the header's GPIO (BCM line), 0 ... 27; -1 on machines without such a header.
    public var header: Int8 = -1
    /// True when a low level means what the line's name says.
    public var isActiveLow = false

    public init() {}

    /// False for a line that the board does not have.
    public var isWired: Bool { !name.isEmpty }
}

/// A serial line for the console.
public struct SerialWiring: BitwiseCopyable, Hashable, Sendable {
    /// The device's path; empty for none.
    public var path = FixedText<64>()
    /// Bits a second: one of `SerialWiring.isRate`.
    public var baud: UInt32 = 0

    public init() {}

    /// True for the rates that Linux has names for, from 9600 up (termios.h).
    public static func isRate(_ baud: UInt32) -> Bool {
        switch baud {
        case 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000: true
        default: false
        }
    }
}

/// What output lines do when the process that owns them ends, as far as the kernel says.
public enum LinePersistence: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// The kernel has no setting that tells.
    case untold = 0
    /// They keep their levels: the usual kernel of a Raspberry Pi.
    case kept = 1
    /// They become inputs, and the pulls decide (`dtparam=strict_gpiod`, or `persist_gpio_outputs=n` of the Pi's pin driver).
    case released = 2
}

/// Where a Linux board's lines, parts and devices are. Beside the limits, and apart from them: the kernel reads those and nothing of this.
public struct BoardWiring: BitwiseCopyable, Hashable, Sendable {
    /// Each line of the board, by `Signal.index`.
    public var lines = Fixed<19, LineWiring>(repeating: LineWiring())
    /// The I2C bus with all the board's parts, at 400 kHz: a device's path.
    public var bus = FixedText<64>()
    /// The machine's watchdog: a device's path.
    public var watchdog = FixedText<64>()
    /// How long the watchdog waits before it resets the machine, seconds, 1 ... 15 (what a BCM2835's can do).
    public var watchdogSpan: UInt32 = 0
    /// The serial lines with a console; those that are not used come last.
    public var serial = Fixed<2, SerialWiring>(repeating: SerialWiring())
    /// The CPU that the safety task has to itself, 1 ... 63; 0 for none.
    public var isolatedCPU: UInt32 = 0
    /// What the machine's kernel must say of the output lines. One that says otherwise is not the one that the board was proven with.
    public var persistence = LinePersistence.untold

    /// No wiring: a simulated board's.
    public init() {}
}
