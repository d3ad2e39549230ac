import CSodium
import StimulatorCore

@testable import FirmwareUpdate

/// A key pair that is the same in every run.
struct Signer {
    let seed: [UInt8]

    init(_ number: UInt8 = 1) { seed = (0..<32).map { $0 &+ number } }

    var key: UpdateKey {
        var key = [UInt8](repeating: 0, count: 32)
        unsafe csodium_public_key(seed, &key)
        return UpdateKey(Fixed(key))
    }

    var keys: UpdateKeys {
        var keys = UpdateKeys()
        _ = keys.add(key)
        return keys
    }

    /// The bundle of these parts.
    func bundle(
        version: UInt32 = 7, board: [UInt8]? = Array("a board file".utf8),
        firmware: [UInt8]? = Array("a firmware".utf8),
        name: String = "bench", boardHash: UInt64 = 0, architecture: MachineArchitecture = .amd64
    ) -> [UInt8] {
        var header = BundleHeader(
            version: version, architecture: firmware == nil ? .any : architecture, boardName: text(name),
            boardHash: boardHash, key: key.identity)
        if let board { header.set(PartSeal(board), of: .board) }
        if let firmware { header.set(PartSeal(firmware), of: .firmware) }
        return sign(header.bytes.array) + (board ?? []) + (firmware ?? [])
    }

    /// A header with the signature that it then has.
    func sign(_ header: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        let signed = Array(header[..<BundleHeader.signedSize])
        unsafe csodium_sign(seed, signed, signed.count, &signature)
        return signed + signature
    }

    /// A bundle after a change of its header by somebody who has the key.
    func forged(_ bundle: [UInt8], _ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var header = Array(bundle[..<BundleHeader.size])
        change(&header)
        return sign(header) + bundle[BundleHeader.size...]
    }
}

/// The machine of the tests.
func target(keys: UpdateKeys = Signer().keys, installed: UInt32 = 3) -> UpdateTarget {
    UpdateTarget(
        keys: keys, boardName: text("bench"), boardHash: 0x1234, architecture: .amd64, installedVersion: installed)
}

/// What a reader says of a bundle that comes in pieces of `size`: its header, or why not.
func read(_ bundle: [UInt8], target: UpdateTarget = target(), size: Int = 64) -> Result<BundleHeader, UpdateRefusal> {
    var reader = BundleReader(target: target)
    do throws(UpdateRefusal) {
        var start = 0
        while start < bundle.count {
            let count = min(size, bundle.count - start)
            var piece = UpdatePiece(repeating: 0)
            for index in 0..<count { piece[index] = bundle[start + index] }
            try reader.take(piece, count: count)
            start += count
        }
        return .success(try reader.finish())
    } catch {
        return .failure(error)
    }
}

/// Why a bundle is refused; nil when it is not.
func refusal(_ bundle: [UInt8], target: UpdateTarget = target(), size: Int = 64) -> UpdateRefusal? {
    guard case .failure(let refusal) = read(bundle, target: target, size: size) else { return nil }
    return refusal
}

func text<let capacity: Int>(_ string: String) -> FixedText<capacity> {
    guard let text = FixedText<capacity>(string.utf8) else { preconditionFailure("no text: \(string)") }
    return text
}

/// What a refusal or an outcome says.
func said(_ spell: ((UInt8) -> Void) -> Void) -> String {
    var bytes: [UInt8] = []
    spell { bytes.append($0) }
    return String(decoding: bytes, as: UTF8.self)
}

extension PartSeal {
    init(_ bytes: [UInt8]) {
        var hash = [UInt8](repeating: 0, count: 32)
        unsafe csodium_hash(bytes, bytes.count, &hash)
        self.init(length: Int64(bytes.count), hash: Fixed(hash))
    }
}

extension Fixed where Element == UInt8 {
    init(_ bytes: [UInt8]) {
        self.init(repeating: 0)
        for (index, byte) in bytes.enumerated() { self[index] = byte }
    }

    var array: [UInt8] { (0..<count).map { self[$0] } }
}
