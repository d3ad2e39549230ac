import BoardInterface
import SimulatedBoard
import StimulatorCore
import Testing

@Suite("the chips and their drivers") struct ChipTests {
    private let adc = ADS1115(address: SimulatedAddresses.adc)
    private let sensor = TMP117(address: SimulatedAddresses.coilSensorA)
    private let dac = MCP4725(address: SimulatedAddresses.setPointDAC)

    @Test("ADS1115 after power-up: configuration 0x8583, thresholds 0x8000 and 0x7FFF, conversion 0") func adcReset()
        throws
    {
        var bench = Bench()
        #expect(try bench.world.read16(register: 1, address: 0x48, at: bench.now).value == 0x8583)
        #expect(try bench.world.read16(register: 2, address: 0x48, at: bench.now).value == 0x8000)
        #expect(try bench.world.read16(register: 3, address: 0x48, at: bench.now).value == 0x7FFF)
        #expect(try bench.world.read16(register: 0, address: 0x48, at: bench.now).value == 0)
    }

    @Test("ADS1115: busy while it converts, the old result until the new one is complete") func adcConversion() throws {
        for seed in UInt64(1)...50 {
            var bench = Bench(seed: seed)
            #expect(ADS1115.isGround(code: bench.convert(.ground)))
            let begun = try adc.start(.reference, on: &bench.world, at: bench.now)
            #expect(begun - bench.now == .microseconds(95))
            bench.now = begun
            bench.wait(Nanoseconds(1_046_000))
            #expect(try adc.status(of: .reference, on: &bench.world, at: bench.now).progress == .busy, "seed \(seed)")
            #expect(try adc.status(of: .ground, on: &bench.world, at: bench.now).progress == .lost)
            #expect(ADS1115.isGround(code: try adc.fetch(on: &bench.world, at: bench.now).value))
            bench.now = begun
            bench.wait(Nanoseconds(1_280_000))
            #expect(try adc.status(of: .reference, on: &bench.world, at: bench.now).progress == .done, "seed \(seed)")
            let word = try adc.fetch(on: &bench.world, at: bench.now)
            #expect(ADS1115.isReference(code: word.value), "seed \(seed)")
            #expect(word.completedAt - bench.now == .microseconds(118))
        }
    }

    @Test("ADS1115: the capacitor's voltage within 0.3 % and 3 LSB, 61 mV a LSB") func adcVoltage() {
        for seed in UInt64(1)...50 {
            var bench = Bench(seed: seed)
            bench.charge(to: 1500)
            let code = bench.convert(.capacitor)
            let reading = ADS1115.voltage(code: code, takenAt: bench.now, fullScale: bench.world.board.adcFullScale)
            let truth = bench.world.volts * 1000
            #expect(reading.quality == .good)
            #expect(abs(Double(reading.value.raw) - truth) < truth * 0.0031 + 4_000, "seed \(seed)")
        }
        #expect(ADS1115.voltage(code: 983, takenAt: Instant(0), fullScale: .volts(2000)).value.raw / 1000 == 59)
    }

    @Test("ADS1115: a conversion across a pulse lies between before and after") func adcPulse() throws {
        var bench = Bench(volts: 1000)
        bench.raise(.arm | .heartbeat)
        bench.now = try adc.start(.capacitor, on: &bench.world, at: bench.now)
        bench.wait(.microseconds(900))
        bench.fire()
        bench.wait(.milliseconds(2))
        let word = try adc.fetch(on: &bench.world, at: bench.now)
        let reading = ADS1115.voltage(code: word.value, takenAt: bench.now, fullScale: .volts(2000))
        #expect(reading.value.raw > 870_000 && reading.value.raw < 900_000)
    }

    @Test("ADS1115: the charger's current, 2 A below the knee and P/V above it") func adcCurrent() {
        var bench = Bench(volts: 0)
        bench.setPoint(1650)
        bench.arm()
        bench.raise(.charge)
        bench.wait(.milliseconds(5))
        #expect(abs(ADS1115.milliamperes(code: bench.convert(.chargerCurrent), fullScale: 4_000) - 2_000) < 5)
        bench.beat(.milliseconds(150))
        let code = bench.convert(.chargerCurrent)
        #expect(abs(Double(ADS1115.milliamperes(code: code, fullScale: 4_000)) - 1_050_000 / bench.world.volts) < 25)
    }

    @Test("ADS1115: both ends of the range and what the divider cannot give are implausible") func adcSaturation() {
        for code: UInt16 in [0x7FFF, 0x8000, 0xFF00] {
            let reading = ADS1115.voltage(code: code, takenAt: Instant(0), fullScale: .volts(2000))
            #expect(reading.quality == .implausible)
        }
        let largest = ADS1115.voltage(code: 0x8000, takenAt: Instant(0), fullScale: Millivolts(Int32.max))
        #expect(largest.quality == .implausible)
        #expect(ADS1115.voltage(code: 0xFFFD, takenAt: Instant(0), fullScale: .volts(2000)).quality == .good)
    }

    @Test("volts and another channel in turn, fetched while the next converts: volts every 3.1 ms on the slowest part")
    func rate() throws {
        var bench = Bench(volts: 1000) { $0.adcPeriod = 1.1 }
        var at = try adc.start(.capacitor, on: &bench.world, at: Instant(0))
        var last: Instant?
        for turn in 0..<20 {
            let channel: ADCChannel = turn % 2 == 0 ? .capacitor : .reference
            let startedAt = at
            var status = ADCStatus(.busy, completedAt: at + Nanoseconds(1_280_000))
            while status.progress == .busy {
                status = try adc.status(of: channel, on: &bench.world, at: status.completedAt)
            }
            #expect(status.progress == .done)
            at = try adc.start(turn % 2 == 0 ? .reference : .capacitor, on: &bench.world, at: status.completedAt)
            let word = try adc.fetch(on: &bench.world, at: at)
            guard turn % 2 == 0 else {
                #expect(ADS1115.isReference(code: word.value))
                continue
            }
            let reading = ADS1115.voltage(
                code: word.value, takenAt: ADS1115.takenAt(startedAt: startedAt), fullScale: .volts(2000))
            #expect(abs(reading.value.raw - 1_000_000) < 30_000)
            if let last { #expect(reading.takenAt - last <= .microseconds(3_100)) }
            last = reading.takenAt
        }
    }

    @Test("TMP117 after power-up: identity 0x0117, configuration 0x0220, no conversion for 124 ms, then one a second")
    func sensorReset() throws {
        var bench = Bench()
        #expect(try sensor.isIdentified(on: &bench.world, at: bench.now))
        #expect(try !TMP117(address: SimulatedAddresses.adc).isIdentified(on: &bench.world, at: bench.now))
        #expect(try bench.world.read16(register: 1, address: sensor.address, at: bench.now).value == 0x0220)
        #expect(try sensor.fetch(on: &bench.world, at: bench.now).value == TMP117.noConversion)
        bench.wait(.milliseconds(123))
        #expect(bench.millidegrees(sensor.address) == nil)
        bench.wait(.milliseconds(2))
        #expect(bench.millidegrees(sensor.address) != nil)
    }

    @Test("TMP117 as configured: a conversion every 15.5 ms, each said to be new once") func sensorCycle() throws {
        var bench = Bench()
        #expect(try sensor.status(on: &bench.world, at: bench.now).status == .lost)
        bench.now = try sensor.configure(on: &bench.world, at: bench.now)
        bench.wait(Nanoseconds(15_499_999))
        #expect(try sensor.status(on: &bench.world, at: bench.now).status == .waiting)
        #expect(bench.millidegrees(sensor.address) == nil)
        bench.wait(Nanoseconds(1))
        #expect(try sensor.status(on: &bench.world, at: bench.now).status == .ready)
        #expect(try sensor.status(on: &bench.world, at: bench.now).status == .waiting)
        bench.wait(Nanoseconds(15_500_000))
        _ = try sensor.fetch(on: &bench.world, at: bench.now)
        #expect(try sensor.status(on: &bench.world, at: bench.now).status == .waiting)
    }

    @Test("TMP117: both sensors read the case within 0.2 K of each other in a cold coil") func sensorValues() throws {
        for seed in UInt64(1)...50 {
            var bench = Bench(seed: seed)
            bench.wait(.seconds(1))
            let first = bench.millidegrees(SimulatedAddresses.coilSensorA) ?? 0
            let second = bench.millidegrees(SimulatedAddresses.coilSensorB) ?? 0
            #expect(abs(first - 23_000) < 120 && abs(second - 23_000) < 120, "seed \(seed): \(first) \(second)")
        }
    }

    @Test("TMP117: 7.8125 mK a LSB, 0x8000 is no data, outside -55 C ... 150 C is implausible") func sensorDecoding() {
        #expect(TMP117.temperature(code: 3200, takenAt: Instant(0)).value == .celsius(25))
        #expect(TMP117.temperature(code: UInt16(bitPattern: -1280), takenAt: Instant(0)).value == .celsius(-10))
        #expect(TMP117.temperature(code: 0x8000, takenAt: Instant(0)).quality == .failed)
        #expect(TMP117.temperature(code: 0x7FFF, takenAt: Instant(0)).quality == .implausible)
        #expect(TMP117.temperature(code: 0x8001, takenAt: Instant(0)).quality == .implausible)
    }

    @Test("MCP4725: fast write, read-back, power-down and EEPROM") func setPoint() throws {
        var bench = Bench()
        #expect(try bench.world.readThree(address: dac.address, at: bench.now).value == 0xC0_0000)
        #expect(try dac.set(0xABC, on: &bench.world, at: bench.now) - bench.now == .microseconds(72))
        let answer = try dac.verify(0xABC, on: &bench.world, at: bench.now)
        #expect(answer.isVerified)
        #expect(answer.completedAt - bench.now == .microseconds(95))
        #expect(try !dac.verify(0xABD, on: &bench.world, at: bench.now).isVerified)
        _ = try dac.powerDown(on: &bench.world, at: bench.now)
        #expect(try !dac.verify(0, on: &bench.world, at: bench.now).isVerified)
        _ = try bench.world.write16(0x1230, register: 0x40, address: dac.address, at: bench.now)
        #expect(try dac.verify(0x123, on: &bench.world, at: bench.now).isVerified)
        let power = Fault(.power, .off, from: bench.now, until: bench.now + .milliseconds(1))
        bench.inject(power)
        bench.wait(.milliseconds(2))
        #expect(try dac.verify(0, on: &bench.world, at: bench.now).isVerified)
    }

    @Test("MCP4725: the code never asks for more than the set-point, and is at most a LSB below") func codes() {
        for millivolts in stride(from: Int32(-100_000), through: 2_800_000, by: 777) {
            let code = Int64(MCP4725.code(for: Millivolts(millivolts), fullScale: Millivolts(1_732_500)))
            #expect(code * 1_732_500 <= max(0, Int64(millivolts)) * 4096)
            if millivolts > 0, code < 4095 { #expect((code + 1) * 1_732_500 > Int64(millivolts) * 4096) }
        }
        #expect(MCP4725.code(for: .volts(1650), fullScale: .zero) == 0)
    }

    @Test("nobody answers at an address without a chip") func nobody() {
        var bench = Bench()
        #expect(throws: BusFault.noAcknowledge) { try bench.world.read16(register: 0, address: 0x49, at: bench.now) }
    }
}
