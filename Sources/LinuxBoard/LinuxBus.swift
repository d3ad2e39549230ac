import BoardInterface
import CLinuxBoard
import CSystem
import StimulatorCore

/// The I2C bus through the kernel: one descriptor a part, so that no transfer has to say first whom it means.
///
/// A transfer returns when it is over; the moment comes from the clock then. The kernel gives up after 10 ms.
public struct LinuxBus: I2CBus, BitwiseCopyable, Sendable {
    private var parts = Fixed<4, Part>(repeating: Part(address: 0, descriptor: -19))

    /// A part's address, and its descriptor or -errno.
    private struct Part: BitwiseCopyable {
        var address: UInt8
        var descriptor: Int32
    }

    /// Opens the bus for each of the board's parts. One that cannot be opened does not answer.
    public init(path: DevicePath, board: BoardDescription) {
        open(path, board.adcAddress, 0)
        open(path, board.coilSensorAAddress, 1)
        open(path, board.coilSensorBAddress, 2)
        open(path, board.dacAddress, 3)
    }

    private mutating func open(_ path: DevicePath, _ address: UInt8, _ index: Int) {
        let descriptor = unsafe withUnsafeBytes(of: path) { unsafe clinuxboard_part_open($0.cString, address) }
        parts[index] = Part(address: address, descriptor: descriptor)
    }

    public mutating func write16(
        _ value: UInt16, register: UInt8, address: UInt8, at now: Instant
    ) throws(BusFault) -> Instant {
        _ = try check(clinuxboard_part_write16(try part(address), register, value))
        return Instant(csystem_now())
    }

    public mutating func read16(register: UInt8, address: UInt8, at now: Instant) throws(BusFault) -> BusWord {
        let word = try check(clinuxboard_part_read16(try part(address), register))
        return BusWord(UInt16(truncatingIfNeeded: word), completedAt: Instant(csystem_now()))
    }

    public mutating func write(
        _ first: UInt8, _ second: UInt8, address: UInt8, at now: Instant
    ) throws(BusFault) -> Instant {
        _ = try check(clinuxboard_part_write2(try part(address), first, second))
        return Instant(csystem_now())
    }

    public mutating func readThree(address: UInt8, at now: Instant) throws(BusFault) -> BusTriple {
        let bytes = try check(clinuxboard_part_read3(try part(address), address))
        return BusTriple(UInt32(bitPattern: bytes), completedAt: Instant(csystem_now()))
    }

    private func part(_ address: UInt8) throws(BusFault) -> Int32 {
        for index in 0..<4 where parts[index].address == address && parts[index].descriptor >= 0 {
            return parts[index].descriptor
        }
        throw .noAcknowledge
    }

    /// What an error number of a transfer means: held bus, cut short, or nobody there.
    private func check(_ result: Int32) throws(BusFault) -> Int32 {
        if result >= 0 { return result }
        switch -result {
        case ETIMEDOUT, EBUSY: throw .timeout
        case EIO, EAGAIN, EINTR: throw .short
        default: throw .noAcknowledge
        }
    }
}
