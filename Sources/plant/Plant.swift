import BoardInterface
import CPlant
import CSystem
import SimulatedBoard
import StimulatorCore

/// The hardware around a machine whose lines are gpio-sim's and whose I2C bus is served by CUSE: the simulated board's physics, interlocks
/// and chips on the machine's own monotonic clock.
///
///     firmware ── drives outputs ──▶ tracepoint gpio:gpio_value, stamped ──▶ world ──▶ pulls of the inputs ──▶ firmware
///     firmware ── /dev/i2c-N ──▶ CUSE ──▶ the world's chips; the answer comes when the transfer is over on a wire at 400 kHz
///
/// What was driven last stays when the firmware ends, as on a Pi: nothing is heard of a line that is given back.
struct Plant {
    /// An answer on the bus, and when the transfer is over.
    private struct Answer {
        var due: Instant
        var error: Int32
        var value: UInt32
    }

    /// How far the bus obeys.
    private enum Bus {
        case serves
        /// Nothing is answered, ever: a driver that hangs.
        case held
        case gone
    }

    private var world: World
    private var log: PlantLog
    private let lines: Int32
    private let bus: Int32
    private let inbox: Int32
    private var state = Bus.serves
    private var answer: Answer?
    private var shown = InputLines.none
    private var isTold = false
    private var text: [UInt8] = []

    /// The first outputs: those that the world acts on.
    private static var watched: Int32 { 5 }
    /// FIRE's number: a pulse is answered at once, everything else with the next look.
    private static var fire: Int32 { Int32(OutputLines.fire.rawValue.trailingZeroBitCount) }
    /// The longest time between two looks.
    private static var lookPeriod: Nanoseconds { .milliseconds(1) }

    init(
        seed: UInt64, board: BoardDescription, bus name: UnsafePointer<CChar>, inbox path: UnsafePointer<CChar>,
        log: PlantLog
    ) throws(PlantFault) {
        world = World(seed: seed, board: board)
        self.log = log
        lines = try checked(
            cplant_lines_open(Plant.watched, Plant.fire, Int32(OutputLines.count), Int32(InputLines.count)),
            "the lines of gpio-sim")
        bus = try unsafe checked(cplant_bus_open(name), "CUSE")
        inbox = try unsafe checked(cplant_process_inbox(path), "the inbox")
        _ = try checked(cplant_process_begin(96), "real time")
    }

    /// Runs until it is told to end.
    mutating func run() throws(PlantFault) {
        var goesOn = true
        while goesOn {
            try driveOutputs()
            let now = Instant(csystem_now())
            world.advance(to: now)
            giveAnswer(now)
            log.look(at: world)
            try showInputs()
            var wake = min(world.nextEventAt, now + Plant.lookPeriod)
            if let answer { wake = min(wake, answer.due) }
            // One transfer at a time: the next one waits in the kernel.
            let isListening = state != .gone && answer == nil
            let descriptors = [lines, isListening ? bus : -1, inbox]
            let readable = unsafe cplant_process_wait(descriptors, Int32(descriptors.count), wake.raw)
            _ = try checked(readable, "waiting")
            if readable & 2 != 0 {
                try driveOutputs()
                try takeTransfer()
            }
            if readable & 4 != 0 { goesOn = try obey() }
        }
    }

    // MARK: Lines

    private mutating func driveOutputs() throws(PlantFault) {
        var edge = cplant_edge()
        while try unsafe checked(cplant_lines_take(&edge), "watching the lines") == 1 {
            let line = OutputLines(rawValue: 1 << UInt32(edge.line))
            drive(edge.level == 0 ? .none : line, line, at: Instant(edge.at))
            log.look(at: world)
        }
    }

    private mutating func drive(_ levels: OutputLines, _ mask: OutputLines, at moment: Instant) {
        do throws(LineFault) {
            try world.set(levels, mask: mask, at: moment)
        } catch {
            // A line that fails in the world is a fault that somebody planned there.
        }
    }

    private mutating func showInputs() throws(PlantFault) {
        let changed = isTold ? world.inputs.rawValue ^ shown.rawValue : ~0
        shown = world.inputs
        isTold = true
        for bit in 0..<InputLines.count where changed >> UInt32(bit) & 1 == 1 {
            let level = Int32(shown.rawValue >> UInt32(bit) & 1)
            _ = try checked(cplant_lines_pull(Int32(bit), level), "an input line")
        }
    }

    // MARK: The bus

    private mutating func takeTransfer() throws(PlantFault) {
        var transfer = cplant_transfer()
        guard try unsafe checked(cplant_bus_take(&transfer), "the bus") == 1 else { return }
        if state == .held { return }
        let now = Instant(csystem_now())
        do throws(BusFault) {
            let value = try perform(transfer, at: now)
            answer = Answer(due: world.transferEndsAt, error: 0, value: value)
        } catch {
            answer = Answer(due: world.transferEndsAt, error: error == .timeout ? ETIMEDOUT : EREMOTEIO, value: 0)
        }
    }

    private mutating func perform(_ transfer: cplant_transfer, at now: Instant) throws(BusFault) -> UInt32 {
        switch Int(transfer.kind) {
        case CPLANT_READ16:
            return UInt32(try world.read16(register: transfer.reg, address: transfer.address, at: now).value)
        case CPLANT_READ3:
            return try world.readThree(address: transfer.address, at: now).value
        case CPLANT_WRITE16:
            _ = try world.write16(transfer.value, register: transfer.reg, address: transfer.address, at: now)
        default:
            let second = UInt8(truncatingIfNeeded: transfer.value)
            _ = try world.write(transfer.reg, second, address: transfer.address, at: now)
        }
        return 0
    }

    private mutating func giveAnswer(_ now: Instant) {
        guard let answer, now >= answer.due else { return }
        self.answer = nil
        // Who asked may be gone; then there is nobody to tell.
        _ = cplant_bus_answer(answer.error, answer.value)
    }

    // MARK: Hands and faults

    private mutating func obey() throws(PlantFault) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe csystem_read(inbox, &bytes, bytes.count)
        if count > 0 { text += bytes[..<Int(count)] }
        while let end = text.firstIndex(of: 0x0A) {
            let line = Array(text[..<end])
            let words = line.split(separator: 0x20).map { Array($0) }
            text.removeSubrange(...end)
            if words.count == 1 && words[0].isWord("quit") { return false }
            log.put(obeys(words) ? "done" : "refused", line, at: world.now)
        }
        return true
    }

    /// Does what a line says, now; false when it says nothing that can be done.
    private mutating func obeys(_ words: [[UInt8]]) -> Bool {
        let now = Instant(csystem_now())
        world.advance(to: now)
        guard let verb = words.first else { return false }
        if verb.isWord("hand") && words.count == 3 {
            guard let hand = named(words[1], HandInput.count, { HandInput(rawValue: $0) }, { $0.name }) else {
                return false
            }
            world.operate(hand, on: words[2].isWord("on"), at: now)
        } else if verb.isWord("fault") && words.count == 3 {
            guard let part = named(words[1], FaultComponent.count, { FaultComponent(rawValue: $0) }, { $0.name }),
                let mode = named(words[2], FaultMode.count, { FaultMode(rawValue: $0) }, { $0.name }),
                Fault.isValid(part, mode)
            else { return false }
            return world.inject(Fault(part, mode, from: now), at: now)
        } else if verb.isWord("mend") && words.count == 1 {
            world.endFaults(at: now)
        } else if verb.isWord("bus") && words.count == 2 && words[1].isWord("held") {
            state = .held
        } else if verb.isWord("bus") && words.count == 2 && words[1].isWord("gone") {
            state = .gone
            cplant_bus_close()
        } else {
            return false
        }
        return true
    }

    /// What has this word in the shell.
    private func named<Value>(
        _ word: [UInt8], _ count: Int, _ value: (UInt8) -> Value?, _ name: (Value) -> StaticString
    ) -> Value? {
        for raw in 0..<UInt8(count) {
            if let found = value(raw), word.isWord(name(found)) { return found }
        }
        return nil
    }
}
