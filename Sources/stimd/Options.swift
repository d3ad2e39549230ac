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
    /// The file that is told how the self-test ended; nil when nobody wants to know.
    var verdict: ArgumentWord?
    /// Where updates go; nil for a machine without slots.
    var updates: UpdateOptions?
    /// Who the console's process is.
    var user: UInt32 = 65_534

    /// The options of this process; nil for a command line that is not understood.
    static func read() -> Options? {
        var words = ArgumentWalk()
        var board: ArgumentWord?
        var journal: ArgumentWord?
        var latches: ArgumentWord?
        var tty: ArgumentWord?
        var verdict: ArgumentWord?
        var updates = UpdateOptions()
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
            } else if words.isAt("--verdict") {
                verdict = words.value()
                if verdict == nil { return nil }
            } else if words.isAt("--user") {
                user = words.value()
                if user == nil { return nil }
            } else if !updates.take(&words) {
                return nil
            }
        }
        guard let board, let journal, let latches else { return nil }
        var options = Options(board: board, journal: journal, latches: latches, tty: tty, verdict: verdict)
        if updates.isGiven {
            guard updates.isWhole else { return nil }
            options.updates = updates
        }
        if let user {
            // Root would be no other user.
            guard let number = user.number, number > 0, number < UInt32.max else { return nil }
            options.user = UInt32(number)
        }
        return options
    }
}

/// Where updates are received, and what is known about them: all three words or none.
struct UpdateOptions {
    /// The file that a bundle is put into.
    private(set) var incoming: ArgumentWord?
    /// The file of the public keys.
    private(set) var keys: ArgumentWord?
    /// `SlotState.word`, as a decimal number.
    private(set) var slots: ArgumentWord?

    var isGiven: Bool { incoming != nil || keys != nil || slots != nil }
    var isWhole: Bool { incoming != nil && keys != nil && slots?.number != nil }

    /// Takes the option at which the walk is; false when it is none of these.
    mutating func take(_ words: inout ArgumentWalk) -> Bool {
        if words.isAt("--incoming") {
            incoming = words.value()
            return incoming != nil
        }
        if words.isAt("--keys") {
            keys = words.value()
            return keys != nil
        }
        guard words.isAt("--slots") else { return false }
        slots = words.value()
        return slots != nil
    }
}
