import ArgumentParser

/// The host tool.
@main struct Stim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stim",
        abstract: "A simulated stimulator board: its shell, its scripts, its soak, its journal.",
        subcommands: [Sim.self, Run.self, Soak.self, Replay.self, Matrix.self, Log.self],
        defaultSubcommand: Sim.self)
}
