"""How well the machine's time is used: edges beside a C loop and cyclictest, reads of the bus, commands to FIRE."""

import contextlib
import glob
import re
import subprocess

from bench import BUILT, FAR, RUN, Bench, Failed
from testing import OUTPUTS, check, test


def measured(*arguments):
    """What `stim bench` says, its lines; fails when a goal is not met."""
    result = subprocess.run([BUILT + "/stim", "bench", *arguments], capture_output=True, text=True)
    said = result.stdout.strip()
    check(result.returncode == 0, f"stim bench {arguments[0]}: {said} {result.stderr.strip()}")
    if "NOT met" in said:
        raise Failed("a goal is not met:\n" + said)
    return "\n    " + said.replace("\n", "\n    ")


@test
def edges():
    """The firmware's way of waiting beside plain C's and cyclictest's, alone and with a load: ten thousand edges, since with fewer the
    median is the luck of where the turns of the two loops fall."""
    options = ("edges", "--count", "10000", "--turns", "2")
    return measured(*options) + measured(*options, "--load")


@test
def bus_reads():
    """Reads of the converter through the served bus."""
    with Bench() as bench:
        bench.firmware.end()
        bench.firmware = None
        return measured("i2c", "--bus", "/dev/i2c-7", "--count", "500")


@test
def command_to_fire():
    """Single pulses, asked for over the serial line."""
    with Bench() as bench:
        bench.to_safe()
        bench.plant.tell("hand key on")
        return measured("console", "--line", FAR, "--edges", RUN + "/plant.log", "--count", "8")


TRACING = "/sys/kernel/tracing/"
SWITCH = re.compile(r" (\d+\.\d+): sched_switch: prev_comm=(.*) prev_pid=.* next_comm=(.*) next_pid=")
DRIVEN = re.compile(r" (\d+\.\d+): gpio_value: (\d+) set 1")


@contextlib.contextmanager
def traced(lines):
    """Traces who has the CPU, and which of the chip's lines go up; the lines of the trace are added when it is over."""
    def put(path, text):
        with open(TRACING + path, "w") as file:
            file.write(text)

    put("trace_clock", "mono")
    put("buffer_size_kb", "60000")
    put("trace", "")
    events = ("events/sched/sched_switch/enable", "events/gpio/gpio_value/enable")
    for event in events:
        put(event, "1")
    try:
        yield
    finally:
        for event in events:
            put(event, "0")
        with open(TRACING + "trace") as file:
            lines += file.readlines()


@test
def late_edges():
    """A train, traced: whoever had the CPU while an edge of FIRE was late is named."""
    with open(glob.glob("/sys/devices/platform/gpio-sim.0/gpio/gpiochip*/base")[0]) as base:
        fire = int(base.read()) + OUTPUTS.index("fire")
    lines, pulses = [], 40
    with Bench() as bench:
        bench.to_ready(30)
        with traced(lines):
            bench.firmware.say(f"train 10Hz {pulses}")
            bench.firmware.expect(f"pattern complete: {pulses} of {pulses} delivered", 20)
    switches = [(float(found[1]) * 1e6, found[2], found[3]) for found in map(SWITCH.search, lines) if found]
    edges = [float(found[1]) * 1e6 for found in map(DRIVEN.search, lines) if found and int(found[2]) == fire]
    check(len(edges) == pulses, f"{len(edges)} edges of FIRE in the trace")
    # The schedule is the earliest that fits: no edge is early.
    begun = min(at - 100_000 * number for number, at in enumerate(edges))
    found = []
    for number, at in enumerate(edges):
        due = begun + 100_000 * number
        if at - due > 5:
            found.append(f"\n    pulse {number}: {at - due:.0f} us late; " + who_ran(switches, due - 300, at))
    return f"{pulses} edges, {len(found)} more than 5 us late" + "".join(found)


def who_ran(switches, begin, end):
    """Which threads had the CPU for how long, in microseconds."""
    ran, since, who = {}, begin, None
    for at, before, after in switches:
        if at > end:
            break
        if at >= begin:
            ran[before] = ran.get(before, 0) + at - since
            since = at
        who = after
    ran[who] = ran.get(who, 0) + end - since
    return "in the 300 us before and then: " + ", ".join(f"{name} {time:.0f} us" for name, time in ran.items())
