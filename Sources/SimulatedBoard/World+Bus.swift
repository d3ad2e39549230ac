import BoardInterface
import StimulatorCore

// The I2C bus at 400 kHz and the chips on it. A transfer acts on a chip's state as it is when the transfer begins; a conversion that
// it starts begins when it is complete.
extension World {
    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    public mutating func write16(
        _ value: UInt16, register: UInt8, address: UInt8, at now: Instant
    ) throws(BusFault) -> Instant {
        try begin(address, at: now, takes: .microseconds(95))
        let value = garbled(value)
        switch address {
        case SimulatedAddresses.adc:
            let slow = faults.has(.adc, .slow) ? 3.0 : 1
            adc.write(
                value, register: register, stretch: parts.adcPeriod * slow, isFrozen: faults.has(.adc, .stuck),
                at: transferEndsAt)
            nextEventAt = min(nextEventAt, adc.sampleAt)
        case SimulatedAddresses.coilSensorA:
            let present = temperatureCode(.coilSensorA)
            sensorA.write(value, register: register, present: present, at: transferEndsAt)
        case SimulatedAddresses.coilSensorB:
            let present = temperatureCode(.coilSensorB)
            sensorB.write(value, register: register, present: present, at: transferEndsAt)
        default:
            if !faults.has(.setPointDAC, .stuck) { dac.write(value, command: register) }
            settle()
        }
        return transferEndsAt + clockLead
    }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    public mutating func read16(register: UInt8, address: UInt8, at now: Instant) throws(BusFault) -> BusWord {
        try begin(address, at: now, takes: .microseconds(118))
        let value: UInt16 =
            switch address {
            case SimulatedAddresses.adc: readADC(register)
            case SimulatedAddresses.coilSensorA:
                register == 0 ? temperatureCode(.coilSensorA) : sensorA.read(register: register, at: transferAt)
            case SimulatedAddresses.coilSensorB:
                register == 0 ? temperatureCode(.coilSensorB) : sensorB.read(register: register, at: transferAt)
            default: UInt16(truncatingIfNeeded: dac.readBack >> 8)
            }
        return BusWord(garbled(value), completedAt: transferEndsAt + clockLead)
    }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    public mutating func write(
        _ first: UInt8, _ second: UInt8, address: UInt8, at now: Instant
    ) throws(BusFault) -> Instant {
        try begin(address, at: now, takes: .microseconds(72))
        if address == SimulatedAddresses.setPointDAC, !faults.has(.setPointDAC, .stuck) {
            let bytes = garbled(UInt16(first) << 8 | UInt16(second))
            dac.write(UInt8(bytes >> 8), UInt8(bytes & 0xFF))
            settle()
        }
        return transferEndsAt + clockLead
    }

    #if hasFeature(Embedded)
        @_noLocks @_noAllocation
    #endif
    public mutating func readThree(address: UInt8, at now: Instant) throws(BusFault) -> BusTriple {
        try begin(address, at: now, takes: .microseconds(95))
        let value = address == SimulatedAddresses.setPointDAC ? dac.readBack : 0
        let low = garbled(UInt16(truncatingIfNeeded: value))
        return BusTriple(value & 0xFF_0000 | UInt32(low), completedAt: transferEndsAt + clockLead)
    }

    /// Begins a transfer: finds out whether somebody answers.
    @inline(always) private mutating func begin(_ address: UInt8, at now: Instant, takes: Nanoseconds) throws(BusFault)
    {
        let asked = now - clockLead
        advance(to: min(asked, horizon))
        transferAt = max(self.now, asked)
        transferEndsAt = transferAt + takes
        if !faults.isQuiet, let fault = busFault(address) { throw fault }
        switch address {
        case SimulatedAddresses.adc, SimulatedAddresses.coilSensorA, SimulatedAddresses.coilSensorB,
            SimulatedAddresses.setPointDAC:
            break
        default: throw refuse()
        }
    }

    private mutating func busFault(_ address: UInt8) -> BusFault? {
        if faults.has(.bus, .wedged) {
            transferEndsAt = transferAt + .milliseconds(10)
            return .timeout
        }
        if faults.has(.bus, .off) || !isPowered { return refuse() }
        let part: FaultComponent =
            switch address {
            case SimulatedAddresses.adc: .adc
            case SimulatedAddresses.coilSensorA: .coilSensorA
            case SimulatedAddresses.coilSensorB: .coilSensorB
            default: .setPointDAC
            }
        if faults.has(part, .off) { return refuse() }
        let isLoose = faults.has(.bus, .intermittent) || faults.has(part, .intermittent)
        return isLoose && dice.below(3) == 0 ? refuse() : nil
    }

    /// Nobody answers: the address byte is all that takes time.
    private mutating func refuse() -> BusFault {
        transferEndsAt = transferAt + .microseconds(30)
        return .noAcknowledge
    }

    @inline(always) private mutating func garbled(_ value: UInt16) -> UInt16 {
        faults.has(.bus, .garbage) ? value ^ UInt16(truncatingIfNeeded: dice.next()) : value
    }

    // MARK: The converter

    @inline(always) private mutating func readADC(_ register: UInt8) -> UInt16 {
        if register & 3 == 0, faults.has(.adc, .garbage) { return UInt16(truncatingIfNeeded: dice.next()) }
        return adc.read(register: register, isFrozen: faults.has(.adc, .stuck), at: transferAt)
    }

    /// Takes the input of the running conversion: pin against ground, or pin against pin.
    mutating func sampleADC() {
        let volts =
            switch adc.multiplexer {
            case 0: pin(0) - pin(1)
            case 1: pin(0) - pin(3)
            case 2: pin(1) - pin(3)
            case 3: pin(2) - pin(3)
            default: pin(adc.multiplexer - 4)
            }
        let drawn = Dice.at(adc.conversions, seed: parts.noise)
        // Two dice of four sides: -3 ... 3 LSB, mostly near 0.
        adc.sample(volts * adcGain, noise: Double(Int64(drawn & 3) + Int64(drawn >> 2 & 3) - 3))
    }

    /// The converter's own gain.
    var adcGain: Double { parts.adcGain * (faults.has(.adc, .wrong) ? 1 + 0.1 * parts.wrongSign : 1) }

    /// Volts at a pin of the converter. Inlined, as the next: a call would copy the world, which is large.
    @inline(always) private func pin(_ number: UInt16) -> Double {
        switch number {
        case 0: pinVolts(ofCapacitor: volts)
        case 1: capacitor.current(at: now) * 2048 / Double(board.chargerCurrentFullScale)
        case 2: faults.has(.reference, .off) ? 0 : faults.has(.reference, .wrong) ? 1.1264 : 1.024
        default: 0
        }
    }

    /// What the measuring divider makes of the capacitor's voltage: 2000 V = 2.048 V.
    @inline(always) func pinVolts(ofCapacitor volts: Double) -> Double {
        if faults.has(.voltageDivider, .off) { return 0 }
        let divider = faults.has(.voltageDivider, .wrong) ? 0.92 : 1.0
        return volts * divider * 2048 / Double(board.adcFullScale.raw)
    }

    // MARK: The coil's sensors

    /// The temperature register of a sensor. Both sit on the case; A is nearer to the winding and feels 2 % of it.
    private mutating func temperatureCode(_ sensor: FaultComponent) -> UInt16 {
        let isA = sensor == .coilSensorA
        if faults.has(sensor, .stuck) { return isA ? sensorA.given : sensorB.given }
        if faults.has(sensor, .noConversion) { return 0x8000 }
        if faults.has(sensor, .garbage) { return UInt16(truncatingIfNeeded: dice.next()) }
        let newest = (isA ? sensorA.newestAt(now) : sensorB.newestAt(now)) ?? now
        let atCase = coil.caseTemperature(at: newest)
        var celsius = isA ? atCase + 0.02 * (coil.windingTemperature(at: newest) - atCase) : atCase
        celsius += isA ? parts.sensorOffsetA : parts.sensorOffsetB
        if faults.has(sensor, .wrong) { celsius += 8 }
        let drawn = Dice.at(UInt64(bitPattern: newest.raw), seed: parts.noise ^ UInt64(sensor.rawValue))
        let noise = Double(Int64(drawn % 3) - 1)
        return isA
            ? sensorA.temperature(celsius, noise: noise, at: now) : sensorB.temperature(celsius, noise: noise, at: now)
    }
}
