import StimulatorCore

/// The one table of commands: help, completion and the remedies of refusals read it.
extension CommandName {
    var entry: CommandEntry {
        switch self {
        case .help, .status, .selftest, .limits, .posture, .faults, .watch, .journal, .mode, .renew: lookingEntry
        case .role, .control: controlEntry
        case .protocol, .override: protocolEntry
        case .session, .threshold, .note, .clock, .yes, .no, .subject: subjectEntry
        case .pulse, .train, .theta, .itbs, .ctbs, .qps, .paired: patternEntry
        case .arm, .disarm, .stop, .set, .check, .start, .abort, .clear, .operate, .inject, .update: actingEntry
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
                    the same. A line that is a SCPI message, or a request in JSON, turns the line to that \
                    by itself; `mode human` turns it back.
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

    private var controlEntry: CommandEntry {
        switch self {
        case .role:
            CommandEntry(
                "role", "role [observer|operator|engineer]", "says which role this channel has, or changes it",
                details: """
                    A higher role wants its PIN, on a line of its own that is not shown. An observer looks and stops. An \
                    operator takes control, arms and gives patterns. What only an engineer does: clear a lockout, because \
                    its cause is a broken part; and take control from somebody who uses it. After a wrong PIN the next try \
                    has to wait, longer each time.
                    """,
                example: "role engineer")
        default:
            CommandEntry(
                "control", "control [take|release]", "says who holds control, takes it, or gives it back",
                details: """
                    Only the channel that holds control moves the board; everyone may stop it. Control that is free goes \
                    to whoever asks for anything. From a holder that is idle or gone `control take` takes it, and from one \
                    that is active only for an engineer: the board disarms first. `control release` disarms, too.
                    """,
                example: "control take")
        }
    }

    private var protocolEntry: CommandEntry {
        self == .override
            ? CommandEntry(
                "override", "override REASON", "gives one pattern outside a guideline, with the reason on record",
                details: """
                    For exactly the pattern, intensity and subject that are set, once: `start` then gives it. What a guideline \
                    forbids altogether, and what the board cannot bear, no override allows.
                    """,
                example: "override ethics board 2024-17, 10 s trains")
            : CommandEntry(
                "protocol", "protocol list|show NAME|load NAME [at PART] [threshold OUTPUT] [seed N]",
                "lists, shows or sets a protocol of the library",
                details: """
                    `load` sets the pattern, and the intensity where the motor threshold is known: PART is per cent of it \
                    (`at 85%`), within the protocol's range. On a bench without a subject `threshold 45%` says what output \
                    stands for it. Then `check` and `start`. Steps take their order and pauses from the seed.
                    """,
                example: "protocol load itbs-600 threshold 40%")
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

    private var subjectEntry: CommandEntry {
        switch self {
        case .session:
            CommandEntry(
                "session", "session [show | start CODE [PROFILE] | end]",
                "says who the pulses are for, and what is left of the dose",
                details: """
                    CODE is never a name: letters, digits and hyphens, at most 16, with a digit. PROFILE is standard, \
                    accelerated or measurement: how much a session and a day may give. A session that was broken off goes \
                    on when its subject's next one is begun.
                    """,
                example: "session start P-01")
        case .threshold:
            CommandEntry(
                "threshold",
                """
                threshold [show | accept | stop] | threshold start METHOD [active] [from INTENSITY] \
                | threshold set INTENSITY method METHOD [active]
                """,
                "determines a motor threshold, or puts one on record",
                details: """
                    Methods to start: ifcn (10 of 20), pest (maximum likelihood), map (the same with the population known), \
                    stochastic. Each proposes an intensity; `pulse` gives the pulse, `yes` or `no` says whether the muscle \
                    answered. Methods to set: observation, emg.
                    """,
                example: "threshold start pest")
        case .note:
            CommandEntry(
                "note", "note TEXT | note side-effect TEXT | note pain 0..10",
                "puts a remark, a side effect or a pain rating on record",
                example: "note pain 3")
        case .clock:
            CommandEntry(
                "clock", "clock [show | set TIME]", "says what time it is, or sets it (UTC)",
                details: "Until it is set, the previous session counts as today's. A cool-down never counts it.",
                example: "clock set 2026-11-27T20:30")
        case .yes: CommandEntry("yes", "yes", "the muscle answered the last pulse", example: "yes")
        case .no: CommandEntry("no", "no", "the muscle did not answer the last pulse", example: "no")
        default:
            CommandEntry(
                "subject", "subject virtual SEED | subject none",
                "lays a virtual subject under the simulated coil: it answers pulses",
                example: "subject virtual 7")
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
        case .update:
            CommandEntry(
                "update", "update begin LENGTH|data OFFSET BASE64 CHECK|end|abort|status",
                "receives a signed update, which the next start takes",
                details: """
                    `stim update send` drives this. LENGTH and OFFSET are bytes, BASE64 is at most 168 of them, CHECK is \
                    their CRC-32 in hexadecimal. Each line is answered with what has been received; after a line that \
                    was lost or damaged go on from there. In state safe, with the key on. `update status` says what \
                    runs, which keys are known, and what waits.
                    """,
                example: "update status")
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
