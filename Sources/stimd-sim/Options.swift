import SystemIO

/// What the command line asks for.
struct Options {
    var seed: UInt64 = 1
    /// The serial device; nil for standard input and output.
    var tty: ArgumentWord?
    /// The compiled board file; nil for the simulated board that is built in.
    var board: ArgumentWord?
    /// The compiled protocol library; nil for the built-in one.
    var protocols: ArgumentWord?
    /// More ways to the console.
    var others = SideLineOptions()
    var script = false

    /// The options of this process; nil for a command line that is not understood.
    static func read() -> Options? {
        var words = ArgumentWalk()
        var options = Options()
        while words.advance() {
            if words.isAt("--script") {
                options.script = true
            } else if words.isAt("--seed") {
                guard let number = words.value()?.number else { return nil }
                options.seed = UInt64(number)
            } else if words.isAt("--tty") {
                options.tty = words.value()
                if options.tty == nil { return nil }
            } else if words.isAt("--board") {
                options.board = words.value()
                if options.board == nil { return nil }
            } else if words.isAt("--protocols") {
                options.protocols = words.value()
                if options.protocols == nil { return nil }
            } else if !options.others.take(&words) {
                return nil
            }
        }
        return options.script && (options.tty != nil || options.others.areGiven) ? nil : options
    }
}
