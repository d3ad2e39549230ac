"""How late a thread wakes in the virtual machine: a C loop, cyclictest and the firmware."""

import glob
import os
import re
import subprocess
import time

from bench import Bench
from testing import OUTPUTS, test

WAKES = 5_000
STAMP = re.compile(r" (\d+\.\d+): gpio_value:")


@test
def wake_ups():
    """A C loop and cyclictest, each alone on the machine, and the ticks of an armed firmware."""
    tools = os.environ["BOARD_TOOLS"]
    words = subprocess.run([tools + "/wake", str(WAKES)], capture_output=True, check=True).stdout.split()
    loop = [int(word) / 1000 for word in words]
    command = ["cyclictest", "-m", "-q", "-t1", "-p80", "-i1000", f"-l{WAKES}", "-h400"]
    report = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    counts = [line.split() for line in report.splitlines() if line[:1].isdigit()]
    cyclic = [percentile(counts, part) for part in (0.5, 0.99, 0.999, 1)]
    with Bench() as bench:
        bench.to_ready()
        ticks = drivings("charge", 2)
    beats = sorted(at % 1_000_000 for at in ticks)
    # A tick's wake-up shows in the moment at which it drives its outputs: the least of them is the way there.
    after = [(beats[min(len(beats) - 1, int(len(beats) * part))] - beats[0]) / 1000 for part in (0.5, 0.99, 0.999, 1)]
    return (
        "p50/p99/p99.9/worst in us: C loop " + "/".join(f"{value:.1f}" for value in loop)
        + ", cyclictest " + "/".join(f"{value}" for value in cyclic)
        + f"; armed, with the plant beside it, {len(ticks)} ticks of the firmware drive their outputs "
        + "/".join(f"{value:.1f}" for value in after) + " later than the earliest")


def drivings(line, seconds):
    """When the firmware drives a line, for some seconds: CLOCK_MONOTONIC, stamped by the kernel's tracepoint."""
    trace, event = "/sys/kernel/tracing/", "/sys/kernel/tracing/events/gpio/gpio_value/"
    with open(glob.glob("/sys/devices/platform/gpio-sim.0/gpio/gpiochip*/base")[0]) as base:
        gpio = int(base.read()) + OUTPUTS.index(line)
    only = f"get == 0 && gpio == {gpio}"
    for path, text in ((trace + "trace_clock", "mono"), (event + "filter", only), (event + "enable", "1")):
        with open(path, "w") as file:
            file.write(text)
    time.sleep(seconds)
    with open(event + "enable", "w") as file:
        file.write("0")
    with open(trace + "trace") as file:
        return [int(float(found[1]) * 1e9) for found in map(STAMP.search, file) if found]


def percentile(counts, part):
    """Of a histogram of (microseconds, count)."""
    wanted, seen = part * sum(int(count) for _, count in counts), 0
    for value, count in counts:
        seen += int(count)
        if seen >= wanted:
            return int(value)
    return None
