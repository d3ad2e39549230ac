import FirmwareUpdate
import StimulatorCore

/// What a session asks of whoever receives updates.
public enum UpdateRequest: BitwiseCopyable, Hashable, Sendable {
    /// A bundle of so many bytes is to come; whatever was received before is forgotten.
    case begin(length: Int64)
    /// The bytes from `offset` on.
    case data(offset: Int64, UpdateLine)
    /// The bundle has come whole: keep it for the next start.
    case end
    /// Forget what was received.
    case abort
    case status

    /// The words for these, in the order of the cases.
    static var verbCount: Int { 5 }
    static func verb(_ index: Int) -> StaticString {
        switch index {
        case 0: "begin"
        case 1: "data"
        case 2: "end"
        case 3: "abort"
        default: "status"
        }
    }

    /// True for what puts something where the next start finds it.
    var isStaging: Bool {
        switch self {
        case .begin, .data, .end: true
        case .abort, .status: false
        }
    }
}

/// What the receiver of updates answers.
public enum UpdateAnswer: BitwiseCopyable, Hashable, Sendable {
    /// So many bytes of how many have come.
    case received(Int64, of: Int64)
    /// The bundle is whole, and is taken at the next start: the version.
    case staged(UInt32)
    /// Nothing is kept any more.
    case discarded
    case refused(UpdateRefusal)
    case status(UpdateStatus)
}

/// What there is to know about updates.
public struct UpdateStatus: BitwiseCopyable, Hashable, Sendable {
    /// The slots as this firmware was started from them; nil when it was started without.
    public var slots: SlotState?
    /// The keys of the image.
    public var keys = UpdateKeys()
    /// Bytes received, of how many; nil when nothing is being received.
    public var received: Int64?
    public var length: Int64 = 0
    /// The version that waits for the next start; nil when none does.
    public var staged: UInt32?

    public init() {}
}
