import ControlLoop
import SimulatedBoard
import StimulatorCore

@testable import SimulatedRig

/// A rig with memory of its own, a hand at its switches, and whatever frames somebody puts into the console's page.
final class Bench {
    var rig: SimulatedRig
    private let memory: UnsafeMutableRawPointer
    private var head: UInt64 = 0
    private var token: UInt32 = 0
    private var ownsConsole = false

    init(seed: UInt64 = 1, board: BoardDescription = BoardDescription()) {
        memory = .allocate(byteCount: SimulatedRig.memorySize, alignment: 4096)
        rig = SimulatedRig(seed: seed, board: board, memory: memory)
    }

    deinit { memory.deallocate() }

    // MARK: Time

    func run(_ time: Nanoseconds) {
        // The rig's own console is frozen, but this one lives: the rig must not expect the lease to end.
        if ownsConsole { rig.ranAt[RigTask.console.rawValue] = rig.now }
        rig.run(until: rig.now + time)
    }

    /// Advances by 100 us until the condition holds; false when it did not within the limit.
    @discardableResult func run(_ limit: Nanoseconds, until done: (borrowing SimulatedRig) -> Bool) -> Bool {
        let end = rig.now + limit
        while rig.now < end {
            if done(rig) { return true }
            rig.run(until: rig.now + .microseconds(100))
        }
        return done(rig)
    }

    // MARK: The operator

    func type(_ line: String) {
        for byte in line.utf8 { rig.receive(byte) }
        rig.receive(10)
        while rig.takeOutput() != nil {}
    }

    func turnKey() {
        rig.operate(.key, on: false)
        run(.milliseconds(100))
        rig.operate(.key, on: true)
        run(.milliseconds(20))
    }

    /// Self-test passed, key on, intensity chosen.
    func becomeSafe(intensity: String = "100%") {
        run(.seconds(10)) { $0.state == .safe }
        rig.operate(.key, on: true)
        type("set intensity \(intensity)")
        run(.milliseconds(200))
    }

    func fail(_ component: FaultComponent, _ mode: FaultMode, for time: Nanoseconds = .seconds(3600)) {
        rig.inject(Fault(component, mode, from: rig.now, until: rig.now + time))
    }

    // MARK: A hostile console

    private var page: ControllerPage { rig.controllerPage }

    /// The console's process stops, and somebody else has its page.
    func takeOverConsole() {
        ownsConsole = true
        fail(.consoleProcess, .frozen)
        run(.milliseconds(100))
        head = page.commands.tail.load(0)
    }

    /// Puts a frame into the ring, whether it is one or not. False when 32 wait already.
    @discardableResult func put(_ frame: Frame) -> Bool {
        let places = page.commands
        if head &- places.tail.load(0) >= RingPlaces.capacity { return false }
        for word in 0..<8 { places.frames.store(frame[word], Int(head % RingPlaces.capacity) * 8 + word) }
        head &+= 1
        places.head.store(head, 0)
        return true
    }

    @discardableResult func put(_ command: Command) -> Bool {
        token &+= 1
        return put(TokenedCommand(token: token, command).frame)
    }

    /// Says where the ring's head is, true or not.
    func claimHead(_ head: UInt64) { page.commands.head.store(head, 0) }
}

extension Bench {
    /// How many frames the safety side has taken.
    var takenFrames: UInt64 { rig.controllerPage.commands.tail.load(0) }
}
