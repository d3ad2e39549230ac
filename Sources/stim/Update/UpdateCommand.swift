import ArgumentParser
import BoardFile
import FirmwareUpdate
import Foundation
import StimulatorCore

/// `stim update`: update bundles.
struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, show, verify and send update bundles.",
        discussion: """
            A bundle has a board file, a firmware, or both, and one signature over all of it. A board takes it only when a key of \
            its image has signed it, it is for that board and machine, and it is newer than what was confirmed there. See \
            Boards/updates.md.
            """,
        subcommands: [Make.self, Show.self, Verify.self, Send.self])

    /// `stim update make`
    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a bundle.",
            discussion: """
                What kind of machine the firmware is for is read from the firmware. The exit status is 1 when a file is not what it \
                should be: nothing is written then.
                """)

        @Option(help: "The secret key's file.")
        var key: String

        @Option(
            help: "The update's version, 1 ... 2147483647: higher than every one before; a date such as 20261127 does.")
        var version: UInt32

        @Option(help: "The name of the boards that it is for, as `status` shows it.")
        var board: String?

        @Option(name: .customLong("for"), help: "A compiled board file: only the board that has this very file in use.")
        var boardInUse: String?

        @Option(name: .customLong("board-file"), help: "The compiled board file to put in.")
        var boardFile: String?

        @Option(help: "The firmware to put in: a stimd.")
        var firmware: String?

        @Option(name: .shortAndLong, help: "Where the bundle goes.")
        var output: String

        func validate() throws {
            guard (board == nil) != (boardInUse == nil) else {
                throw ValidationError("give --board or --for, and not both")
            }
            guard boardFile != nil || firmware != nil else {
                throw ValidationError("nothing to put in: give --board-file, --firmware, or both")
            }
            guard (1...BundleHeader.highestVersion).contains(version) else {
                throw ValidationError("--version \(version): 1 ... \(BundleHeader.highestVersion) are versions")
            }
        }

        func run() throws {
            let bundle = try reading { try made() }
            do {
                try bundle.write(to: URL(fileURLWithPath: output))
            } catch {
                say("\(output): \(error.localizedDescription)\n", to: 2)
                throw ExitCode(2)
            }
            say("\(output): \(bundle.count) bytes\n")
            say(try BundleListing.text(BundleMaker.unverifiedHeader(bundle)))
        }

        private func made() throws -> Data {
            let secret = try SecretKey(contentsOf: key)
            let inUse = try boardInUse.map { try loaded($0).description.identity }
            let image = try boardFile.map { try loaded($0) }
            guard let name = try inUse?.name ?? board.map({ try boardName($0) }) else { throw ExitCode(2) }
            if let image, let boardFile, image.description.identity.name != name {
                throw FileMisfit(
                    file: boardFile,
                    message:
                        "it is of board \(string(image.description.identity.name)), the bundle is for \(string(name)): "
                        + "one name, or the board is another one afterwards")
            }
            let maker = BundleMaker(
                version: version, boardName: name, boardHash: inUse?.hash ?? 0,
                board: image.map { image in unsafe image.bytes.withUnsafeBytes { unsafe Data($0) } },
                firmware: try firmware.map { try part(.firmware, $0) })
            return try maker.bundle(signedBy: secret, firmwareFile: firmware ?? "")
        }

        private func part(_ part: BundlePart, _ path: String) throws -> Data {
            let data = try KeyFiles.data(path)
            guard Int64(data.count) <= part.limit else {
                throw FileMisfit(file: path, message: UpdateRefusal.tooLarge(Int64(data.count), limit: part.limit).text)
            }
            return data
        }

        private func loaded(_ path: String) throws -> BoardImage {
            do throws(BoardFault) {
                return try unsafe BoardImage.load(path)
            } catch {
                throw FileMisfit(file: path, message: error.text)
            }
        }
    }

    /// `stim update show FILE`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a bundle says of itself; `verify` says whether that is true.",
            discussion: "The exit status is 1 for a file that is no bundle.")

        @Argument(help: "The bundle.")
        var file: String

        func run() throws {
            let bundle = try reading { try KeyFiles.data(file) }
            say(
                try judged(file) { () throws(UpdateRefusal) in
                    BundleListing.text(try BundleMaker.unverifiedHeader(bundle))
                })
        }
    }

    /// `stim update verify FILE --keys KEYS`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Judge a bundle as a board does: signature, form, every byte of the parts, and the board itself where it is given.",
            discussion:
                "The exit status is 1 for a bundle that is refused: the reason, and what would be taken, are told.")

        @Argument(help: "The bundle.")
        var file: String

        @Option(help: "The file of the public keys in the image.")
        var keys: String

        @Option(help: "The name of the board that is to take it.")
        var board: String?

        @Option(help: "The version that is confirmed on that board.")
        var installed: UInt32 = 0

        func run() throws {
            let keys = try reading { try KeyFiles.updateKeys(self.keys) }
            let bundle = try reading { try KeyFiles.data(file) }
            let name = try reading { try board.map { try boardName($0) } }
            let text = try judged(file) { () throws(UpdateRefusal) in
                let said = try BundleMaker.unverifiedHeader(bundle)
                let target = UpdateTarget(
                    keys: keys, boardName: name ?? said.boardName,
                    boardHash: said.boardHash, architecture: said.architecture, installedVersion: installed)
                return BundleListing.text(try BundleMaker.read(bundle, target: target))
            }
            say("\(text)\(file): whole, and signed by a key of \(self.keys)\n")
        }
    }
}

/// What a header says, in lines.
enum BundleListing {
    static func text(_ header: BundleHeader) -> String {
        var text = "version     \(header.version)\n"
        text += "board       \(string(header.boardName))"
        text += header.boardHash == 0 ? "\n" : ", only with the board file of hash \(shown(header.boardHash)) in use\n"
        if header.contains(.board) { text += "board.bin   \(header[.board].length) bytes\n" }
        if header.contains(.firmware) {
            text += "stimd       \(header[.firmware].length) bytes, for \(header.architecture.name)\n"
        }
        return text + "key         \(shown(header.key))\n"
    }
}

/// Says why a bundle is refused, and ends with status 1.
private func judged<Result>(_ file: String, _ body: () throws(UpdateRefusal) -> Result) throws -> Result {
    do throws(UpdateRefusal) {
        return try body()
    } catch {
        say("\(file): \(error.text)\n", to: 2)
        throw ExitCode(1)
    }
}

private func boardName(_ name: String) throws(FileMisfit) -> FixedText<16> {
    guard let text = FixedText<16>(name.utf8), !text.isEmpty else {
        throw FileMisfit(file: name, message: "no board's name: 1 ... 15 letters and digits")
    }
    return text
}

private func string(_ text: FixedText<16>) -> String {
    String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
}
