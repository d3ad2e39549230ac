import CSystem

/// What the command line asks for.
struct Options {
    var seed: UInt64 = 1
    /// Which argument is the path of the serial device; nil for standard input and output.
    var tty: Int32?
    /// Which argument is the path of the compiled board file; nil for the simulated board that is built in.
    var board: Int32?
    var script = false

    /// The options of this process; nil for a command line that is not understood.
    static func read() -> Options? {
        var options = Options()
        var index: Int32 = 1
        while let argument = unsafe csystem_argument(index) {
            if unsafe matches(argument, "--script") {
                options.script = true
            } else if unsafe matches(argument, "--seed") {
                index += 1
                let seed = unsafe csystem_number(csystem_argument(index), -1)
                if seed < 0 { return nil }
                options.seed = UInt64(seed)
            } else if unsafe matches(argument, "--tty"), index + 1 < csystem_argument_count() {
                index += 1
                options.tty = index
            } else if unsafe matches(argument, "--board"), index + 1 < csystem_argument_count() {
                index += 1
                options.board = index
            } else {
                return nil
            }
            index += 1
        }
        return options.script && options.tty != nil ? nil : options
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
