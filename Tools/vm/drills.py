"""Tests in the virtual machine: a train, and what ends it: a process, a task, the bus, a part or a hand."""

import ctypes
import os
import signal
import subprocess
import time

from bench import BUILT, RUN, Bench, Failed, now
from testing import PUMP, check, test, timed

# --- The train ---


@test
def train():
    """Self-test, arm, charge, ten pulses, discharge, over the serial line; the journal read back."""
    return ten_pulses()


@test
def train_gpiod2():
    """The same with Debian 13's libgpiod 2.x: its headers when the firmware was built, its library now."""
    program = os.environ["BOARD_GPIOD2"]
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    library = next((line.strip() for line in linked.splitlines() if "libgpiod" in line), "no libgpiod")
    check("libgpiod.so.3 => " in library and "not found" not in library, library)
    return "libgpiod.so.3; " + ten_pulses(program=program)


def ten_pulses(**how):
    with Bench(**how) as bench:
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
        bench.firmware.process.terminate()
        check(bench.firmware.process.wait(10) == 0, "the orderly end of a discharged board is no success")
        worst = f"10 pulses, at most {max(late) / 1000:.1f} us off the schedule"
        return f"{worst}, {min(volts):.1f} ... {max(volts):.1f} V; {found}"


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


def struck(which, number, within, answers=False):
    """A process is sent a signal in the middle of a train; then there may be a new console that answers."""
    with Bench() as bench:
        bench.to_ready()
        bench.firmware.say("train 10Hz 100")
        bench.firmware.expect("started")
        time.sleep(0.55)
        safety, console = bench.firmware.children()
        fault = now()
        os.kill({"safety": safety, "console": console, "parent": bench.firmware.process.pid}[which], number)
        result = timed(bench, fault, within)
        if number == signal.SIGKILL and which != "console":
            ended = bench.firmware.process.wait(5)
            check(ended == (1 if which == "safety" else -number), f"stimd ended with {ended}")
            check(not any(os.path.exists(f"/proc/{child}/exe") for child in (safety, console)), "a child lives on")
            result += "; all have ended"
        if answers:
            bench.answers_anew()
            result += "; a new console answers"
        return result


# The heartbeat ends with the process: the charge pump is all that is left. A lease is 1 s.
@test
def safety_killed():
    return struck("safety", signal.SIGKILL, PUMP + 5)


@test
def safety_stopped():
    return struck("safety", signal.SIGSTOP, PUMP + 5)


@test
def console_killed():
    return struck("console", signal.SIGKILL, 1_100, answers=True)


@test
def console_stopped():
    return struck("console", signal.SIGSTOP, 1_100)


@test
def parent_killed():
    return struck("parent", signal.SIGKILL, PUMP + 10)


@test
def parent_stopped():
    """Whoever started the two processes is needed by neither: the train goes on."""
    with Bench() as bench:
        bench.to_ready()
        os.kill(bench.firmware.process.pid, signal.SIGSTOP)
        bench.firmware.say("train 10Hz 10")
        bench.firmware.expect("pattern complete: 10 of 10 delivered", 20)
        os.kill(bench.firmware.process.pid, signal.SIGCONT)
        return "the train went on: 10 of 10 delivered"


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
