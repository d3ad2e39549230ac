import BoardInterface
import StimulatorCore

/// What a board is made of, as far as it matters who drives it.
public enum BoardKind: UInt8, BitwiseCopyable, Hashable, Sendable {
    /// Software: no wiring.
    case simulated = 0
    /// Lines, a bus and a watchdog of a Linux machine.
    case linux = 1
}

/// What a compiled board file says. Version 1 of the format; all integers are little-endian, all texts end in zeros.
///
/// | offset | size     | field |
/// |-------:|---------:|-------|
/// | 0      | 8        | "PKBOARD" and a zero byte |
/// | 8      | 4        | version |
/// | 12     | 4        | length of the whole file, 1480 |
/// | 16     | 1        | kind (`BoardKind`) |
/// | 17     | 1        | 1 where the wire emulation may be served; 6 zero bytes behind it |
/// | 24     | 16       | name |
/// | 40     | 46 x 8   | the numbers, in `BoardField`'s order and the description's units (nanoseconds for times) |
/// | 408    | 19 x 40  | the lines, in `Signal`'s order: name (32), header GPIO (1, signed), active low (1), zeros |
/// | 1168   | 64       | path of the I2C bus |
/// | 1232   | 64       | path of the watchdog |
/// | 1296   | 4        | the watchdog's span, s |
/// | 1300   | 2        | isolated CPU, 0 for none |
/// | 1302   | 2        | what output lines do when their owner ends (`LinePersistence`) |
/// | 1304   | 2 x 72   | serial lines: path (64), bits a second (4), zeros |
/// | 1448   | 32       | BLAKE2b-256 of the bytes 0 ..< 1448 |
///
/// Nothing in it is computed by who loads it: time constants are numbers.
public struct BoardImage: BitwiseCopyable, Hashable, Sendable {
    public var kind: BoardKind
    /// The limits and the models' numbers, with the board's identity.
    public var description: BoardDescription
    public var wiring: BoardWiring
    /// The wire emulation may be served on a line of its own. It knows no login: a board's file says so, or it is not.
    public var allowsWire: Bool

    /// The image of a board. Its identity's hash is that of the file that `bytes` are.
    public init(
        kind: BoardKind, name: FixedText<16>, description: BoardDescription, wiring: BoardWiring,
        allowsWire: Bool = false
    ) {
        self.kind = kind
        self.allowsWire = allowsWire
        self.description = description
        self.wiring = wiring
        self.description.identity = BoardIdentity()
        self.description.identity.name = name
        self.description.identity.hash = BoardImage.short(bytes.hash)
    }

    /// The simulated board, as this firmware is compiled with it.
    public static var simulated: BoardImage {
        var name = FixedText<16>()
        _ = name.append(UInt8(ascii: "s")) && name.append(UInt8(ascii: "i")) && name.append(UInt8(ascii: "m"))
        return BoardImage(kind: .simulated, name: name, description: BoardDescription(), wiring: BoardWiring())
    }

    static var version: UInt32 { 1 }
    /// "PKBOARD" and a zero byte, as a little-endian word.
    static var magic: UInt64 { 0x0044_5241_4F42_4B50 }

    /// The compiled file.
    public var bytes: BoardBytes {
        var bytes = BoardBytes()
        var offset = 0
        bytes.put(Int64(bitPattern: BoardImage.magic), size: 8, at: &offset)
        bytes.put(Int64(BoardImage.version), size: 4, at: &offset)
        bytes.put(Int64(BoardBytes.count), size: 4, at: &offset)
        bytes.put(Int64(kind.rawValue), size: 1, at: &offset)
        bytes.put(allowsWire ? 1 : 0, size: 7, at: &offset)
        bytes.put(description.identity.name, at: &offset)
        for index in 0..<BoardField.count {
            guard let field = BoardField(rawValue: UInt8(index)) else { continue }
            bytes.put(description[field], size: 8, at: &offset)
        }
        put(wiring, into: &bytes, at: &offset)
        bytes.seal()
        return bytes
    }

    private func put(_ wiring: BoardWiring, into bytes: inout BoardBytes, at offset: inout Int) {
        for index in 0..<Signal.count {
            let line = wiring.lines[index]
            bytes.put(line.name, at: &offset)
            bytes.put(Int64(line.header), size: 1, at: &offset)
            bytes.put(line.isActiveLow ? 1 : 0, size: 7, at: &offset)
        }
        bytes.put(wiring.bus, at: &offset)
        bytes.put(wiring.watchdog, at: &offset)
        bytes.put(Int64(wiring.watchdogSpan), size: 4, at: &offset)
        bytes.put(Int64(wiring.isolatedCPU), size: 2, at: &offset)
        bytes.put(Int64(wiring.persistence.rawValue), size: 2, at: &offset)
        for index in 0..<2 {
            bytes.put(wiring.serial[index].path, at: &offset)
            bytes.put(Int64(wiring.serial[index].baud), size: 8, at: &offset)
        }
    }

    /// The first eight bytes of a hash, the first one highest.
    static func short(_ hash: Fixed<32, UInt8>) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | UInt64(hash[index]) }
        return value
    }
}
