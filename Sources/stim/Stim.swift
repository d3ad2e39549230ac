import ArgumentParser

/// The host tool.
@main struct Stim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stim",
        abstract: "A simulated stimulator board: its shell, its scripts, its soak, its journal, its measurements.",
        subcommands: [Sim.self, Run.self, Soak.self, Replay.self, Matrix.self, Bench.self, Log.self],
        defaultSubcommand: Sim.self)
}
