import CSystem
import Console
import StimulatorCore
import SystemIO

/// The descriptors of the lines beside the main one, opened before the console confines itself; -1 for those that the options do not ask
/// for.
struct SideLines {
    private(set) var local: Int32 = -1
    private(set) var tcp: Int32 = -1
    private(set) var wire: Int32 = -1

    /// Opens them. The program ends when one cannot be had.
    /// - Parameter allowsWire: the board's file allows the wire emulation.
    init(_ options: Options, allowsWire: Bool) {
        if let path = options.socket {
            local = unsafe csystem_listen_local(csystem_argument(path))
            if local < 0 { Stimd.fail(SideLines.reason(local)) }
        }
        if options.port != 0 {
            tcp = csystem_listen_loopback(Int32(options.port))
            if tcp < 0 { Stimd.fail("stimd: the TCP port cannot be had: somebody has it, or it wants root\n") }
        }
        guard let path = options.wire else { return }
        if !allowsWire {
            Stimd.fail("stimd: --wire: the board file does not allow the wire emulation (wire_emulation = \"on\")\n")
        }
        wire = unsafe csystem_terminal_open(csystem_argument(path))
        if wire < 0 || csystem_terminal_9600(wire) < 0 { Stimd.fail("stimd: the wire emulation's tty does not open\n") }
    }

    /// The main line and these, to be served together.
    func lines(beside line: ConsoleLine) -> ChannelLines {
        var lines = ChannelLines(line: line)
        lines.listen(local: local, tcp: tcp)
        if hasWire { lines.addWire(ConsoleLine(input: wire, output: wire, channel: ChannelNumber.wire)) }
        return lines
    }

    var hasWire: Bool { wire >= 0 }

    /// Removes the local socket that nobody serves any more.
    static func remove(_ options: Options) {
        guard let path = options.socket else { return }
        _ = unsafe csystem_socket_remove(csystem_argument(path))
    }

    private static func reason(_ result: Int32) -> StaticString {
        switch result {
        case -EADDRINUSE: "stimd: --socket: another program serves this socket\n"
        case -EEXIST: "stimd: --socket: something else than a socket lies there\n"
        case -ENAMETOOLONG: "stimd: --socket: a path has 1 ... 107 bytes\n"
        default: "stimd: --socket: the local socket cannot be made there: look at the folder and who may write it\n"
        }
    }
}
