import StimulatorCore

/// Why an update is not taken: the closed set.
public enum UpdateRefusal: Error, BitwiseCopyable, Hashable, Sendable {
    /// It does not begin as a bundle does.
    case notBundle
    /// It is of another version of the format.
    case format(UInt32)
    /// There is no key that could have signed it.
    case noKeys
    /// It names a key that is not known.
    case unknownKey(UInt64)
    /// The signature is not that of the header under the key that it names.
    case signature
    /// It is signed, and yet says what no bundle may say.
    case form
    /// A part, or the whole, has more bytes than the limit.
    case tooLarge(Int64, limit: Int64)
    /// It ends before its end.
    case truncated(expected: Int64, actual: Int64)
    /// It goes on behind its end.
    case trailing(expected: Int64, actual: Int64)
    /// The bytes of a part are not those that were signed.
    case damaged(BundlePart)
    /// It is for a board of another name.
    case board(FixedText<16>, own: FixedText<16>)
    /// It is for a board whose file in use has another hash.
    case boardFile(UInt64, own: UInt64)
    /// Its firmware is compiled for another kind of machine.
    case architecture(MachineArchitecture, own: MachineArchitecture)
    /// It is not newer than what is installed.
    case downgrade(UInt32, installed: UInt32)
    /// This very bundle was tried here, and the machine returned to the one before.
    case returned(UInt32)
    /// There is no room for so many bytes.
    case noRoom(Int64)
    /// The storage failed: the system's error number, positive.
    case storage(code: Int32)
    /// This firmware was not started with slots for updates.
    case noSlots
    /// Nothing is being received.
    case notBegun
    /// Bytes came for another place than the next.
    case offset(Int64, expected: Int64)
    /// The check of a line is not that of its bytes.
    case line

    /// The case's name, for programs.
    public var name: StaticString {
        switch self {
        case .notBundle: "notBundle"
        case .format: "format"
        case .noKeys: "noKeys"
        case .unknownKey: "unknownKey"
        case .signature: "signature"
        case .form: "form"
        case .tooLarge: "tooLarge"
        case .truncated: "truncated"
        case .trailing: "trailing"
        case .damaged: "damaged"
        case .board: "board"
        case .boardFile: "boardFile"
        case .architecture: "architecture"
        case .downgrade: "downgrade"
        case .returned: "returned"
        case .noRoom: "noRoom"
        case .storage: "storage"
        case .noSlots: "noSlots"
        case .notBegun: "notBegun"
        case .offset: "offset"
        case .line: "line"
        }
    }

    /// The limit that it broke and the value that did, in bytes or versions; zeros where no number says more.
    public var numbers: (limit: Int64, actual: Int64) {
        switch self {
        case .format(let version): (Int64(BundleHeader.formatVersion), Int64(version))
        case .tooLarge(let length, let limit): (limit, length)
        case .truncated(let expected, let actual), .trailing(let expected, let actual): (expected, actual)
        case .downgrade(let version, let installed): (Int64(installed), Int64(version))
        case .returned(let version): (Int64(version), Int64(version))
        case .offset(let offset, let expected): (expected, offset)
        default: (0, 0)
        }
    }

    /// What would be taken instead, in the same unit; 0 where no number says it.
    public var wouldAdmit: Int64 {
        switch self {
        case .format: Int64(BundleHeader.formatVersion)
        case .tooLarge(_, let limit): limit
        case .truncated(let expected, _), .trailing(let expected, _), .offset(_, let expected): expected
        case .downgrade(_, let installed): Int64(installed) + 1
        case .returned(let version): Int64(version) + 1
        default: 0
        }
    }
}
