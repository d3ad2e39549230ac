import ArgumentParser
import FirmwareUpdate
import Foundation

/// `stim key`: the keys that sign updates.
struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and show the keys that sign updates.",
        discussion: """
            A key is two files: FILE, the secret one, and FILE.pub, the public one. Whoever has the secret file can replace the \
            firmware of every board that knows the key: keep it where the boards are not, with a copy on paper; it has no \
            passphrase of its own. The public files go into the image, at most four, one behind the other \
            (cat old.pub new.pub > update.keys): a new key is in the image before the old one is given up. See Boards/updates.md.
            """,
        subcommands: [New.self, Show.self, Public.self])

    /// `stim key new FILE`
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key: FILE and FILE.pub.",
            discussion: """
                No file that is there is overwritten. FILE has mode 0600, and no other mode is accepted when it is used. The exit \
                status is 2 when a file cannot be written.
                """)

        @Argument(help: "The secret key's file.")
        var file: String

        func run() throws {
            let secret = SecretKey.random()
            try writing { try secret.write(to: file) }
            do {
                try KeyFiles.create(file + ".pub", Data(secret.publicKey.data), mode: 0o644)
            } catch {
                // Without its other half it is none.
                try? FileManager.default.removeItem(atPath: file)
                try writing { throw error }
            }
            say("\(file), \(file).pub: key \(secret.publicKey.shownIdentity)\n")
        }
    }

    /// `stim key show FILE`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which key a file has: what bundles and `update status` call it, and the public key.",
            discussion: "FILE is a secret key's file or one of public keys. The secret is not shown.")

        @Argument(help: "The file.")
        var file: String

        func run() throws {
            for key in try reading({ try KeyFiles.publicKeys(inAny: file) }) {
                say("\(key.shownIdentity)  \(key.data.map { hex($0) }.joined())\n")
            }
        }
    }

    /// `stim key public FILE -o OUT`
    struct Public: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the public key of a secret one.",
            discussion: "No file that is there is overwritten.")

        @Argument(help: "The secret key's file.")
        var file: String

        @Option(name: .shortAndLong, help: "Where the public key goes.")
        var output: String

        func run() throws {
            let secret = try reading { try SecretKey(contentsOf: file) }
            try writing { try KeyFiles.create(output, Data(secret.publicKey.data), mode: 0o644) }
            say("\(output): key \(secret.publicKey.shownIdentity)\n")
        }
    }
}

/// Says what a file has against it, and ends with status 1; 2 where it cannot be read.
func reading<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let misfit as FileMisfit {
        say("\(misfit)\n", to: 2)
        throw ExitCode(1)
    } catch {
        say("\(error)\n", to: 2)
        throw ExitCode(2)
    }
}

private func writing(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        say("\(error)\n", to: 2)
        throw ExitCode(2)
    }
}
