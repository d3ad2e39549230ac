import FirmwareUpdate
import Foundation
import StimulatorCore
import Testing

@testable import Console

@Suite("The shell: updates") struct UpdateTests {
    /// A session on a board in a state, with the key on or off.
    private func bench(_ state: StimulatorState = .safe, key: Bool = true, mode: OutputMode = .human) -> Bench {
        let bench = Bench(mode: mode)
        var snapshot = Snapshot()
        snapshot.state = state
        snapshot.inputs = key ? .keySwitch : .none
        bench.session.update(snapshot)
        return bench
    }

    /// What a line asks of the receiver; nil when it is refused before.
    private func request(_ line: String, on bench: Bench) -> UpdateRequest? {
        _ = bench.read()
        bench.type(line + "\n")
        // Control is asked for beside it.
        while let asked = bench.session.takeRequest() {
            if case .update(let request) = asked { return request }
        }
        return nil
    }

    /// A line of data as a sender writes it.
    private func data(_ bytes: [UInt8], at offset: Int, check: String? = nil) -> String {
        var line = UpdateLine()
        for byte in bytes { _ = line.append(byte) }
        let sum = String(line.ownCheck, radix: 16)
        let padded = String(repeating: "0", count: 8 - sum.count) + sum
        return "update data \(offset) \(Data(bytes).base64EncodedString()) \(check ?? padded)"
    }

    @Test("H-29 where engineers have a PIN, only they send an update") func engineers() {
        let pins = UInt8(1) << Role.engineer.rawValue
        let bench = bench()
        bench.session.authority = Authority(role: .operator, holdsControl: true, pins: pins)
        #expect(request("update begin 1000", on: bench) == nil)
        #expect(bench.read().contains("refused: role"))
        #expect(request("update status", on: bench) != nil)
        bench.session.authority = Authority(role: .engineer, holdsControl: true, pins: pins)
        #expect(request("update begin 1000", on: bench) != nil)
    }

    @Test("each line asks for what it says") func requests() {
        let bench = bench()
        #expect(request("update begin 1992", on: bench) == .begin(length: 1_992))
        #expect(request("update end", on: bench) == .end)
        #expect(request("update abort", on: bench) == .abort)
        #expect(request("UPDATE status", on: bench) == .status)
        for count in 1...168 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            let line = data(bytes, at: 1_234_567)
            // Nobody answers here: a session waits for eight answers at most.
            let bench = self.bench()
            #expect(line.utf8.count <= 256)
            guard case .data(let offset, let found) = request(line, on: bench) else {
                Issue.record("\(count) bytes: \(bench.read())")
                continue
            }
            #expect(offset == 1_234_567 && found.count == count && found.check == found.ownCheck)
            #expect((0..<count).map { found.bytes[$0] } == bytes)
        }
    }

    @Test("the check is zlib's CRC-32") func check() {
        var line = UpdateLine()
        for byte in "123456789".utf8 { _ = line.append(byte) }
        // The check value that every catalogue of CRCs gives for this one.
        #expect(line.ownCheck == 0xCBF4_3926)
    }

    @Test(
        "a word that does not fit is refused, and nothing is asked for",
        arguments: [
            "update", "update begin", "update begin 0", "update begin x", "update begin 10 10", "update start",
            "update data", "update data 0", "update data 0 QUJD", "update data x QUJD 00000000",
            "update data 0.5 QUJD 00000000", "update data -1 QUJD 00000000", "update data 0 QUJ 00000000",
            "update data 0 QU=D 00000000", "update data 0 Q=== 00000000", "update data 0 ==== 00000000",
            "update data 0 QR== 00000000", "update data 0 QUJ= 00000000", "update data 0 QU-D 00000000",
            "update data 0 QUJD 0000000", "update data 0 QUJD 000000000", "update data 0 QUJD 0000000g",
            "update data 0 QUJD 00000000 x", "update end now",
        ])
    func misfits(line: String) {
        let bench = bench()
        // Two of these are well-formed but for the bits that padding leaves over.
        #expect(request(line, on: bench) == nil, "\(line)")
        #expect(bench.lastRefusal == .badValue, "\(line)")
        #expect(bench.read().contains("refused: badValue"))
    }

    @Test("H-29 nothing is staged but in state safe with the key on; looking and forgetting is always possible")
    func places() throws {
        let lines = ["update begin 1992", data([1, 2, 3], at: 0), "update end"]
        for raw in 0..<UInt8(StimulatorState.count) {
            let state = try #require(StimulatorState(rawValue: raw))
            for key in [true, false] {
                let bench = bench(state, key: key)
                for line in lines {
                    let isAsked = request(line, on: bench) != nil
                    #expect(isAsked == (state == .safe && key), "\(line) in \(state), key \(key)")
                    if !isAsked {
                        #expect(bench.lastRefusal == (state == .safe ? .key : .wrongState))
                        #expect(bench.read().contains("would be admitted: "))
                    }
                    bench.session.updateAnswered(.discarded)
                }
                for line in ["update status", "update abort"] {
                    #expect(request(line, on: bench) != nil)
                    bench.session.updateAnswered(.discarded)
                }
            }
        }
    }

    @Test("a stop in the middle of a line of data stops") func stop() {
        let bench = bench()
        bench.type(String(data([1, 2, 3], at: 0).prefix(20)) + "\u{18}")
        #expect(bench.next() == .stop)
        #expect(request("update end", on: bench) == .end)
    }

    @Test("answers, for people and for programs") func answers() {
        var status = UpdateStatus()
        status.slots = SlotState()
        status.received = 100
        status.length = 200
        let answers: [(UpdateAnswer, String, String)] = [
            (
                .received(168, of: 500), "received 168 of 500 bytes",
                #"{"reply":"update","ok":true,"received":168,"length":500}"#
            ),
            (.staged(7), "version 7 is whole and signed", #""staged":7}"#),
            (.discarded, "nothing is kept", #"{"reply":"update","ok":true}"#),
            (.refused(.downgrade(5, installed: 7)), "version 8 or later", #""update":"downgrade""#),
            (.refused(.offset(9, expected: 3)), "the bytes from 3", #""limit":3,"actual":9,"wouldAdmit":3"#),
            (.status(status), "received   100 of 200 bytes", #""slot":"factory","onTrial":false,"installed":0"#),
            (.status(UpdateStatus()), "without slots", #""slot":null,"keys":[]"#),
        ]
        for (answer, text, json) in answers {
            for mode in [OutputMode.human, .json] {
                let bench = bench(mode: mode)
                #expect(request("update status", on: bench) != nil)
                bench.session.updateAnswered(answer)
                let said = bench.read()
                #expect(said.contains(mode == .json ? json : text), "\(said)")
                #expect(!bench.isAwaitingReply)
            }
        }
    }
}
