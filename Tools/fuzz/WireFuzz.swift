import Console
import StimulatorCore

/// The wire emulation's line. With bit 7 of the first byte, what follows are packets: command, data, and the check byte is put right.
func wireFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    var bench = FuzzBench(WireSession(board: BoardDescription()), &input)
    var steps = 0
    while !input.isEmpty {
        if how & 0x80 != 0 { sendPacket(&input, to: &bench) }
        bench.step(&input) { _ in }
        steps += 1
    }
    // Two answers at most come of one byte, and of a step in which a packet was sent.
    demand(bench.written <= 256 + steps * 96)
    return 0
}

/// One packet with a right check byte.
private func sendPacket(_ input: inout Input, to bench: inout FuzzBench<WireSession>) {
    let command = input.byte()
    var bytes = [command]
    let count =
        switch command {
        case UInt8(ascii: "@"): 3
        case UInt8(ascii: "B"), UInt8(ascii: "["): 4
        case UInt8(ascii: "D"), UInt8(ascii: "n"): 5
        default: 1
        }
    for _ in 0..<count { bytes.append(input.byte()) }
    bytes.append(~bytes.reduce(0, &+))
    for byte in bytes { bench.session.receive(byte, at: bench.now) }
    bench.settle { _ in }
}
