import CReference
import StimulatorCore

/// The kernel and the plain C reference over the same nominal ticks of an armed board that holds its set-point.
///
/// Ticks come in blocks of 50,000 (idle would disarm after 60 s), each from the same armed kernel: tick k of a block is at
/// `begin` + (k + 1) ms, 50 us late; the voltage lies k mod 1024 mV under the set-point, taken 1 ms ago; both coils at 30 C, taken
/// 20 ms ago; the lease is renewed every 512 ticks.
struct KernelRace {
    static let block: Int64 = 50_000

    /// A kernel in `ready`, and the moment at which it came there.
    let armed: SafetyKernel
    let begin: Instant
    /// Inputs of a board on which nothing fails.
    let nominal: KernelInputs
    /// How long before `begin` the arming second was over: from there idleness counts.
    let sinceActive: Nanoseconds
    private let reference: reference_kernel

    /// Takes a kernel through self-test, arming and charging on a healthy board.
    init(intensity: PerMille = PerMille(600)) {
        var board = HealthyBoard()
        armed = board.arm(intensity)
        begin = board.inputs.now
        sinceActive = begin - board.chargingSince
        var inputs = board.inputs
        inputs.lateness = .microseconds(50)
        inputs.command = nil
        nominal = inputs
        reference = reference_armed(begin.raw, board.inputs.sampler.setPointHeld.raw)
    }

    /// Runs the kernel. Returns the checksum of all outputs; 0 when it did not stay armed.
    func runKernel(ticks: Int64) -> UInt64 {
        var checksum: UInt64 = 0xCBF2_9CE4_8422_2325
        var inputs = nominal
        var left = ticks
        while left > 0 {
            var kernel = armed
            let count = min(left, KernelRace.block)
            for tick in 0..<count {
                prepare(&inputs, tick: tick)
                checksum = KernelRace.mix(checksum, kernel.step(inputs))
            }
            guard kernel.state.isArmed else { return 0 }
            left -= count
        }
        return checksum
    }

    /// Turns nominal inputs to those of tick `tick` of a block.
    @inline(__always) func prepare(_ inputs: inout KernelInputs, tick: Int64) {
        inputs.now = begin + .milliseconds(tick + 1)
        let droop = Millivolts(Int32(truncatingIfNeeded: tick & 1023))
        inputs.sampler.voltage.value = nominal.sampler.voltage.value - droop
        inputs.sampler.voltage.takenAt = inputs.now - .milliseconds(1)
        inputs.guardian.at = inputs.sampler.voltage.takenAt
        inputs.sampler.coilA.takenAt = inputs.now - .milliseconds(20)
        inputs.sampler.coilB.takenAt = inputs.sampler.coilA.takenAt
        if tick & 511 < 2 {
            inputs.command = tick & 511 == 0 ? TokenedCommand(token: 0, .renew(journal: true)) : nil
        }
    }

    /// Runs the reference. Returns the checksum of all outputs; 0 when it did not stay armed.
    func runReference(ticks: Int64) -> UInt64 {
        var armed = reference
        return unsafe reference_run(&armed, begin.raw, ticks)
    }

    /// The outputs of one tick in one word, and one round of a multiplicative hash: cheap, so that the checks are what is measured.
    static func mix(_ checksum: UInt64, _ outputs: KernelOutputs) -> UInt64 {
        var word = UInt64(outputs.lines.rawValue)
        if outputs.wantsHeartbeat { word |= 1 << 32 }
        if outputs.wantsBleedOpen { word |= 1 << 33 }
        if outputs.wantsArm { word |= 1 << 34 }
        word ^= UInt64(UInt32(bitPattern: outputs.setPoint.raw)) << 35 ^ UInt64(bitPattern: outputs.nextEdge.raw)
        return (checksum ^ word) &* 0x100_0000_01B3
    }
}

/// A board on which nothing fails and everything follows at once, as far as a kernel's inputs tell.
struct HealthyBoard {
    private(set) var inputs = KernelInputs(now: Instant(0))
    /// When the arming second was over.
    private(set) var chargingSince = Instant(0)
    private var ticks: Int64 = 0

    /// A kernel that has come to `ready` at an intensity by itself, and settled there for a tenth of a second.
    mutating func arm(_ intensity: PerMille) -> SafetyKernel {
        var kernel = SafetyKernel(board: BoardDescription())
        run(&kernel, until: .safe)
        run(&kernel, until: .charging, asking: .arm(intensity: intensity))
        chargingSince = inputs.now
        run(&kernel, until: .ready)
        for _ in 0..<100 { step(&kernel) }
        return kernel
    }

    private mutating func run(
        _ kernel: inout SafetyKernel, until state: StimulatorState, asking command: Command? = nil
    ) {
        var command = command
        for _ in 0..<20_000 where kernel.state != state {
            // The lease has to be there before anything can be asked for.
            step(&kernel, asking: ticks % 500 == 0 ? nil : command)
            if ticks % 500 != 1 { command = nil }
        }
        precondition(kernel.state == state, "a healthy board does not come to a state")
    }

    private mutating func step(_ kernel: inout SafetyKernel, asking command: Command? = nil) {
        let request = ticks % 500 == 0 ? Command.renew(journal: true) : command
        ticks += 1
        inputs.now = Instant(0) + .milliseconds(ticks)
        inputs.command = request.map { TokenedCommand(token: 1, $0) }
        inputs.guardian = GuardianReport(at: inputs.now, permits: true, armIsUp: inputs.guardian.armIsUp)
        inputs.sampler.voltage.takenAt = inputs.now
        inputs.sampler.coilA = Reading(.celsius(30), takenAt: inputs.now, quality: .good)
        inputs.sampler.coilB = inputs.sampler.coilA
        let outputs = kernel.step(inputs)
        kernel.events.removeAll()
        follow(outputs)
    }

    private mutating func follow(_ outputs: KernelOutputs) {
        let lines: InputLines = .interlock | .coilPresent | .keySwitch
        inputs.lines = lines.setting(.enableSense | .contactorSense, outputs.wantsHeartbeat)
            .setting(.bleedSense, outputs.wantsHeartbeat && outputs.wantsBleedOpen)
        inputs.sampler.setPointHeld = outputs.setPoint
        inputs.sampler.partsIdentified = true
        inputs.guardian.armIsUp = outputs.wantsArm
        let isCharging = outputs.lines.contains(.charge) && outputs.wantsArm
        let voltage = inputs.sampler.voltage.value
        // 5 V a millisecond, half of what the charger gives.
        let next = isCharging ? min(outputs.setPoint, voltage + .volts(5)) : voltage
        inputs.sampler.voltage = Reading(next, takenAt: inputs.now, quality: .good)
    }
}
