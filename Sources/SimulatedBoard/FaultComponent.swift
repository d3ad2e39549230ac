/// A part that can fail. The parts below `watchdog` are hardware and fail in the world; those after it are software and its
/// surroundings, and fail in the scheduler, which asks the world whether they do.
public enum FaultComponent: UInt8, BitwiseCopyable, Hashable, Sendable {
    // Output lines: raw value = bit number of `OutputLines`. The pin fails, whatever is written.
    case chargeLine = 0
    case fireLine = 1
    case armLine = 2
    case heartbeatLine = 3
    case bleedHoldLine = 4
    case lampLine = 5
    case buzzerLine = 6
    case triggerOutLine = 7
    // Input lines: raw value = 8 + bit number of `InputLines`. The report fails; the contact itself does not.
    case emergencyStopLine = 8
    case patientStopLine = 9
    case interlockLine = 10
    case coilPresentLine = 11
    case keySwitchLine = 12
    case fireSenseLine = 13
    case triggerInLine = 14
    case enableSenseLine = 15
    case contactorSenseLine = 16
    case bleedSenseLine = 17
    case overvoltageLine = 18
    /// The analogue-to-digital converter.
    case adc = 19
    /// The divider between the capacitor and the converter (not the comparator's, not the charger's).
    case voltageDivider = 20
    /// The converter's 1.024 V reference pin.
    case reference = 21
    case coilSensorA = 22
    case coilSensorB = 23
    /// The charger's set-point converter.
    case setPointDAC = 24
    case bleedRelay = 25
    case contactor = 26
    /// The charge pump that makes ENABLE from heartbeat edges.
    case chargePump = 27
    case charger = 28
    /// The hardware over-voltage comparator.
    case overvoltageComparator = 29
    case oneShot = 30
    case thyristor = 31
    case bus = 32
    /// The charger's supply.
    case mains = 33
    /// The controller's supply: all outputs fall to their pulls, the chips forget.
    case power = 34
    case watchdog = 35
    /// The clock that software reads.
    case clock = 36
    case safetyTask = 37
    case guardianTask = 38
    case samplerTask = 39
    case consoleTask = 40
    case journalTask = 41
    case safetyProcess = 42
    case consoleProcess = 43
    /// All software at once.
    case software = 44
    case disk = 45

    /// How many there are: raw values are 0 ..< count.
    public static var count: Int { 46 }

    /// The shell's word.
    public var name: StaticString {
        switch self {
        case .chargeLine: "charge-line"
        case .fireLine: "fire-line"
        case .armLine: "arm-line"
        case .heartbeatLine: "heartbeat-line"
        case .bleedHoldLine: "bleed-hold-line"
        case .lampLine: "lamp-line"
        case .buzzerLine: "buzzer-line"
        case .triggerOutLine: "trigger-out-line"
        case .emergencyStopLine: "emergency-stop-line"
        case .patientStopLine: "patient-stop-line"
        case .interlockLine: "interlock-line"
        case .coilPresentLine: "coil-present-line"
        case .keySwitchLine: "key-switch-line"
        case .fireSenseLine: "fire-sense-line"
        case .triggerInLine: "trigger-in-line"
        case .enableSenseLine: "enable-sense-line"
        case .contactorSenseLine: "contactor-sense-line"
        case .bleedSenseLine: "bleed-sense-line"
        case .overvoltageLine: "overvoltage-line"
        case .adc: "adc"
        case .voltageDivider: "voltage-divider"
        case .reference: "reference"
        case .coilSensorA: "coil-sensor-a"
        case .coilSensorB: "coil-sensor-b"
        case .setPointDAC: "set-point-dac"
        case .bleedRelay: "bleed-relay"
        case .contactor: "contactor"
        case .chargePump: "charge-pump"
        case .charger: "charger"
        case .overvoltageComparator: "overvoltage-comparator"
        case .oneShot: "one-shot"
        case .thyristor: "thyristor"
        case .bus: "bus"
        case .mains: "mains"
        case .power: "power"
        case .watchdog: "watchdog"
        case .clock: "clock"
        case .safetyTask: "safety-task"
        case .guardianTask: "guardian-task"
        case .samplerTask: "sampler-task"
        case .consoleTask: "console-task"
        case .journalTask: "journal-task"
        case .safetyProcess: "safety-process"
        case .consoleProcess: "console-process"
        case .software: "software"
        case .disk: "disk"
        }
    }

    /// True for the parts that fail in the scheduler and not in the world (`software` fails in both).
    public var isScheduled: Bool { rawValue >= FaultComponent.clock.rawValue }
}
