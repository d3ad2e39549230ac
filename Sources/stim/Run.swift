import ArgumentParser
import CSystem
import Foundation

/// `stim run`: a script of shell lines on a simulated board, in virtual time, or on a board at the other end of a line.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Run a script of shell lines on a simulated board, as fast as possible, or on a board on a serial line.",
        discussion: """
            Beside shell lines a script may have: wait 5s, wait ready (any state, at most 60 s of board time), \
            expect refusal NAME, expect trip NAME, and # comments. Each shell line is typed when the one before has come \
            to its end; a wait replaces that.

            Variables and loops: let NAME = VALUE, repeat COUNT ... end, for NAME in VALUE VALUE ... end; $NAME or \
            ${NAME} in any line is the value. The whole script is read before its first line runs.

            With --port the script runs on a board's shell at that device, in the board's own time, and all output is \
            JSON lines. Ctrl-C stops the board. At the script's end the line goes down, and the board disarms.

            The exit status is 0 when nothing was refused and nothing tripped, except what the script expects, 1 when \
            something else happened (named on standard error with its line), 2 when the script cannot be read.
            """)

    @Argument(help: "The script; - for standard input.")
    var file: String

    @Option(help: "The seed of everything random in the simulation.")
    var seed: UInt64 = 1

    @Option(name: .customLong("board"), help: "Simulate the board of this compiled board file.")
    var boardFile: String?

    @Option(help: "Run it on the board at this serial device or pseudo-terminal, not on a simulated one.")
    var port: String?

    @Option(name: .customLong("set"), help: "A variable before the first line, as NAME=VALUE; may be given again.")
    var variables: [String] = []
    @Option(help: "Write the journal of the run to this file, for `stim log` and `stim report`.")
    var journal: String?

    @Option(name: .customLong("protocols"), help: "Use this compiled protocol library instead of the built-in one.")
    var protocolFile: String?

    @Option(
        name: .customLong("update-keys"), help: "Receive updates that one of the public keys of this file has signed.")
    var updateKeys: String?

    @Flag(help: "Answers and events as JSON, one object a line; the script's lines are not repeated.")
    var json = false

    func run() throws {
        let script = try read()
        let failures = try port.map { try run(script, on: $0) } ?? simulate(script)
        for failure in failures { say("\(name):\(failure.line): \(failure.message)\n", to: 2) }
        if !failures.isEmpty { throw ExitCode(1) }
    }

    private func simulate(_ script: Script) throws -> [Ledger.Failure] {
        try withRig(
            seed: seed, board: board(from: boardFile), protocols: protocols(from: protocolFile),
            updateKeys: try updateKeys.map { file in try reading { try KeyFiles.updateKeys(file) } }
        ) { rig in
            var bytes = Data()
            let failures = ScriptRunner(on: scriptBench(rig: rig, json: json)).run(script) { bytes.append($0) }
            if let journal { try bytes.write(to: URL(fileURLWithPath: journal)) }
            return failures
        }
    }

    private func run(_ script: Script, on port: String) throws -> [Ledger.Failure] {
        try check(csystem_catch_signals(), "signals")
        let descriptor = unsafe try check(port.withCString { unsafe csystem_terminal_open($0, 0) }, port)
        var board = BoardLine(descriptor: descriptor, transcript: Transcript(repeatsLines: false, output: 1))
        guard board.begin() else { throw SystemFailure(attempt: "\(port): no board's shell answers", code: ETIMEDOUT) }
        return ScriptRunner(on: board).run(script)
    }

    func validate() throws {
        if port != nil, boardFile != nil || protocolFile != nil || journal != nil || updateKeys != nil {
            throw ValidationError(
                "--board, --protocols, --journal and --update-keys are for a simulated board; the board at --port has its own files"
            )
        }
        _ = try given()
    }

    /// The variables of the command line.
    private func given() throws -> [String: String] {
        var values: [String: String] = [:]
        for variable in variables {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, ScriptExpansion.isName(parts[0]) else {
                throw ValidationError("--set \(variable): a name and a value, such as level=60%")
            }
            values[parts[0]] = parts[1]
        }
        return values
    }

    private var name: String { file == "-" ? "standard input" : file }

    private func read() throws -> Script {
        do {
            let data =
                file == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(fileURLWithPath: file))
            return try Script(data, variables: given())
        } catch let misfit as Script.Misfit {
            say("\(name):\(misfit.number): \(misfit.message)\n", to: 2)
        } catch {
            say("\(name): \(error.localizedDescription)\n", to: 2)
        }
        throw ExitCode(2)
    }
}
