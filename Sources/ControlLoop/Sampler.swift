import BoardInterface
import StimulatorCore

/// Owns the I2C bus: the capacitor's voltage at most every 3.1 ms, the coil every 50 ms, the set-point whenever it changes.
///
///     start A ─ converting ─ status: done ─ start B ─ fetch A, coil, set-point ─ converting ─ status: done ...
///
/// The converter measures volts, charger current, volts, reference in turn; after a pulse volts come first. A conversion that
/// overlaps FIRE ... FIRE + 0.5 ms is blanked: thrown away without making the voltage stale. A wedged bus stalls this task alone.
public struct Sampler: Sendable {
    /// From one look at the coil to the next.
    @inlinable public static var coilPeriod: Nanoseconds { .milliseconds(50) }
    /// The set-point is proven again so often, for a converter that forgets.
    @inlinable public static var proofPeriod: Nanoseconds { .milliseconds(100) }
    /// A conversion that overlaps the pulse and this after it is thrown away.
    @inlinable public static var blanking: Nanoseconds { .microseconds(500) }

    private let page: TaskPage
    private let adc: ADS1115
    private let dac: MCP4725
    private let fullScale: Millivolts
    private let dacFullScale: Millivolts
    private var coilA: CoilSensor
    private var coilB: CoilSensor
    private var report = SamplerReport()
    private var safety = SafetyReport()
    private var safetySeen = PublishedBlock<6>.unseen
    private var runs: UInt64 = 0
    /// What is being converted, and since when; nil while nothing is.
    private var channel: ADCChannel?
    private var startedAt = Instant.distantPast
    private var turn: UInt8 = 0
    private var referenceIsSound = false
    private var converterAnswered = false
    private var nextCoilAt = Instant.distantPast
    private var nextProofAt = Instant.distantPast
    private var written = Millivolts(-1)

    public init(board: BoardDescription, page: TaskPage) {
        self.page = page
        adc = ADS1115(address: board.adcAddress)
        dac = MCP4725(address: board.dacAddress)
        coilA = CoilSensor(part: TMP117(address: board.coilSensorAAddress))
        coilB = CoilSensor(part: TMP117(address: board.coilSensorBAddress))
        fullScale = board.adcFullScale
        dacFullScale = board.dacFullScale
    }

    /// One run: take what is converted, start the next conversion, use the time it takes for the other parts.
    public mutating func run<Bus: I2CBus & ~Copyable>(at now: Instant, bus: inout Bus) -> Instant {
        runs &+= 1
        if let block = page.safety.read(newerThan: &safetySeen) { safety = SafetyReport(block) }
        var next: Instant
        do throws(BusFault) {
            next = try convert(at: now, on: &bus)
        } catch {
            channel = nil
            converterAnswered = false
            next = now + .milliseconds(1)
        }
        let isProofDue = safety.setPoint != written || now >= nextProofAt
        let after = isProofDue ? attendSetPoint(at: now, on: &bus) : now
        if now >= nextCoilAt {
            nextCoilAt = now + Sampler.coilPeriod
            coilA.attend(at: after, on: &bus)
            coilB.attend(at: after, on: &bus)
            report.coilA = coilA.reading
            report.coilB = coilB.reading
        }
        report.partsIdentified = converterAnswered && coilA.isIdentified && coilB.isIdentified && written.raw >= 0
        page.sampler.publish(report.block(runs: runs))
        return next
    }

    /// Looks at the running conversion; when it is done, starts the next one and fetches the result.
    @inline(always) private mutating func convert<Bus: I2CBus & ~Copyable>(
        at now: Instant, on bus: inout Bus
    ) throws(BusFault) -> Instant {
        guard let done = channel else { return try start(at: now, on: &bus) }
        let status = try adc.status(of: done, on: &bus, at: now)
        switch status.progress {
        case .busy:
            // A converter that never finishes: the voltage grows old and the kernel says so.
            return now + .microseconds(200)
        case .lost:
            channel = nil
            converterAnswered = false
            return now + .milliseconds(1)
        case .done: break
        }
        converterAnswered = true
        let began = startedAt
        let next = try start(at: status.completedAt, on: &bus)
        let word = try adc.fetch(on: &bus, at: startedAt)
        take(word.value, of: done, startedAt: began)
        return next
    }

    @inline(always) private mutating func start<Bus: I2CBus & ~Copyable>(
        at now: Instant, on bus: inout Bus
    ) throws(BusFault) -> Instant {
        let next = nextChannel
        startedAt = try adc.start(next, on: &bus, at: now)
        channel = next
        return startedAt + ADS1115.longestConversionTime
    }

    @inline(always) private var nextChannel: ADCChannel {
        // After a pulse the volts are wanted first: what it left, before the charger begins.
        let proof = safety.lastFireAt + Sampler.blanking
        if report.voltage.takenAt < proof, startedAt < proof || channel != .capacitor { return .capacitor }
        switch turn & 3 {
        case 1: return .chargerCurrent
        case 3: return .reference
        default: return .capacitor
        }
    }

    @inline(always) private mutating func take(_ code: UInt16, of channel: ADCChannel, startedAt began: Instant) {
        turn &+= 1
        let fire = safety.lastFireAt
        let blanked = began < fire + Sampler.blanking && began + ADS1115.longestConversionTime > fire
        switch channel {
        case .capacitor:
            if blanked { return }
            report.voltage = ADS1115.voltage(
                code: code, takenAt: ADS1115.takenAt(startedAt: began), fullScale: fullScale)
            if !referenceIsSound { report.voltage.quality = .implausible }
        case .reference: referenceIsSound = ADS1115.isReference(code: code)
        case .chargerCurrent, .ground: break
        }
    }

    /// Writes the set-point when it changed, and proves it by reading it back.
    private mutating func attendSetPoint<Bus: I2CBus & ~Copyable>(at now: Instant, on bus: inout Bus) -> Instant {
        let wanted = safety.setPoint
        nextProofAt = now + Sampler.proofPeriod
        let code = MCP4725.code(for: wanted, fullScale: dacFullScale)
        do throws(BusFault) {
            var time = now
            if wanted != written { time = try dac.set(code, on: &bus, at: time) }
            let answer = try dac.verify(code, on: &bus, at: time)
            written = answer.isVerified ? wanted : Millivolts(-1)
            report.setPointHeld = written
            return answer.completedAt
        } catch {
            written = Millivolts(-1)
            report.setPointHeld = written
            nextProofAt = now + .milliseconds(5)
            return now
        }
    }
}

/// One coil sensor: identified and configured before it is believed.
struct CoilSensor: Sendable {
    let part: TMP117
    private(set) var isIdentified = false
    private(set) var reading = Reading(Millicelsius.zero, takenAt: .distantPast, quality: .none)

    init(part: TMP117) { self.part = part }

    /// One look. A reading is new only when the part says that it has converted since the last look.
    mutating func attend<Bus: I2CBus & ~Copyable>(at now: Instant, on bus: inout Bus) {
        do throws(BusFault) {
            if !isIdentified {
                guard try part.isIdentified(on: &bus, at: now) else { return }
                _ = try part.configure(on: &bus, at: now)
                isIdentified = true
                return
            }
            let answer = try part.status(on: &bus, at: now)
            switch answer.status {
            case .waiting: break
            case .lost: isIdentified = false
            case .ready:
                let word = try part.fetch(on: &bus, at: answer.completedAt)
                // The newest conversion is up to a cycle old: it counts as that old.
                reading = TMP117.temperature(code: word.value, takenAt: now - TMP117.cycle)
            }
        } catch {
            // The reading grows old; one missed transfer is not yet a fault.
        }
    }
}
