import StimulatorCore

/// One register group of SCPI-99 (volume 1, 20.1): condition ─ transition filters ▶ event ─ enable ▶ summary.
struct SCPIRegister: BitwiseCopyable {
    private(set) var condition: UInt16 = 0
    private(set) var event: UInt16 = 0
    var enable: UInt16 = 0
    /// Bits whose rise, and whose fall, sets the event.
    var positive: UInt16 = 0x7FFF
    var negative: UInt16 = 0

    /// The condition is now another one.
    mutating func become(_ new: UInt16) {
        event |= new & ~condition & positive | ~new & condition & negative
        condition = new
    }

    /// Reading the event clears it.
    mutating func takeEvent() -> UInt16 {
        let taken = event
        event = 0
        return taken
    }

    mutating func clearEvent() { event = 0 }

    /// `STATus:PRESet`: nothing is enabled, every rise is an event.
    mutating func preset() {
        enable = 0
        positive = 0x7FFF
        negative = 0
    }

    var summary: Bool { event & enable != 0 }
}

/// Bits of the operation register; the first three are the standard's own.
enum SCPIOperation {
    /// On the way to the set-point.
    static var settling: UInt16 { 1 << 1 }
    /// At the set-point, no pattern runs.
    static var waitingForTrigger: UInt16 { 1 << 5 }
    /// Discharged, not armed.
    static var waitingForArm: UInt16 { 1 << 6 }
    static var arming: UInt16 { 1 << 8 }
    static var patternRuns: UInt16 { 1 << 9 }
    static var discharging: UInt16 { 1 << 10 }
    static var selfTest: UInt16 { 1 << 11 }
    /// In any state that may hold charge on purpose.
    static var armed: UInt16 { 1 << 12 }
}

/// Bits of the questionable register; the first two are the standard's own.
enum SCPIQuestionable {
    /// No trusted capacitor voltage.
    static var voltage: UInt16 { 1 << 0 }
    /// No trusted coil temperature, or the coil is above its warning.
    static var temperature: UInt16 { 1 << 4 }
    /// A trip holds or is latched.
    static var tripped: UInt16 { 1 << 9 }
    /// A fault is latched.
    static var faulted: UInt16 { 1 << 10 }
    /// The safety side does not report: everything shown is old.
    static var silent: UInt16 { 1 << 11 }
    /// The journal cannot be written.
    static var journal: UInt16 { 1 << 12 }
}

extension ShellSession {
    /// Brings the condition registers up to what the board last said.
    mutating func noteConditions() {
        scpi.operation.become(operationCondition)
        scpi.questionable.become(questionableCondition)
        if scpi.isCompletionNoted, !isOperationPending {
            scpi.isCompletionNoted = false
            scpi.eventStatus |= 1
        }
    }

    private var operationCondition: UInt16 {
        var bits: UInt16 = snapshot.state.isArmed ? SCPIOperation.armed : 0
        switch snapshot.state {
        case .selfTest: bits |= SCPIOperation.selfTest
        case .safe: bits |= SCPIOperation.waitingForArm
        case .arming: bits |= SCPIOperation.arming
        case .charging, .recovering: bits |= SCPIOperation.settling
        case .ready: bits |= isGiving ? 0 : SCPIOperation.waitingForTrigger
        case .discharging: bits |= SCPIOperation.discharging
        case .firing, .faulted: break
        }
        if isGiving { bits |= SCPIOperation.patternRuns }
        return bits
    }

    private var questionableCondition: UInt16 {
        var bits: UInt16 = 0
        if !isVoltageTrusted { bits |= SCPIQuestionable.voltage }
        let hottest = max(snapshot.coilA.value, snapshot.coilB.value)
        if !isCoilTrusted(snapshot.coilA) || !isCoilTrusted(snapshot.coilB) || hottest >= board.coilWarning {
            bits |= SCPIQuestionable.temperature
        }
        if !snapshot.trips.isEmpty { bits |= SCPIQuestionable.tripped }
        if snapshot.state == .faulted { bits |= SCPIQuestionable.faulted }
        if isSafetySilent { bits |= SCPIQuestionable.silent }
        if !isJournalWritable { bits |= SCPIQuestionable.journal }
        return bits
    }

    /// The reading was fresh when the safety side last reported, and it reports.
    var isVoltageTrusted: Bool {
        !isSafetySilent && snapshot.voltage.isTrusted(at: snapshot.now, within: board.voltageAge)
    }

    func isCoilTrusted(_ reading: Reading<Millicelsius>) -> Bool {
        !isSafetySilent && reading.isTrusted(at: snapshot.now, within: board.coilTemperatureAge)
    }

    /// Something that was begun has not come to its end: arming, charging, a pattern, a discharge, a self-test, or a command
    /// that the safety side has not answered, or whose answer is newer than what the board last showed of itself.
    var isOperationPending: Bool {
        if isGiving || !pending.isEmpty || snapshot.now < scpi.answeredAt { return true }
        return switch snapshot.state {
        case .selfTest, .arming, .charging, .firing, .recovering, .discharging: true
        case .safe, .ready, .faulted: false
        }
    }

    /// The status byte (SCPI-99, volume 1, 20.2), with the master summary in bit 6.
    var statusByte: UInt8 {
        var bits: UInt8 = 0
        if scpi.errors.count > 0 { bits |= 1 << 2 }
        if scpi.questionable.summary { bits |= 1 << 3 }
        if scpi.hasResponded || outputCount > 0 { bits |= 1 << 4 }
        if scpi.eventStatus & scpi.eventEnable != 0 { bits |= 1 << 5 }
        if scpi.operation.summary { bits |= 1 << 7 }
        return bits & scpi.serviceEnable & 0xBF != 0 ? bits | 1 << 6 : bits
    }
}
