import CSodium
import FirmwareUpdate
import StimulatorCore

/// An update bundle. Bits of the first byte: 0, the header is signed by a key that the machine knows; 1, it begins with a sound header in
/// which bytes are changed (place, value; 0 ends that); 2, what comes is the word of the slots' state.
func updateFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    if how & 4 != 0 {
        slotState(&input)
        return 0
    }
    let signer = BundleSigner()
    var header = how & 2 != 0 ? signer.soundHeader : []
    if how & 2 != 0 { change(&header, &input) }
    while header.count < BundleHeader.signedSize { header.append(input.byte()) }
    var bundle = header
    if how & 1 != 0 { bundle += signer.signature(of: header) }
    while !input.isEmpty { bundle.append(input.byte()) }
    take(
        bundle,
        UpdateTarget(
            keys: signer.keys, boardName: signer.boardName, boardHash: 0x1234, architecture: .amd64, installedVersion: 3
        ))
    return 0
}

private func change(_ header: inout [UInt8], _ input: inout Input) {
    while !input.isEmpty {
        let place = input.byte()
        if place == 0 { return }
        header[Int(place) % header.count] = input.byte()
    }
}

/// What is taken is for this machine, newer, and whole; every byte behind the header was handed on once, part by part.
private func take(_ bundle: [UInt8], _ target: UpdateTarget) {
    var reader = BundleReader(target: target)
    var handed = 0
    do throws(UpdateRefusal) {
        var start = 0
        while start < bundle.count {
            var piece = Fixed<64, UInt8>(repeating: 0)
            let count = min(64, bundle.count - start)
            for index in 0..<count { piece[index] = bundle[start + index] }
            try reader.take(piece, count: count) { (part, place, length) throws(UpdateRefusal) in
                demand(place >= 0 && length > 0 && place + length <= count)
                demand(Int64(length) <= part.limit)
                handed += length
            }
            start += count
        }
        let header = try reader.finish()
        demand(header.bundleSize == Int64(bundle.count) && handed == bundle.count - BundleHeader.size)
        demand(header.version > target.installedVersion && header.boardName == target.boardName)
        demand(header.architecture == .any || header.architecture == target.architecture)
    } catch {
        demand(error.name.utf8CodeUnitCount > 0)
    }
    demand(reader.count <= Int64(bundle.count))
}

/// What decodes encodes to the same word, and whatever happens then leads to a state that does.
private func slotState(_ input: inout Input) {
    guard var state = SlotState(word: input.word()) else { return }
    while !input.isEmpty {
        demand(SlotState(word: state.word) == state, "\(state)")
        switch input.byte() {
        case 0: state.endTrial(.notConfirmed)
        case 1: state.confirm(version: UInt32(input.byte()))
        case let bits:
            let slot = state.start { $0 == .a ? bits & 2 != 0 : bits & 4 != 0 }
            demand(slot == .factory || slot == state.confirmed || slot == state.trial)
        }
    }
}

/// Somebody who has the key.
private struct BundleSigner {
    let seed = (0..<32).map { UInt8($0) }
    let keys: UpdateKeys
    let boardName: FixedText<16>
    private let key: UpdateKey

    init() {
        var bytes = [UInt8](repeating: 0, count: 32)
        unsafe csodium_public_key(seed, &bytes)
        var fixed = Fixed<32, UInt8>(repeating: 0)
        for index in 0..<32 { fixed[index] = bytes[index] }
        key = UpdateKey(fixed)
        var keys = UpdateKeys()
        _ = keys.add(key)
        self.keys = keys
        boardName = FixedText("bench".utf8) ?? FixedText()
    }

    /// Of a bundle with a board file of four bytes, "data".
    var soundHeader: [UInt8] {
        var header = BundleHeader(version: 7, architecture: .any, boardName: boardName, key: key.identity)
        var hash = [UInt8](repeating: 0, count: 32)
        unsafe csodium_hash(Array("data".utf8), 4, &hash)
        var fixed = Fixed<32, UInt8>(repeating: 0)
        for index in 0..<32 { fixed[index] = hash[index] }
        header.set(PartSeal(length: 4, hash: fixed), of: .board)
        return (0..<BundleHeader.signedSize).map { header.bytes[$0] }
    }

    func signature(of header: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        unsafe csodium_sign(seed, header, header.count, &signature)
        return signature
    }
}
