import FirmwareUpdate
import Foundation
import StimulatorCore
import SystemIO
import Testing

@testable import BoardFile
@testable import SimulatedRig
@testable import stim

/// A machine's folders, with what its supervisor does before a start.
private struct Card {
    let folder: URL
    let key = SecretKey(seed: (1...32).map { UInt8($0) })

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        for name in ["data/slots/a", "data/slots/b", "data/incoming", "boot"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private func text(_ name: String) throws -> FixedText<64> {
        // A temporary folder's path may be longer than a board's: a link is not.
        let link = "/tmp/\(folder.lastPathComponent.prefix(8))-\(name)"
        try? FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: folder.appendingPathComponent(name).path)
        return try #require(FixedText<64>(link.utf8))
    }

    func keeper() throws -> UpdateKeeper<UpdateFolders> {
        var keys = UpdateKeys()
        _ = keys.add(key.publicKey)
        return UpdateKeeper(
            UpdateFolders(data: try text("data"), boot: try text("boot")), keys: keys, architecture: .amd64,
            factoryVersion: 1)
    }

    func put(_ bundle: Data, on path: String) throws { try bundle.write(to: folder.appendingPathComponent(path)) }

    /// The bundle of a board file, signed whatever it says.
    func bundle(_ bytes: BoardBytes, version: UInt32) throws -> Data {
        let name = try #require(FixedText<16>("sim".utf8))
        let data = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
        return try BundleMaker(version: version, boardName: name, board: data).bundle(signedBy: key)
    }
}

@Suite("An update on trial, from its file to the self-test") struct UpdateTrialTests {
    /// What a firmware comes to that is started with the board file of a slot.
    private func verdict(of path: String) throws -> (TrialVerdict, BoardFault?) {
        let image = unsafe BoardImage.load(path, runs: { $0 == .simulated })
        let memory = try RigMemory()
        var rig = memory.makeRig(seed: 1, board: image.description)
        rig.run(until: rig.now + .seconds(20))
        return (TrialVerdict(rig.snapshot), image.description.identity.fault)
    }

    @Test(
        "H-29 a board file above a ceiling, however it was signed, is refused by the loader, its trial is given up, the one before runs"
    )
    func aboveCeiling() throws {
        let card = try Card()
        defer { card.remove() }
        for field in [BoardField.maximumVoltage, .coilTrip, .pulseLateness, .dischargeTime] {
            let sound = BoardImage.simulated
            let most = sound.description.bounds(of: field).most
            var bytes = sound.bytes
            var offset = 40 + 8 * Int(field.rawValue)
            bytes.put(most + 1, size: 8, at: &offset)
            bytes.seal()
            try card.put(try card.bundle(bytes, version: 10 + UInt32(field.rawValue)), on: "boot/update.pk")
            var keeper = try card.keeper()
            let taken = keeper.take(.boot, boardName: sound.description.identity.name, boardHash: 0)
            guard case .installed(_, .a) = taken else {
                Issue.record("\(taken)")
                continue
            }
            let slot = keeper.start { _ in }
            #expect(slot == .a)
            let (verdict, misuse) = try verdict(of: card.folder.appendingPathComponent("data/slots/a/board.bin").path)
            guard case .number(let misfit) = misuse else {
                Issue.record("\(field): \(String(describing: misuse))")
                continue
            }
            #expect(misfit.field == field && verdict == .failed)
            let fault = keeper.end(.selfTestFailed)
            #expect(fault == nil)
            var told: [UpdateOutcome] = []
            let next = keeper.start { told.append($0) }
            #expect(next == .factory && told == [.ended(10 + UInt32(field.rawValue), .selfTestFailed)])
        }
    }

    @Test("a sound board file passes its self-test, is confirmed, and is what is started") func sound() throws {
        let card = try Card()
        defer { card.remove() }
        var image = BoardImage.simulated
        image.description.pulsesPerSecond = 40
        try card.put(try card.bundle(image.bytes, version: 2), on: "data/incoming/update")
        var keeper = try card.keeper()
        let taken = keeper.take(.console, boardName: image.description.identity.name, boardHash: 0)
        #expect(taken == .installed(2, .a))
        let slot = keeper.start { _ in }
        #expect(slot == .a)
        let (verdict, fault) = try verdict(of: card.folder.appendingPathComponent("data/slots/a/board.bin").path)
        #expect(verdict == .passed && fault == nil)
        let unstored = keeper.confirm()
        #expect(unstored == nil)
        var again = try card.keeper()
        let next = again.start { _ in }
        let state = again.state
        #expect(next == .a && state.trial == nil && state.version == 2)
    }

    @Test("the verdict is open until the self-test is over") func verdicts() {
        var snapshot = Snapshot()
        #expect(TrialVerdict(snapshot) == .open)
        snapshot.state = .safe
        #expect(TrialVerdict(snapshot) == .open)
        snapshot.selfTestPassed = true
        #expect(TrialVerdict(snapshot) == .passed)
        for trip in [Trip.selfTestFailed, .boardMismatch] {
            var failed = snapshot
            failed.trips.insert(trip)
            #expect(TrialVerdict(failed) == .failed)
        }
    }
}
