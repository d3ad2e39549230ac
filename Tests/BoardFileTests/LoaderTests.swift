import BoardInterface
import Foundation
import StimulatorCore
import Testing

@testable import BoardFile

@Suite("Compiled board files: what the loader refuses") struct LoaderTests {
    private let board = soundBoard()

    @Test("magic, version, length, hash: each by name, in this order") func form() {
        #expect(fault(BoardBytes()) == .magic)
        #expect(fault(board.bytes.forged { $0[7] = 1 }) == .magic)
        #expect(fault(board.bytes.forged { $0[8] = 2 }) == .version(2))
        #expect(fault(board.bytes.forged { $0[12] = 0xC9 }) == .length(1_481))
        var damaged = board.bytes
        damaged[place(.idle)] ^= 1
        #expect(fault(damaged) == .hash)
        var unsigned = board.bytes
        unsigned[1_479] ^= 0x80
        #expect(fault(unsigned) == .hash)
    }

    @Test(
        "H-28 a limit beyond its ceiling, or a number that no model works with, is refused and never moved into its bounds"
    )
    func numbers() throws {
        for index in 0..<BoardField.count {
            let field = try #require(BoardField(rawValue: UInt8(index)))
            let bounds = board.description.bounds(of: field)
            for value in [bounds.least - 1, bounds.most + 1, .min, .max] {
                let bytes = board.bytes.forged { bytes in
                    var offset = place(field)
                    bytes.put(value, size: 8, at: &offset)
                }
                guard case .number(let misfit) = fault(bytes) else {
                    Issue.record("\(field.key) = \(value): \(String(describing: fault(bytes)))")
                    continue
                }
                #expect(misfit.field == field && misfit.value == value && misfit.bounds == bounds)
            }
        }
    }

    @Test("H-28 what is beyond a ceiling names it as its most: the table of limits") func ceilings() throws {
        let table: [(BoardField, Int64)] = [
            (.maximumVoltage, 2_800_000), (.readyTolerance, 50), (.chargeTimeout, 10_000_000_000),
            (.pulseLateness, 1_000_000), (.pulsesPerSecond, 100), (.pulsesPerPattern, 6_000), (.coilTrip, 41_000),
            (.voltageAge, 50_000_000), (.coilTemperatureAge, 1_000_000_000), (.tickLateness, 10_000_000),
            (.guardianTickAge, 20_000_000), (.dischargeTime, 10_000_000_000), (.idle, 60_000_000_000),
            (.lease, 2_000_000_000),
        ]
        for (field, most) in table { #expect(board.description.bounds(of: field).most == most, "\(field.key)") }
        // 3000 V at a maximum of 1650 V.
        #expect(board.description.bounds(of: .overvoltageTrip).most == 1_818)
        // What 6.8 kOhm and 185 uF need from 1732.5 V to 60 V, both at +5 %: 1.05 * 1.05 * 1.258 s * ln(28.875) = 4.665 s.
        #expect(abs(board.description.bounds(of: .dischargeTime).least - 4_665_000_000) < 2_000_000)
    }

    @Test("two parts at one address are refused") func addresses() {
        let bytes = board.changed { $0.description.coilSensorBAddress = 0x48 }
        #expect(fault(bytes) == .sharedAddress(.adcAddress, .coilSensorBAddress))
    }

    @Test("each mistake of the wiring is refused by name") func wiring() throws {
        func fault(_ change: (inout BoardWiring) -> Void) -> BoardFault? {
            BoardFileTests.fault(board.changed { change(&$0.wiring) })
        }
        let signals = try (0..<Signal.count).map { try #require(Signal($0)) }
        #expect(fault { $0.lines[3] = LineWiring() } == .wiring(.missing(signals[3])))
        #expect(fault { $0.lines[8] = LineWiring() } == .wiring(.missing(signals[8])))
        #expect(fault { $0.lines[9].name = $0.lines[0].name } == .wiring(.sharedName(signals[0], signals[9])))
        #expect(fault { $0.lines[9].header = 17 } == .wiring(.sharedHeader(signals[0], signals[9])))
        #expect(fault { $0.lines[9].header = 28 } == .wiring(.header(signals[9])))
        #expect(fault { $0.lines[9].header = -2 } == .wiring(.header(signals[9])))
        #expect(fault { $0.lines[5] = LineWiring() } == .wiring(.missing(signals[5])))
        #expect(fault { $0.bus = text("i2c-1") } == .wiring(.bus))
        #expect(fault { $0.bus = text("/dev/") } == .wiring(.bus))
        #expect(fault { $0.watchdog = FixedText() } == .wiring(.watchdog))
        for span: UInt32 in [0, 16, 60, .max] { #expect(fault { $0.watchdogSpan = span } == .wiring(.watchdogSpan)) }
        #expect(fault { $0.serial[0] = SerialWiring() } == .wiring(.serial(0)))
        #expect(fault { $0.serial[1].path = FixedText() } == .wiring(.serial(1)))
        #expect(fault { $0.serial[1].baud = 115_201 } == .wiring(.baud(1)))
        #expect(fault { $0.isolatedCPU = 64 } == .wiring(.cpu))
        for byte: UInt8 in [3, 255] {
            #expect(BoardFileTests.fault(board.bytes.forged { $0[1_302] = byte }) == .wiring(.persistence))
        }
        #expect(fault { $0.serial[1] = SerialWiring() } == nil)
        #expect(fault { $0.isolatedCPU = 0 } == nil)
    }

    @Test(
        "H-28 no energising output stands on a GPIO that may be high before software runs, others may; no line is active low"
    )
    func boot() throws {
        for index in 0..<Signal.count {
            let signal = try #require(Signal(index))
            for gpio in 0..<28 {
                let bytes = board.changed { image in
                    for other in 0..<Signal.count { image.wiring.lines[other].header = -1 }
                    image.wiring.lines[index].header = Int8(gpio)
                }
                let isHigh = gpio <= 8 || gpio == 14 || gpio == 15
                #expect(
                    fault(bytes) == (index < 5 && isHigh ? .wiring(.pulledUp(signal)) : nil),
                    "\(signal.name) on \(gpio)")
            }
            let low = board.changed { $0.wiring.lines[index].isActiveLow = true }
            #expect(fault(low) == .wiring(.activeLow(signal)), "\(signal.name) active low")
        }
    }

    @Test("a simulated board has no wiring") func simulated() {
        let bytes = BoardImage.simulated.changed { $0.wiring.watchdogSpan = 1 }
        #expect(fault(bytes) == .wiring(.simulated))
    }

    @Test("bytes where nothing stands, texts that are none, levels and kinds that are none are refused") func gaps() {
        // The wire, behind it, behind the name's and a line's zero, the level, behind it, behind a baud rate, the kind itself.
        for (place, value) in [
            (17, 2), (18, 1), (39, 65), (408 + 31, 65), (408 + 33, 2), (408 + 34, 1), (1_375, 1), (16, 2),
        ] {
            #expect(fault(board.bytes.forged { $0[place] = UInt8(value) }) == .form, "byte \(place)")
        }
        for byte: UInt8 in [0x1F, 0x7F, 0x22, 0x5C, 0xFF] {
            #expect(fault(board.bytes.forged { $0[24] = byte }) == .form, "\(byte)")
        }
    }
}

@Suite("Compiled board files: damaged, forged, on a disk") struct DamageTests {
    @Test("H-28 a file with one bit turned, in any byte, is refused") func bits() {
        let sound = soundBoard().bytes
        for index in 0..<BoardBytes.count {
            for bit in index < 48 ? 0..<8 : index % 8..<index % 8 + 1 {
                var bytes = sound
                bytes[index] ^= 1 << UInt8(bit)
                switch fault(bytes) {
                case .magic: #expect(index < 8)
                case .version: #expect((8..<12).contains(index))
                case .length: #expect((12..<16).contains(index))
                case .hash: #expect(index >= 16)
                default: Issue.record("byte \(index), bit \(bit): \(String(describing: fault(bytes)))")
                }
            }
        }
    }

    @Test(
        "H-28 bytes at random under a right hash: refused, or a board within every ceiling that compiles to the same bytes"
    )
    func forged() {
        var taken = 0
        for seed in UInt64(0)..<5_000 {
            var chance = Chance(seed)
            let bytes = soundBoard().bytes.forged { bytes in
                for _ in 0...chance.below(3) { bytes[16 + chance.below(1_432)] = UInt8(chance.below(256)) }
            }
            guard let image = try? BoardImage(bytes) else { continue }
            taken += 1
            #expect(image.description.withinCeilings == image.description, "seed \(seed)")
            #expect(image.bytes.hash == bytes.hash, "seed \(seed)")
        }
        // Numbers and names may be others: some are taken, and the test looked at them.
        #expect(taken > 10)
    }

    @Test("a file is read whole: too short, too long, missing, a folder, another kind of file") func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sound = unsafe soundBoard().bytes.withUnsafeBytes { unsafe Data($0) }
        func fault(_ data: Data?) throws -> BoardFault? {
            let path = folder.appendingPathComponent("board.bin")
            try? FileManager.default.removeItem(at: path)
            try data?.write(to: path)
            do throws(BoardFault) {
                _ = try unsafe BoardImage.load(path.path)
                return nil
            } catch {
                return error
            }
        }
        #expect(try fault(sound) == nil)
        #expect(try fault(nil) == .unreadable(code: ENOENT))
        #expect(try fault(Data()) == .magic)
        #expect(try fault(sound.prefix(6)) == .magic)
        #expect(try fault(Data("[board]\nname = \"sim\"\n".utf8)) == .magic)
        for length in [7, 100, 1_479] { #expect(try fault(sound.prefix(length)) == .length(Int64(length))) }
        #expect(try fault(sound + Data([0])) == .length(1_481))
        do throws(BoardFault) {
            _ = try unsafe BoardImage.load(folder.path)
            Issue.record("a folder was loaded")
        } catch {
            #expect(error == .unreadable(code: EISDIR))
        }
    }

    @Test("a file that cannot be used leaves a description that says so, and is the simulated board's") func standIn()
        throws
    {
        let image = unsafe BoardImage.load("/nonexistent", runs: { _ in true })
        #expect(image.description.identity.fault == .unreadable(code: ENOENT))
        #expect(image.description.identity.hash == 0)
        var plain = image.description
        plain.identity = BoardIdentity()
        #expect(plain == BoardDescription())
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: path) }
        try unsafe soundBoard().bytes.withUnsafeBytes { unsafe Data($0) }.write(to: path)
        #expect(unsafe BoardImage.load(path.path, runs: { $0 == .simulated }).description.identity.fault == .kind)
        #expect(unsafe BoardImage.load(path.path, runs: { $0 == .linux }) == soundBoard())
    }
}
