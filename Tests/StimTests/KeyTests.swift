import ArgumentParser
import FirmwareUpdate
import Foundation
import StimulatorCore
import Testing

@testable import stim

@Suite("stim key and stim update, on files") struct KeyTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func run(_ words: String...) throws { try run(words) }

    private func run(_ words: [String]) throws {
        var command = try Stim.parseAsRoot(words)
        try command.run()
    }

    /// A program's first bytes, of a machine and with flags.
    private func program(machine: UInt8, flags: UInt8 = 0) -> Data {
        var bytes = Data([0x7F]) + Data("ELF".utf8) + Data(count: 96)
        bytes[5] = 1
        bytes[18] = machine
        bytes[37] = flags
        return bytes
    }

    @Test("a new key is two files, the secret one for its owner alone, and none is overwritten") func newKey() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = path("key")
        try run("key", "new", secret)
        let mode = try FileManager.default.attributesOfItem(atPath: secret)[.posixPermissions] as? NSNumber
        #expect(mode == 0o600)
        let key = try SecretKey(contentsOf: secret)
        #expect(try KeyFiles.publicKeys(in: secret + ".pub") == [key.publicKey])
        let before = try Data(contentsOf: URL(fileURLWithPath: secret))
        #expect(throws: (any Error).self) { try run("key", "new", secret) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: secret)) == before)
        // A public key without its secret one is not overwritten either, and no secret one is left.
        try Data().write(to: URL(fileURLWithPath: path("other.pub")))
        #expect(throws: (any Error).self) { try run("key", "new", path("other")) }
        #expect(!FileManager.default.fileExists(atPath: path("other")))
        try run("key", "public", secret, "-o", path("again.pub"))
        #expect(try KeyFiles.publicKeys(inAny: path("again.pub")) == KeyFiles.publicKeys(inAny: secret))
        #expect(throws: (any Error).self) { try run("key", "public", secret, "-o", path("again.pub")) }
    }

    @Test("a secret key that others may read, or that is none, signs nothing") func secrecy() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = path("key")
        try run("key", "new", secret)
        for mode in [0o640, 0o604, 0o620] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: secret)
            #expect(throws: FileMisfit.self) { _ = try SecretKey(contentsOf: secret) }
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        let text = try String(contentsOf: URL(fileURLWithPath: secret), encoding: .utf8)
        for broken in [
            String(text.dropLast(3)), text + "00", text.replacingOccurrences(of: "secret", with: "public"), "",
        ] {
            try Data(broken.utf8).write(to: URL(fileURLWithPath: secret))
            #expect(throws: FileMisfit.self) { _ = try SecretKey(contentsOf: secret) }
        }
        #expect(throws: FileMisfit.self) { _ = try KeyFiles.publicKeys(in: secret) }
    }

    @Test("make, show and verify a bundle; what does not fit together is refused and nothing is written") func bundles()
        throws
    {
        defer { try? FileManager.default.removeItem(at: folder) }
        let boards = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Boards/rpi4/board.toml").path
        try run("key", "new", path("key"))
        try run("key", "new", path("stranger"))
        try run("board", "compile", boards, "-o", path("board.bin"))
        try program(machine: 183).write(to: URL(fileURLWithPath: path("stimd")))
        try run(
            "update", "make", "--key", path("key"), "--version", "20261127", "--for", path("board.bin"), "--board-file",
            path("board.bin"), "--firmware", path("stimd"), "-o", path("update.pk"))
        try run("update", "show", path("update.pk"))
        try run("update", "verify", path("update.pk"), "--keys", path("key.pub"), "--board", "rpi4")
        let header = try BundleMaker.unverifiedHeader(try KeyFiles.data(path("update.pk")))
        #expect(header.version == 20_261_127 && header.architecture == .arm64 && header.boardHash != 0)
        func refuses(_ words: String...) { #expect(throws: (any Error).self) { try run(words) } }
        refuses("update", "verify", path("update.pk"), "--keys", path("stranger.pub"))
        refuses("update", "verify", path("update.pk"), "--keys", path("key.pub"), "--board", "rpi5")
        refuses("update", "verify", path("update.pk"), "--keys", path("key.pub"), "--installed", "20261127")
        let make = ["update", "make", "--key", path("key"), "-o", path("other.pk")]
        for words in [
            ["--version", "1", "--board", "rpi5", "--board-file", path("board.bin")],
            ["--version", "0", "--board", "rpi4", "--board-file", path("board.bin")],
            ["--version", "2147483648", "--board", "rpi4", "--board-file", path("board.bin")],
            ["--version", "1", "--board", "rpi4"], ["--version", "1", "--board-file", path("board.bin")],
            ["--version", "1", "--board", "a name that is too long", "--firmware", path("stimd")],
            ["--version", "1", "--board", "rpi4", "--board-file", path("stimd")],
            ["--version", "1", "--board", "rpi4", "--firmware", path("board.bin")],
            ["--version", "1", "--board", "rpi4", "--firmware", path("none")],
        ] {
            #expect(throws: (any Error).self, "\(words)") { try run(make + words) }
            #expect(!FileManager.default.fileExists(atPath: path("other.pk")))
        }
    }

    @Test("a program says what machine it is for") func architectures() throws {
        func found(_ machine: UInt8, flags: UInt8 = 0) throws -> MachineArchitecture {
            try ElfHeader.architecture(of: program(machine: machine, flags: flags), file: "x")
        }
        #expect(try found(183) == .arm64)
        #expect(try found(62) == .amd64)
        #expect(try found(40, flags: 0x04) == .armhf)
        #expect(try found(40, flags: 0x02) == .armel)
        #expect(throws: FileMisfit.self) { _ = try found(3) }
        #expect(throws: FileMisfit.self) { _ = try ElfHeader.architecture(of: Data("#!/bin/sh".utf8), file: "x") }
    }
}
