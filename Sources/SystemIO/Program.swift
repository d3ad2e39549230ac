import CSystem
import StimulatorCore

/// The words of this process's command line, one after another. Embedded Swift has no `CommandLine`.
public struct ArgumentWalk: BitwiseCopyable {
    private var index: Int32 = 0

    /// Before the first word behind the program's name.
    public init() {}

    /// Moves on to the next word; false when there is none.
    public mutating func advance() -> Bool {
        if index + 1 >= csystem_argument_count() { return false }
        index += 1
        return true
    }

    /// True when the word is `name`.
    public func isAt(_ name: StaticString) -> Bool {
        guard let argument = unsafe csystem_argument(index) else { return false }
        // A static string ends in a zero byte that is not counted: it is compared too.
        for place in 0...name.utf8CodeUnitCount
        where unsafe UInt8(bitPattern: argument[place]) != name.utf8Start[place] {
            return false
        }
        return true
    }

    /// Moves on to the value of an option: which argument it is; nil when there is none.
    public mutating func value() -> ArgumentWord? { advance() ? ArgumentWord(index: index) : nil }
}

/// A word of the command line.
public struct ArgumentWord: BitwiseCopyable, Hashable, Sendable {
    let index: Int32

    /// The word as a C string, which lives as long as the process.
    public var text: UnsafePointer<CChar> { unsafe csystem_argument(index).unsafelyUnwrapped }

    /// The word as a decimal number of 0 ... 2^63 - 1; nil for anything else.
    public var number: Int64? {
        let number = unsafe csystem_number(text, -1)
        return number < 0 ? nil : number
    }
}

/// What a program of this package does before it can do anything.
public enum Program {
    /// Says why on standard error, and ends with status 2.
    public static func fail(_ message: StaticString) -> Never {
        _ = unsafe csystem_write_all(2, message.utf8Start, message.utf8CodeUnitCount)
        csystem_exit(2)
    }

    /// Opens the console's line: the serial device, or standard input and output, raw for a person at a terminal. Ends when there is none.
    /// - Parameter baud: the serial device's rate, bits a second; 0 leaves it as it is.
    public static func openLine(_ tty: ArgumentWord?, baud: UInt32 = 0) -> OpenedLine {
        if let tty {
            let line = unsafe csystem_terminal_open(tty.text, baud)
            if line < 0 { fail("the serial device of the command line does not open\n") }
            return OpenedLine(
                line: ConsoleLine(input: line, output: line, isMarked: true), input: line, isTerminal: true)
        }
        let person = csystem_is_terminal(0) == 1
        if person && csystem_terminal_raw(0) < 0 { fail("the terminal cannot be had\n") }
        return OpenedLine(
            line: ConsoleLine(input: 0, output: 1, quitsOnKey: person, isMarked: person), input: 0,
            isTerminal: person)
    }
}

/// The console's line, and what it is.
public struct OpenedLine: BitwiseCopyable {
    public let line: ConsoleLine
    /// Where its bytes come from.
    public let input: Int32
    /// A person, or a serial line: no script whose last answers are waited for.
    public let isTerminal: Bool
    /// Nothing shows that the other end has gone. Asked once: a confined process may not ask.
    public let isThreeWire: Bool

    fileprivate init(line: ConsoleLine, input: Int32, isTerminal: Bool) {
        self.line = line
        self.input = input
        self.isTerminal = isTerminal
        isThreeWire = isTerminal && csystem_terminal_is_three_wire(input) == 1
    }
}

extension BoardFault {
    /// Says on standard error why a board file cannot be used.
    public func complain() {
        var writer = OutputWriter(descriptor: 2)
        writer.put("the board file cannot be used, nothing can be armed: ")
        spell { writer.put($0) }
        writer.put("\n")
        writer.flush()
    }
}

extension LibraryFault {
    /// Says on standard error why a protocol library cannot be used.
    public func complain() {
        var writer = OutputWriter(descriptor: 2)
        writer.put("the protocol library cannot be used, there are no protocols: ")
        writer.put(text)
        writer.put("\n")
        writer.flush()
    }
}
