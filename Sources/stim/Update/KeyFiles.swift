import CSodium
import FirmwareUpdate
import Foundation
import StimulatorCore

/// A file is not what it should be.
struct FileMisfit: Error, CustomStringConvertible {
    let file: String
    /// What is wrong, and what would work.
    let message: String

    var description: String { "\(file): \(message)" }
}

/// Files of keys.
enum KeyFiles {
    /// Makes a file that was not there, and writes it.
    /// - Throws: `SystemFailure`; EEXIST for a file that is there.
    static func create(_ path: String, _ data: Data, mode: UInt32) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemFailure(attempt: path, code: errno) }
        defer { close(descriptor) }
        // The mode that was asked for, whatever the umask leaves.
        guard fchmod(descriptor, mode) == 0 else { throw SystemFailure(attempt: path, code: errno) }
        try FileHandle(fileDescriptor: descriptor).write(contentsOf: data)
    }

    static func data(_ path: String) throws -> Data {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(attempt: path, code: errno) }
        defer { close(descriptor) }
        return try FileHandle(fileDescriptor: descriptor).readToEnd() ?? Data()
    }

    /// The keys of a file of public keys.
    static func publicKeys(in path: String) throws -> [UpdateKey] {
        let data = try data(path)
        let keys = UpdateKeys(Fixed(data.prefix(UpdateKeys.fileSize)), count: data.count)
        guard keys.count > 0 else {
            throw FileMisfit(
                file: path,
                message: "\(data.count) bytes; a file of public keys has 32 for each, and one to four of them: "
                    + "`stim key new` makes FILE.pub")
        }
        return (0..<keys.count).map { keys[$0] }
    }

    /// The keys of a file of public keys, or the public key of a secret one.
    static func publicKeys(inAny path: String) throws -> [UpdateKey] {
        let isSecret = try data(path).starts(with: SecretKey.title.utf8)
        return isSecret ? [try SecretKey(contentsOf: path).publicKey] : try publicKeys(in: path)
    }

    /// The keys for a target.
    static func updateKeys(_ path: String) throws -> UpdateKeys {
        var keys = UpdateKeys()
        for key in try publicKeys(in: path) { _ = keys.add(key) }
        return keys
    }
}

/// A secret key: the seed of an Ed25519 key pair.
///
/// Its file is two lines of text: a title and 64 hexadecimal digits, so that it can be kept on paper.
struct SecretKey {
    static let title = "pulsekeeper update key, secret\n"
    private let seed: [UInt8]

    init(seed: [UInt8]) { self.seed = seed }

    static func random() -> SecretKey {
        var seed = [UInt8](repeating: 0, count: 32)
        unsafe csodium_new_seed(&seed)
        return SecretKey(seed: seed)
    }

    /// Reads a secret key's file; one that others may read is refused.
    init(contentsOf path: String) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let text = String(decoding: try KeyFiles.data(path), as: UTF8.self)
        let digits = text.dropFirst(SecretKey.title.count).trimmingCharacters(in: .newlines)
        let seed = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(digits.dropFirst(index).prefix(2), radix: 16)
        }
        guard text.hasPrefix(SecretKey.title), digits.count == 64, seed.count == 32 else {
            throw FileMisfit(file: path, message: "no secret key: `stim key new` makes one")
        }
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw FileMisfit(
                file: path, message: "mode \(String(mode, radix: 8)): others may read or write it; chmod 600 \(path)")
        }
        self.seed = seed
    }

    func write(to path: String) throws {
        let text = SecretKey.title + seed.map { hex($0) }.joined() + "\n"
        try KeyFiles.create(path, Data(text.utf8), mode: 0o600)
    }

    var publicKey: UpdateKey {
        var key = [UInt8](repeating: 0, count: 32)
        unsafe csodium_public_key(seed, &key)
        return UpdateKey(Fixed(key))
    }

    /// The header's signed bytes with their signature.
    func sign(_ header: HeaderBytes) -> [UInt8] {
        let signed = (0..<BundleHeader.signedSize).map { header[$0] }
        var signature = [UInt8](repeating: 0, count: BundleHeader.size - BundleHeader.signedSize)
        unsafe csodium_sign(seed, signed, signed.count, &signature)
        return signed + signature
    }
}

extension UpdateKey {
    var data: [UInt8] { (0..<32).map { bytes[$0] } }
    /// As bundles, `update status` and refusals call it.
    var shownIdentity: String { shown(identity) }
}

extension Fixed where Element == UInt8 {
    /// The first bytes of a collection; zeros behind them.
    init(_ bytes: some Collection<UInt8>) {
        self.init(repeating: 0)
        for (index, byte) in bytes.enumerated() { self[index] = byte }
    }
}

/// Two hexadecimal digits.
func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

/// Sixteen hexadecimal digits.
func shown(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
