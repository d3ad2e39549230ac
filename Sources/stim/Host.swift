import CSystem
import Foundation
import SimulatedRig
import StimulatorCore

/// A system call failed.
struct SystemFailure: Error, CustomStringConvertible {
    /// What was tried, as the beginning of a sentence.
    let attempt: String
    /// The error number, positive.
    let code: Int32

    var description: String { unsafe "\(attempt): \(String(cString: strerror(code)))" }
}

/// Passes a result on unless it is an error.
/// - Throws: `SystemFailure` for a result below zero.
@discardableResult func check<Result: SignedInteger>(_ result: Result, _ attempt: String) throws(SystemFailure)
    -> Result
{
    if result < 0 { throw SystemFailure(attempt: attempt, code: Int32(clamping: -Int64(result))) }
    return result
}

/// Writes text to a descriptor at once. A reader that has gone away is no error.
func say(_ text: String, to descriptor: Int32 = 1) {
    var text = text
    text.withUTF8 { bytes in _ = unsafe csystem_write_all(descriptor, bytes.baseAddress, bytes.count) }
}

/// A simulated rig of the default board.
/// - Throws: `SystemFailure` when the system has no memory for it.
func makeRig(seed: UInt64) throws(SystemFailure) -> SimulatedRig {
    guard let memory = unsafe csystem_map(SimulatedRig.memorySize) else {
        throw SystemFailure(attempt: "memory for the simulated board", code: ENOMEM)
    }
    return unsafe SimulatedRig(seed: seed, board: BoardDescription(), memory: memory)
}
