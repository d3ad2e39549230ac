/// Undoes the marks that a raw terminal puts into its input (PARMRK in termios):
///
///     0xFF 0xFF        a byte 0xFF
///     0xFF 0x00 byte   a break (byte 0), or a byte that came with a framing error: somebody pulled the plug, or speaks at another rate
struct InputMarks: BitwiseCopyable {
    /// What the bytes so far amount to.
    enum Input: BitwiseCopyable, Equatable {
        case byte(UInt8)
        /// A break or a framing error.
        case fault
        /// Part of a mark.
        case partial
    }

    private enum Place { case outside, begun, inside }
    private var place = Place.outside

    /// Takes the next byte as it was read.
    mutating func take(_ byte: UInt8) -> Input {
        switch (place, byte) {
        case (.outside, 0xFF): place = .begun
        case (.outside, _): return .byte(byte)
        case (.begun, 0): place = .inside
        // 0xFF twice. After one 0xFF the system writes nothing else but 0.
        case (.begun, _):
            place = .outside
            return .byte(byte)
        case (.inside, _):
            place = .outside
            return .fault
        }
        return .partial
    }
}
