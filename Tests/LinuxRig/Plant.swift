import BoardInterface
import CFakeDevices
import ControlLoop
import Glibc
import SimulatedBoard
import StimulatorCore

/// The world as the fakes' plant.
enum Plant {
    static func begin(for rig: LinuxRig) {
        var plant = cfake_plant()
        plant.context = Unmanaged.passUnretained(rig).toOpaque()
        plant.set = { context, levels, mask in
            let rig = Plant.rig(context)
            let rises = OutputLines(rawValue: levels & mask) - rig.world.pins
            if rises.contains(.fire) { rig.firedBy = cfake_call() }
            try? rig.world.set(OutputLines(rawValue: levels), mask: OutputLines(rawValue: mask), at: rig.now)
        }
        plant.levels = { context in
            let rig = Plant.rig(context)
            let inputs = (try? rig.world.read(at: rig.now)) ?? .none
            return rig.world.pins.rawValue | inputs.rawValue << 8
        }
        plant.edges = { context, last in
            let rig = Plant.rig(context)
            let edges = (try? rig.world.fireSenseEdges(at: rig.now)) ?? EdgeCount()
            last?.pointee = edges.lastAt.raw
            return edges.count
        }
        plant.transfer = { context, address, register, _, bytes in
            let rig = Plant.rig(context)
            let result = Plant.transfer(rig, address, register, bytes)
            rig.setClockAfterTransfer()
            return result
        }
        plant.pet = { context in
            let rig = Plant.rig(context)
            try? rig.world.pet(at: rig.now)
        }
        plant.block = { context, time in Plant.rig(context).block(for: Nanoseconds(time)) }
        cfake_begin(&plant)
    }

    private static func rig(_ context: UnsafeMutableRawPointer?) -> LinuxRig {
        guard let context else { preconditionFailure("a plant without a rig") }
        return Unmanaged<LinuxRig>.fromOpaque(context).takeUnretainedValue()
    }

    private static func transfer(_ rig: LinuxRig, _ address: UInt8, _ register: Int32, _ bytes: Int64) -> Int64 {
        let at = max(rig.now, rig.world.transferEndsAt)
        do throws(BusFault) {
            if register >= 0, bytes >= 0 {
                _ = try rig.world.write16(
                    UInt16(truncatingIfNeeded: bytes), register: UInt8(truncatingIfNeeded: register), address: address,
                    at: at)
                return 0
            }
            if register >= 0 {
                return Int64(
                    try rig.world.read16(register: UInt8(truncatingIfNeeded: register), address: address, at: at).value)
            }
            if bytes >= 0 {
                _ = try rig.world.write(
                    UInt8(truncatingIfNeeded: bytes >> 8), UInt8(truncatingIfNeeded: bytes), address: address, at: at)
                return 0
            }
            return Int64(try rig.world.readThree(address: address, at: at).value)
        } catch {
            return switch error {
            case .noAcknowledge: Int64(-ENXIO)
            case .timeout: Int64(-ETIMEDOUT)
            case .short: Int64(-EIO)
            }
        }
    }
}

extension LinuxRig {
    /// The clock stands at the end of the transfer; the world is pulled there by nobody but the scheduler.
    fileprivate func setClockAfterTransfer() { cfake_set_now(max(now, world.transferEndsAt).raw) }
}

/// Lines that are only claimed: nothing happens yet.
struct PlantAtStart {
    func begin() {
        var plant = cfake_plant()
        plant.set = { _, _, _ in }
        plant.levels = { _ in 0 }
        plant.edges = { _, _ in 0 }
        plant.transfer = { _, _, _, _, _ in 0 }
        plant.pet = { _ in }
        plant.block = { _, _ in }
        cfake_begin(&plant)
    }
}

/// Memory of the tasks' page and of the page that is shared with the console.
final class Pages {
    static let byteCount = 16_384
    let base: UnsafeMutableRawPointer

    init() {
        base = .allocate(byteCount: Pages.byteCount, alignment: 4_096)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: Pages.byteCount)
    }

    deinit { base.deallocate() }

    var tasks: TaskPage { TaskPage(SharedWords(base)) }
    var console: ControllerPage { ControllerPage(SharedWords(base + 4_096)) }
    var shown: Snapshot { console.snapshot.read().flatMap { Snapshot(words: $0) } ?? Snapshot() }

    /// What they hold.
    var content: [UInt8] {
        get { [UInt8](UnsafeRawBufferPointer(start: base, count: Pages.byteCount)) }
        set { base.copyMemory(from: newValue, byteCount: Pages.byteCount) }
    }
}
