"""Drills on the real program: `stimd` in its two processes, with plant.c preloaded in the place of GPIO, I2C and watchdog.

    drills.py STIMD PLANT_SO STIM       prints one line a drill, with the time from the fault to dead lines; status 1 when one fails

Needs root: real-time priorities and another user for the console. The times are this machine's: what is asked of them is no more than
the lease and the discharge need.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from socket_drills import sockets

CHARGE, FIRE, ARM = 1, 2, 4
LEASE = 1.0  # seconds
SLACK = 0.4  # a busy host


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


class Bench:
    """One running stimd with its console on a pseudo-terminal, a local socket and a TCP port."""

    check = staticmethod(check)

    def __init__(self, stimd, plant, folder):
        self.log = os.path.join(folder, "log")
        self.hands = os.path.join(folder, "key")
        self.journal = os.path.join(folder, "journal")
        self.socket = os.path.join(folder, "socket")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for name in ("log", "journal", "latches"):
            if os.path.exists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        if os.path.exists(self.hands):
            os.remove(self.hands)
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        environment = dict(os.environ, LD_PRELOAD=plant, PLANT_LOG=self.log, PLANT_HANDS=self.hands, PLANT_REALTIME="1")
        self.process = subprocess.Popen(
            [stimd, "--board", os.path.join(folder, "board.bin"), "--journal", self.journal, "--latches", os.path.join(folder, "latches"),
             "--tty", os.ttyname(slave), "--socket", self.socket, "--tcp", str(self.port)],
            env=environment, stderr=subprocess.PIPE)
        self.slave = slave
        self.text = ""
        self.wait("self-test passed", 12)
        self.say("mode json")
        self.wait('"mode":"json"', 3)

    def read(self):
        try:
            self.text += os.read(self.master, 65536).decode(errors="replace")
        except (BlockingIOError, OSError):
            pass

    def wait(self, what, seconds):
        end = time.monotonic() + seconds
        while what not in self.text:
            check(time.monotonic() < end, f"no {what!r} within {seconds} s after: {self.text[-300:]!r}")
            time.sleep(0.005)
            self.read()
        self.text = self.text[self.text.index(what) + len(what):]

    def say(self, line):
        os.write(self.master, line.encode() + b"\n")

    def ready(self):
        open(self.hands, "w").close()
        time.sleep(0.1)
        self.say("set intensity 30%")
        self.say("arm")
        self.wait('"state":"ready"', 8)

    def children(self):
        """The safety process and the console's, in this order: the console is another user's."""
        found = {}
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            for pid in map(int, file.read().split()):
                found[status(pid, "Uid").split()[0] != "0"] = pid
        return found.get(False), found.get(True)

    def changes(self):
        """Every change of the outputs: seconds, levels, volts."""
        with open(self.log) as file:
            rows = [line.split() for line in file]
        return [(int(row[0]) / 1e9, int(row[1]), int(row[2])) for row in rows if len(row) == 3]

    def fires(self):
        rows = self.changes()
        return sum(1 for old, new in zip(rows, rows[1:]) if new[1] & ~old[1] & FIRE)

    def dead_after(self, since, limit):
        """Waits, on a board that was armed, until charge, fire and arm are low and stay so for 100 ms; seconds since `since`."""
        end = since + limit
        held = [row for row in self.changes() if row[0] < since]
        check(held and held[-1][1] & 16, "the board was no longer armed when the fault came")
        while time.monotonic() < end + 0.1:
            rows = self.changes()
            if rows and not rows[-1][1] & (CHARGE | FIRE | ARM | 16) and time.monotonic() - rows[-1][0] > 0.1:
                return max(0.0, rows[-1][0] - since)
            time.sleep(0.01)
        raise Failed(f"outputs still up {limit} s later: {self.changes()[-3:]}")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        os.close(self.master)
        os.close(self.slave)


def status(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return re.search(rf"^{name}:[ \t]*(.*)$", file.read(), re.M).group(1)


def shared_pages(pid):
    """The shared pages of a process: name, address, access."""
    pages = {}
    with open(f"/proc/{pid}/maps") as file:
        for line in file:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) .*memfd:pulsekeeper-(\w+)", line)
            if found:
                pages.setdefault(found.group(4), (int(found.group(1), 16), int(found.group(2), 16), found.group(3)))
    return pages


def train(bench, stim):
    bench.ready()
    bench.say("train 10Hz 10")
    bench.wait('"outcome":"complete"', 6)
    bench.say("disarm")
    bench.wait('"state":"safe"', 8)
    check(bench.fires() == 10, f"{bench.fires()} edges of FIRE")
    bench.process.terminate()
    check(bench.process.wait(30) == 0, "an orderly end of a discharged board is no success")
    subprocess.run([stim, "log", "verify", bench.journal], check=True, stdout=subprocess.DEVNULL)
    return "10 pulses given, journal whole, end with status 0"


def cage(bench, _):
    safety, console = bench.children()
    check(status(console, "Uid").split() == ["65534"] * 4, "user of the console")
    check(status(console, "Groups").split() == [], "groups of the console")
    check(status(console, "CapEff") == "0" * 16, "capabilities of the console")
    check(status(console, "NoNewPrivs") == "1" and status(console, "Seccomp") == "2", "no filter")
    opened = sorted(os.readlink(f"/proc/{console}/fd/{fd}") for fd in os.listdir(f"/proc/{console}/fd") if int(fd) > 2)
    listening = [name for name in opened if name.startswith("socket:")]
    others = [name for name in opened if name not in listening]
    check(len(listening) == 2, f"sockets of the console: {listening}")
    check(others == sorted([bench.journal, os.ttyname(bench.slave)]), f"open in the console: {opened}")
    pages = shared_pages(console)
    check(pages["console"][2] == "rw-s" and pages["safety"][2] == "r--s", f"{pages}")
    check(shared_pages(safety)["console"][2] == "r--s", "the safety process may write the console's page")
    for name, (low, high, _access) in pages.items():
        path = f"/proc/{console}/map_files/{low:x}-{high:x}"
        file = os.open(path, os.O_RDWR)
        for size in (0, 65536):
            try:
                os.ftruncate(file, size)
                raise Failed(f"the {name} page was resized")
            except PermissionError:
                pass
        os.close(file)
    return "user, groups, capabilities, filter, descriptors, sealed pages are as they must be"


def console_killed(bench, _):
    bench.ready()
    _, console = bench.children()
    begin = time.monotonic()
    os.kill(console, signal.SIGKILL)
    after = bench.dead_after(begin, LEASE + SLACK)
    bench.wait("leaseExpired", 10)
    _, other = bench.children()
    check(other not in (None, console), "no new console")
    return f"dead after {after * 1000:.0f} ms, a new console answers"


def console_stopped(bench, _):
    bench.ready()
    _, console = bench.children()
    begin = time.monotonic()
    os.kill(console, signal.SIGSTOP)
    after = bench.dead_after(begin, LEASE + SLACK)
    os.kill(console, signal.SIGCONT)
    return f"dead after {after * 1000:.0f} ms"


def console_hostile(bench, _):
    """Garbage over the console's whole page, at full speed, from the middle of a train on."""
    bench.ready()
    bench.say("train 5Hz 20")
    time.sleep(1)
    _, console = bench.children()
    low = shared_pages(console)["console"][0]
    memory = os.open(f"/proc/{console}/mem", os.O_RDWR)
    os.kill(console, signal.SIGSTOP)
    dice = random.Random(1)
    begin, writes = time.monotonic(), 0
    while time.monotonic() < begin + LEASE + SLACK:
        kind = writes % 4
        if kind == 0:
            os.pwrite(memory, dice.randbytes(4096), low)
        elif kind == 1:  # wild indices
            os.pwrite(memory, dice.randbytes(8), low + 64)
            os.pwrite(memory, dice.randbytes(8), low)
        elif kind == 2:  # frames that are nearly commands
            for slot in range(32):
                os.pwrite(memory, bytes([dice.randrange(12), 0, 0, 0]) + dice.randbytes(60), low + 128 + 64 * slot)
        else:  # a torn frame: half of another one
            os.pwrite(memory, dice.randbytes(32), low + 128 + 64 * dice.randrange(32))
        writes += 1
    os.close(memory)
    after = bench.dead_after(begin, LEASE + SLACK)
    check(bench.fires() <= 20, f"{bench.fires()} edges of FIRE in a train of 20")
    check(bench.process.poll() is None and bench.children()[0], "the safety process has gone")
    os.kill(console, signal.SIGKILL)
    bench.wait('state', 5)
    return f"{writes} writes, dead after {after * 1000:.0f} ms, a new console is met"


def safety_killed(bench, _):
    bench.ready()
    safety, console = bench.children()
    os.kill(safety, signal.SIGKILL)
    begin = time.monotonic()
    check(bench.process.wait(3) == 1, "stimd says that all is well")
    took = time.monotonic() - begin
    time.sleep(0.1)
    check(not alive(console), "the console lives on")
    return f"heartbeat ends at once, stimd ends after {took * 1000:.0f} ms with status 1"


def parent_killed(bench, _):
    bench.ready()
    both = bench.children()
    os.kill(bench.process.pid, signal.SIGKILL)
    bench.process.wait(3)
    end = time.monotonic() + 1
    while any(alive(pid) for pid in both):
        check(time.monotonic() < end, "a child lives on")
        time.sleep(0.005)
    return "both children are killed with it"


def alive(pid):
    try:
        return status(pid, "State")[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError, AttributeError):
        return False


DRILLS = [train, cage, sockets, console_killed, console_stopped, console_hostile, safety_killed, parent_killed]


def run(drill, stimd, plant, stim, folder):
    """A busy host may trip the board before the drill begins: three tries."""
    for attempt in range(3):
        bench = None
        try:
            bench = Bench(stimd, plant, folder)
            return True, drill(bench, stim)
        except (Failed, subprocess.CalledProcessError) as error:
            said = str(error)
        finally:
            if bench:
                bench.end()
    return False, said


def main():
    if os.geteuid() != 0:
        print("linux drills: SKIPPED, they need root: real-time priorities, another user for the console")
        return 0
    stimd, plant, stim = map(os.path.abspath, sys.argv[1:4])
    board = os.path.join(os.path.dirname(__file__), "../../Boards/vm/board.toml")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [stim, "board", "compile", board, "-o", os.path.join(folder, "board.bin")], check=True,
            stdout=subprocess.DEVNULL)
        for drill in DRILLS:
            passed, said = run(drill, stimd, plant, stim, folder)
            good = good and passed
            print(f"{'passed' if passed else 'FAILED'}  {drill.__name__}: {said}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
