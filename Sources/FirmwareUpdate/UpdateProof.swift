import StimulatorCore

/// What is proven about a slot: by the headers that lie in it, and the keys of the image.
extension UpdateKeeper where Store: ~Copyable {
    /// True when every part that the slot has is what a known key has signed, for this kind of machine.
    func isWhole(_ slot: UpdateSlot, in state: SlotState) -> Bool {
        var count = 0
        for number in 0..<BundlePart.count {
            let part = BundlePart(index: number)
            guard state.has(part, in: slot) else { continue }
            guard isProven(part, in: slot) else { return false }
            count += 1
        }
        return count > 0
    }

    /// The signed header that lies beside a part; nil where there is none that can be believed.
    func header(of part: BundlePart, in slot: UpdateSlot) -> BundleHeader? {
        guard slot != .factory, let bytes = proof(of: part, in: slot) else { return nil }
        do throws(UpdateRefusal) {
            let header = try BundleHeader(bytes, signedBy: keys)
            return header.contains(part) ? header : nil
        } catch {
            return nil
        }
    }

    /// The header's bytes as they lie there.
    func proof(of part: BundlePart, in slot: UpdateSlot) -> HeaderBytes? {
        do throws(StoreFault) {
            guard try store.length(of: .proof(part, slot)) == Int64(BundleHeader.size) else { return nil }
            var piece = UpdatePiece(repeating: 0)
            guard try store.read(.proof(part, slot), into: &piece, at: 0) == BundleHeader.size else { return nil }
            var bytes = HeaderBytes(repeating: 0)
            for index in 0..<BundleHeader.size { bytes[index] = piece[index] }
            return bytes
        } catch {
            return nil
        }
    }

    private func isProven(_ part: BundlePart, in slot: UpdateSlot) -> Bool {
        guard let header = header(of: part, in: slot),
            header.architecture == .any || header.architecture == architecture
        else { return false }
        let seal = header[part]
        var hasher = PartHasher()
        var offset: Int64 = 0
        do throws(StoreFault) {
            guard try store.length(of: .part(part, slot)) == seal.length else { return false }
            var piece = UpdatePiece(repeating: 0)
            while offset < seal.length {
                let count = try store.read(.part(part, slot), into: &piece, at: offset)
                if count == 0 { return false }
                hasher.add(piece, count: count)
                offset += Int64(count)
            }
        } catch {
            return false
        }
        return offset == seal.length && hasher.hash == seal.hash
    }
}
