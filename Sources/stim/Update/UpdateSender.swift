import FirmwareUpdate
import Foundation
import StimulatorCore

/// The line to a board, as a sender of updates uses it.
protocol UpdateLineTransport {
    /// Sends bytes.
    mutating func send(_ bytes: [UInt8]) throws
    /// The next whole line that came, without its end; nil when none comes in time.
    mutating func line() throws -> String?
}

/// Sends a bundle over a board's shell, and survives lines that are lost or damaged on the way.
///
///     mode json ─▶ update begin ─▶ data, four lines ahead of their answers ─▶ update end ─▶ mode human
///                                   ▲         │ an answer is missing, or says no
///                                   └─ update status: go on from what has been received
struct UpdateSender<Transport: UpdateLineTransport> {
    /// The board refused, or does not answer.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Lines that are sent ahead of their answers: enough to keep a serial line busy, and half of what a shell keeps waiting.
    private static var window: Int { 4 }
    /// How often in a row nothing may come through.
    private static var patience: Int { 20 }

    var transport: Transport
    /// Called with the bytes that have been received.
    var progress: (Int) -> Void = { _ in }
    /// How often something had to be sent or asked again.
    private(set) var repeats = 0
    /// Bytes that the board has, as far as it has said.
    private var received = 0
    /// What the board said last when it said no. An answer may be damaged too: it counts when the status agrees, or when it comes again.
    private var refusal: [String: Any]?

    init(_ transport: Transport) { self.transport = transport }

    /// Sends the bundle.
    /// - Returns: the version that waits for the next start.
    mutating func send(_ bundle: [UInt8]) throws -> UInt32 {
        // Ctrl-C empties a line that somebody has begun.
        try transport.send([0x03])
        _ = try ask("mode json", reply: "mode")
        defer { try? transport.send(Array("mode human\n".utf8)) }
        _ = try ask("update begin \(bundle.count)")
        received = 0
        for _ in 0..<Self.patience {
            try sendData(bundle)
            if let version = try finish(bundle.count) { return version }
        }
        throw failure("the board does not end it")
    }

    /// Ends the transfer.
    /// - Returns: the version; nil when the board turns out to have less than all of it.
    private mutating func finish(_ count: Int) throws -> UInt32? {
        for _ in 0..<Self.patience {
            try transport.send(Array("update end\n".utf8))
            let answer = try nextReply()
            if let version = Self.staged(answer) { return version }
            if let answer, answer["ok"] as? Bool == false { refusal = answer }
            repeats += 1
            // The answer may have been lost, and be yes.
            let status = try askStatus()
            if let version = Self.staged(status) { return version }
            guard let got = status["received"] as? Int else { throw failure("nothing is being received") }
            received = max(0, min(got, count))
            if received < count { return nil }
        }
        throw failure("no answer to `update end`")
    }

    private static func staged(_ answer: [String: Any]?) -> UInt32? {
        (answer?["staged"] as? Int).flatMap { UInt32(exactly: $0) }
    }

    private mutating func sendData(_ bundle: [UInt8]) throws {
        var fruitless = 0
        while received < bundle.count {
            let before = received
            if try !sendBatch(bundle) {
                repeats += 1
                // Late answers must not be taken for the next ones.
                if fruitless > 1 { while try nextReply() != nil {} }
                guard let got = try askStatus()["received"] as? Int else {
                    throw failure("nothing is being received any more")
                }
                received = max(0, min(got, bundle.count))
            }
            fruitless = received > before ? 0 : fruitless + 1
            guard fruitless < Self.patience else { throw failure("nothing comes through any more") }
            progress(received)
        }
    }

    /// What the board said no to, or else what came of it.
    private func failure(_ otherwise: String) -> Failure {
        guard let refusal else {
            return Failure(description: "\(otherwise): look at the line, its rate, and who else is on it")
        }
        let why = refusal["why"] as? String ?? "no reason was given"
        let remedy = refusal["try"] as? String ?? "see `update status`"
        return Failure(description: "the board refuses: \(why); would be admitted: \(remedy)")
    }

    /// Sends up to four lines and reads their answers.
    /// - Returns: false when an answer is missing or says no.
    private mutating func sendBatch(_ bundle: [UInt8]) throws -> Bool {
        var offset = received
        var sent = 0
        var text: [UInt8] = []
        while sent < Self.window, offset < bundle.count {
            let piece = bundle[offset...].prefix(UpdateLine.capacity)
            text += Self.line(piece, at: offset)
            offset += piece.count
            sent += 1
        }
        try transport.send(text)
        var no: [String: Any]?
        for _ in 0..<sent {
            guard let answer = try nextReply() else { return false }
            // Of several the first is the reason, the others follow from it.
            if answer["ok"] as? Bool != true { no = no ?? answer }
            if answer["received"] as? Int == offset && no == nil { received = offset }
        }
        refusal = no
        return no == nil && received == offset
    }

    /// One line of `update data`.
    static func line(_ piece: ArraySlice<UInt8>, at offset: Int) -> [UInt8] {
        var line = UpdateLine()
        for byte in piece { _ = line.append(byte) }
        let check = String(line.ownCheck, radix: 16)
        let padded = String(repeating: "0", count: 8 - check.count) + check
        return Array("update data \(offset) \(Data(piece).base64EncodedString()) \(padded)\n".utf8)
    }

    /// Sends a command until it is answered. Answers to lines before it are passed over; a no counts when it comes twice.
    private mutating func ask(_ command: String, reply: String = "update") throws -> [String: Any] {
        var noes = 0
        for _ in 0..<Self.patience {
            try transport.send(Array("\(command)\n".utf8))
            while let answer = try nextReply() {
                if answer["ok"] as? Bool != true {
                    noes += 1
                    refusal = command == "update status" ? refusal : answer
                    break
                }
                guard answer["reply"] as? String == reply else { continue }
                if command != "update status" || answer["keys"] != nil { return answer }
            }
            if noes >= 2 && command != "update status" { throw failure("`\(command)` is refused") }
            repeats += 1
        }
        refusal = nil
        throw failure("no answer to `\(command)`")
    }

    /// What the board has received. An answer may be damaged and be JSON all the same: that it has nothing is believed at the third time.
    private mutating func askStatus() throws -> [String: Any] {
        var status = try ask("update status")
        for _ in 0..<2 where status["received"] == nil && status["staged"] == nil { status = try ask("update status") }
        return status
    }

    /// The next line that is an answer: events, echo and noise are passed over.
    private mutating func nextReply() throws -> [String: Any]? {
        while let line = try transport.line() {
            guard let start = line.firstIndex(of: "{"),
                let value = try? JSONSerialization.jsonObject(with: Data(line[start...].utf8)) as? [String: Any],
                value["reply"] != nil
            else { continue }
            return value
        }
        return nil
    }
}
