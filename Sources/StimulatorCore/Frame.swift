/// Eight 64-bit words: what crosses between the process that parses input and the process that can fire a pulse.
///
/// A frame is read once into a local and then decoded by failable initialisers: no enum, Bool or pointer ever lies in shared
/// memory.
public typealias Frame = Fixed<8, UInt64>

extension Frame {
    /// A frame of zeros.
    @inlinable public static var empty: Frame { Frame(repeating: 0) }
}
