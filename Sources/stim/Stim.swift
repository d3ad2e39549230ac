import ArgumentParser
import Dispatch

/// The host tool's start. Only `soak` and `threshold` need the concurrency runtime: every other command runs on this thread alone, so that a
/// measurement counts no helper thread, and valgrind can follow it.
@main enum Program {
    static func main() {
        do {
            var command = try Stim.parseAsRoot()
            if let concurrent = command as? any AsyncParsableCommand { run(concurrent) }
            try command.run()
        } catch {
            Stim.exit(withError: error)
        }
    }

    private static func run(_ given: sending any AsyncParsableCommand) -> Never {
        Task {
            var command = given
            do {
                try await command.run()
                Stim.exit()
            } catch {
                Stim.exit(withError: error)
            }
        }
        dispatchMain()
    }
}

/// The host tool.
struct Stim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stim",
        abstract: "A simulated stimulator board: its shell, its scripts, its soak, its journal, its measurements.",
        subcommands: [
            Sim.self, Run.self, Soak.self, Replay.self, Matrix.self, Bench.self, Log.self, Board.self,
            ProtocolFiles.self, AdmissionCampaign.self, Threshold.self, Report.self,
            Key.self, Update.self,
        ],
        defaultSubcommand: Sim.self)
}
