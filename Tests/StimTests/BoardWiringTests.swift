import BoardFile
import BoardInterface
import Foundation
import StimulatorCore
import Testing

@testable import stim

/// What the firmware looks for, what the overlay names and what a person solders must be the same.
@Suite("Boards with a header") struct BoardWiringTests {
    /// The header of every Raspberry Pi with 40 pins, BCM lines 0 ... 27.
    private static let pins = [
        27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33, 8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13,
    ]

    private func wiring(_ board: String) throws -> BoardWiring {
        try #require(BoardCheck(try BoardFiles.text("\(board)/board.toml")).image).wiring
    }

    /// The strings of the overlay's gpio-line-names, in order.
    private func names(_ overlay: String) -> [String] {
        guard let begin = overlay.range(of: "gpio-line-names ="),
            let end = overlay.range(of: ";", range: begin.upperBound..<overlay.endIndex)
        else { return [] }
        return overlay[begin.upperBound..<end.lowerBound].split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test(
        "the overlay names each line as board.toml does, at its GPIO, and no other line so",
        arguments: ["rpi4", "rpi5"])
    func overlay(board: String) throws {
        let wiring = try wiring(board)
        let names = names(try BoardFiles.text("\(board)/overlay.dts"))
        #expect(names.count == 28)
        for index in 0..<Signal.count {
            let line = wiring.lines[index]
            let name = String(decoding: (0..<line.name.count).map { line.name[$0] }, as: UTF8.self)
            #expect(names.indices.filter { names[$0] == name } == [Int(line.header)], "\(name)")
        }
    }

    @Test(
        "the wiring table of the README has each signal on its GPIO, and the pin of that GPIO",
        arguments: ["rpi4", "rpi5"])
    func table(board: String) throws {
        let wiring = try wiring(board)
        let rows = try BoardFiles.text("\(board)/README.md").split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        for index in 0..<Signal.count {
            let signal = try #require(Signal(index))
            let gpio = Int(wiring.lines[index].header)
            let row = try #require(rows.first { $0.count > 3 && $0[2] == "`\(signal.name)`" }, "\(signal.name)")
            #expect(row[0] == "\(Self.pins[gpio])" && row[1] == "\(gpio)" && row[3] == (signal.isOutput ? "out" : "in"))
            #expect(wiring.lines[index].isActiveLow == false)
        }
    }

    @Test("the readme's picture of the header has each signal at its pin, and nothing else but supply, bus and console")
    func picture() throws {
        let text = try BoardFiles.text("../README.md")
        var shown: [Int: String] = [:]
        for line in text.split(separator: "\n") where line.contains(" [o o] ") {
            let sides = line.components(separatedBy: " [o o] ").map { $0.split(separator: " ").map(String.init) }
            shown[try #require(Int(sides[0].last ?? ""))] = sides[0].dropLast().joined(separator: " ")
            shown[try #require(Int(sides[1].first ?? ""))] = sides[1].dropFirst().joined(separator: " ")
        }
        let wiring = try wiring("rpi4")
        var expected: [Int: String] = [1: "3.3 V", 17: "3.3 V", 2: "(5 V)", 4: "(5 V)", 3: "SDA", 5: "SCL"]
        expected[8] = "console TX"
        expected[10] = "console RX"
        for pin in [6, 9, 14, 20, 25, 30, 34, 39] { expected[pin] = "ground" }
        for index in 0..<Signal.count {
            let signal = try #require(Signal(index))
            expected[Self.pins[Int(wiring.lines[index].header)]] = signal.name.description
        }
        for pin in 1...40 { #expect(shown[pin] == expected[pin] ?? "-", "pin \(pin)") }
    }

    @Test("no line is one of the bus, the console or the header's identification", arguments: ["rpi4", "rpi5"])
    func reserved(board: String) throws {
        let wiring = try wiring(board)
        let taken = (0..<Signal.count).map { wiring.lines[$0].header }
        for gpio: Int8 in [0, 1, 2, 3, 14, 15] { #expect(!taken.contains(gpio), "\(gpio)") }
    }

    @Test(
        "the kernel's command line is one line, and says of CPU and lines what board.toml says",
        arguments: ["rpi4", "rpi5"])
    func commandLine(board: String) throws {
        let text = try BoardFiles.text("\(board)/cmdline.txt")
        #expect(text.split(separator: "\n").count == 1)
        let cpu = try wiring(board).isolatedCPU
        #expect(text.contains("isolcpus=managed_irq,domain,\(cpu) ") && text.contains("nohz_full=\(cpu) "))
        // Two programs are told the same of the lines: the kernel, and the firmware that asks it.
        let isKept = !text.contains(".persist_gpio_outputs=n")
        #expect(try wiring(board).persistence == (isKept ? .kept : .released))
        // The console's line is not the kernel's.
        #expect(!text.contains("console=serial0") && !text.contains("console=ttyAMA0"))
    }
}
