import BoardInterface
import CLinuxBoard
import StimulatorCore

/// Lines of one chip that were requested together and are set or read in one call.
@safe struct LineGroup: BitwiseCopyable, @unchecked Sendable {
    /// Which lines, and as what.
    enum Kind: BitwiseCopyable {
        /// Outputs charge and fire.
        case firing
        /// Outputs arm, heartbeat and bleedHold.
        case guardian
        /// Outputs lamp, buzzer and triggerOut.
        case signals
        /// Every input but the two whose edges count.
        case contacts
        /// Inputs fireSense and triggerIn, with their edges.
        case edges
    }

    private let group: OpaquePointer

    /// Finds and requests the lines; outputs are low from the first moment.
    init(_ kind: Kind, _ wiring: LinuxBoardWiring) throws(ClaimFault) {
        var names = Fixed<9, LineName>(repeating: LineName(repeating: 0))
        var count = 0
        if kind == .contacts || kind == .edges {
            for bit in 0..<InputLines.count where (bit == 5 || bit == 6) == (kind == .edges) {
                names[count] = wiring.inputs[bit]
                count += 1
            }
        } else {
            let first = kind == .firing ? 0 : kind == .guardian ? 2 : 5
            count = kind == .firing ? 2 : 3
            for index in 0..<count { names[index] = wiring.outputs[first + index] }
        }
        let request = unsafe withUnsafeBytes(of: names) { table in
            switch kind {
            case .contacts: unsafe clinuxboard_request_inputs(table.cString, Int32(count))
            case .edges: unsafe clinuxboard_request_edges(table.cString, Int32(count))
            default: unsafe clinuxboard_request_outputs(table.cString, Int32(count))
            }
        }
        guard let group = unsafe request.group else {
            let line = unsafe request.line >= 0 ? names[Int(request.line)] : LineName(repeating: 0)
            throw unsafe ClaimFault(line: line, code: request.error)
        }
        unsafe self.group = group
    }

    /// Sets every line: bit n is line n of the group.
    func set(_ levels: UInt32) throws(LineFault) {
        let result = unsafe clinuxboard_set(group, levels)
        if result < 0 { throw LineFault(code: -result) }
    }

    /// The level of every line, bit n for line n of the group.
    func levels() throws(LineFault) -> UInt32 {
        let result = unsafe clinuxboard_get(group)
        if result < 0 { throw LineFault(code: Int32(truncatingIfNeeded: -result)) }
        return UInt32(truncatingIfNeeded: result)
    }

    /// Adds the edges that wait.
    func takeEdges(_ seen: inout clinuxboard_edges) throws(LineFault) {
        let result = unsafe clinuxboard_take_edges(group, &seen)
        if result < 0 { throw LineFault(code: -result) }
    }
}

/// Outputs whose pins are looked at: a pin that does not have the level that was accepted last is a fault.
struct ProvenOutputs: BitwiseCopyable, Sendable {
    private let group: LineGroup
    private var accepted: UInt32 = 0

    /// Lines that were requested low.
    init(_ group: LineGroup) { self.group = group }

    mutating func set(_ levels: UInt32) throws(LineFault) {
        try group.set(levels)
        accepted = levels
    }

    /// - Throws: `LineFault`, EIO when a pin has another level than the one that was accepted last.
    func prove() throws(LineFault) {
        if try group.levels() != accepted { throw LineFault(code: 5) }
    }
}
