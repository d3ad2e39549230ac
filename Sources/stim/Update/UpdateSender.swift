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
    /// Lines that had to be sent again.
    private(set) var repeats = 0

    init(_ transport: Transport) { self.transport = transport }

    /// Sends the bundle.
    /// - Returns: the version that waits for the next start.
    mutating func send(_ bundle: [UInt8]) throws -> UInt32 {
        // Ctrl-C empties a line that somebody has begun; in plain text a bundle of bytes would be a line each.
        try transport.send([0x03])
        _ = try ask("mode json", reply: "mode")
        defer { try? transport.send(Array("mode human\n".utf8)) }
        _ = try ask("update begin \(bundle.count)")
        try sendData(bundle)
        return try finish()
    }

    /// Ends the transfer. When the answer to that was lost, the next is that nothing is being received: then the status knows.
    private mutating func finish() throws -> UInt32 {
        var staged: Any?
        for _ in 0..<Self.patience where staged == nil {
            try transport.send(Array("update end\n".utf8))
            guard let answer = try nextReply() else {
                repeats += 1
                continue
            }
            if answer["ok"] as? Bool == true {
                staged = answer["staged"]
            } else if answer["update"] as? String == "notBegun" {
                staged = try ask("update status")["staged"]
                if staged == nil { throw Self.refusal(answer) }
            } else if !Self.isRepeatable(answer) {
                throw Self.refusal(answer)
            }
        }
        guard let version = staged as? Int, let version = UInt32(exactly: version) else {
            throw Failure(description: "the board does not say which version it keeps: look with `update status`")
        }
        return version
    }

    private mutating func sendData(_ bundle: [UInt8]) throws {
        var received = 0
        var fruitless = 0
        while received < bundle.count {
            let before = received
            if let got = try sendBatch(bundle, from: received) {
                received = got
            } else {
                repeats += 1
                received = try ask("update status")["received"] as? Int ?? 0
            }
            fruitless = received > before ? 0 : fruitless + 1
            guard fruitless < Self.patience else {
                throw Failure(
                    description: "nothing comes through any more: look at the line, its rate, and who else is on it")
            }
            progress(received)
        }
    }

    /// Sends up to four lines and reads their answers.
    /// - Returns: what has been received then; nil when an answer is missing or says no.
    private mutating func sendBatch(_ bundle: [UInt8], from start: Int) throws -> Int? {
        var offset = start
        var sent = 0
        var text: [UInt8] = []
        while sent < Self.window, offset < bundle.count {
            let piece = bundle[offset...].prefix(UpdateLine.capacity)
            text += Self.line(piece, at: offset)
            offset += piece.count
            sent += 1
        }
        try transport.send(text)
        var received: Int?
        var isWhole = true
        for _ in 0..<sent {
            guard let answer = try nextReply() else { return nil }
            if answer["reply"] as? String == "update", answer["ok"] as? Bool == true {
                received = answer["received"] as? Int
            } else if !Self.isRepeatable(answer) {
                throw Self.refusal(answer)
            } else {
                isWhole = false
            }
        }
        return isWhole ? received : nil
    }

    /// One line of `update data`.
    static func line(_ piece: ArraySlice<UInt8>, at offset: Int) -> [UInt8] {
        var line = UpdateLine()
        for byte in piece { _ = line.append(byte) }
        let check = String(line.ownCheck, radix: 16)
        let padded = String(repeating: "0", count: 8 - check.count) + check
        return Array("update data \(offset) \(Data(piece).base64EncodedString()) \(padded)\n".utf8)
    }

    /// True for a refusal that comes of the line, not of the bundle or the board.
    private static func isRepeatable(_ answer: [String: Any]) -> Bool {
        switch answer["refusal"] as? String {
        case "badValue", "unknownCommand", "busy": true
        case "update": ["offset", "line"].contains(answer["update"] as? String)
        default: false
        }
    }

    private static func refusal(_ answer: [String: Any]) -> Failure {
        let why = answer["why"] as? String ?? "no reason was given"
        let remedy = answer["try"] as? String ?? ""
        return Failure(description: "the board refuses: \(why); would be admitted: \(remedy)")
    }

    /// Sends a command until it is answered. Answers to lines before it are passed over.
    private mutating func ask(_ command: String, reply: String = "update") throws -> [String: Any] {
        for _ in 0..<Self.patience {
            try transport.send(Array("\(command)\n".utf8))
            while let answer = try nextReply() {
                guard answer["reply"] as? String == reply else { continue }
                if answer["ok"] as? Bool == true {
                    if command != "update status" || answer["keys"] != nil { return answer }
                } else if !Self.isRepeatable(answer) {
                    throw Self.refusal(answer)
                }
            }
            repeats += 1
        }
        throw Failure(
            description: "no answer to `\(command)`: is it the board's line, at its rate, and is the firmware running?")
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
