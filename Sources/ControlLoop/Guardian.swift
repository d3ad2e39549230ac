import BoardInterface
import StimulatorCore

/// The second opinion: owns ARM, HEARTBEAT and BLEED, and takes them away when the tick or the numbers are not what they must be.
///
/// It has its own copy of the hard limits. It shares a process and a converter with the safety task, so it is no second channel:
/// that is the hardware behind the heartbeat.
public struct Guardian: Sendable {
    /// 2 ms.
    @inlinable public static var period: Nanoseconds { .milliseconds(2) }
    /// The watchdog is petted so often; its span is 15 s or less.
    @inlinable public static var petting: Nanoseconds { .milliseconds(500) }

    private let page: TaskPage
    private let voltageLimit: Millivolts
    private let coilLimit: Millicelsius
    private let tickAge: Nanoseconds
    private var report = GuardianReport()
    private var safety = SafetyReport()
    private var sampler = SamplerReport()
    private var safetySeen = PublishedBlock<6>.unseen
    private var samplerSeen = PublishedBlock<9>.unseen
    private var heartbeat = false
    private var stalled = false
    /// Once permission is taken away it comes back only after the safety task has let go of the heartbeat.
    private var withheld = false
    private var lastPetAt = Instant.distantPast
    private var ticksAtPet: UInt64 = 0
    private var samplesAtPet: UInt64 = 0

    public init(board asBuilt: BoardDescription, page: TaskPage) {
        self.page = page
        let board = asBuilt.withinCeilings
        voltageLimit = Millivolts(saturating: Int64(board.maximumVoltage.raw) * Int64(board.overvoltageTrip.raw) / 1000)
        coilLimit = board.coilTrip
        tickAge = board.guardianTickAge
    }

    /// One run: judge, write, pet, report.
    public mutating func run<Port: OutputLinesPort & WatchdogPort & ~Copyable>(
        at now: Instant, board: inout Port
    ) -> Instant {
        if let block = page.safety.read(newerThan: &safetySeen) { safety = SafetyReport(block) }
        if let block = page.sampler.read(newerThan: &samplerSeen) { sampler = SamplerReport(block) }
        judgeTick(at: now)
        let sound = !stalled && numbersAreSound(at: now)
        if !safety.wantsHeartbeat { withheld = false }
        if safety.wantsHeartbeat, !sound { withheld = true }
        report.permits = sound && !withheld
        write(at: now, to: &board)
        if now - lastPetAt >= Guardian.petting { pet(at: now, on: &board) }
        report.at = now
        page.guardian.publish(report.block)
        return now + Guardian.period
    }

    @inline(always) private mutating func judgeTick(at now: Instant) {
        let late = now - safety.tickAt > tickAge && safety.ticks > 0
        if late, !stalled { report.stalls &+= 1 }
        stalled = late || safety.ticks == 0
    }

    @inline(always) private func numbersAreSound(at now: Instant) -> Bool {
        if !safety.wantsHeartbeat { return true }
        let voltage = sampler.voltage
        return voltage.isTrusted(at: now, within: Ceiling.voltageAge) && voltage.value <= voltageLimit
            && coilIsSound(sampler.coilA, at: now) && coilIsSound(sampler.coilB, at: now)
    }

    @inline(always) private func coilIsSound(_ reading: Reading<Millicelsius>, at now: Instant) -> Bool {
        reading.isTrusted(at: now, within: Ceiling.coilTemperatureAge) && reading.value <= coilLimit
    }

    @inline(always) private mutating func write<Port: OutputLinesPort & ~Copyable>(
        at now: Instant, to board: inout Port
    ) {
        let on = report.permits && safety.wantsHeartbeat
        heartbeat = on && !heartbeat
        let levels = OutputLines.none.setting(.heartbeat, heartbeat)
            .setting(.bleedHold, on && safety.wantsBleedOpen).setting(.arm, on && safety.wantsArm)
        do throws(LineFault) {
            try board.set(levels, mask: .guardian, at: now)
            report.outputFailed = false
            report.armIsUp = levels.contains(.arm)
        } catch {
            report.outputFailed = true
            report.armIsUp = false
        }
    }

    /// Pets the watchdog only on evidence: the tick advanced by the right amount and the sampler ran.
    private mutating func pet<Port: WatchdogPort & ~Copyable>(at now: Instant, on board: inout Port) {
        let ticks = Int64(bitPattern: safety.ticks &- ticksAtPet)
        let expected = Guardian.petting.raw / SafetyTask.period.raw
        let ticked = lastPetAt == .distantPast || (ticks >= expected * 9 / 10 && ticks <= expected * 11 / 10)
        let samples = page.sampler.version
        let alive = ticked && samples != samplesAtPet && !stalled
        ticksAtPet = safety.ticks
        samplesAtPet = samples
        lastPetAt = now
        guard alive else { return }
        do throws(LineFault) {
            try board.pet(at: now)
            report.watchdogFailed = false
        } catch {
            report.watchdogFailed = true
        }
    }
}
