import CSodium
import StimulatorCore

/// A public key that signs updates (Ed25519).
public struct UpdateKey: BitwiseCopyable, Hashable, Sendable {
    /// Bytes of a key.
    public static var size: Int { 32 }
    public var bytes: Fixed<32, UInt8>

    public init(_ bytes: Fixed<32, UInt8>) { self.bytes = bytes }

    /// What bundles and people call the key: the first eight bytes of its BLAKE2b-256, the first one lowest.
    public var identity: UInt64 {
        var hasher = PartHasher()
        hasher.add(bytes, count: 32)
        return hasher.hash.number(size: 8, at: 0)
    }
}

/// The public keys that a machine takes updates from: those of its image, which is read-only. More than one, so that a new key can be
/// there before the old one is given up.
///
/// Their file is nothing but the keys one after the other, 32 bytes each, 1 ... 4 of them.
public struct UpdateKeys: BitwiseCopyable, Hashable, Sendable {
    /// The most keys.
    public static var capacity: Int { 4 }
    /// The most bytes that their file has.
    public static var fileSize: Int { capacity * UpdateKey.size }
    public private(set) var count = 0
    private var keys = Fixed<4, UpdateKey>(repeating: UpdateKey(Fixed(repeating: 0)))

    /// No key: nothing is taken.
    public init() {}

    /// The keys of a file; none for a file of any other length.
    /// - Parameter count: how many bytes the file has.
    public init(_ file: Fixed<128, UInt8>, count length: Int) {
        guard length > 0, length <= UpdateKeys.fileSize, length % UpdateKey.size == 0 else { return }
        for number in 0..<length / UpdateKey.size {
            var bytes = Fixed<32, UInt8>(repeating: 0)
            for index in 0..<32 { bytes[index] = file[32 * number + index] }
            _ = add(UpdateKey(bytes))
        }
    }

    /// Adds a key; false when there is no place for it.
    public mutating func add(_ key: UpdateKey) -> Bool {
        guard count < UpdateKeys.capacity else { return false }
        keys[count] = key
        count += 1
        return true
    }

    /// The key at `index`, 0 ..< count.
    public subscript(index: Int) -> UpdateKey {
        precondition(index >= 0 && index < count)
        return keys[index]
    }

    /// Verifies that the header was signed by the key that it names, and that the key is one of these.
    func verify(_ header: HeaderBytes, key identity: UInt64) throws(UpdateRefusal) {
        if count == 0 { throw .noKeys }
        var isKnown = false
        for index in 0..<count where keys[index].identity == identity {
            isKnown = true
            if isSigned(header, by: keys[index]) { return }
        }
        throw isKnown ? .signature : .unknownKey(identity)
    }

    private func isSigned(_ header: HeaderBytes, by key: UpdateKey) -> Bool {
        unsafe withUnsafeBytes(of: header) { header in
            unsafe withUnsafeBytes(of: key.bytes) { key in
                guard let header = unsafe header.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    let key = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
                else { return false }
                let signature = unsafe header + BundleHeader.signedSize
                return unsafe csodium_is_signed(signature, header, BundleHeader.signedSize, key) == 1
            }
        }
    }
}

/// BLAKE2b-256 over bytes that come in pieces.
public struct PartHasher: BitwiseCopyable {
    private var state = csodium_hasher()

    public init() { unsafe csodium_hash_begin(&state) }

    /// Adds the first `count` bytes.
    public mutating func add<let capacity: Int>(_ bytes: Fixed<capacity, UInt8>, from start: Int = 0, count: Int) {
        precondition(start >= 0 && count >= 0 && start + count <= capacity)
        unsafe withUnsafeBytes(of: bytes) { all in
            guard let base = all.baseAddress else { return }
            unsafe csodium_hash_add(&state, base + start, count)
        }
    }

    /// The hash of what was added so far.
    public var hash: Fixed<32, UInt8> {
        var hash = Fixed<32, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &hash) { out in
            unsafe withUnsafePointer(to: state) { state in
                unsafe csodium_hash_end(state, out.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return hash
    }
}
