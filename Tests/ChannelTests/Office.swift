import Console
import ConsoleSide
import Foundation
import SimulatedBoard
import StimulatorCore

@testable import SimulatedRig

/// A rig whose console has several channels, somebody on each of them, and PINs where a test wants some.
final class Office {
    /// The main line.
    static let line = ChannelNumber.line

    var rig: SimulatedRig
    private let memory: UnsafeMutableRawPointer
    private var texts = [String](repeating: "", count: ChannelNumber.count)

    /// A board after its self-test, with the key on.
    init(seed: UInt64 = 1, operatorPin: String? = nil, engineerPin: String? = nil) {
        memory = .allocate(byteCount: SimulatedRig.memorySize, alignment: 4096)
        rig = SimulatedRig(seed: seed, board: BoardDescription(), memory: memory)
        var pins = PinTable()
        if let operatorPin { pins.set(Pin(operatorPin.utf8), for: .operator, salt: Fixed(repeating: 1)) }
        if let engineerPin { pins.set(Pin(engineerPin.utf8), for: .engineer, salt: Fixed(repeating: 2)) }
        rig.setPins(pins)
        run(until: .safe)
        rig.operate(.key, on: true)
        run(.milliseconds(50))
    }

    deinit { memory.deallocate() }

    /// Lets time pass, and takes what is said.
    func run(_ time: Nanoseconds) {
        let end = rig.now + time
        while rig.now < end {
            rig.run(until: min(end, rig.now + .milliseconds(1)))
            for channel in 0..<ChannelNumber.count { listen(channel) }
        }
    }

    @discardableResult func run(until state: StimulatorState, limit: Nanoseconds = .seconds(10)) -> Bool {
        let end = rig.now + limit
        while rig.state != state, rig.now < end { run(.milliseconds(1)) }
        return rig.state == state
    }

    private func listen(_ channel: Int) {
        var bytes: [UInt8] = []
        while let byte = rig.takeOutput(of: channel) { bytes.append(byte) }
        texts[channel] += String(decoding: bytes, as: UTF8.self)
    }

    /// Somebody comes through a socket.
    func connect(_ kind: ChannelName.Kind = .local) throws -> Int {
        guard let channel = rig.connect(kind) else { throw Full() }
        texts[channel] = ""
        return channel
    }

    struct Full: Error {}

    /// Types bytes on a channel.
    func type(_ bytes: some Sequence<UInt8>, on channel: Int) { for byte in bytes { rig.receive(byte, on: channel) } }

    /// Types a line and reads what comes back within the time.
    @discardableResult func say(_ line: String, on channel: Int, wait: Nanoseconds = .milliseconds(50)) -> String {
        // What happened before is told before.
        run(.milliseconds(15))
        texts[channel] = ""
        type(Array(line.utf8) + [0x0A], on: channel)
        run(wait)
        return texts[channel]
    }

    /// What has been said on a channel since the last line typed there.
    func heard(on channel: Int) -> String { texts[channel] }

    /// Types the PIN for a role.
    @discardableResult func login(_ role: Role, _ pin: String, on channel: Int) -> String {
        say("role \(role.name)", on: channel)
        return say(pin, on: channel, wait: .milliseconds(100))
    }

    /// Armed and ready, by this channel.
    func arm(on channel: Int) -> Bool {
        say("set intensity 60%", on: channel)
        say("arm", on: channel)
        return run(until: .ready)
    }

    /// The words of every record that has some.
    var recorded: [String] {
        say("journal 64", on: Office.line).split(separator: "\n").map(String.init)
    }

    var holder: ChannelName? { rig.side.controlHolder }
    var isUnharmed: Bool { rig.checkers.first == nil }
}
