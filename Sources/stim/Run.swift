import ArgumentParser
import Foundation

/// `stim run`: a script of shell lines on a simulated board, in virtual time.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a script of shell lines on a simulated board, as fast as possible.",
        discussion: """
            Beside shell lines a script may have: wait 5s, wait ready (any state, at most 60 s of board time), \
            expect refusal NAME, expect trip NAME, and # comments. Each shell line is typed when the one before has come \
            to its end; a wait replaces that.

            The exit status is 0 when nothing was refused and nothing tripped, except what the script expects, 1 when \
            something else happened (named on standard error with its line), 2 when the script cannot be read.
            """)

    @Argument(help: "The script; - for standard input.")
    var file: String

    @Option(help: "The seed of everything random in the simulation.")
    var seed: UInt64 = 1

    @Option(name: .customLong("board"), help: "Simulate the board of this compiled board file.")
    var boardFile: String?

    @Option(
        name: .customLong("update-keys"), help: "Receive updates that one of the public keys of this file has signed.")
    var updateKeys: String?

    @Flag(help: "Answers and events as JSON, one object a line; the script's lines are not repeated.")
    var json = false

    func run() throws {
        let script = try read()
        let failures = try withRig(
            seed: seed, board: board(from: boardFile),
            updateKeys: try updateKeys.map { file in try reading { try KeyFiles.updateKeys(file) } }
        ) { rig in
            ScriptRunner(rig: rig, json: json).run(script)
        }
        for failure in failures { say("\(name):\(failure.line): \(failure.message)\n", to: 2) }
        if !failures.isEmpty { throw ExitCode(1) }
    }

    private var name: String { file == "-" ? "standard input" : file }

    private func read() throws -> Script {
        do {
            let data =
                file == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(fileURLWithPath: file))
            return try Script(data)
        } catch let misfit as Script.Misfit {
            say("\(name):\(misfit.number): \(misfit.message)\n", to: 2)
        } catch {
            say("\(name): \(error.localizedDescription)\n", to: 2)
        }
        throw ExitCode(2)
    }
}
