import ArgumentParser
import CSodium
import CSystem
import Console
import ConsoleSide
import Foundation
import StimulatorCore
import SystemIO

/// `stim pin`: the file of PINs that `stimd --pins` and `stim sim --pins` load.
struct PinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Set the PINs of a console's operators and engineers.",
        discussion: """
            Without --set and --remove it says which roles have a PIN. A PIN has 6 to 32 printable ASCII characters; it is asked for \
            twice on a terminal, without being shown, or read from the first line of standard input.

            With a PIN for operators every channel begins as an observer, who looks and stops. With a PIN for engineers only they clear \
            lockouts. The file holds salts and hashes; the hash makes guessing slow, not impossible: only root should be able to read \
            the file. Roles are a convenience of the console: what the board bears is decided elsewhere, for everyone alike.
            """)

    @Argument(help: "The file; made when it is not there.")
    var file: String

    @Option(help: "Set the PIN of this role: operator or engineer.")
    var set: String?

    @Option(help: "Remove the PIN of this role.")
    var remove: String?

    func validate() throws {
        if set != nil && remove != nil { throw ValidationError("--set and --remove: one at a time") }
        for word in [set, remove].compactMap(\.self) where PinCommand.role(word) == nil {
            throw ValidationError("\(word): only operator and engineer have PINs")
        }
    }

    func run() throws {
        var pins = try load()
        if let role = set.flatMap(PinCommand.role) {
            pins.set(try readPin(for: role), for: role, salt: PinCommand.salt())
            try write(pins)
        } else if let role = remove.flatMap(PinCommand.role) {
            pins.set(nil, for: role, salt: PinCommand.salt())
            try write(pins)
        }
        for role in [Role.operator, .engineer] {
            say("\(role.name): \(pins.hasPin(for: role) ? "has a PIN" : "no PIN")\n")
        }
    }

    private static func role(_ word: String) -> Role? {
        [Role.operator, .engineer].first { "\($0.name)" == word }
    }

    private static func salt() -> Fixed<16, UInt8> {
        var salt = Fixed<16, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &salt) { bytes in
            unsafe csodium_random(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
        return salt
    }

    private func load() throws -> PinTable {
        guard FileManager.default.fileExists(atPath: file) else {
            if set == nil { throw PinMistake(message: "\(file): there is no such file; --set makes it") }
            return PinTable()
        }
        guard let pins = unsafe PinFile.load(file) else {
            throw PinMistake(message: "\(file): no file of PINs, or a damaged one: remove it and set the PINs anew")
        }
        return pins
    }

    /// Writes the file anew, for its owner alone, in one step.
    private func write(_ pins: PinTable) throws {
        let bytes = pins.bytes
        let data = Data((0..<PinTable.byteCount).map { bytes[$0] })
        let fresh = "\(file).\(ProcessInfo.processInfo.processIdentifier)"
        guard
            FileManager.default.createFile(atPath: fresh, contents: data, attributes: [.posixPermissions: 0o600])
        else { throw PinMistake(message: "\(fresh): cannot be written") }
        try check(unsafe rename(fresh, file), file)
    }

    // MARK: The PIN

    private func readPin(for role: Role) throws -> Pin {
        guard csystem_is_terminal(0) == 1 else {
            return try PinCommand.pin(readLine(strippingNewline: true) ?? "")
        }
        try check(csystem_terminal_raw(0), "raw mode")
        defer { csystem_terminal_restore() }
        let first = try typed("PIN for \(role.name): ")
        let pin = try PinCommand.pin(first)
        guard try typed("the same again: ") == first else { throw PinMistake(message: "two different PINs") }
        return pin
    }

    /// A line that is not shown.
    private func typed(_ prompt: String) throws -> String {
        say(prompt, to: 2)
        defer { say("\r\n", to: 2) }
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe csystem_read(0, &byte, 1) == 1 {
            switch byte {
            case 0x0D, 0x0A: return String(decoding: text, as: UTF8.self)
            case 0x03, 0x04: throw PinMistake(message: "nothing was changed")
            case 0x08, 0x7F: if !text.isEmpty { text.removeLast() }
            default: text.append(byte)
            }
        }
        throw PinMistake(message: "nothing was changed")
    }

    private static func pin(_ text: String) throws -> Pin {
        guard text.utf8.count >= Pin.least, let pin = Pin(text.utf8) else {
            throw PinMistake(message: "a PIN has \(Pin.least) to \(Pin.most) printable ASCII characters")
        }
        return pin
    }
}

/// Why a PIN was not set.
struct PinMistake: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
