import CSystem

/// What the command line asks for.
struct Options {
    var seed: UInt64 = 1
    /// Which argument is the path of the serial device; nil for standard input and output.
    var tty: Int32?
    /// Which argument is the path of the compiled board file; nil for the simulated board that is built in.
    var board: Int32?
    /// Which arguments are the path of the local socket, the line of the wire emulation and the file of the PINs; the TCP port, 0 for none.
    var socket: Int32?
    var wire: Int32?
    var pins: Int32?
    var port: Int64 = 0
    var script = false
    /// The real board of this machine, not a simulated one.
    var linux = false
    /// With `--linux`: which arguments are the journal's file and the latches' file, and who the console's process is.
    var journal: Int32?
    var latches: Int32?
    var user: Int64 = 65_534

    /// A console that has ended is started again: there is a line that others can come to.
    var servesAgain: Bool { tty != nil || socket != nil || wire != nil || port != 0 }

    /// The options of this process; nil for a command line that is not understood.
    static func read() -> Options? {
        var options = Options()
        var index: Int32 = 1
        while index < csystem_argument_count() {
            guard options.take(&index) else { return nil }
            index += 1
        }
        let simulates = !options.linux && options.journal == nil && options.latches == nil && options.user == 65_534
        let drives =
            options.linux && !options.script && options.board != nil && options.journal != nil && options.latches != nil
        let hasOthers = options.socket != nil || options.wire != nil || options.port != 0
        if options.script && (options.tty != nil || hasOthers) { return nil }
        return simulates || drives ? options : nil
    }

    /// Takes the option at `index`, and moves on to its value where it has one.
    private mutating func take(_ index: inout Int32) -> Bool {
        guard let argument = unsafe csystem_argument(index) else { return false }
        if unsafe Options.matches(argument, "--script") {
            script = true
        } else if unsafe Options.matches(argument, "--linux") {
            linux = true
        } else if unsafe Options.matches(argument, "--seed") {
            index += 1
            let number = unsafe csystem_number(csystem_argument(index), -1)
            if number < 0 { return false }
            seed = UInt64(number)
        } else {
            return unsafe takeNumber(argument, &index) || takePath(argument, &index)
        }
        return true
    }

    private mutating func takeNumber(_ argument: UnsafePointer<CChar>, _ index: inout Int32) -> Bool {
        if unsafe Options.matches(argument, "--user") {
            user = unsafe csystem_number(csystem_argument(index + 1), 0)
            // Root would be no other user.
            if user < 1 || user > Int64(UInt32.max) - 1 { return false }
        } else if unsafe Options.matches(argument, "--tcp") {
            port = unsafe csystem_number(csystem_argument(index + 1), 0)
            if port < 1 || port > 65_535 { return false }
        } else {
            return false
        }
        index += 1
        return true
    }

    private mutating func takePath(_ argument: UnsafePointer<CChar>, _ index: inout Int32) -> Bool {
        guard index + 1 < csystem_argument_count() else { return false }
        index += 1
        if unsafe Options.matches(argument, "--tty") {
            tty = index
        } else if unsafe Options.matches(argument, "--board") {
            board = index
        } else if unsafe Options.matches(argument, "--journal") {
            journal = index
        } else if unsafe Options.matches(argument, "--latches") {
            latches = index
        } else if unsafe Options.matches(argument, "--socket") {
            socket = index
        } else if unsafe Options.matches(argument, "--wire") {
            wire = index
        } else if unsafe Options.matches(argument, "--pins") {
            pins = index
        } else {
            return false
        }
        return true
    }

    private static func matches(_ argument: UnsafePointer<CChar>, _ name: StaticString) -> Bool {
        // A static string ends in a zero byte that is not counted: it is compared too.
        for index in 0...name.utf8CodeUnitCount
        where unsafe UInt8(bitPattern: argument[index]) != name.utf8Start[index] {
            return false
        }
        return true
    }
}
