import BoardFile
import CSodium
import FirmwareUpdate
import Foundation
import StimulatorCore

/// Makes bundles, and reads them.
struct BundleMaker {
    var version: UInt32
    var boardName: FixedText<16>
    var boardHash: UInt64 = 0
    var board: Data?
    var firmware: Data?

    /// The signed bundle.
    /// - Parameter firmwareFile: what the firmware's file is called in a complaint.
    func bundle(signedBy key: SecretKey, firmwareFile: String = "the firmware") throws -> Data {
        let architecture = try firmware.map { try ElfHeader.architecture(of: $0, file: firmwareFile) } ?? .any
        var header = BundleHeader(
            version: version, architecture: architecture, boardName: boardName, boardHash: boardHash,
            key: key.publicKey.identity)
        if let board { header.set(PartSeal(board), of: .board) }
        if let firmware { header.set(PartSeal(firmware), of: .firmware) }
        return Data(key.sign(header.bytes)) + (board ?? Data()) + (firmware ?? Data())
    }

    /// Reads a bundle whole, as a board would.
    static func read(_ bundle: Data, target: UpdateTarget) throws(UpdateRefusal) -> BundleHeader {
        var reader = BundleReader(target: target)
        var start = bundle.startIndex
        while start < bundle.endIndex {
            let piece = bundle[start...].prefix(4_096)
            try reader.take(UpdatePiece(piece), count: piece.count)
            start += piece.count
        }
        return try reader.finish()
    }

    /// What the header of a bundle says, signed or not.
    static func unverifiedHeader(_ bundle: Data) throws(UpdateRefusal) -> BundleHeader {
        guard bundle.count >= BundleHeader.size else {
            throw bundle.starts(with: "PKUPDATE".utf8)
                ? .truncated(expected: Int64(BundleHeader.size), actual: Int64(bundle.count)) : .notBundle
        }
        return try BundleHeader(unverified: HeaderBytes(bundle.prefix(BundleHeader.size)))
    }
}

extension PartSeal {
    init(_ data: Data) {
        var hash = [UInt8](repeating: 0, count: 32)
        unsafe csodium_hash([UInt8](data), data.count, &hash)
        self.init(length: Int64(data.count), hash: Fixed(hash))
    }
}

/// What the first bytes of a program say it is compiled for.
enum ElfHeader {
    /// - Throws: `FileMisfit` for what is no program of a known kind of machine.
    static func architecture(of program: Data, file: String) throws(FileMisfit) -> MachineArchitecture {
        let head = [UInt8](program.prefix(52))
        guard head.count == 52, head[0] == 0x7F, head[1...3].elementsEqual("ELF".utf8), head[5] == 1 else {
            throw FileMisfit(file: file, message: "no program for Linux: give the stimd that Tools/firmware has built")
        }
        // e_machine; for 32-bit ARM the calling convention stands in e_flags (EF_ARM_ABI_FLOAT_HARD).
        switch Int(head[18]) | Int(head[19]) << 8 {
        case 183: return .arm64
        case 62: return .amd64
        case 40: return head[37] & 0x04 != 0 ? .armhf : .armel
        case let other:
            throw FileMisfit(
                file: file, message: "a program for machine \(other); arm64, armhf, armel and amd64 are known")
        }
    }
}

extension UpdateRefusal {
    /// Why, and what would be taken.
    var text: String {
        var bytes: [UInt8] = []
        spell { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
