import SimulatedBoard
import StimulatorCore

/// One thing that happens at the bench: what a person does there, or what breaks.
enum Deed: Equatable, CustomStringConvertible {
    /// A line is typed, with its end.
    case line(String)
    /// Bytes are typed as they are: half a line, control bytes, garbage.
    case press([UInt8])
    /// A hand operates a switch, a button, the coil's plug or the door.
    case hand(HandInput, on: Bool)
    /// Nothing is done for a time.
    case pause(Nanoseconds)
    /// The line goes down; the next byte brings it up.
    case hangUp
    /// The line's other end becomes a terminal, or a program.
    case terminal(Bool)
    /// A part fails.
    case fault(FaultComponent, FaultMode, after: Nanoseconds, lasting: Nanoseconds)

    var description: String {
        switch self {
        case .line(let text): "type \(text)"
        case .press(let bytes): "press \(Deed.shown(bytes))"
        case .hand(let input, let on): "operate \(input.name) \(on ? "on" : "off")"
        case .pause(let time): "wait \(Deed.milliseconds(time)) ms"
        case .hangUp: "hang up"
        case .terminal(let on): on ? "a terminal comes" : "a program comes"
        case .fault(let component, let mode, let after, let lasting):
            "inject \(component.name) \(mode.name) in \(Deed.milliseconds(after)) ms for \(Deed.milliseconds(lasting)) ms"
        }
    }

    /// True for what has to stop an armed board at once, whatever else is typed.
    var isStop: Bool {
        switch self {
        case .press(let bytes): bytes.contains(0x18)
        case .hand(.key, let on), .hand(.coil, let on), .hand(.interlock, let on): !on
        case .hand(.emergencyStop, let on), .hand(.patientStop, let on): on
        case .hangUp: true
        case .line, .pause, .terminal, .fault: false
        }
    }

    private static func milliseconds(_ time: Nanoseconds) -> Int64 { time.raw / 1_000_000 }

    /// Printable bytes as they are, the others in hexadecimal; at most forty of them.
    private static func shown(_ bytes: [UInt8]) -> String {
        let text = bytes.prefix(40).map { byte in
            (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "<\(String(byte, radix: 16))>"
        }
        return text.joined() + (bytes.count > 40 ? "... (\(bytes.count) bytes)" : "")
    }
}
