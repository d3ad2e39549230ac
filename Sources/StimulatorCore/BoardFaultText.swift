/// The reason why a board file cannot be used, for people: byte by byte, for every kind of output.
extension BoardFault {
    /// Writes the reason as half a sentence.
    public func spell(_ put: (UInt8) -> Void) {
        switch self {
        case .unreadable(let code):
            write("it cannot be read, error ", put)
            write(Int64(code), put)
        case .magic: write("it is no compiled board file: `stim board compile` makes one from a board.toml", put)
        case .version(let version):
            write("it is of version ", put)
            write(Int64(version), put)
            write(" of the format, this firmware reads version 1: compile its board.toml again", put)
        case .length(let length):
            write("it has ", put)
            write(length, put)
            write(" bytes, a compiled board file has 1480: copy or compile it again", put)
        case .hash: write("its hash is not that of its bytes: it was damaged or changed, copy or compile it again", put)
        case .number(let misfit): spell(misfit, put)
        case .sharedAddress(let one, let other):
            write(one.key, put)
            write(" and ", put)
            write(other.key, put)
            write(" are one address", put)
        case .wiring(let fault): fault.spell(put)
        case .form: write("it has bytes where nothing stands: compile its board.toml again", put)
        case .kind: write("it describes a board of a kind that this firmware cannot drive", put)
        }
    }

    private func spell(_ misfit: BoardMisfit, _ put: (UInt8) -> Void) {
        let scale = misfit.field.scale
        write(misfit.field.key, put)
        write(" is ", put)
        write(misfit.value, in: scale, put)
        write(", it may be ", put)
        write((misfit.bounds.least - 1) / scale + 1, put)
        write(" ... ", put)
        write(misfit.bounds.most / scale, put)
    }
}

extension WiringFault {
    /// Writes the fault as half a sentence.
    public func spell(_ put: (UInt8) -> Void) {
        switch self {
        case .missing(let signal): spell(signal, " is not wired: every board has this line", put)
        case .sharedName(let one, let other): spell(one, other, " have one line name: each line is a signal's own", put)
        case .sharedHeader(let one, let other): spell(one, other, " are on one GPIO: each has its own", put)
        case .header(let signal): spell(signal, " is on a GPIO that the header does not have: it has 0 ... 27", put)
        case .pulledUp(let signal):
            let why: StaticString =
                " is an energising output on a GPIO that may be high before any software runs: 9 ... 13 and 16 ... 27 are not"
            spell(signal, why, put)
        case .activeLow(let signal):
            spell(signal, " must be active high, as every line: low is what a lost supply looks like", put)
        case .line(let signal): spell(signal, " is not wired, and yet has a GPIO or a level", put)
        case .bus: write("the bus is not a path below /dev/, such as /dev/i2c-1", put)
        case .watchdog: write("the watchdog is not a path below /dev/, such as /dev/watchdog0", put)
        case .watchdogSpan: write("the watchdog's span is not 1 ... 15 s", put)
        case .serial:
            write("the serial device is not a path below /dev/, such as /dev/serial0; a board has one or two", put)
        case .baud:
            write("a baud rate that serial lines do not have: 9600 19200 38400 57600 115200 230400 460800 500000 ", put)
            write("576000 921600 1000000 are", put)
        case .cpu:
            write("the isolated CPU is not 1 ... 63: leave it out for none, CPU 0 serves the rest of the system", put)
        case .persistence:
            write("what lines do when the program ends is not \"kept\", \"released\" or, where the kernel ", put)
            write("does not say, \"untold\"", put)
        case .simulated: write("a simulated board has no wiring", put)
        }
    }

    private func spell(_ signal: Signal, _ what: StaticString, _ put: (UInt8) -> Void) {
        write(signal.name, put)
        write(what, put)
    }

    private func spell(_ one: Signal, _ other: Signal, _ what: StaticString, _ put: (UInt8) -> Void) {
        write(one.name, put)
        write(" and ", put)
        spell(other, what, put)
    }
}

private func write(_ text: StaticString, _ put: (UInt8) -> Void) { Spelling.text(text, put) }
private func write(_ number: Int64, _ put: (UInt8) -> Void) { Spelling.number(number, put) }

/// A number of nanoseconds in the key's unit; one that is no whole number of those as what it is.
private func write(_ number: Int64, in scale: Int64, _ put: (UInt8) -> Void) {
    let isWhole = number % scale == 0
    write(isWhole ? number / scale : number, put)
    if !isWhole { write(" ns", put) }
}
