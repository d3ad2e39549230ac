import ArgumentParser
import CSystem
import FirmwareUpdate
import Foundation

extension Update {
    /// `stim update send --port PATH FILE`
    struct Send: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a bundle to a board over its serial line.",
            discussion: """
                The board must be in state safe with its key switch on, and nobody else on the line. It verifies the bundle while \
                it comes; the supervisor verifies it again at the next start, which is when it is taken. The exit status is 1 when \
                the board refuses it, 2 when the line cannot be opened.
                """)

        @Option(help: "The serial device that the board is on.")
        var port: String

        @Option(help: "Bits a second.")
        var baud: UInt32 = 115_200

        @Argument(help: "The bundle.")
        var file: String

        func run() throws {
            let bundle = try reading { try KeyFiles.data(file) }
            _ = try reading { try openable(bundle) }
            let line = try reading { try SerialTransport(port, baud: baud) }
            var sender = UpdateSender(line)
            var shown = 0
            sender.progress = { received in
                let tenths = received * 10 / bundle.count
                if tenths > shown { say("\(tenths * 10) % of \(bundle.count) bytes\n", to: 2) }
                shown = tenths
            }
            do {
                let version = try sender.send([UInt8](bundle))
                say("version \(version) is received and verified: it is taken at the next start of the board\n")
                if sender.repeats > 0 { say("\(sender.repeats) times lines were lost or damaged, and sent again\n") }
            } catch {
                say("\(port): \(error)\n", to: 2)
                throw ExitCode(1)
            }
        }

        /// What is no bundle is not even begun.
        private func openable(_ bundle: Data) throws {
            do throws(UpdateRefusal) {
                _ = try BundleMaker.unverifiedHeader(bundle)
            } catch {
                throw FileMisfit(file: file, message: error.text)
            }
        }
    }
}

/// A serial device, read line by line.
final class SerialTransport: UpdateLineTransport {
    /// How long a line may be on its way: 1 s is what the shell itself waits for the safety side.
    private static let patience: Int64 = 2_000_000_000
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(_ path: String, baud: UInt32) throws {
        let opened = unsafe csystem_terminal_open(path, baud)
        guard baud > 0, opened != -EINVAL else {
            if opened >= 0 { csystem_close(opened) }
            throw FileMisfit(file: path, message: "\(baud) bits a second is no rate of serial lines; 115200 is")
        }
        descriptor = try check(opened, path)
    }

    deinit { csystem_close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        try unsafe check(csystem_write_all(descriptor, bytes, bytes.count), "the line")
    }

    func line() throws -> String? {
        let deadline = csystem_now() + Self.patience
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let left = deadline - csystem_now()
            guard left > 0 else { return nil }
            let seen = csystem_poll(descriptor, -1, left)
            guard seen >= 0, Int(seen) & CSYSTEM_READABLE != 0 else {
                if seen > 0 { throw SystemFailure(attempt: "the line", code: EIO) }
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = unsafe csystem_read(descriptor, &bytes, bytes.count)
            if count > 0 { pending += bytes.prefix(Int(count)) }
        }
    }
}
