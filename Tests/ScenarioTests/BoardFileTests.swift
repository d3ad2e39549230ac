import BoardFile
import Journal
import SimulatedBench
import StimulatorCore
import Testing

@testable import SimulatedRig
@testable import stim

/// Keeps what the console says.
private struct Scribe: BenchListener {
    var text: [UInt8] = []
    mutating func hear(_ byte: UInt8) { text.append(byte) }
    mutating func see(_ event: Event) {}
    var said: String { String(decoding: text, as: UTF8.self) }
}

@Suite("A board file, from the console") struct BoardFileTests {
    /// What the console says to lines that are typed after the self-test, and whether the board is armed then.
    private func say(_ lines: [String], board: BoardDescription) throws -> (said: String, isArmed: Bool) {
        let memory = try RigMemory()
        var fast = FastBench(rig: memory.makeRig(seed: 1, board: board), listener: Scribe())
        fast.settle()
        for line in lines {
            for byte in line.utf8 { fast.type(byte) }
            fast.type(0x0A)
            fast.settle()
        }
        return (fast.listener.said, fast.rig.state.isArmed)
    }

    @Test("a file that cannot be used blocks arming, whatever is done about it, and status says why") func blocked()
        throws
    {
        for fault: BoardFault in [.hash, .unreadable(code: 2), .kind, .version(7)] {
            var board = BoardDescription()
            board.identity.fault = fault
            let (said, isArmed) = try say(
                [
                    "operate key on", "selftest", "operate key off", "operate key on", "clear", "selftest", "arm",
                    "status",
                ], board: board)
            #expect(!isArmed)
            #expect(said.contains("trip: boardMismatch"))
            #expect(said.contains("state      faulted"))
            #expect(
                said.contains(
                    "board      not known, nothing can be armed: the board file cannot be used: \(fault.text)\n"))
            #expect(said.contains("refused: tripped  boardMismatch"))
        }
    }

    @Test("the board's name and hash stand in status, as text and as JSON, and in the journal") func shown() throws {
        let board = BoardImage.simulated.description
        let (said, _) = try say(["status", "mode json", "status"], board: board)
        #expect(said.contains("board      sim, hash \(board.identity.shownHash)\n"))
        #expect(said.contains("\"board\":\"sim\",\"boardHash\":\"\(board.identity.shownHash)\"}"))
    }

    @Test("the journal's record of a start has the board's hash") func recorded() throws {
        let memory = try RigMemory()
        var board = BoardImage.simulated.description
        board.identity.hash = 0x0123_4567_89AB_CDEF
        var rig = memory.makeRig(seed: 1, board: board)
        rig.run(until: Instant(0) + .milliseconds(100))
        var starts: [RecordContent] = []
        rig.side.withStore { disk in
            var reader = JournalReader()
            while case .record(let record)? = try? reader.next(from: disk) {
                if record.content.kind == .start { starts.append(record.content) }
            }
        }
        #expect(starts == [.start(boardHash: 0x0123_4567_89AB_CDEF, number: 1)])
    }

    @Test("a board's tighter limits are those that the console tells and the kernel keeps") func tightened() throws {
        var board = BoardImage.simulated.description
        board.pulsesPerSecond = 5
        let (said, _) = try say(["operate key on", "arm", "train 10Hz 10"], board: board)
        #expect(said.contains("refused: pulsesPerSecond"))
    }
}
