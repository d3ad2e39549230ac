"""What the firmware does on a real kernel, in the virtual machine: a train, and what ends it. Runs in the guest; one line a test.

    drills.py NAME...      the tests named, in this order; the exit status is 1 when one failed
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

from bench import BUILT, FAR, NEAR, RUN, Bench, Failed, Firmware, now

TESTS = {}
# The board's words: the heartbeat's charge pump holds ENABLE for 50 ms after the last edge, and the board is below 60 V in 5 s.
PUMP, DISCHARGE = 50, 5_000


def test(function):
    TESTS[function.__name__.replace("_", "-")] = function
    return function


def check(truth, text):
    if not truth:
        raise Failed(text)


def timed(bench, fault, within, discharge=DISCHARGE):
    """The line of a drill: from the fault to safe lines, `within` milliseconds at most, and to below 60 V."""
    lines, empty = bench.safe_after(fault)
    check(lines <= within, f"lines safe only after {lines:.1f} ms, {within} ms allowed")
    check(empty <= within + discharge, f"below 60 V only after {empty:.0f} ms")
    late = [at for at, _ in bench.plant.pulses(fault + int(lines * 1e6) + 1)]
    check(not late, f"{len(late)} pulses after the lines were safe")
    return f"lines safe after {lines:.1f} ms (at most {within}), below 60 V after {empty / 1000:.2f} s"


# --- The train ---


@test
def train():
    """Self-test, arm, charge, ten pulses, discharge, over the serial line; the journal read back."""
    with Bench() as bench:
        bench.to_ready()
        bench.firmware.say("train 10Hz 10")
        bench.firmware.expect("pattern complete: 10 of 10 delivered", 20)
        bench.firmware.say("disarm")
        bench.firmware.expect("state: safe", 10)
        pulses = bench.plant.pulses()
        check(len(pulses) == 10, f"{len(pulses)} pulses went through the coil")
        late = [abs(at - pulses[0][0] - 100_000_000 * number) for number, (at, _) in enumerate(pulses)]
        check(max(late) <= 200_000, f"a pulse was {max(late) / 1000:.0f} us off")
        volts = [level / 1000 for _, level in pulses]
        check(all(abs(level - 990) <= 990 * 0.03 + 2 for level in volts), f"pulses at {volts} V")
        found = prove_journal(bench)
        return f"10 pulses, at most {max(late) / 1000:.1f} us off the schedule, {min(volts):.1f} ... {max(volts):.1f} V; {found}"


def prove_journal(bench):
    """The journal's file is whole, and its head is the one that `status` shows."""
    for _ in range(5):
        bench.firmware.say("status")
        bench.firmware.expect("journal    writable, head ")
        head = bench.firmware.expect("\n").strip()
        found = verify()
        if head in found:
            return found
        time.sleep(0.3)
    raise Failed(f"the status says head {head}, the journal's file: {found}")


def verify():
    result = subprocess.run([BUILT + "/stim", "log", "verify", RUN + "/journal/log"], capture_output=True, text=True)
    check(result.returncode == 0, "stim log verify: " + result.stdout + result.stderr)
    return " ".join(result.stdout.split())


# --- Processes killed and stopped ---


def struck(which, number, within):
    with Bench() as bench:
        bench.to_ready()
        bench.firmware.say("train 10Hz 100")
        bench.firmware.expect("started")
        time.sleep(0.55)
        safety, console = bench.firmware.children()
        fault = now()
        os.kill({"safety": safety, "console": console, "parent": bench.firmware.process.pid}[which], number)
        return timed(bench, fault, within)


# The heartbeat ends with the process: the charge pump is all that is left. A lease is 1 s.
@test
def safety_killed():
    return struck("safety", signal.SIGKILL, PUMP + 5)


@test
def safety_stopped():
    return struck("safety", signal.SIGSTOP, PUMP + 5)


@test
def console_killed():
    return struck("console", signal.SIGKILL, 1_100)


@test
def console_stopped():
    return struck("console", signal.SIGSTOP, 1_100)


@test
def parent_killed():
    return struck("parent", signal.SIGKILL, PUMP + 10)


# --- One task alone ---

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207


def threads(pid, priority):
    """The threads of a process that run at a SCHED_FIFO priority."""
    found = []
    for thread in map(int, os.listdir(f"/proc/{pid}/task")):
        if os.sched_getparam(thread).sched_priority == priority:
            found.append(thread)
    return found


def task_stopped(priority, within):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    with Bench() as bench:
        bench.to_ready()
        safety, _ = bench.firmware.children()
        (thread,) = threads(safety, priority)
        check(libc.ptrace(PTRACE_SEIZE, thread, None, None) == 0, "the thread cannot be seized")
        fault = now()
        check(libc.ptrace(PTRACE_INTERRUPT, thread, None, None) == 0, "the thread cannot be stopped")
        return timed(bench, fault, within)


# The guardian takes ARM and the heartbeat away from a tick that is 7 ms old; nobody needs a guardian to fall safe.
@test
def safety_task_stopped():
    return task_stopped(80, 20)


@test
def guardian_task_stopped():
    return task_stopped(90, PUMP + 5)


@test
def sampler_task_stopped():
    return task_stopped(70, 40)


# --- The bus and its parts ---


def ailing(command, within, trip):
    with Bench() as bench:
        bench.to_ready()
        fault = bench.plant.tell(command)
        result = timed(bench, fault, within)
        bench.firmware.say("faults")
        bench.firmware.expect(trip, 5)
        return f"{trip}; {result}"


@test
def bus_gone():
    return ailing("bus gone", 40, "voltageStale")


@test
def bus_wedged():
    return ailing("fault bus wedged", 40, "voltageStale")


@test
def bus_hangs():
    """A driver that never returns: the sampler alone is blocked."""
    return ailing("bus held", 40, "voltageStale")


@test
def converter_silent():
    return ailing("fault adc off", 40, "voltageStale")


@test
def coil_sensor_silent():
    return ailing("fault coil-sensor-a off", 400, "coilTemperatureStale")


@test
def emergency_stop():
    return ailing("hand emergency-stop on", 20, "emergencyStop")


# --- What is taken by somebody else ---


@test
def line_taken():
    """A line that another program has: the firmware says so and ends, and drives nothing."""
    with Bench(starts=False) as bench:
        holder = subprocess.Popen([sys.executable, __file__, "--hold-line", "fire"], stdout=subprocess.PIPE)
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
    print(f"firmware stopped while armed: lines safe after {lines:.1f} ms, below 60 V after {empty / 1000:.2f} s", flush=True)
    for second in range(1, 60):
        time.sleep(max(0, (fault + second * 1_000_000_000 - now()) / 1e9))
        print(f"{second} s", flush=True)
    raise Failed("no reset within a minute")


# --- How late a thread wakes ---

WAKES = 5_000


@test
def wake_ups():
    """A C loop and cyclictest, each alone on a machine with nothing else to do, and the firmware's own ticks during a train."""
    tools = os.environ["BOARD_TOOLS"]
    loop = [int(word) / 1000 for word in subprocess.run([tools + "/wake", str(WAKES)], capture_output=True, check=True).stdout.split()]
    command = ["cyclictest", "-m", "-q", "-t1", "-p80", "-i1000", f"-l{WAKES}", "-h400"]
    report = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    counts = [line.split() for line in report.splitlines() if line[:1].isdigit()]
    cyclic = [percentile(counts, part) for part in (0.5, 0.99, 0.999, 1)]
    with Bench() as bench:
        bench.to_ready()
        bench.firmware.say("train 10Hz 10")
        bench.firmware.expect("pattern complete: 10 of 10 delivered", 20)
        bench.firmware.say("status")
        bench.firmware.expect("ticks ")
        ticks = bench.firmware.expect("\n").strip()
    return (
        "p50/p99/p99.9/worst in us: C loop " + "/".join(f"{value:.1f}" for value in loop)
        + ", cyclictest " + "/".join(f"{value}" for value in cyclic) + f"; the firmware, with the plant beside it: {ticks}")


def percentile(counts, part):
    """Of a histogram of (microseconds, count)."""
    wanted, seen = part * sum(int(count) for _, count in counts), 0
    for value, count in counts:
        seen += int(count)
        if seen >= wanted:
            return int(value)
    return None


def hold_line(name):
    """Requests a line through the kernel's interface and keeps it."""
    chip = os.open("/dev/gpiochip0", os.O_RDWR)
    # struct gpiohandle_request: 64 offsets, flags, 64 defaults, label, count, descriptor.
    request = bytearray(64 * 4 + 4 + 64 + 32 + 4 + 4)
    names = "charge fire arm heartbeat bleedHold".split()
    request[0:4] = names.index(name).to_bytes(4, "little")
    request[256:260] = (1).to_bytes(4, "little")
    request[324:330] = b"holder"
    request[356:360] = (1).to_bytes(4, "little")
    fcntl.ioctl(chip, 0xC16CB403, request)
    print("held", flush=True)
    time.sleep(1_000)


def warm_up():
    """Starts every program once: while the machine waits for its files, which are the host's, its idle time is skipped and seconds pass."""
    for program in (BUILT + "/stimd", BUILT + "/plant", BUILT + "/stim"):
        subprocess.run([program, "--help"], stdin=subprocess.DEVNULL, capture_output=True)


def main():
    if sys.argv[1:2] == ["--hold-line"]:
        return hold_line(sys.argv[2])
    warm_up()
    failed = 0
    for name in sys.argv[1:]:
        begun = now()
        try:
            result = TESTS[name]()
            word = "passed"
        except (Failed, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            result, word = error if isinstance(error, Failed) else repr(error), "FAILED"
            failed += 1
        print(f"{name:<22} {word}  {result}  [{(now() - begun) / 1e9:.1f} s of the machine's time]", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
