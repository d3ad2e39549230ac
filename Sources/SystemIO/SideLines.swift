import CSystem
import Console
import ConsoleSide
import StimulatorCore

/// The options for more ways to the console than the main line.
///
///     --socket PATH    a local socket
///     --tcp PORT       a TCP port of the loopback address
///     --wire PATH      a tty with the wire emulation, where the board file allows it
///     --pins FILE      the PINs of the console's roles
public struct SideLineOptions: BitwiseCopyable {
    private var socket: ArgumentWord?
    private var tcp: ArgumentWord?
    private var wire: ArgumentWord?
    private var pinFile: ArgumentWord?

    /// None of them.
    public init() {}

    /// True when there is a line that others can come to.
    public var areGiven: Bool { socket != nil || tcp != nil || wire != nil }

    /// Takes the option at which the walk is; false when it is none of these, or lacks its value.
    public mutating func take(_ words: inout ArgumentWalk) -> Bool {
        if words.isAt("--socket") {
            socket = words.value()
            return socket != nil
        }
        if words.isAt("--tcp") {
            tcp = words.value()
            return tcp?.number != nil
        }
        if words.isAt("--wire") {
            wire = words.value()
            return wire != nil
        }
        guard words.isAt("--pins") else { return false }
        pinFile = words.value()
        return pinFile != nil
    }

    /// The PINs; without a file there are none. A file that cannot be used ends the program: nobody is to be an operator by mistake.
    public func loadPins() -> PinTable {
        guard let pinFile else { return PinTable() }
        guard let pins = unsafe PinFile.load(pinFile.text) else {
            Program.fail("--pins: no file of PINs, or a damaged one: make it with `stim pin`\n")
        }
        return pins
    }

    /// Opens the lines. The program ends when one cannot be had.
    /// - Parameter allowsWire: the board's file allows the wire emulation.
    public func open(allowsWire: Bool) -> SideLines {
        var lines = SideLines()
        if let socket {
            lines.local = unsafe csystem_listen_local(socket.text)
            if lines.local < 0 { Program.fail(SideLineOptions.reason(lines.local)) }
        }
        if let port = tcp?.number {
            lines.tcp = csystem_listen_loopback(Int32(clamping: port))
            if lines.tcp < 0 { Program.fail("--tcp: no port of 1 ... 65535 that is free for this user\n") }
        }
        guard let wire else { return lines }
        if !allowsWire {
            Program.fail("--wire: the board file does not allow the wire emulation (wire_emulation = \"on\")\n")
        }
        lines.wire = unsafe csystem_terminal_open(wire.text, 9_600)
        if lines.wire < 0 { Program.fail("--wire: the tty does not open\n") }
        return lines
    }

    /// Removes the local socket that nobody serves any more.
    public func removeSocket() {
        guard let socket else { return }
        _ = unsafe csystem_socket_remove(socket.text)
    }

    private static func reason(_ result: Int32) -> StaticString {
        switch result {
        case -EADDRINUSE: "--socket: another program serves this socket\n"
        case -EEXIST: "--socket: something else than a socket lies there\n"
        case -ENAMETOOLONG: "--socket: a path has 1 ... 107 bytes\n"
        default: "--socket: the local socket cannot be made there: look at the folder and who may write it\n"
        }
    }
}

/// The descriptors of the lines beside the main one, opened before a console confines itself; -1 for those that nobody asked for.
public struct SideLines: BitwiseCopyable {
    public fileprivate(set) var local: Int32 = -1
    public fileprivate(set) var tcp: Int32 = -1
    public fileprivate(set) var wire: Int32 = -1

    /// The main line and these, to be served together.
    public func beside(_ line: ConsoleLine) -> ChannelLines {
        var lines = ChannelLines(line: line)
        lines.listen(local: local, tcp: tcp)
        if wire >= 0 {
            lines.addWire(ConsoleLine(input: wire, output: wire, channel: ChannelNumber.wire, isMarked: true))
        }
        return lines
    }
}
