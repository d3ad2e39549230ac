import BoardInterface
import CSupervisor
import CSystem
import Journal
import StimulatorCore

/// The board's serial line, for what the supervisor has to say when no firmware speaks there.
struct Line {
    /// Below zero where there is none.
    private(set) var descriptor: Int32 = -1

    init() {}

    init(_ serial: SerialWiring) {
        descriptor = unsafe serial.path.withCString { unsafe csystem_terminal_open($0, serial.baud) }
    }

    /// A sentence on a line of its own.
    func say(_ text: StaticString) {
        var sentence = begin(text)
        sentence.end()
    }

    /// A note as a sentence.
    func say(_ note: Note) {
        var sentence = begin("")
        for index in 0..<note.count { sentence.add(note[index]) }
        sentence.end()
    }

    /// A sentence, and the system's error number behind it.
    func say(_ text: StaticString, code: Int32) {
        var sentence = begin(text)
        sentence.add(", error ")
        sentence.add(number: Int64(code < 0 ? -Int64(code) : Int64(code)))
        sentence.end()
    }

    /// A sentence, and which time of how many it is.
    func say(_ text: StaticString, count: UInt8, of limit: UInt8) {
        var sentence = begin(text)
        sentence.add(" (early end ")
        sentence.add(number: Int64(count))
        sentence.add(" of ")
        sentence.add(number: Int64(limit))
        sentence.add(")")
        sentence.end()
    }

    private func begin(_ text: StaticString) -> Sentence {
        var sentence = Sentence(descriptor)
        sentence.add("\r\nsupervisor: ")
        sentence.add(text)
        return sentence
    }

    /// Text on its way to the line.
    private struct Sentence {
        private let descriptor: Int32
        private var bytes = Fixed<256, UInt8>(repeating: 0)
        private var count = 0

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        mutating func add(_ byte: UInt8) {
            guard count < 256 else { return }
            bytes[count] = byte
            count += 1
        }

        mutating func add(_ text: StaticString) {
            for index in 0..<text.utf8CodeUnitCount { unsafe add(text.utf8Start[index]) }
        }

        mutating func add(number: Int64) {
            if number >= 10 { add(number: number / 10) }
            add(UInt8(48 + number % 10))
        }

        mutating func end() {
            add("\r\n")
            guard descriptor >= 0 else { return }
            // A line whose other end takes nothing does not hold the supervisor up: the rest is lost.
            _ = unsafe withUnsafeBytes(of: bytes) { unsafe csystem_write(descriptor, $0.baseAddress, count) }
        }
    }
}
