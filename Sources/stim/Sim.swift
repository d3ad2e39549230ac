import ArgumentParser
import CSystem
import Console
import ConsoleSide
import Foundation
import SimulatedBench
import SimulatedRig
import SystemIO

/// `stim sim`: the board and its shell, in step with the wall clock.
struct Sim: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a simulated board with its shell here, or on a pseudo-terminal.",
        discussion: """
            On a terminal, Ctrl-] or Ctrl-D quits. When standard input is not a terminal, lines are taken as they come, \
            and the end of the input is a hang-up: the board disarms. For a script use `stim run`. With --socket, --tcp or \
            --wire it serves until Ctrl-C, whatever standard input does.
            """)

    @Option(help: "The seed of everything random in the simulation.")
    var seed: UInt64 = 1

    @Option(name: .customLong("board"), help: "Simulate the board of this compiled board file.")
    var boardFile: String?

    @Option(name: .customLong("protocols"), help: "Use this compiled protocol library instead of the built-in one.")
    var protocolFile: String?

    @Option(
        name: .customLong("update-keys"), help: "Receive updates that one of the public keys of this file has signed.")
    var updateKeys: String?

    @Option(help: "Put the shell on a pseudo-terminal, and a symbolic link to it here, until Ctrl-C.")
    var pty: String?

    @Option(help: "Serve shells on a local socket here, too, until Ctrl-C.")
    var socket: String?

    @Option(help: "Serve shells on this TCP port of the loopback address, too, until Ctrl-C.")
    var tcp: Int32?

    @Option(help: "Put the wire emulation on a pseudo-terminal, and a symbolic link to it here, until Ctrl-C.")
    var wire: String?

    @Option(help: "The PINs of the console's roles, made by `stim pin`.")
    var pins: String?

    @Flag(help: "With --pty: plain lines without echo, editing and colour, for a program.")
    var plain = false

    func validate() throws {
        if let tcp, !(1...65_535).contains(tcp) { throw ValidationError("--tcp \(tcp): a port is 1 ... 65535") }
    }

    func run() throws {
        try check(csystem_catch_signals(), "signals")
        if let pty { try servePseudoTerminal(link: pty) } else { try serveHere() }
    }

    private func serveHere() throws {
        let person = csystem_is_terminal(0) == 1
        if person {
            say("Simulated board, seed \(seed). Ctrl-] or Ctrl-D quits.\n", to: 2)
            try check(csystem_terminal_raw(0), "raw mode")
        }
        defer {
            csystem_terminal_restore()
            if person { say("\n", to: 2) }
        }
        try serve(ConsoleLine(input: 0, output: 1, quitsOnKey: person, isMarked: person), isTerminal: person)
    }

    private func servePseudoTerminal(link: String) throws {
        let (master, path) = try openPseudoTerminal()
        try unsafe check(csystem_link_replace(path, link), link)
        defer { unsafe csystem_link_remove(path, link) }
        say(
            """
            Simulated board, seed \(seed), on \(link) -> \(path)
            Open it with a serial client: tio \(link), picocom \(link), or serial.Serial("\(link)"). Ctrl-C here ends it.

            """)
        try serve(ConsoleLine(input: master, output: master, ending: .reopens), isTerminal: !plain)
    }

    private func serve(_ line: ConsoleLine, isTerminal: Bool) throws {
        let keys = try updateKeys.map { file in try reading { try KeyFiles.updateKeys(file) } }
        let table = try pins.map(loadPins) ?? PinTable()
        let local = try socket.map { try unsafe check(csystem_listen_local($0), $0) } ?? -1
        defer { if let socket { unsafe csystem_socket_remove(socket) } }
        let port = try tcp.map { try check(csystem_listen_loopback($0), "TCP port \($0)") } ?? -1
        let master = try wire.map { _ in try openPseudoTerminal() }
        if let wire, let master { try unsafe check(csystem_link_replace(master.path, wire), wire) }
        defer { if let wire, let master { unsafe csystem_link_remove(master.path, wire) } }
        try withRig(
            seed: seed, board: board(from: boardFile), protocols: protocols(from: protocolFile), updateKeys: keys
        ) { made in
            var rig = made
            rig.isTerminal = isTerminal
            rig.setPins(table)
            var lines = ChannelLines(line: line)
            lines.listen(local: local, tcp: port)
            if let (master, _) = master {
                lines.addWire(
                    ConsoleLine(input: master, output: master, channel: ChannelNumber.wire, ending: .reopens))
            }
            PacedBench(rig: rig, lines: lines).run()
        }
    }
}

/// Reads a file of PINs.
/// - Throws: `PinMistake` where it cannot be used: nobody is to be an operator by mistake.
private func loadPins(_ file: String) throws -> PinTable {
    guard let pins = unsafe PinFile.load(file) else {
        throw PinMistake(message: "\(file): no file of PINs, or a damaged one: make it with `stim pin`")
    }
    return pins
}

/// Opens a pseudo-terminal: its master's descriptor and its client side's path.
func openPseudoTerminal() throws(SystemFailure) -> (master: Int32, path: String) {
    var path = [CChar](repeating: 0, count: 128)
    let master = try unsafe check(csystem_pty_open(&path, path.count), "pseudo-terminal")
    return (master, String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
}
