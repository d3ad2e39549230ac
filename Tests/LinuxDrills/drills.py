"""Drills on the real program: `stimd` in its two processes, with plant.c preloaded in the place of GPIO, I2C and watchdog.

    drills.py STIMD PLANT_SO STIM       prints one line a drill, with the time from the fault to dead lines; status 1 when one fails

Needs root: real-time priorities and another user for the console. The times are this machine's: what is asked of them is no more than
the lease and the discharge need.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

from socket_drills import sockets
from hostile import Page, garbage, replayed
from processes import Failed, alive, check, resize, shared_pages, status

CHARGE, FIRE, ARM = 1, 2, 4
LEASE = 1.0  # seconds
SLACK = 0.4  # a busy host


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
        return [(int(row[0]) / 1e9, int(row[1]), int(row[2])) for row in rows if len(row) == 3 and row[1].isdigit()]

    def fires(self):
        """The edges of FIRE: seconds, volts after the pulse."""
        rows = self.changes()
        return [(new[0], new[2]) for old, new in zip(rows, rows[1:]) if new[1] & ~old[1] & FIRE]

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


def train(bench, stim):
    bench.ready()
    bench.say("train 10Hz 10")
    bench.wait('"outcome":"complete"', 6)
    bench.say("disarm")
    bench.wait('"state":"safe"', 8)
    check(len(bench.fires()) == 10, f"{len(bench.fires())} edges of FIRE")
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
    for low, high, _access in pages.values():
        resize(f"/proc/{console}/map_files/{low:x}-{high:x}")
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


def legal_pulses(bench, train):
    """Every edge of FIRE is a pulse of the train that was asked for, or of the same train asked for again: at its pace, at its voltage."""
    edges = bench.fires()
    for first, second in zip(edges, edges[1:]):
        check(second[0] - first[0] >= train * 0.95, f"two pulses {1000 * (second[0] - first[0]):.1f} ms apart")
    # Each row has the voltage after the pulse: the coil leaves 77 %.
    check(all(abs(volts / 0.77 - 495) < 30 for _, volts in edges), f"pulses at other voltages: {edges}")
    return len(edges)


def console_hostile(bench, _):
    """Somebody takes the console over in the middle of a train: first they replay what they heard, whole and torn, then write garbage."""
    bench.ready()
    _, console = bench.children()
    page = Page(console)
    bench.say("train 5Hz 20")
    page.record(1)
    kinds = set(page.frames.values())
    check({1, 6} <= kinds, f"only commands of the kinds {kinds} were heard")
    os.kill(console, signal.SIGSTOP)
    dice = random.Random(1)
    torn = replayed(page, 3, dice)
    check(bench.process.poll() is None and bench.children()[0], "the safety process has gone")
    pulses = legal_pulses(bench, 0.2)
    check(pulses >= 5, f"{pulses} pulses: no train to disturb")
    # Renewals are legal, and were replayed: the board is armed still, and the lease counts from here.
    begin = time.monotonic()
    garbage(page, LEASE + SLACK, dice)
    os.close(page.memory)
    after = bench.dead_after(begin, LEASE + SLACK)
    check(legal_pulses(bench, 0.2) <= pulses + 7, "pulses out of garbage")
    check(bench.process.poll() is None and bench.children()[0], "the safety process has gone")
    os.kill(console, signal.SIGKILL)
    bench.wait('state', 5)
    heard = f"{len(page.frames)} recorded frames, {torn} torn"
    return f"{heard}, {page.writes} writes, {pulses} pulses, all legal; dead after {after * 1000:.0f} ms, a new console is met"


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


def command_to_fire(bench, stim):
    """Measures and asks nothing of it: a busy host is no board. Tools/vm has the same with the host's noise kept out."""
    open(bench.hands, "w").close()
    bench.say("mode human")
    measured = subprocess.run(
        [stim, "bench", "console", "--line", str(bench.master), "--edges", bench.log, "--count", "8"],
        pass_fds=[bench.master], capture_output=True, text=True)
    check(measured.returncode == 0, measured.stderr.strip())
    return "\n        ".join(measured.stdout.strip().split("\n"))


DRILLS = [train, cage, sockets, command_to_fire, console_killed, console_stopped, console_hostile, safety_killed, parent_killed]


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
