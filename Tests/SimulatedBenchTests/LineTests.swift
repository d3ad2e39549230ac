import CSystem
import Console
import Glibc
import StimulatorCore
import SystemIO
import Testing

/// What a line delivers: bytes, hang-ups (-1).
private struct Heard: LineEnd {
    var all: [Int] = []
    var now: Instant { Instant(csystem_now()) }
    mutating func receive(_ byte: UInt8, on channel: Int) { all.append(Int(byte)) }
    mutating func takeOutput(of channel: Int) -> UInt8? { nil }
    mutating func endInput(of channel: Int) {}
    mutating func hangUp(_ channel: Int) { all.append(-1) }
    mutating func connect(_ kind: ChannelName.Kind) -> Int? { nil }
}

@Suite("Breaks and framing errors on a line")
struct LineTests {
    /// What comes of `bytes` that are written at once, or one by one.
    private func heard(_ bytes: [UInt8], isMarked: Bool, oneByOne: Bool) -> [Int] {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return [] }
        defer { for end in ends { close(end) } }
        var lines = ChannelLines(line: ConsoleLine(input: ends[0], output: ends[1], isMarked: isMarked))
        var heard = Heard()
        for part in oneByOne ? bytes.map({ [$0] }) : [bytes] {
            _ = part.withUnsafeBytes { csystem_write_all(ends[1], $0.baseAddress, $0.count) }
            for _ in 0..<3 { lines.exchange(with: &heard, timeout: .milliseconds(2)) }
            #expect(!lines.hasEnded && !lines.hasQuit)
        }
        return heard.all
    }

    @Test("H-17 a break and a byte with a framing error hang up, and what follows is heard", arguments: [false, true])
    func faults(oneByOne: Bool) {
        let arm = Array("arm".utf8)
        let text = arm.map(Int.init)
        // 0x18 inside a mark is a byte that came broken, not a stop; the hang-up disarms all the same.
        for broken: UInt8 in [0, 0x61, 0x18, 0xFF] {
            let stream = arm + [0xFF, 0, broken] + arm
            #expect(heard(stream, isMarked: true, oneByOne: oneByOne) == text + [-1] + text, "broken byte \(broken)")
        }
    }

    @Test("a byte 0xFF comes twice and is one; a zero byte is a zero byte", arguments: [false, true])
    func plainBytes(oneByOne: Bool) {
        #expect(heard([0xFF, 0xFF, 0, 0xFF, 0xFF], isMarked: true, oneByOne: oneByOne) == [255, 0, 255])
        #expect(heard([0xFF, 0, 1], isMarked: false, oneByOne: oneByOne) == [255, 0, 1], "a pipe has no marks")
    }

    @Test("a terminal that is made raw marks its input: a byte 0xFF comes through it twice")
    func terminal() {
        var path = [CChar](repeating: 0, count: 64)
        let master = csystem_pty_open(&path, path.count)
        let line = csystem_terminal_open(path, 115_200)
        defer { for descriptor in [line, master] { close(descriptor) } }
        #expect(master >= 0 && line >= 0)
        var bytes: [UInt8] = [0x41, 0xFF, 0x42]
        _ = csystem_write_all(master, &bytes, bytes.count)
        var read = [UInt8](repeating: 0, count: 16)
        #expect(Int(csystem_poll(line, -1, 1_000_000_000)) & CSYSTEM_READABLE != 0)
        let count = csystem_read(line, &read, read.count)
        #expect(Array(read.prefix(Int(max(0, count)))) == [0x41, 0xFF, 0xFF, 0x42])
        #expect(csystem_terminal_open(path, 115_201) == -EINVAL)
        #expect(csystem_terminal_is_three_wire(line) == 0, "a pseudo-terminal hangs up by itself")
    }
}
