import CSystem
import Foundation
import Testing

@testable import stim

@Suite("CSystem's pseudo-terminal")
struct PseudoTerminalTests {
    private func hasHungUp(_ master: Int32) -> Bool { Int(csystem_poll(master, -1, 0)) & CSYSTEM_HUNG_UP != 0 }

    private func text(from descriptor: Int32, waiting: Int64 = 5_000_000_000) -> String? {
        guard Int(csystem_poll(descriptor, -1, waiting)) & CSYSTEM_READABLE != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = csystem_read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
    }

    @Test("bytes pass both ways unchanged and without echo; a client's leaving and return show on the master")
    func clients() throws {
        let (master, path) = try openPseudoTerminal()
        defer { csystem_close(master) }
        #expect(hasHungUp(master))
        for _ in 0..<3 {
            let client = try check(csystem_file_open(path, 0), "client")
            #expect(!hasHungUp(master))
            #expect(csystem_is_terminal(client) == 1)
            say("arm\r\u{18}", to: client)
            #expect(text(from: master) == "arm\r\u{18}")
            say("ready\n", to: master)
            #expect(text(from: client) == "ready\n")
            #expect(text(from: master, waiting: 0) == nil)
            csystem_close(client)
            #expect(hasHungUp(master))
        }
    }

    @Test("what one client has not read is not there for the next")
    func staleOutput() throws {
        let (master, path) = try openPseudoTerminal()
        defer { csystem_close(master) }
        csystem_close(try check(csystem_file_open(path, 0), "client"))
        say("old", to: master)
        #expect(csystem_pty_forget(master) == 0)
        let client = try check(csystem_file_open(path, 0), "client")
        say("new", to: master)
        #expect(text(from: client) == "new")
        csystem_close(client)
    }

    @Test("a link is put in the place of an older link, never of a file, and removed only while it is ours")
    func links() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appendingPathComponent("link").path
        #expect(csystem_link_replace("/dev/null", link) == 0)
        #expect(csystem_link_replace("/dev/zero", link) == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/zero")
        #expect(csystem_link_remove("/dev/null", link) == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/zero")
        #expect(csystem_link_remove("/dev/zero", link) == 0)
        #expect(FileManager.default.createFile(atPath: link, contents: nil))
        #expect(csystem_link_replace("/dev/null", link) == -EEXIST)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["link"])
    }
}

@Suite("CSystem's numbers")
struct NumberTests {
    @Test(
        "only a whole decimal number below 2^63 is taken",
        arguments: [
            ("0", 0), ("42", 42), ("9223372036854775807", Int64.max), ("9223372036854775808", -1), ("", -1), ("-1", -1),
            ("1x", -1),
        ] as [(String, Int64)])
    func numbers(text: String, expected: Int64) {
        #expect(csystem_number(text, -1) == expected)
    }
}
