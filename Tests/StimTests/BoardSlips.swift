/// The classes of mistakes in a board file, one slip each.
extension BoardCheckTests {
    static let forms = [
        Slip(
            "idle_seconds = 60 ", "idle_second = 60 ",
            "limits.idle_seconds: missing: a whole number, 1 ... 60",
            "limits.idle_second = 60: no key of [limits]; did you mean idle_seconds?"),
        Slip("pulses_per_session = 20_000", "", "limits.pulses_per_session: missing: a whole number, 1 ... 1000000"),
        Slip(
            "idle_seconds = 60 ", "idle_seconds = 60.0 ",
            "limits.idle_seconds: a number with a fraction, where a whole number belongs: a whole number, 1 ... 60"),
        Slip(
            "pulses_per_second = 50 ", "pulses_per_second = \"50\" ",
            "limits.pulses_per_second = \"50\": a string, where a whole number belongs: a whole number, 1 ... 100"),
        Slip(
            "lease_milliseconds = 1_000 ", "lease_milliseconds = true ",
            "limits.lease_milliseconds: a boolean, where a whole number belongs: a whole number, 1 ... 2000"),
        Slip(
            "rate_times_percent = 1_500 ", "rate_times_percent = [1] ",
            "limits.rate_times_percent: a list, where a whole number belongs: a whole number, 1 ... 1000000"),
        Slip(
            "ambient_millicelsius = 23_000", "ambient_millicelsius.now = 23_000",
            "coil.ambient_millicelsius: a table, where one value belongs: a whole number, -100000 ... 100000"),
        Slip("[coil]", "[coil]\ncolour = \"red\"", "coil.colour = \"red\": no key of [coil]"),
        Slip("[cpu]", "[cpus]", "[cpus]: no section of a board file; did you mean cpu?"),
        Slip(
            "name = \"rpi4\"", "name = \"a-raspberry-pi-4\"",
            "board.name = \"a-raspberry-pi-4\": not the board's name, 1 ... 15 plain characters"),
        Slip(
            "name = \"rpi4\"", "name = 4",
            "board.name = 4: a number, where a string belongs: the board's name, 1 ... 15 plain characters"),
        Slip(
            "wire_emulation = \"off\"", "wire_emulation = \"yes\"",
            "board.wire_emulation = \"yes\": not \"on\" or \"off\""),
        Slip(
            "wire_emulation = \"off\"", "wire_emulation = true",
            "board.wire_emulation: a boolean, where a string belongs: \"on\" or \"off\""),
        Slip("kind = \"linux\"", "kind = \"hurd\"", "board.kind = \"hurd\": not \"simulated\" or \"linux\""),
        Slip(
            "kind = \"linux\"", "kind = \"simulated\"",
            "[outputs]: a simulated board has no such section", "[inputs]: a simulated board has no such section",
            "[lines]: a simulated board has no such section",
            "[bus]: a simulated board has no such section", "[watchdog]: a simulated board has no such section",
            "[serial]: a simulated board has no such section", "[cpu]: a simulated board has no such section"),
        Slip(
            "voltage_age_milliseconds = 10 ", "voltage_age_milliseconds = ten ",
            "not TOML: Error while parsing boolean: expected 'true', saw 'te'"),
        Slip(
            "tick_lateness_milliseconds = 5", "tick_lateness_milliseconds = 5\ntick_lateness_milliseconds = 6",
            "not TOML: Error while parsing key-value pair: cannot redefine existing integer 'tick_lateness_milliseconds'"
        ),
    ]

    static let numbers = [
        Slip(
            "idle_seconds = 60 ", "idle_seconds = 61 ",
            "limits.idle_seconds = 61: above 60, the most; breaks the ceiling Ceiling.idle: 1 ... 60 work"),
        Slip(
            "coil_trip_millicelsius = 40_000", "coil_trip_millicelsius = 41_001",
            "limits.coil_trip_millicelsius = 41001: above 41000, the most; breaks the ceiling Ceiling.coilTemperature: -256000 ... 41000 work"
        ),
        Slip(
            "coil_warning_millicelsius = 37_000", "coil_warning_millicelsius = 40_001",
            "limits.coil_warning_millicelsius = 40001: above 40000, the most (coil_trip_millicelsius): -256000 ... 40000 work"
        ),
        Slip(
            "discharge_time_milliseconds = 5_000 ", "discharge_time_milliseconds = 4_000 ",
            "power_stage.discharge_time_milliseconds = 4000: below 4665, the least (what the bleed needs from 105 % of the maximum to 60 V with both parts at +5 %): 4665 ... 10000 work"
        ),
        Slip(
            "maximum_voltage_millivolts = 1_650_000 ", "maximum_voltage_millivolts = 1_900_000 ",
            "scales.adc_full_scale_millivolts = 2000000: below 2090000, the least (110 % of maximum_voltage_millivolts, which the converter must still see): 2090000 ... 4000000 work",
            "scales.dac_full_scale_millivolts = 1732500: below 1900000, the least (maximum_voltage_millivolts, which the converter must be able to ask for): 1900000 ... 2014000 work"
        ),
        Slip(
            "overvoltage_trip_per_mille = 1_050 ", "overvoltage_trip_per_mille = 1_819 ",
            "limits.overvoltage_trip_per_mille = 1819: above 1818, the most; breaks the ceiling Ceiling.overvoltage, 3000 V, in per mille of maximum_voltage_millivolts: 1 ... 1818 work"
        ),
        Slip(
            "charge_timeout_milliseconds = 1_000 ", "charge_timeout_milliseconds = 9223372036854775807 ",
            "limits.charge_timeout_milliseconds = 9223372036854775807: above 10000, the most; breaks the ceiling Ceiling.chargeTimeout: 1 ... 10000 work"
        ),
        Slip(
            "pulse_lateness_microseconds = 200 ", "pulse_lateness_microseconds = 0 ",
            "limits.pulse_lateness_microseconds = 0: below 1, the least: 1 ... 1000 work"),
        Slip(
            "dac_full_scale_millivolts = 1_732_500 ", "dac_full_scale_millivolts = 1_749_001 ",
            "scales.dac_full_scale_millivolts = 1749001: above 1749000, the most (106 % of maximum_voltage_millivolts, where the hardware comparator latches): 1650000 ... 1749000 work"
        ),
        Slip(
            "dac_address = 0x60 ", "dac_address = 0x48 ",
            "addresses.dac_address = 0x48: below 0x60, the least (an MCP4725's address): 0x60 ... 0x67 work"),
        Slip(
            "coil_sensor_a_address = 0x4A", "coil_sensor_a_address = 0x48",
            "addresses.coil_sensor_a_address = 0x48: the address of adc_address too, and each part on the bus has its own: 0x49, 0x4A are free"
        ),
    ]

    static let lines = [
        Slip(
            "fire = { line = \"fire\", gpio = 27,", "fire = { line = \"fire\", gpio = 4,",
            "outputs.fire.gpio = 4: fire is an energising output on a GPIO that may be high before any software runs: 9 ... 13 and 16 ... 27 are not",
            "inputs.overvoltageLatched.gpio = 4: fire and overvoltageLatched are on one GPIO: each has its own"),
        Slip(
            "lamp = { line = \"lamp\", gpio = 25, active = \"high\" }",
            "lamp = { line = \"\", gpio = 28, active = 1 }",
            "outputs.lamp.active = 1: a number, where a string belongs: \"high\" or \"low\"",
            "outputs.lamp.gpio = 28: lamp is on a GPIO that the header does not have: it has 0 ... 27",
            "outputs.lamp.line = \"\": not the line's name in the device tree, 1 ... 31 plain characters"),
        Slip(
            "charge = { line = \"charge\", gpio = 17,", "charge = { line = \"charge\", gpio = 8,",
            "outputs.charge.gpio = 8: charge is an energising output on a GPIO that may be high before any software runs: 9 ... 13 and 16 ... 27 are not"
        ),
        Slip(
            "heartbeat = { line = \"heartbeat\", gpio = 23,", "heartbeat = { line = \"heartbeat\", gpio = 14,",
            "outputs.heartbeat.gpio = 14: heartbeat is an energising output on a GPIO that may be high before any software runs: 9 ... 13 and 16 ... 27 are not"
        ),
        Slip(
            "gpio = 24, active = \"high\"", "gpio = 24, active = \"low\"",
            "outputs.bleedHold.active = \"low\": bleedHold must be active high, as every line: low is what a lost supply looks like"
        ),
        Slip(
            "line = \"fireSense\"", "line = \"interlock\"",
            "inputs.fireSense.line = \"interlock\": interlock and fireSense have one line name: each line is a signal's own"
        ),
        Slip(
            "line = \"keySwitch\", gpio = 21", "line = \"keySwitch\", gpio = 20",
            "inputs.keySwitch.gpio = 20: coilPresent and keySwitch are on one GPIO: each has its own"),
        Slip(
            "gpio = 16, active", "gpio = 28, active",
            "outputs.triggerOut.gpio = 28: triggerOut is on a GPIO that the header does not have: it has 0 ... 27"),
        Slip(
            "gpio = 18, active", "gpio = -1, active",
            "inputs.enableSense.gpio = -1: enableSense is on a GPIO that the header does not have: it has 0 ... 27"),
        Slip(
            "gpio = 25, active = \"high\"", "gpio = 25, active = \"bright\"",
            "outputs.lamp.active = \"bright\": not \"high\" or \"low\""),
        Slip(
            "fire = {", "fires = {",
            "outputs.fire: missing: every board has this line, such as { line = \"fire\", gpio = 17, active = \"high\" }",
            "outputs.fires: no key of [outputs]; did you mean fire?"),
        Slip(
            "line = \"arm\"", "line = \"a-name-of-thirty-two-characters-\"",
            "outputs.arm.line = \"a-name-of-thirty-two-characters-\": not the line's name in the device tree, 1 ... 31 plain characters"
        ),
        Slip(
            "path = \"/dev/i2c-1\"", "path = \"i2c-1\"",
            "bus.path = \"i2c-1\": the bus is not a path below /dev/, such as /dev/i2c-1"),
        Slip(
            "path = \"/dev/watchdog\"", "path = \"\"",
            "watchdog.path = \"\": not a device's path, such as \"/dev/watchdog0\""),
        Slip(
            "span_seconds = 15", "span_seconds = 60",
            "watchdog.span_seconds = 60: the watchdog's span is not 1 ... 15 s"),
        Slip(
            "path = \"/dev/ttyAMA0\"", "path = \"ttyAMA0\"",
            "serial[0].path = \"ttyAMA0\": the serial device is not a path below /dev/, such as /dev/serial0; a board has one or two"
        ),
        Slip(
            "baud = 115_200", "baud = 115_000",
            "serial[0].baud = 115000: a baud rate that serial lines do not have: 9600 19200 38400 57600 115200 230400 460800 500000 576000 921600 1000000 are"
        ),
        Slip(
            "after_exit = \"released\"", "after_exit = \"off\"",
            "lines.after_exit = \"off\": what lines do when the program ends is not \"kept\", \"released\" or, where the kernel does not say, \"untold\""
        ),
        Slip(
            "isolated = 3", "isolated = 0",
            "cpu.isolated = 0: the isolated CPU is not 1 ... 63: leave it out for none, CPU 0 serves the rest of the system"
        ),
    ]
}
