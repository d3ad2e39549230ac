import SystemIO

/// What the command line asks for.
struct Options {
    /// The compiled board file.
    var board: ArgumentWord
    /// The journal's file.
    var journal: ArgumentWord
    /// The latches' file.
    var latches: ArgumentWord
    /// The serial device; nil for standard input and output.
    var tty: ArgumentWord?
    /// The compiled protocol library; nil for the built-in one.
    var protocols: ArgumentWord?
    /// The file that is told how the self-test ended; nil when nobody wants to know.
    var verdict: ArgumentWord?
    /// Who the console's process is.
    var user: UInt32 = 65_534

    /// The options of this process; nil for a command line that is not understood.
    static func read() -> Options? {
        var words = ArgumentWalk()
        var board: ArgumentWord?
        var journal: ArgumentWord?
        var latches: ArgumentWord?
        var tty: ArgumentWord?
        var protocols: ArgumentWord?
        var verdict: ArgumentWord?
        var user: ArgumentWord?
        while words.advance() {
            if words.isAt("--board") {
                board = words.value()
            } else if words.isAt("--journal") {
                journal = words.value()
            } else if words.isAt("--latches") {
                latches = words.value()
            } else if words.isAt("--tty") {
                tty = words.value()
                if tty == nil { return nil }
            } else if words.isAt("--protocols") {
                protocols = words.value()
                if protocols == nil { return nil }
            } else if words.isAt("--verdict") {
                verdict = words.value()
                if verdict == nil { return nil }
            } else if words.isAt("--user") {
                user = words.value()
                if user == nil { return nil }
            } else {
                return nil
            }
        }
        guard let board, let journal, let latches else { return nil }
        var options = Options(
            board: board, journal: journal, latches: latches, tty: tty, protocols: protocols, verdict: verdict)
        if let user {
            // Root would be no other user.
            guard let number = user.number, number > 0, number < UInt32.max else { return nil }
            options.user = UInt32(number)
        }
        return options
    }
}
