import StimulatorCore

/// The one table of commands: help, completion and the remedies of refusals read it.
extension CommandName {
    var entry: CommandEntry {
        switch self {
        case .help, .status, .selftest, .limits, .posture, .faults, .watch, .journal, .mode, .renew: lookingEntry
        case .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired: patternEntry
        case .arm, .disarm, .stop, .set, .check, .start, .abort, .clear, .operate, .inject: actingEntry
        }
    }

    private var lookingEntry: CommandEntry {
        switch self {
        case .status:
            CommandEntry("status", "status", "shows the board as it is now", example: "status")
        case .selftest:
            CommandEntry("selftest", "selftest", "runs the self-test again", example: "selftest")
        case .limits:
            CommandEntry("limits", "limits", "shows this board's limits and the ceilings in code", example: "limits")
        case .posture:
            CommandEntry(
                "posture", "posture", "shows what the machine gives to the board, and what it does not",
                details: "On a real board anything that is missing blocks arming.", example: "posture")
        case .faults:
            CommandEntry(
                "faults", "faults", "shows the trips that hold, what they do and what ends them", example: "faults")
        case .watch:
            CommandEntry(
                "watch", "watch [on|off]", "keeps showing the status",
                details: """
                    On a terminal the screen is redrawn and any key ends it; otherwise one line a second \
                    until `watch off`.
                    """,
                example: "watch")
        case .journal:
            CommandEntry(
                "journal", "journal [COUNT]", "shows the newest records of the journal (10)", example: "journal 20")
        case .mode:
            CommandEntry(
                "mode", "mode human|json", "chooses text for people or one JSON object a line",
                details: """
                    In json every command line has one reply, and no echo or prompt is written. While a \
                    pattern runs, the states of the single pulses are not told: the pulse event tells \
                    the same.
                    """,
                example: "mode json")
        case .renew:
            CommandEntry(
                "renew", "renew", "keeps the board armed: for programs",
                details: """
                    The board stays armed for 1 s after the last renewal. The shell renews by itself \
                    while a byte came within 60 s or a pattern runs; on a serial line without carrier, \
                    which does not show that nobody is there any more, a pattern does not count. A \
                    program that sends `renew` takes that over: from then on it must send it at least \
                    once a second, until `mode` is given or the line goes down.
                    """,
                example: "renew")
        default:
            CommandEntry("help", "help [COMMAND]", "lists the commands, or explains one", example: "help train")
        }
    }

    private var patternEntry: CommandEntry {
        switch self {
        case .train:
            CommandEntry(
                "train", "train RATE COUNT [x REPEATS every TIME]", "gives a train of pulses, once or repeated",
                details: "TIME is from the start of one train to the start of the next.",
                example: "train 10Hz 50 x 4 every 10s")
        case .theta:
            CommandEntry(
                "theta", "theta BURSTS [x TRAINS]", "gives bursts of 3 pulses 20 ms apart, every 200 ms",
                details: "Repeated trains begin every 10 s.", example: "theta 10 x 20")
        case .itbs:
            CommandEntry(
                "itbs", "itbs [TRAINS]", "gives intermittent theta burst: 10 bursts every 10 s (20 trains)",
                example: "itbs 20")
        case .ctbs:
            CommandEntry(
                "ctbs", "ctbs [BURSTS]", "gives continuous theta burst: bursts without a pause (200 bursts)",
                example: "ctbs 100")
        case .qps:
            CommandEntry(
                "qps", "qps INTERVAL [BURSTS]", "gives bursts of 4 pulses, INTERVAL apart, every 5 s (360 bursts)",
                example: "qps 50ms 12")
        case .paired:
            CommandEntry(
                "paired", "paired INTERVAL [x REPEATS every TIME]", "gives two pulses, INTERVAL apart",
                example: "paired 100ms x 10 every 5s")
        default:
            CommandEntry("pulse", "pulse", "gives one pulse", example: "pulse")
        }
    }

    private var actingEntry: CommandEntry {
        switch self {
        case .arm:
            CommandEntry(
                "arm", "arm", "checks the board for a second, then charges and holds",
                details: "Wants the key on and no trip. The intensity is 30 % until `set intensity` changes it.",
                example: "arm")
        case .disarm:
            CommandEntry("disarm", "disarm", "ends everything and discharges", example: "disarm")
        case .set:
            CommandEntry(
                "set", "set intensity INTENSITY", "sets the intensity, per cent of maximum output",
                details: "0.1% to 100%; also per mille. While armed the capacitor follows at once.",
                example: "set intensity 60%")
        case .check:
            CommandEntry(
                "check", "check [PATTERN]", "says whether a pattern would be admitted; nothing moves",
                details: "PATTERN is a pattern command with its values. An admitted pattern is kept for `start`.",
                example: "check train 10Hz 50")
        case .start:
            CommandEntry(
                "start", "start", "gives the pattern that was last set, at the present intensity", example: "start")
        case .abort:
            CommandEntry(
                "abort", "abort", "ends the running pattern and stays armed; Ctrl-C does the same", example: "abort")
        case .clear:
            CommandEntry(
                "clear", "clear [TRIP]", "acknowledges a trip, or all",
                details: "Faults want the key switch turned off and on within the last 10 s.",
                example: "clear emergencyStop")
        case .operate:
            CommandEntry(
                "operate", "operate INPUT on|off", "moves a hand on the simulated board",
                example: "operate key on")
        case .inject:
            CommandEntry(
                "inject", "inject COMPONENT MODE [for TIME]", "makes a part of the simulated board fail",
                example: "inject coil-sensor-a stuck for 2s")
        default:
            CommandEntry(
                "stop", "stop", "stops everything at once, from any state",
                details: "Ctrl-X (byte 0x18) does the same from anywhere, also in the middle of a line.",
                example: "stop")
        }
    }
}
