import BoardInterface
import SimulatedBoard
import StimulatorCore

/// The drivers against the parts' register models, twenty boards of different tolerances.
enum DriverTests {
    static func run(_ report: inout Report) {
        var converter = true
        var sensors = true
        var setPoint = true
        for seed in UInt64(1)...20 {
            var world = World(seed: seed, board: BoardDescription())
            do throws(BusFault) {
                converter = try readsConverter(&world) && converter
                sensors = try readsSensors(&world) && sensors
                setPoint = try verifiesSetPoint(&world) && setPoint
            } catch {
                converter = false
            }
        }
        report.test("the converter's reference, ground and capacitor are read", converter)
        report.test("both coil sensors are identified, configured and read", sensors)
        report.test("the set-point is written and read back", setPoint)
        report.test("a part that does not answer is said to be missing", noticesAbsence())
    }

    private static func convert(_ channel: ADCChannel, _ world: inout World) throws(BusFault) -> UInt16 {
        let adc = ADS1115(address: SimulatedAddresses.adc)
        let begun = try adc.start(channel, on: &world, at: world.now)
        let early = try adc.status(of: channel, on: &world, at: begun)
        let end = begun + ADS1115.longestConversionTime + .milliseconds(1)
        world.advance(to: end)
        guard early.progress == .busy, try adc.status(of: channel, on: &world, at: end).progress == .done else {
            return 0x7FFF
        }
        return try adc.fetch(on: &world, at: world.now).value
    }

    private static func readsConverter(_ world: inout World) throws(BusFault) -> Bool {
        let ground = try convert(.ground, &world)
        let reference = try convert(.reference, &world)
        let code = try convert(.capacitor, &world)
        let volts = ADS1115.voltage(code: code, takenAt: world.now, fullScale: world.board.adcFullScale)
        return ADS1115.isGround(code: ground) && ADS1115.isReference(code: reference) && volts.quality == .good
            && volts.value < Ceiling.discharged
    }

    private static func readsSensors(_ world: inout World) throws(BusFault) -> Bool {
        let a = try readsSensor(world.board.coilSensorAAddress, &world)
        return try readsSensor(world.board.coilSensorBAddress, &world) && a
    }

    private static func readsSensor(_ address: UInt8, _ world: inout World) throws(BusFault) -> Bool {
        let sensor = TMP117(address: address)
        guard try sensor.isIdentified(on: &world, at: world.now) else { return false }
        let configured = try sensor.configure(on: &world, at: world.now)
        let read = configured + TMP117.cycle * 2
        world.advance(to: read)
        let status = try sensor.status(on: &world, at: read)
        world.advance(to: status.completedAt)
        let code = try sensor.fetch(on: &world, at: world.now)
        let reading = TMP117.temperature(code: code.value, takenAt: read)
        return status.status == .ready && reading.quality == .good && reading.value > .celsius(10)
            && reading.value < .celsius(40)
    }

    private static func verifiesSetPoint(_ world: inout World) throws(BusFault) -> Bool {
        let dac = MCP4725(address: SimulatedAddresses.setPointDAC)
        let code = MCP4725.code(for: .volts(990), fullScale: world.board.dacFullScale)
        world.advance(to: try dac.set(code, on: &world, at: world.now))
        let same = try dac.verify(code, on: &world, at: world.now)
        world.advance(to: same.completedAt)
        let other = try dac.verify(code ^ 1, on: &world, at: world.now)
        return same.isVerified && !other.isVerified
    }

    private static func noticesAbsence() -> Bool {
        var world = World(seed: 1, board: BoardDescription())
        do throws(BusFault) {
            _ = try ADS1115(address: 0x13).start(.ground, on: &world, at: world.now)
            return false
        } catch {
            return error != .timeout
        }
    }
}
