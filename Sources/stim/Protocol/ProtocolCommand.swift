import ArgumentParser
import BoardFile
import Foundation
import StimulatorCore

/// `stim protocol`: protocol files.
struct ProtocolFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protocol",
        abstract: "Check, compile and show stimulation protocols.",
        discussion: """
            A protocol is a TOML file for people. What `stimd --protocols` and `stim sim --protocols` take is a library compiled \
            from any number of them: a fixed layout with a hash, loaded without being parsed.
            """,
        subcommands: [Check.self, Compile.self, Show.self])

    /// `stim protocol check FILE...`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name every mistake in protocol files.",
            discussion: """
                Every mistake is one line: FILE:LINE: the key and its value, the rule, and what would work. The exit status is 1 \
                when there is one, 2 when a file cannot be read.
                """)

        @Argument(help: "The protocols' files.")
        var files: [String]

        func run() throws {
            let sources = try ProtocolSources(files)
            for (file, entry) in sources.entries {
                let pulses = entry.pulseCount
                say("\(file): sound, \(string(entry.name)), \(pulses) \(pulses == 1 ? "pulse" : "pulses")\n")
            }
            try sources.demandSound()
        }
    }

    /// `stim protocol compile FILE... -o OUT`
    struct Compile: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compile protocol files into one library.",
            discussion: "The exit status is 1 when a file has mistakes: nothing is written then.")

        @Argument(help: "The protocols' files.")
        var files: [String]

        @Option(name: .shortAndLong, help: "Where the compiled library goes.")
        var output: String

        @Flag(help: "Write the firmware's built-in library, as source.")
        var source = false

        func run() throws {
            let sources = try ProtocolSources(files)
            try sources.demandSound()
            let bytes = ProtocolWriter.bytes(of: sources.entries.map(\.entry))
            do {
                let data = source ? Data(ProtocolWriter.source(of: bytes).utf8) : Data(bytes)
                try data.write(to: URL(fileURLWithPath: output))
            } catch {
                say("\(output): \(error.localizedDescription)\n", to: 2)
                throw ExitCode(2)
            }
            let hash = bytes.suffix(ProtocolLibrary.hashSize).prefix(8).map { byteText($0) }.joined()
            say("\(output): \(sources.entries.count) protocols, \(bytes.count) bytes, hash \(hash)\n")
        }
    }

    /// `stim protocol show [FILE]`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the protocols of a compiled library, or the built-in one, as their files.",
            discussion: "The exit status is 1 when no firmware would take the library.")

        @Argument(help: "The compiled library; without one the built-in library.")
        var file: String?

        @Option(help: "One protocol alone.")
        var name: String?

        func run() throws {
            let library = protocols(from: file)
            if library.fault != nil { throw ExitCode(1) }
            let entries = (0..<library.count).map { library[$0] }.filter { name == nil || string($0.name) == name }
            guard !entries.isEmpty else {
                say("no protocol of that name\n", to: 2)
                throw ExitCode(1)
            }
            say(entries.map(ProtocolListing.text).joined(separator: "\n"))
        }
    }
}

/// Files and what they describe, with their mistakes told.
struct ProtocolSources {
    /// By name, as a library holds them.
    private(set) var entries: [(file: String, entry: StimulationProtocol)] = []
    private(set) var mistakes = 0

    init(_ files: [String]) throws {
        for file in files {
            let source: String
            do {
                source = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
            } catch {
                say("\(file): \(error.localizedDescription)\n", to: 2)
                throw ExitCode(2)
            }
            let check = ProtocolCheck(source)
            for mistake in check.mistakes { tell("\(file):\(mistake.line): \(mistake.message)") }
            guard let entry = check.entry else { continue }
            if let other = entries.first(where: { $0.entry.name == entry.name }) {
                tell("\(file):\(check.text.line(of: "protocol.name")): protocol.name: \(other.file) has this name too")
            }
            entries.append((file, entry))
        }
        if entries.count > ProtocolLibrary.most {
            tell("\(entries.count) protocols: a library has at most \(ProtocolLibrary.most)")
        }
        entries.sort { string($0.entry.name) < string($1.entry.name) }
    }

    private mutating func tell(_ message: String) {
        mistakes += 1
        say(message + "\n", to: 2)
    }

    /// - Throws: exit status 1 when there was a mistake.
    func demandSound() throws {
        if mistakes == 0 { return }
        say("\(mistakes) \(mistakes == 1 ? "mistake" : "mistakes")\n", to: 2)
        throw ExitCode(1)
    }
}

/// Makes the bytes of a compiled library.
enum ProtocolWriter {
    static func bytes(of entries: [StimulationProtocol]) -> [UInt8] {
        var bytes: [UInt8] = []
        func number(_ value: UInt64, _ size: Int) {
            for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
        }
        number(ProtocolLibrary.magic, 8)
        number(UInt64(ProtocolLibrary.version), 4)
        number(UInt64(entries.count), 4)
        for entry in entries { entry.write { bytes.append($0) } }
        let hash = unsafe bytes.withUnsafeBytes { unsafe SealedFile.hash($0) }
        return bytes + (0..<ProtocolLibrary.hashSize).map { hash[$0] }
    }

    /// Swift that holds the bytes, two digits a byte, in parts that are no longer than a screen.
    static func source(of bytes: [UInt8]) -> String {
        let size = 2_800
        let parts = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
        let cases = parts.indices.dropLast().map { "        case \($0): part\($0)\n" }.joined()
        let texts = parts.enumerated().map { number, part in
            """

                private static var part\(number): StaticString {
                    \"\"\"
            \(lines(of: part))
                    \"\"\"
                }

            """
        }
        return """
            // Made by `stim protocol compile --source` from the files in Sources/stim/Protocols: a test compares them, so change those.

            /// The built-in protocol library: the bytes of the compiled file, two digits a byte, in parts.
            enum BuiltInProtocols {
                static var count: Int { \(bytes.count) }
                /// Bytes of every part but the last.
                static var partSize: Int { \(size) }

                static func part(_ number: Int) -> StaticString {
                    switch number {
            \(cases)        default: part\(parts.count - 1)
                    }
                }
            \(texts.joined())}

            """
    }

    private static func lines(of part: ArraySlice<UInt8>) -> String {
        let digits = part.map(byteText).joined()
        var lines: [Substring] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            lines.append("        " + rest.prefix(112))
            rest = rest.dropFirst(112)
        }
        return lines.joined(separator: "\\\n")
    }
}

private func byteText(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0\(digits)" : digits
}
