import ArgumentParser
import BoardFile
import Foundation
import StimulatorCore

/// `stim board`: board files.
struct Board: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check, compile and show board files.",
        discussion: """
            A board.toml is for people. What `stimd --board` and `stim run --board` take is compiled from it: a fixed layout \
            with a hash, loaded without being parsed.
            """,
        subcommands: [Check.self, Compile.self, Show.self])

    /// `stim board check FILE...`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name every mistake in board files.",
            discussion: """
                Every mistake is one line: FILE:LINE: the key and its value, the rule, the ceiling that it would break, and \
                what would work. The exit status is 1 when there is one, 2 when a file cannot be read.
                """)

        @Argument(help: "The board.toml files.")
        var files: [String]

        func run() throws {
            var count = 0
            for file in files {
                let check = try checked(file)
                count += check.mistakes.count
                guard let image = check.image else { continue }
                say("\(file): sound, hash \(image.description.identity.shownHash)\n")
            }
            if count > 0 {
                say("\(count) \(count == 1 ? "mistake" : "mistakes")\n", to: 2)
                throw ExitCode(1)
            }
        }
    }

    /// `stim board compile FILE -o OUT`
    struct Compile: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compile a board file.",
            discussion: "The exit status is 1 when the file has mistakes: nothing is written then.")

        @Argument(help: "The board.toml.")
        var file: String

        @Option(name: .shortAndLong, help: "Where the compiled file goes.")
        var output: String

        func run() throws {
            guard let image = try checked(file).image else { throw ExitCode(1) }
            do {
                let data = unsafe image.bytes.withUnsafeBytes { unsafe Data($0) }
                try data.write(to: URL(fileURLWithPath: output))
            } catch {
                say("\(output): \(error.localizedDescription)\n", to: 2)
                throw ExitCode(2)
            }
            say("\(output): \(BoardBytes.count) bytes, hash \(image.description.identity.shownHash)\n")
        }
    }

    /// `stim board show FILE`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a compiled board file as a board.toml.",
            discussion: "The exit status is 1 when no firmware would take the file.")

        @Argument(help: "The compiled file.")
        var file: String

        func run() throws {
            do throws(BoardFault) {
                let image = try unsafe BoardImage.load(file)
                say(BoardListing.text(image))
            } catch {
                say("\(file): \(error.text)\n", to: 2)
                throw ExitCode(1)
            }
        }
    }
}

/// Checks a file, and tells its mistakes.
private func checked(_ file: String) throws -> BoardCheck {
    let text: String
    do {
        text = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
    } catch {
        say("\(file): \(error.localizedDescription)\n", to: 2)
        throw ExitCode(2)
    }
    let check = BoardCheck(text)
    for mistake in check.mistakes { say("\(file):\(mistake.line): \(mistake.message)\n", to: 2) }
    return check
}

extension BoardIdentity {
    /// The hash as `status` shows it.
    var shownHash: String { shown(hash) }
}
