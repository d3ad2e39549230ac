import BoardFile
import BoardInterface
import CSodium
import StimulatorCore

/// A compiled board file. Bit 0 of the first byte: the hash is put right, so that what lies behind it is reached. Bit 1: the bytes are
/// changes (place, value) of a sound file.
func boardFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    var bytes = how & 2 != 0 ? BoardImage.simulated.bytes : BoardBytes()
    if how & 2 != 0 {
        while input.left >= 3 {
            let place = (Int(input.byte()) << 8 | Int(input.byte())) % BoardBytes.count
            bytes[place] = input.byte()
        }
    } else {
        for index in 0..<BoardBytes.count { bytes[index] = input.byte() }
    }
    if how & 1 != 0 {
        let hash = bytes.hash
        for index in 0..<32 { bytes[BoardBytes.count - 32 + index] = hash[index] }
    }
    do throws(BoardFault) {
        check(try BoardImage(bytes), bytes)
    } catch {
        // The reason is told on a terminal and in the journal.
        error.spell { demand($0 >= 0x20 && $0 < 0x7F) }
        demand(error.code != 0)
    }
    return 0
}

/// A board that was taken: the same bytes again, no number outside its bounds, nothing wider than the ceilings.
private func check(_ image: BoardImage, _ bytes: BoardBytes) {
    let again = image.bytes
    for index in 0..<BoardBytes.count { demand(again[index] == bytes[index]) }
    let board = image.description
    demand(board == board.withinCeilings)
    for index in 0..<BoardField.count {
        guard let field = BoardField(rawValue: UInt8(index)) else { preconditionFailure() }
        let bounds = board.bounds(of: field)
        demand(board[field] >= bounds.least && board[field] <= bounds.most)
    }
    // The models and the kernel work with it.
    var kernel = SafetyKernel(board: board)
    _ = kernel.step(KernelInputs(now: Instant(1_000_000)))
    let single = PulsePattern.train(intensity: PerMille(500), rate: .hertz(10), pulses: 3)
    _ = try? Admission.forecast(single, board: board, snapshot: Snapshot())
}
