import BoardFile
import Console
import StimulatorCore

/// A compiled protocol library. Bit 0 of the first byte clear: bytes as they are. Set: entries, of which head and hash are right.
func libraryFuzz(_ given: Input) -> Int32 {
    var input = given
    let how = input.byte()
    var bytes: [UInt8] = []
    if how & 1 != 0 {
        let count = min((input.left + ProtocolLibrary.entrySize - 1) / ProtocolLibrary.entrySize, ProtocolLibrary.most)
        bytes = Array("PKPROTO\0".utf8) + [1, 0, 0, 0, UInt8(count), 0, 0, 0]
        for _ in 0..<count * ProtocolLibrary.entrySize { bytes.append(input.byte()) }
        let hash = unsafe bytes.withUnsafeBytes { unsafe SealedFile.hash($0) }
        for index in 0..<32 { bytes.append(hash[index]) }
    } else {
        while !input.isEmpty { bytes.append(input.byte()) }
    }
    unsafe bytes.withUnsafeBytes { raw in
        do throws(LibraryFault) {
            check(try unsafe ProtocolLibrary.checked(raw), bytes)
        } catch {
            demand(error.text.utf8CodeUnitCount > 0)
        }
    }
    return 0
}

/// A library that was taken: every entry is what its bytes say, and a session can list, show, load and check it.
private func check(_ library: ProtocolLibrary, _ bytes: [UInt8]) {
    for index in 0..<library.count {
        let entry = library[index]
        var place = ProtocolLibrary.headerSize + index * ProtocolLibrary.entrySize
        entry.write { byte in
            demand(bytes[place] == byte, "protocol \(index), byte \(place)")
            place += 1
        }
        demand(library.entry(named: entry.name)?.name == entry.name)
        do throws(Refusal) { _ = try entry.pattern.validated() } catch { demand(false, "no pattern: \(error)") }
    }
    for mode in [OutputMode.human, .json] {
        var shell = ShellSession<FuzzWords>(board: BoardDescription(), protocols: library)
        shell.mode = mode
        var subject = SubjectContext()
        subject.resting = MotorThreshold(PerMille(400), method: .relativeFrequency)
        subject.active = MotorThreshold(PerMille(300), method: .observation)
        shell.subject = subject
        say("protocol list\n", to: &shell)
        for index in 0..<library.count {
            let name = library[index].name
            for command in ["protocol show ", "protocol load "] {
                say(command, to: &shell)
                for place in 0..<name.count { shell.receive(name[place], at: Instant(0)) }
                say("\n", to: &shell)
            }
            say("check\n", to: &shell)
        }
    }
}

private func say(_ text: String, to shell: inout ShellSession<FuzzWords>) {
    for byte in text.utf8 { shell.receive(byte, at: Instant(0)) }
    while shell.takeOutput() != nil {}
}
