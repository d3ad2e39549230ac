import Foundation

@testable import StimulatorCore

/// A small ideal board around the kernel alone: no tasks, no bus, no noise. A step is a tick of 1 ms or an edge that the kernel
/// planned. Physics between steps are closed forms; relays are delays; the guardian runs every 2 ms, the sampler every 3 ms.
struct Plant {
    /// Parts that can be broken.
    struct Faults: Hashable {
        var chargerIsDead = false
        var chargerIgnoresOff = false
        var oneShotIsDead = false
        var currentSensorIsDead = false
        var dividerIsBroken = false
        var samplerIsDead = false
        var consoleIsDead = false
        var bleedStaysOpen = false
        var contactorIsWelded = false
        var enableIsStuck = false
        var partsAreUnknown = false
        var leaks: Double = 0
    }

    var kernel: SafetyKernel
    var faults = Faults()
    /// What hands hold: the key is off, the door closed, the coil in.
    var hands: InputLines = .interlock | .coilPresent
    var volts = 0.0
    /// Left of the voltage after a pulse.
    var residual = 0.77
    /// Changes what the kernel sees in the next steps.
    var tamper: (@Sendable (inout KernelInputs) -> Void)?
    private(set) var now = Instant(0)
    private(set) var outputs = KernelOutputs()
    private(set) var inputs = KernelInputs(now: Instant(0))
    private(set) var events: [Event] = []
    /// Every pulse that the one-shot gave, and the voltage it took.
    private(set) var fires: [(at: Instant, volts: Double)] = []
    private var commands: [Command] = []
    private var sampler = SamplerReport()
    private var guardian = GuardianReport(at: Instant(0), permits: true)
    private var edges = EdgeCount()
    private var nextTick = Instant(0)
    private var ticks: Int64 = 0
    private var enableEnds = Instant.distantPast
    private var contactor = Relay(delay: .milliseconds(20))
    private var bleedOpen = Relay(delay: .milliseconds(10))

    init(board: BoardDescription = BoardDescription(), latched: TripSet = TripSet()) {
        kernel = SafetyKernel(board: board, latched: latched)
    }

    mutating func say(_ command: Command) { commands.append(command) }

    /// One step of the kernel.
    mutating func step() {
        let edge = outputs.nextEdge
        let next = edge > now ? min(nextTick, edge) : nextTick
        pass(until: next)
        if now == nextTick { tick() }
        gather()
        let fireWasUp = outputs.lines.contains(.fire)
        outputs = kernel.step(inputs)
        for index in 0..<kernel.events.count { events.append(kernel.events[index]) }
        kernel.events.removeAll()
        if outputs.wantsHeartbeat { enableEnds = now + .milliseconds(50) }
        if outputs.lines.contains(.fire), !fireWasUp { discharge() }
    }

    private var isEnabled: Bool { faults.enableIsStuck || now < enableEnds }
    private var chainIsClosed: Bool {
        (hands & (.emergencyStop | .patientStop)) == .none && hands.contains(.interlock)
    }

    private mutating func pass(until next: Instant) {
        let seconds = Double((next - now).raw) / 1e9
        let board = kernel.board
        if !bleedOpen.isOn { volts *= exp(-seconds / (Double(board.bleedTimeConstant.raw) / 1e9)) }
        volts *= exp(-seconds * faults.leaks)
        let asked = outputs.lines.contains(.charge) && guardian.armIsUp && !faults.chargerIsDead
        if (asked || faults.chargerIgnoresOff) && contactor.isOn {
            charge(seconds, to: faults.chargerIgnoresOff ? 1e4 : nil)
        }
        now = next
    }

    private mutating func charge(_ seconds: Double, to limit: Double?) {
        let farads = Double(kernel.board.capacitance) * 1e-9
        let watts = Double(kernel.board.chargerPower.raw) / 1e3
        let target = limit ?? Double(max(0, sampler.setPointHeld.raw)) / 1e3
        if volts >= target { return }
        let current = Double(kernel.board.chargerCurrent) / 1e3
        let power = (volts * volts + 2 * watts / farads * seconds).squareRoot()
        volts = min(target, min(power, volts + current / farads * seconds))
    }

    private mutating func tick() {
        ticks += 1
        nextTick += .milliseconds(1)
        let enabled = isEnabled
        let contactorIsAsked = (enabled && chainIsClosed) || faults.contactorIsWelded
        contactor.ask(contactorIsAsked, at: now)
        bleedOpen.ask((outputs.wantsBleedOpen && enabled && chainIsClosed) || faults.bleedStaysOpen, at: now)
        if ticks % 2 == 0 { guardian = GuardianReport(at: now, permits: true, armIsUp: outputs.wantsArm) }
        if ticks % 3 == 0, !faults.samplerIsDead { sample() }
        if ticks % 100 == 0, !faults.consoleIsDead { commands.append(.renew(journal: true)) }
    }

    private mutating func sample() {
        if now - outputs.lastFireAt >= .microseconds(500) || fires.isEmpty {
            let shown = faults.dividerIsBroken ? 0 : volts
            sampler.voltage = Reading(Millivolts(Int32(shown * 1000)), takenAt: now, quality: .good)
        }
        sampler.coilA = Reading(.celsius(25), takenAt: now, quality: .good)
        sampler.coilB = Reading(.celsius(25), takenAt: now, quality: .good)
        sampler.setPointHeld = outputs.setPoint
        sampler.partsIdentified = !faults.partsAreUnknown
    }

    private mutating func gather() {
        inputs = KernelInputs(now: now)
        inputs.lines = hands.setting(.enableSense, isEnabled).setting(.contactorSense, contactor.isOn)
            .setting(.bleedSense, bleedOpen.isOn)
        inputs.sampler = sampler
        inputs.guardian = guardian
        inputs.fireSense = edges
        if !commands.isEmpty { inputs.command = TokenedCommand(token: UInt32(ticks), commands.removeFirst()) }
        tamper?(&inputs)
    }

    private mutating func discharge() {
        guard guardian.armIsUp, isEnabled, !faults.oneShotIsDead else { return }
        fires.append((now, volts))
        volts *= residual
        if faults.currentSensorIsDead { return }
        edges = EdgeCount(count: edges.count + 1, lastAt: now + .microseconds(20))
    }

    // MARK: What tests do

    /// Steps until `condition` holds.
    /// - Returns: false when it did not within `limit`.
    @discardableResult mutating func run(
        _ limit: Nanoseconds = .seconds(30), until condition: (Plant) -> Bool
    ) -> Bool {
        let end = now + limit
        while now < end {
            step()
            if condition(self) { return true }
        }
        return false
    }

    mutating func run(for time: Nanoseconds) { run(time) { _ in false } }

    mutating func turnKey() {
        hands = hands - .keySwitch
        run(for: .milliseconds(25))
        hands = hands | .keySwitch
        run(for: .milliseconds(5))
    }

    /// The answer to a command: nil when it was accepted.
    mutating func ask(_ command: Command) -> Refusal? {
        say(command)
        let before = events.count
        run(.milliseconds(20)) { $0.events.dropFirst(before).contains { [.accepted, .refused].contains($0.kind) } }
        return events.dropFirst(before).first { [.accepted, .refused].contains($0.kind) }?.refusal
    }

    func trips(_ trip: Trip) -> [Event] { events.filter { $0.kind == .trip && $0.detail == trip.rawValue } }

    mutating func forgetEvents() { events.removeAll() }

    // MARK: Places to start from

    /// Self-test passed, key on.
    static let safe = safe(BoardDescription())

    static func safe(_ board: BoardDescription) -> Plant {
        var plant = Plant(board: board)
        plant.run { $0.kernel.state == .safe }
        plant.turnKey()
        return plant
    }

    /// Armed, at the set-point of an intensity.
    static func ready(_ intensity: Int32 = 600, from start: Plant = .safe) -> Plant {
        var plant = start
        _ = plant.ask(.arm(intensity: PerMille(intensity)))
        plant.run { $0.kernel.state == .ready }
        return plant
    }

    /// In an armed state, at 60 %, with a train of 10 Hz x 50 where there can be one.
    static func armed(_ state: StimulatorState) -> Plant {
        var plant = Plant.safe
        switch state {
        case .arming:
            _ = plant.ask(.arm(intensity: PerMille(600)))
            plant.run(for: .milliseconds(300))
        case .charging:
            _ = plant.ask(.arm(intensity: PerMille(600)))
            plant.run { $0.kernel.state == .charging && $0.volts > 200 }
        default:
            plant = .ready()
            if state == .ready { break }
            plant.say(.start(.train(intensity: PerMille(600), rate: .hertz(10), pulses: 50)))
            plant.run { $0.fires.count == 5 }
            plant.run(.milliseconds(100)) { $0.kernel.state == state }
        }
        precondition(plant.kernel.state == state, "the ideal board must reach \(state)")
        return plant
    }
}

/// A contact that follows what it is asked after a delay.
private struct Relay {
    let delay: Nanoseconds
    var isOn = false
    private var isAsked = false
    private var askedAt = Instant.distantPast

    init(delay: Nanoseconds) { self.delay = delay }

    mutating func ask(_ on: Bool, at now: Instant) {
        if on != isAsked {
            isAsked = on
            askedAt = now
        }
        if now - askedAt >= delay { isOn = isAsked }
    }
}
