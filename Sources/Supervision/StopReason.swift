/// Why the firmware does not run, though the machine does. The supervisor then holds every output low and pets the watchdog.
public enum StopReason: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// It ended early, three times in a row.
    case crashes = 0
    /// The card's partitions did not appear.
    case noCard = 1
    /// The data partition could not be mounted.
    case noData = 2
    /// The firmware's file could not be started.
    case noFirmware = 3
    /// An engineer put a file named `service` on the boot partition.
    case service = 4

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 5 }

    /// What has happened, and what to do: for the console and the journal.
    public var text: StaticString {
        switch self {
        case .crashes:
            "stopped: the firmware ended three times within a minute of its start; wait a minute, then switch power off and on to try again"
        case .noCard:
            "stopped: the card's partitions did not appear within 10 s; look at the card, switch power off and on"
        case .noData:
            "stopped: the data partition cannot be mounted; mend it in the service mode, or write the card anew"
        case .noFirmware: "stopped: the firmware cannot be started; write the card anew"
        case .service:
            "service mode: the boot partition has a file named service; the firmware does not run; remove the file and restart to leave"
        }
    }
}
