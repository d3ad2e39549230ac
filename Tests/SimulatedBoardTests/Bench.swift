import BoardInterface
import SimulatedBoard
import StimulatorCore
import Testing

/// A world and the hands that operate it by its lines and its bus alone: what a test needs instead of a firmware.
struct Bench {
    var world: World
    var now = Instant(0)
    private var beats = false

    init(seed: UInt64 = 1, board: BoardDescription = BoardDescription()) { world = World(seed: seed, board: board) }

    /// Nominal parts, changed by `change`, the capacitor at `volts`.
    init(volts: Double, change: (inout Parts) -> Void = { _ in }) {
        let board = BoardDescription()
        var parts = Parts(board: board)
        change(&parts)
        world = World(parts: parts, board: board, dice: Dice(seed: 1), volts: volts)
    }

    mutating func set(_ levels: OutputLines, _ mask: OutputLines) {
        do throws(LineFault) { try world.set(levels, mask: mask, at: now) } catch {
            fatalError("no line fails in the world")
        }
    }

    mutating func raise(_ lines: OutputLines) { set(lines, lines) }
    mutating func lower(_ lines: OutputLines) { set(.none, lines) }

    var inputs: InputLines {
        mutating get {
            do throws(LineFault) { return try world.read(at: now) } catch { fatalError("no line fails in the world") }
        }
    }

    var edges: EdgeCount {
        mutating get {
            do throws(LineFault) { return try world.fireSenseEdges(at: now) } catch { fatalError("no line fails") }
        }
    }

    /// Lets time pass without a heartbeat.
    mutating func wait(_ time: Nanoseconds) {
        now += time
        world.advance(to: now)
    }

    /// Lets time pass with a heartbeat edge every 2 ms.
    mutating func beat(_ time: Nanoseconds) {
        let end = now + time
        while now < end {
            beats.toggle()
            set(beats ? .heartbeat : .none, .heartbeat)
            wait(min(.milliseconds(2), end - now))
        }
    }

    /// Plans a fault that the world has to take.
    mutating func inject(_ fault: Fault) {
        let isTaken = world.inject(fault, at: now)
        #expect(isTaken, "\(fault)")
    }

    /// True when a copy of the world does not take a fault.
    func refuses(_ fault: Fault) -> Bool {
        var copy = world
        return !copy.inject(fault, at: now)
    }

    /// Asks the charger for `volts`.
    mutating func setPoint(_ volts: Int32) {
        let code = MCP4725.code(for: .volts(volts), fullScale: world.board.dacFullScale)
        _ = try? MCP4725(address: SimulatedAddresses.setPointDAC).set(code, on: &world, at: now)
    }

    /// ENABLE, ARM and bleed hold up for 40 ms: contactor closed, bleed open.
    mutating func arm() {
        raise(.arm | .bleedHold)
        beat(.milliseconds(60))
    }

    /// Armed, and charged to `volts` from nothing.
    mutating func charge(to volts: Int32, in time: Nanoseconds = .milliseconds(400)) {
        setPoint(volts)
        arm()
        raise(.charge)
        beat(time)
    }

    /// FIRE up and down again after 100 us.
    mutating func fire() {
        raise(.fire)
        wait(.microseconds(100))
        lower(.fire)
    }

    /// One whole conversion of a channel: the code of the conversion register.
    mutating func convert(_ channel: ADCChannel) -> UInt16 {
        let adc = ADS1115(address: SimulatedAddresses.adc)
        guard let begun = try? adc.start(channel, on: &world, at: now) else { return 0 }
        now = begun
        wait(.milliseconds(4))
        return (try? adc.fetch(on: &world, at: now).value) ?? 0
    }

    /// The coil sensor's reading in millidegrees; nil when it does not answer or has no conversion.
    mutating func millidegrees(_ address: UInt8) -> Int32? {
        guard let word = try? TMP117(address: address).fetch(on: &world, at: now) else { return nil }
        let reading = TMP117.temperature(code: word.value, takenAt: now)
        return reading.quality == .good ? reading.value.raw : nil
    }

    var hash: UInt64 {
        var history = HistoryHash()
        world.hash(into: &history)
        return history.value
    }
}
