import StimulatorCore

@testable import FirmwareUpdate

/// Files in memory on a medium that can be cut off at any call: what was not synced is then there, not there, or there in part.
///
/// A class, so that a test can look at it while a keeper works on it.
final class SimulatedMedium {
    private struct File {
        var bytes: [UInt8] = []
        var durable: [UInt8]?
    }
    private var files: [UpdateFile: File] = [:]
    /// Calls that change something, so far.
    private(set) var calls = 0
    /// The call at which the power fails; nothing is written from then on.
    var cutAt = Int.max
    /// The code of the failure of every call from `cutAt` on.
    var code: Int32 = 5

    subscript(file: UpdateFile) -> [UInt8]? {
        get { files[file]?.bytes }
        set {
            files[file] = newValue.map { File(bytes: $0, durable: $0) }
        }
    }

    func change(_ file: UpdateFile, _ body: (inout [UInt8]) -> Void) throws(StoreFault) {
        calls += 1
        if calls >= cutAt { throw StoreFault(code: code) }
        var found = files[file] ?? File()
        body(&found.bytes)
        files[file] = found
    }

    func sync(_ file: UpdateFile) throws(StoreFault) {
        calls += 1
        if calls >= cutAt { throw StoreFault(code: code) }
        guard var synced = files[file] else { return }
        synced.durable = synced.bytes
        files[file] = synced
    }

    /// The power comes back.
    /// - Parameter kept: how many bytes of an unsynced change reached the medium.
    func restart(keeping kept: Int) {
        cutAt = .max
        calls = 0
        for (name, file) in files {
            guard file.bytes != file.durable else { continue }
            let old = file.durable ?? []
            let torn = Array(file.bytes.prefix(kept)) + old.dropFirst(kept)
            files[name] = file.durable == nil && kept == 0 ? nil : File(bytes: torn, durable: torn)
        }
    }
}

/// The medium as the keeper's store.
struct SimulatedStore: UpdateStore, ~Copyable {
    let medium: SimulatedMedium

    func length(of file: UpdateFile) throws(StoreFault) -> Int64? { medium[file].map { Int64($0.count) } }

    func read(_ file: UpdateFile, into piece: inout UpdatePiece, at offset: Int64) throws(StoreFault) -> Int {
        guard let bytes = medium[file] else { throw StoreFault(code: 2) }
        let rest = bytes.dropFirst(Int(offset)).prefix(4_096)
        for (index, byte) in rest.enumerated() { piece[index] = byte }
        return rest.count
    }

    mutating func empty(_ file: UpdateFile) throws(StoreFault) { try medium.change(file) { $0 = [] } }

    mutating func write(_ file: UpdateFile, _ piece: UpdatePiece, from start: Int, count: Int, at offset: Int64)
        throws(StoreFault)
    {
        try medium.change(file) { bytes in
            let end = Int(offset) + count
            if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            for index in 0..<count { bytes[Int(offset) + index] = piece[start + index] }
        }
    }

    mutating func sync(_ file: UpdateFile) throws(StoreFault) { try medium.sync(file) }
}

/// A machine that is switched on and off: the medium, and what its supervisor does with a keeper.
struct Machine {
    let medium = SimulatedMedium()
    var keys = Signer().keys
    var factoryVersion: UInt32 = 3

    func keeper() -> UpdateKeeper<SimulatedStore> {
        UpdateKeeper(
            SimulatedStore(medium: medium), keys: keys, architecture: .amd64, factoryVersion: factoryVersion)
    }

    /// One start of the machine: takes what lies there, and chooses.
    func start() -> (slot: UpdateSlot, outcomes: [UpdateOutcome], keeper: KeptKeeper) {
        var keeper = keeper()
        var outcomes: [UpdateOutcome] = []
        for source in [BundleSource.console, .boot] {
            let outcome = keeper.take(source, boardName: text("bench"), boardHash: 0x1234)
            if outcome != .nothing { outcomes.append(outcome) }
        }
        let slot = keeper.start { outcomes.append($0) }
        return (slot, outcomes, KeptKeeper(keeper))
    }

    /// The firmware and the board file that a slot starts: the factory's where it has none.
    func parts(of slot: UpdateSlot, _ state: SlotState) -> [String] {
        (0..<BundlePart.count).map { number in
            let part = BundlePart(index: number)
            guard state.has(part, in: slot) else { return "factory" }
            return String(decoding: medium[.part(part, slot)] ?? [], as: UTF8.self)
        }
    }
}

/// A keeper that a tuple can hold.
final class KeptKeeper {
    private var keeper: UpdateKeeper<SimulatedStore>
    init(_ keeper: consuming UpdateKeeper<SimulatedStore>) { self.keeper = keeper }

    var state: SlotState { keeper.state }
    func confirm() -> StoreFault? { keeper.confirm() }
    func end(_ end: TrialEnd) -> StoreFault? { keeper.end(end) }
}
