import Testing

@testable import StimulatorCore

#if DEBUG
    private let share: UInt64 = 1
#else
    private let share: UInt64 = 8
#endif

/// Steps of the kernel with inputs that nobody intends. A run in release takes eight times as many, two million.
@Suite("the kernel under hostile inputs") struct KernelFuzzTests {
    /// A board with short times, so that more happens.
    private var hasty: BoardDescription {
        var board = BoardDescription()
        board.dischargeTime = .milliseconds(700)
        board.bleedTimeConstant = .milliseconds(160)
        board.armingDelay = .milliseconds(200)
        return board
    }

    private func randomCommand(_ random: inout Seeded) -> Command {
        let intensity = PerMille(Int32.random(in: 20...1000, using: &random))
        switch random.next() % 16 {
        case 0...3: return .arm(intensity: intensity)
        case 4...7:
            return .start(
                .train(
                    intensity: intensity, rate: Millihertz(Int64.random(in: 500...30_000, using: &random)),
                    pulses: UInt32.random(in: 1...60, using: &random)))
        case 8: return .start(.random(&random, most: 100))
        case 9: return .intensity(intensity)
        case 10: return random.oneIn(4) ? .disarm : .abort
        case 11: return random.oneIn(4) ? .stop : .renew(journal: !random.oneIn(4))
        case 12: return .clear(Trip(rawValue: UInt8(random.next() % UInt64(Trip.count))))
        case 13: return .clear(nil)
        case 14: return random.oneIn(20) ? .selfTest : .clear(nil)
        default:
            let extreme = PerMille(Int32(truncatingIfNeeded: random.hostile()))
            return random.oneIn(2) ? .arm(intensity: extreme) : .start(PulsePattern(intensity: extreme))
        }
    }

    /// What a sensible operator would do next, half of the time; else anything.
    private func command(for state: StimulatorState, _ random: inout Seeded) -> Command {
        if random.oneIn(2) { return randomCommand(&random) }
        let intensity = PerMille(Int32.random(in: 40...600, using: &random))
        switch state {
        case .safe: return .arm(intensity: intensity)
        case .faulted: return .clear(nil)
        case .ready:
            let rate = Millihertz(Int64.random(in: 2_000...20_000, using: &random))
            return .start(.train(intensity: intensity, rate: rate, pulses: 40))
        default: return .renew(journal: true)
        }
    }

    /// Changes one thing that the kernel sees.
    private static func corrupt(_ inputs: inout KernelInputs, _ random: inout Seeded) {
        let moment =
            random.oneIn(2) ? Instant(random.hostile()) : inputs.now + Nanoseconds(random.hostile() % 300_000_000)
        let number = Int32(truncatingIfNeeded: random.hostile())
        let quality = Quality(rawValue: UInt8(random.next() % 4)) ?? .none
        switch random.next() % 16 {
        case 0: inputs.lines = InputLines(rawValue: inputs.lines.rawValue ^ 1 << UInt32(random.next() % 11))
        case 1: inputs.lines = InputLines(rawValue: UInt32(truncatingIfNeeded: random.next()))
        case 2: inputs.sampler.voltage.value = Millivolts(number)
        case 3: inputs.sampler.voltage.takenAt = moment
        case 4: inputs.sampler.voltage.quality = quality
        case 5: inputs.sampler.coilA.value = Millicelsius(number)
        case 6: inputs.sampler.coilB = Reading(Millicelsius(number), takenAt: moment, quality: quality)
        case 7: inputs.sampler.setPointHeld = Millivolts(number)
        case 8: inputs.sampler.partsIdentified.toggle()
        case 9: inputs.guardian.permits.toggle()
        case 10: inputs.guardian.at = moment
        case 11: inputs.guardian.stalls = UInt32(truncatingIfNeeded: random.hostile())
        case 12: inputs.fireSense = EdgeCount(count: UInt32(truncatingIfNeeded: random.hostile()), lastAt: moment)
        case 13: inputs.lateness = Nanoseconds(random.hostile())
        case 14: inputs.portFailed.toggle()
        default:
            inputs.guardian.outputFailed = random.oneIn(2)
            inputs.guardian.watchdogFailed = random.oneIn(2)
            inputs.guardian.armIsUp.toggle()
        }
    }

    private static func corrupt(_ inputs: inout KernelInputs, dice: UInt64) {
        var random = Seeded(dice)
        for _ in 0...random.next() % 3 { corrupt(&inputs, &random) }
    }

    @Test("H-18 H-01 a busy operator, hands that never rest and readings that lie: every rule of an armed board holds")
    func operators() {
        var fires = 0
        var armed = 0
        for seed in UInt64(0)..<12 * share {
            var random = Seeded(seed)
            var plant = Plant(board: hasty)
            var watch = KernelWatch()
            let calm = [200, 1_500, 9_000][Int(seed % 3)] as UInt64
            for _ in 0..<24_000 {
                if random.oneIn(60) { plant.say(command(for: plant.kernel.state, &random)) }
                if random.oneIn(3_000) {
                    plant.hands = plant.hands - .keySwitch
                } else if random.oneIn(30) {
                    plant.hands = plant.hands | .keySwitch
                }
                let dice = random.next()
                plant.tamper = nil
                if dice % calm == 0 { plant.tamper = { Self.corrupt(&$0, dice: dice) } }
                plant.step()
                watch.observe(plant.inputs, plant.outputs, state: plant.kernel.state, events: plant.events)
                plant.forgetEvents()
            }
            fires += watch.fires
            armed += watch.armedSteps
            #expect(watch.findings.isEmpty, "seed \(seed): \(watch.findings)")
        }
        #expect(fires > 200 && armed > 50_000, "\(fires) pulses, \(armed) armed steps")
    }

    @Test("H-18 from every armed state, inputs of pure noise: no trap, nothing energised without grounds") func noise()
    {
        let places = StimulatorState.all.filter(\.isArmed).map(Plant.armed) + [Plant.safe, Plant(board: hasty)]
        for seed in UInt64(0)..<1_200 * share {
            var random = Seeded(seed)
            let place = places[Int(seed % UInt64(places.count))]
            var kernel = place.kernel
            var twin = kernel
            var inputs = place.inputs
            var watch = KernelWatch(state: kernel.state)
            for step in 0..<80 {
                inputs.now = random.oneIn(12) ? Instant(random.hostile()) : inputs.now + .milliseconds(1)
                if random.oneIn(2), step > 0 { Self.corrupt(&inputs, &random) }
                inputs.command = random.oneIn(3) ? TokenedCommand(token: 1, randomCommand(&random)) : nil
                let outputs = kernel.step(inputs)
                let again = twin.step(inputs)
                #expect(outputs == again && kernel == twin, "seed \(seed)")
                let events = (0..<kernel.events.count).map { kernel.events[$0] }
                let isFire = outputs.lines.contains(.fire) && outputs.lastFireAt == inputs.now
                // A running train was accepted before the noise began: its pulses are the other test's.
                if !isFire { watch.observe(inputs, outputs, state: kernel.state, events: events) }
                let shown = kernel.snapshot(inputs, outputs: outputs.lines)
                _ = twin.snapshot(inputs, outputs: outputs.lines)
                #expect(Snapshot(words: shown.words) == shown, "seed \(seed)")
                kernel.events.removeAll()
                twin.events.removeAll()
            }
            #expect(watch.findings.isEmpty, "seed \(seed): \(watch.findings)")
        }
    }

    @Test("H-18 a stop ends every armed state in its own step, with any train running") func stops() {
        for state in StimulatorState.all where state.isArmed {
            for command in [Command.stop, .disarm] {
                var plant = Plant.armed(state)
                plant.say(command)
                // A renewal of the lease may stand before it in the queue.
                plant.run(.milliseconds(4)) { !$0.kernel.state.isArmed }
                #expect(
                    plant.kernel.state == .discharging && plant.outputs == plant.outputs.allOff,
                    "\(command) in \(state)")
                #expect(plant.run(.seconds(6)) { $0.kernel.state == .safe })
                #expect(plant.kernel.trips.isEmpty)
            }
        }
    }
}

extension KernelOutputs {
    /// The same moment with nothing asked for.
    fileprivate var allOff: KernelOutputs {
        var outputs = KernelOutputs()
        outputs.lastFireAt = lastFireAt
        return outputs
    }
}
