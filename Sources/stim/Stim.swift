import ArgumentParser

/// The host tool.
@main struct Stim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stim",
        abstract: "A simulated stimulator board: its shell, its scripts, its journal, its speed.",
        subcommands: [Sim.self, Run.self, Matrix.self, Log.self, Bench.self],
        defaultSubcommand: Sim.self)
}
