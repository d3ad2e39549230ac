import ArgumentParser
@main struct Stim: ParsableCommand {
    func run() {}
}
