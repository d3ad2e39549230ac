"""Tests in the virtual machine: lines, watchdog, disk and serial line that somebody else takes, and the watchdog's reset."""

import contextlib
import errno
import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
import tty

from bench import NEAR, RUN, Bench, Failed, Firmware, now
from testing import OUTPUTS, PUMP, check, test, timed

# --- What is taken by somebody else ---


@test
def line_taken():
    """A line that another program has: the firmware says so and ends, and drives nothing."""
    with Bench(starts=False) as bench:
        holder = subprocess.Popen([sys.executable, __file__, "fire"], stdout=subprocess.PIPE)
        holder.stdout.readline()
        firmware = bench.firmware = Firmware()
        begun = now()
        firmware.process.wait(10)
        holder.kill()
        holder.wait()
        complaint = firmware.complaint()
        check(firmware.process.returncode not in (0, None), "stimd did not end")
        check("taken" in complaint, f"stimd said {complaint!r}")
        bench.plant.look()
        check(bench.plant.state.get("enable", "0") == "0", "ENABLE came up")
        return f"ended with {firmware.process.returncode} after {(now() - begun) / 1e6:.0f} ms: {complaint}"


@test
def watchdog_taken():
    """Without its watchdog the board can be looked at and not armed."""
    with owned_watchdog():
        with Bench() as bench:
            bench.firmware.expect("state: faulted", 30)
            bench.plant.tell("hand key on")
            bench.firmware.say("arm")
            bench.firmware.expect("watchdog", 5)
            time.sleep(1.5)
            bench.plant.look()
            check(bench.plant.state.get("charged", "0") == "0", "the capacitor was charged")
            bench.firmware.say("status")
            bench.firmware.expect("watchdogFailed", 5)
            bench.firmware.expect("journal ", 5)
            return "watchdogFailed: arming refused, the status stays readable"


@contextlib.contextmanager
def owned_watchdog():
    """Another program has the watchdog and pets it."""
    watchdog = os.open("/dev/watchdog", os.O_WRONLY)
    over = threading.Event()

    def pet():
        while not over.wait(1):
            os.write(watchdog, b"p")

    petting = threading.Thread(target=pet)
    petting.start()
    try:
        yield
    finally:
        over.set()
        petting.join()
        os.write(watchdog, b"V")
        os.close(watchdog)


def hold_line(name):
    """Requests a line through the kernel's interface and keeps it."""
    chip = os.open("/dev/gpiochip0", os.O_RDWR)
    # struct gpiohandle_request: 64 offsets, flags, 64 defaults, label, count, descriptor.
    request = bytearray(64 * 4 + 4 + 64 + 32 + 4 + 4)
    request[0:4] = OUTPUTS.index(name).to_bytes(4, "little")
    request[256:260] = (1).to_bytes(4, "little")
    request[324:330] = b"holder"
    request[356:360] = (1).to_bytes(4, "little")
    fcntl.ioctl(chip, 0xC16CB403, request)
    print("held", flush=True)
    time.sleep(1_000)


# --- The journal's disk, the line ---


@test
def disk_full():
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "small", RUN + "/journal"], check=True)
    try:
        with Bench() as bench:
            bench.to_ready()
            fill(RUN + "/journal/rest")
            fault = now()
            bench.firmware.say("train 10Hz 100")
            result = timed(bench, fault, 3_000)
            bench.firmware.say("faults")
            bench.firmware.expect("journalFailed", 5)
            return f"journalFailed; {result}"
    finally:
        subprocess.run(["umount", "-l", RUN + "/journal"], check=True)


def fill(path):
    """Writes until the disk is full."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, bytes(4096))
    except OSError as error:
        check(error.errno == errno.ENOSPC, f"{path}: {error}")
    finally:
        os.close(file)


TIOCVHANGUP = 0x5437


@test
def line_hung_up():
    with Bench() as bench:
        bench.to_ready()
        near = os.open(NEAR, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fault = now()
        fcntl.ioctl(near, TIOCVHANGUP)
        os.close(near)
        return timed(bench, fault, 100)


def breaks():
    """Breaks that the kernel has seen on the firmware's serial line."""
    with open("/proc/tty/driver/serial") as file:
        line = next(line for line in file if line.startswith("1:"))
    found = re.search(r"brk:(\d+)", line)
    return int(found[1]) if found else 0


@test
def line_breaks():
    """A break on the line of an armed board; the line stays, and answers whoever comes next."""
    with Bench() as bench:
        bench.to_ready()
        seen = breaks()
        monitor = os.open("/dev/ttyS3", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(monitor)
        # What the line echoed to the monitor before it was raw is a command that fails.
        os.write(monitor, b"\rchardev-send-break near\r")
        # The emulator does it when it comes to it: the break is not earlier than the last look that did not see it.
        begun = fault = now()
        while breaks() == seen:
            check(fault - begun < 10_000_000_000, "no break was seen")
            time.sleep(0.0005)
            fault = now()
        os.close(monitor)
        result = timed(bench, fault, 100)
        bench.answers_anew()
        return result + "; the line answers"


# --- The watchdog ---


@test
def watchdog_resets():
    """Every process of the firmware is stopped while the board is armed: nobody pets the watchdog. Never returns."""
    bench = Bench()
    bench.to_ready()
    safety, console = bench.firmware.children()
    fault = now()
    for process in (bench.firmware.process.pid, console, safety):
        os.kill(process, signal.SIGSTOP)
    lines, empty = bench.safe_after(fault)
    check(lines <= PUMP + 5, f"lines safe only after {lines:.1f} ms")
    safe = f"lines safe after {lines:.1f} ms, below 60 V after {empty / 1000:.2f} s"
    print(f"every process stopped while armed: {safe}", flush=True)
    for second in range(1, 60):
        time.sleep(max(0, (fault + second * 1_000_000_000 - now()) / 1e9))
        print(f"{second} s", flush=True)
    raise Failed("no reset within a minute")


if __name__ == "__main__":
    hold_line(sys.argv[1])
