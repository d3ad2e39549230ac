import BoardFile
import CSystem
import FirmwareUpdate
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

/// Memory for one simulated rig at a time, given back with its owner.
@safe final class RigMemory {
    private let base: UnsafeMutableRawPointer

    /// - Throws: `SystemFailure` when the system has no memory.
    init() throws(SystemFailure) {
        guard let base = unsafe csystem_map(SimulatedRig.memorySize) else {
            throw SystemFailure(attempt: "memory for the simulated board", code: ENOMEM)
        }
        unsafe self.base = base
    }

    deinit { unsafe csystem_unmap(base, SimulatedRig.memorySize) }

    /// A simulated rig, which must not outlive its memory, nor see another rig in it.
    func makeRig(
        seed: UInt64, board: BoardDescription = BoardImage.simulated.description, protocols: ProtocolLibrary = .builtIn,
        updateKeys: UpdateKeys? = nil
    ) -> SimulatedRig {
        unsafe SimulatedRig(seed: seed, board: board, protocols: protocols, updateKeys: updateKeys, memory: base)
    }
}

/// Runs `body` with a simulated rig, which must not outlive the call.
/// - Throws: `SystemFailure` when the system has no memory, and what `body` throws.
func withRig<Result>(
    seed: UInt64, board: BoardDescription = BoardImage.simulated.description, protocols: ProtocolLibrary = .builtIn,
    updateKeys: UpdateKeys? = nil, _ body: (consuming SimulatedRig) throws -> Result
) throws -> Result {
    let memory = try RigMemory()
    return try withExtendedLifetime(memory) {
        try body(memory.makeRig(seed: seed, board: board, protocols: protocols, updateKeys: updateKeys))
    }
}

/// The board to simulate: that of a compiled board file, whatever kind it describes, or the simulated board's own. A file that cannot
/// be used blocks arming, as in the firmware; the reason is told on standard error and by `status`.
func board(from file: String?) -> BoardDescription {
    guard let file else { return BoardImage.simulated.description }
    let description = unsafe file.withCString { unsafe BoardImage.load($0, runs: { _ in true }).description }
    if let fault = description.identity.fault {
        say("\(file): the board file cannot be used, nothing can be armed: \(fault.text)\n", to: 2)
    }
    return description
}

/// The protocols of a compiled library, or the built-in ones. A file that cannot be used leaves none; the reason is told on standard error
/// and by `protocol list`.
func protocols(from file: String?) -> ProtocolLibrary {
    guard let file else { return .builtIn }
    let library = unsafe file.withCString { unsafe ProtocolLibrary.load($0) }
    if let fault = library.fault {
        say("\(file): the protocol library cannot be used, there are no protocols: \(fault.text)\n", to: 2)
    }
    return library
}

extension BoardFault {
    /// The reason as half a sentence.
    var text: String {
        var bytes: [UInt8] = []
        spell { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
