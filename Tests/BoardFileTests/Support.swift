import BoardInterface
import StimulatorCore

@testable import BoardFile

/// A Linux board that is sound: all lines, the second serial line and the CPU given.
func soundBoard() -> BoardImage {
    var wiring = BoardWiring()
    let gpios = [17, 27, 22, 23, 24, 25, 12, 16, 5, 6, 26, 20, 21, 13, 19, 18, 11, 10, 4]
    for index in 0..<Signal.count {
        guard let signal = Signal(index) else { continue }
        wiring.lines[index].name = text("\(signal.name)")
        wiring.lines[index].header = Int8(gpios[index])
    }
    wiring.bus = text("/dev/i2c-1")
    wiring.watchdog = text("/dev/watchdog0")
    wiring.watchdogSpan = 15
    wiring.serial[0].path = text("/dev/ttyAMA0")
    wiring.serial[0].baud = 115_200
    wiring.serial[1].path = text("/dev/ttyUSB0")
    wiring.serial[1].baud = 9_600
    wiring.isolatedCPU = 3
    wiring.persistence = .released
    return BoardImage(kind: .linux, name: text("bench"), description: BoardDescription(), wiring: wiring)
}

func text<let capacity: Int>(_ string: String) -> FixedText<capacity> {
    guard let text = FixedText<capacity>(string.utf8) else { preconditionFailure("no text: \(string)") }
    return text
}

/// What the loader says of a file; nil when it takes it.
func fault(_ bytes: BoardBytes) -> BoardFault? {
    do throws(BoardFault) {
        _ = try BoardImage(bytes)
        return nil
    } catch {
        return error
    }
}

extension BoardImage {
    /// The compiled file of this image after a change of the image, with the hash of what it then is.
    func changed(_ change: (inout BoardImage) -> Void) -> BoardBytes {
        var image = self
        change(&image)
        return image.bytes
    }
}

extension BoardBytes {
    /// These bytes after a change, with the hash that they then have: a file that somebody made on purpose.
    func forged(_ change: (inout BoardBytes) -> Void) -> BoardBytes {
        var bytes = self
        change(&bytes)
        bytes.seal()
        return bytes
    }
}

/// Where a field lies in a compiled file.
func place(_ field: BoardField) -> Int { 40 + 8 * Int(field.rawValue) }

/// Numbers that look like chance and are the same every time (splitmix64).
struct Chance {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }
}
