import StimulatorCore
import Testing

@testable import FirmwareUpdate

@Suite("Update bundles: what is taken, and what is refused") struct BundleTests {
    private let signer = Signer()

    @Test("a bundle is taken in pieces of any size, and says what it is") func taken() throws {
        let bundle = signer.bundle(version: 20_261_127)
        for size in [1, 7, 63, 256, 257, 4_096] {
            let header = try read(bundle, size: size).get()
            #expect(header.version == 20_261_127)
            #expect(header.architecture == .amd64)
            #expect(header.boardName == text("bench"))
            #expect(header.bundleSize == Int64(bundle.count))
            #expect(header[.board].length == 12 && header[.firmware].length == 10)
        }
        #expect(refusal(signer.bundle(board: nil)) == nil)
        #expect(refusal(signer.bundle(firmware: nil)) == nil)
        #expect(refusal(signer.bundle(boardHash: 0x1234)) == nil)
    }

    @Test("the bytes of a header are fixed") func golden() {
        let bytes = signer.bundle(version: 7, boardHash: 0x1234)
        let text = bytes[..<56].map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(
            text == "504b55504441544501000000" + "00010000" + "07000000" + "04000000" + "62656e636800000000000000"
                + "00000000" + "3412000000000000" + "4d4dbe917544b079")
    }

    @Test("H-29 a bundle that is cut at any byte, or goes on behind its end, is refused") func everyLength() {
        let bundle = signer.bundle()
        for length in 0..<bundle.count {
            let found = refusal(Array(bundle[..<length]))
            if length == 0 {
                #expect(found == .notBundle)
            } else {
                let expected = length < BundleHeader.size ? BundleHeader.size : bundle.count
                #expect(found == .truncated(expected: Int64(expected), actual: Int64(length)))
            }
        }
        for size in [1, 64, 4_096] {
            guard case .trailing(let expected, let actual) = refusal(bundle + [0], size: size) else {
                Issue.record("a byte behind the end was not refused")
                continue
            }
            #expect(expected == Int64(bundle.count) && actual == expected + 1)
        }
    }

    @Test("H-29 a bundle with one bit turned, in any byte, is refused") func everyBit() {
        let bundle = signer.bundle()
        for index in 0..<bundle.count {
            for bit in 0..<8 {
                var bytes = bundle
                bytes[index] ^= 1 << UInt8(bit)
                switch refusal(bytes) {
                case .notBundle: #expect(index < 8)
                case .format: #expect((8..<12).contains(index))
                case .unknownKey: #expect((48..<56).contains(index))
                case .signature: #expect(index >= 12 && index < 256)
                case .damaged(let part): #expect(index >= 256 && part == (index < 268 ? .board : .firmware))
                case let other: Issue.record("byte \(index), bit \(bit): \(String(describing: other))")
                }
            }
        }
    }

    @Test("H-29 a bundle that no known key has signed is refused, whatever it says") func keys() {
        let bundle = signer.bundle()
        let stranger = Signer(9)
        #expect(refusal(bundle, target: target(keys: UpdateKeys())) == .noKeys)
        #expect(refusal(bundle, target: target(keys: stranger.keys)) == .unknownKey(signer.key.identity))
        // Somebody names our key and signs with another.
        let posing = stranger.sign(Array(bundle[..<192])) + bundle[256...]
        #expect(refusal(posing) == .signature)
        // The bytes behind a signature must be those of that signature.
        let other = signer.bundle(version: 8)
        #expect(refusal(Array(other[..<192]) + bundle[192...]) == .signature)
        // Of a bundle whose signature does not fit nothing else is looked at.
        #expect(refusal(stranger.forged(bundle) { $0[20] = 200 }) == .signature)
    }

    @Test("two keys are known while one takes the place of the other") func rotation() {
        let next = Signer(2)
        var both = signer.keys
        let isAdded = both.add(next.key)
        #expect(isAdded)
        #expect(refusal(signer.bundle(), target: target(keys: both)) == nil)
        #expect(refusal(next.bundle(), target: target(keys: both)) == nil)
        #expect(refusal(signer.bundle(), target: target(keys: next.keys)) == .unknownKey(signer.key.identity))
    }

    @Test("a file of keys is one to four keys and nothing else") func keyFile() {
        let bytes = (UInt8(1)...4).flatMap { Signer($0).key.bytes.array }
        for length in 0...128 {
            let keys = UpdateKeys(Fixed(bytes), count: length)
            #expect(keys.count == (length % 32 == 0 ? length / 32 : 0))
            for index in 0..<keys.count { #expect(keys[index] == Signer(UInt8(index + 1)).key) }
        }
        #expect(UpdateKeys(Fixed(bytes), count: 160).count == 0)
        var full = UpdateKeys(Fixed(bytes), count: 128)
        let isAdded = full.add(Signer(5).key)
        #expect(!isAdded)
    }

    @Test("another board, another board file, another machine, an older or the same version") func machine() {
        #expect(refusal(signer.bundle(name: "rpi4")) == .board(text("rpi4"), own: text("bench")))
        #expect(refusal(signer.bundle(boardHash: 0x99)) == .boardFile(0x99, own: 0x1234))
        #expect(refusal(signer.bundle(architecture: .armel)) == .architecture(.armel, own: .amd64))
        for version: UInt32 in [1, 2, 3] {
            #expect(refusal(signer.bundle(version: version)) == .downgrade(version, installed: 3))
        }
        #expect(refusal(signer.bundle(version: 4)) == nil)
        #expect(refusal(signer.bundle(version: BundleHeader.highestVersion)) == nil)
    }

    @Test("what no maker of bundles signs is refused though it is signed") func form() {
        let bundle = signer.bundle()
        let places: [(Int, UInt8)] = [
            (12, 1), (16, 0), (19, 0x80), (20, 5), (20, 0), (21, 1), (24, 0), (30, 65), (24, 0x80), (136, 1), (191, 1),
        ]
        for (place, value) in places {
            #expect(refusal(signer.forged(bundle) { $0[place] = value }) == .form, "byte \(place)")
        }
        let empty = signer.forged(bundle) { header in
            for index in 56..<136 { header[index] = 0 }
        }
        #expect(refusal(Array(empty[..<256])) == .form)
        let limits: [(Int, BundlePart)] = [(56, .board), (96, .firmware)]
        for (place, part) in limits {
            let large = signer.forged(bundle) { header in
                for index in 0..<8 {
                    header[place + index] = UInt8(truncatingIfNeeded: (part.limit + 1) >> Int64(8 * index))
                }
            }
            #expect(refusal(large) == .tooLarge(part.limit + 1, limit: part.limit))
            let negative = signer.forged(bundle) { $0[place + 7] = 0x80 }
            guard case .tooLarge = refusal(negative) else {
                Issue.record("a negative length was taken")
                continue
            }
        }
    }

    @Test("every refusal says why, with its value, and what would be taken") func texts() {
        let texts: [(UpdateRefusal, String, String)] = [
            (.notBundle, "does not begin", "stim update make"), (.format(2), "version 2", "stim"),
            (.noKeys, "no update key", "Boards/updates.md"), (.unknownKey(0xAB), "00000000000000ab", "update status"),
            (.signature, "signature", "as it was made"), (.form, "no bundle may say", "stim update make"),
            (.tooLarge(9, limit: 8), "9 bytes, at most 8", "at most 8"),
            (.truncated(expected: 20, actual: 10), "10 bytes are there, it has 20", "the whole file"),
            (.trailing(expected: 20, actual: 21), "21 bytes are there, it has only 20", "nothing behind"),
            (.damaged(.firmware), "stimd", "as it was made"),
            (.board(text("x"), own: text("y")), "for board x", "for y"),
            (.boardFile(1, own: 2), "0000000000000002", "in use"),
            (.architecture(.armhf, own: .arm64), "for armhf, this machine is arm64", "built for arm64"),
            (.downgrade(5, installed: 7), "5 is its version, 7 has been", "version 8 or later"),
            (.returned(7), "version 7", "version 8 or later"), (.noRoom(9), "9 bytes", "smaller"),
            (.storage(code: 5), "error 5", "replaced"), (.noSlots, "without slots", "flashed image"),
            (.notBegun, "no update", "update begin"), (.offset(3, expected: 9), "3 is not", "from 9"),
            (.line, "check", "the same line again"),
        ]
        #expect(Set(texts.map { "\($0.0.name)" }).count == texts.count)
        for (refusal, why, remedy) in texts {
            #expect(said(refusal.why).contains(why), "\(said(refusal.why))")
            #expect(said(refusal.remedy).contains(remedy), "\(said(refusal.remedy))")
            #expect(said(refusal.spell).hasPrefix(said(refusal.why)))
        }
    }
}
